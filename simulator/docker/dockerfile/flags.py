"""The flags of an instruction: ``--from=x``, ``--link``, ``--mount=... --mount=...``.

Source: moby/buildkit `frontend/dockerfile/instructions` (bflag), read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import did_you_mean

TEXT, SWITCH, MANY = "text", "switch", "many"


class Flags:
    """The flags that an instruction was given."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.many: dict[str, list[str]] = {}

    def text(self, name: str, default: str = "") -> str:
        """The value of a text flag."""
        return self.values.get(name, default)

    def on(self, name: str) -> bool:
        """Whether a switch is on; absent is off."""
        return self.values.get(name) == "true"

    def maybe(self, name: str) -> bool | None:
        """Whether a switch is on; None when it was not given."""
        return self.values[name] == "true" if name in self.values else None


def read_flags(words: list[str], allowed: Mapping[str, str]) -> Flags:
    """Read flag words.   allowed: name -> TEXT, SWITCH or MANY.   Raises DockerfileError."""
    flags = Flags()
    for word in words:
        if word == "--":
            break
        if not word.startswith("--"):
            raise DockerfileError(f"arg should start with -- : {word}")
        shown, equals, value = word.partition("=")
        name = shown[2:]
        kind = allowed.get(name)
        if kind is None:
            raise DockerfileError(f"unknown flag: {shown}" + did_you_mean(name, sorted(allowed)))
        if kind != MANY and name in flags.values:
            raise DockerfileError(f"duplicate flag specified: {shown}")
        if kind == SWITCH:
            flags.values[name] = _switch(shown, equals, value)
        elif not equals:
            raise DockerfileError(f"missing a value on flag: {shown}")
        elif kind == TEXT:
            flags.values[name] = value
        else:
            flags.many.setdefault(name, []).append(value)
    return flags


def _switch(shown: str, equals: str, value: str) -> str:
    if equals and not value:
        raise DockerfileError(f"missing a value on flag: {shown}")
    if value.lower() in ("", "true"):
        return "true"
    if value.lower() == "false":
        return "false"
    raise DockerfileError(f"expecting boolean value for flag {shown}, not: {value}")
