"""The small programs that an operating system image brings: echo, ls, cat, sleep, ps, wget ...

A utility is a function from a `Context` to an exit code, or to a `Wait` when it takes time. It
acts on the container's modelled files and processes; only what the image holds can be run.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.docker.containers.errors import DockerError
from simulator.docker.tree import GuardedTree, Tree, TreeError

if TYPE_CHECKING:
    from ..process import Process

MULTI_CALL = ("busybox", "coreutils", "toybox")
OS_FOLDERS = ("/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/busybox/")


LONGEST_US = 1 << 60
"""The longest wait: what is longer than 36,000 years ends with the lab anyway."""


class NeedsInput(Exception):
    """A utility wants to read what nobody has typed yet."""


class NeedsProcess(Exception):
    """A utility must wait for an answer, so it has to be a process of its own."""


class NeedsAnswer(Exception):
    """A utility that is a process waits for an answer: it is run again with it in its memo.

    answer: what it is told when `until_us` has come (None: never); number: the question whose
    answer may come before. code: it ends with that code instead.
    """

    def __init__(
        self, answer: dict[str, Any], until_us: int | None, number: int | None = None
    ) -> None:
        super().__init__()
        self.answer = answer
        self.until_us = until_us
        self.number = number
        self.code: int | None = None

    def by(self, limit_us: int, code: int) -> None:
        """End with a code when it takes longer than until a moment."""
        if self.until_us is None or self.until_us > limit_us:
            self.until_us, self.code = limit_us, code


class BadNumber(Exception):
    """An argument that should be a number and is none."""


@dataclass(slots=True)
class Wait:
    """A utility that takes `us` microseconds (None: for ever) and then ends with `code`.

    follow: the files whose new text it prints meanwhile, see `follow.py`.
    """

    us: int | None
    code: int = 0
    follow: dict[str, int] | None = None


@dataclass(slots=True)
class Context:
    """One call of a utility."""

    p: Process
    argv: list[str]
    given: str | None
    out: Callable[[str], None]
    err: Callable[[str], None]
    env: dict[str, str]
    typed: bool = False
    """Standard input comes from somebody who types."""
    family: str | None = None
    """Whose utility it is, once somebody has asked: "busybox" or "gnu"."""
    has_read: bool = False
    """It has read standard input to its end."""
    status: int = 0
    """Exit code that files which could not be read have brought so far."""
    terminal: bool = False
    """Standard output is a terminal."""
    may_spawn: bool = False
    """A shell runs it, which can make a process of it (NeedsProcess)."""
    kept: dict[str, Any] | None = None
    """Of a process: {"memo": what it was told, "shown": characters it has written}."""

    @property
    def stdin(self) -> str | None:
        """What can be read; raises NeedsInput when it has yet to be typed."""
        if self.given is None and self.typed:
            raise NeedsInput
        self.has_read = True
        return self.given

    @property
    def name(self) -> str:
        """The utility's name as it was called."""
        return posixpath.basename(self.argv[0])

    @property
    def is_busybox(self) -> bool:
        """True when the utility is BusyBox's: its words differ from those of coreutils."""
        from ..lookup import find_program

        if self.family is None:
            path = find_program(self.view, self.argv[0], self.env, self.p.cwd)
            real = self.view.resolve(path or "/bin/busybox", self.p.cwd)
            is_there = posixpath.basename(real) == "busybox" and self.view.is_file(real)
            self.family = "busybox" if is_there else "gnu"
        return self.family == "busybox"

    def quote(self, text: str) -> str:
        """Put a text in quotes as GNU programs do: curly ones in a locale of UTF-8."""
        names = (self.env.get("LC_ALL"), self.env.get("LC_CTYPE"), self.env.get("LANG"))
        locale = next((one for one in names if one), "").lower().replace("-", "")
        return f"‘{text}’" if locale.endswith("utf8") else f"'{text}'"

    @property
    def view(self) -> GuardedTree:
        """The container's files."""
        return self.p.view

    def fail(self, text: str, code: int = 1) -> int:
        """Write an error in the utility's name; answers the exit code."""
        self.err(f"{self.name}: {text}\n")
        return code


def number(text: str, radix: int = 10) -> int:
    """Read a whole number of an argument; raises BadNumber."""
    try:
        if re.fullmatch(r"[-+]?[0-9]{1,18}", text):
            return int(text, radix)
    except ValueError:
        pass
    raise BadNumber(text)


Utility = Callable[[Context], "int | Wait"]


def _table() -> dict[str, Utility]:
    from . import (
        basic,
        changes,
        copies,
        crontab,
        disks,
        encodings,
        endless,
        files,
        hardware,
        http,
        interfaces,
        lookups,
        modelled,
        network,
        processes,
        system,
        texts,
    )

    found = {
        **modelled.ALL,
        **basic.ALL,
        **files.ALL,
        **changes.ALL,
        **copies.ALL,
        **crontab.ALL,
        **texts.ALL,
        **system.ALL,
        **hardware.ALL,
        **disks.ALL,
        **processes.ALL,
        **encodings.ALL,
        **interfaces.ALL,
        **lookups.ALL,
        **network.ALL,
        **http.ALL,
    }
    readers = {name: endless.unless_endless(found[name]) for name in endless.READERS}
    return {**found, **readers, "yes": endless.yes}


_cache: dict[str, Utility] = {}


def table() -> dict[str, Utility]:
    """Give all utilities by name."""
    if not _cache:
        _cache.update(_table())
    return _cache


def utility_of(name: str) -> Utility | None:
    """Give the utility of a name; a tool may have its version in it (pip3.12)."""
    return table().get(name) or table().get(re.sub(r"[-.]?\d+(\.\d+)*$", "", name))


def is_utility(tree: Tree, path: str, name: str) -> bool:
    """Tell whether a program found at `path` is one of the utilities."""
    from .modelled import TOOLS

    short = posixpath.basename(name)
    utility = utility_of(short)
    if utility is None:
        return False
    if utility in TOOLS:
        entry = tree.get(path)
        return entry is not None and not entry.get("made")
    real = tree.resolve(path)
    if posixpath.basename(real) in MULTI_CALL:
        return True
    return real.startswith(OS_FOLDERS) or path.startswith(OS_FOLDERS)


def run_utility(context: Context) -> int | Wait:
    """Run a utility; what its files refuse becomes its message and status 1."""
    try:
        utility = utility_of(context.name)
        return utility(context) if utility is not None else 127
    except BadNumber as error:
        return context.fail(f"invalid number '{error}'")
    except RecursionError:
        return context.fail("Argument list too long", 126)
    except TreeError as error:
        return context.fail(f"{error.path}: {error.reason}")
    except DockerError:  # a user or group that /etc/passwd does not have
        return context.fail(f"unknown user {context.argv[-1]}")
