"""What a subcommand of kubectl is: its name, flags, and what it does at first and when woken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .flags import Flag
from .session import Session

Run = Callable[[Session], int | None]
"""Answers the exit code, or None while it goes on."""


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand.

    name: its words ("rollout status").   step: goes on after a wake.   reads: changes nothing and
    ends at once; a function of the session's flags where that depends.   takes: what its words
    are, for completion ("kinds", "pods", "files", ...).
    """

    name: str
    summary: str
    run: Run
    flags: tuple[Flag, ...] = ()
    step: Run | None = None
    reads: bool | Callable[[dict[str, object]], bool] = False
    takes: str = ""
    aliases: tuple[str, ...] = ()


FILES = (
    Flag("filename", "list", "f"),
    Flag("kustomize", short="k"),
    Flag("recursive", "bool", "R", False),
)
OUTPUT = (
    Flag("output", short="o", default=""),
    Flag("template", default=""),
    Flag("allow-missing-template-keys", "bool", default=True),
    Flag("show-managed-fields", "bool", default=False),
)
SELECTOR = (Flag("selector", short="l", default=""), Flag("field-selector", default=""))
DRY_RUN = (Flag("dry-run", default="none", bare="unchanged"),)
FIELD_MANAGER = (Flag("field-manager", default=""),)
VALIDATE = (Flag("validate", default="strict", bare="strict"),)
ALL = (Flag("all", "bool", default=False),)
