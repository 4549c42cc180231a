"""Programs that only start another: nohup, nice, env A=b, sudo, timeout ..."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

VALUED = {
    "nice": ("-n",), "ionice": ("-c", "-n", "-p"), "sudo": ("-u", "-g"), "stdbuf": (),
    "env": ("-u", "-C"), "timeout": ("-s", "-k"), "nohup": (), "setsid": (), "time": (),
    "chrt": ("-p",), "taskset": (),
}  # fmt: skip
"""Their options that take a word of their own."""


def unwrapped(argv: list[str]) -> tuple[list[str], dict[str, str]] | None:
    """Give the command that a wrapper starts and what it adds to the environment.

    None when this is no wrapper, or one that starts nothing (`env` alone prints variables).
    """
    name = posixpath.basename(argv[0]) if argv else ""
    if name not in VALUED:
        return None
    rest = list(argv[1:])
    env: dict[str, str] = {}
    operands = 1 if name in ("timeout", "chrt", "taskset") else 0
    while rest:
        word = rest[0]
        if word.startswith("-") and len(word) > 1:
            rest = rest[2:] if word in VALUED[name] else rest[1:]
        elif name == "env" and re.match(r"[A-Za-z_][A-Za-z0-9_]*=", word):
            variable, _, env[variable] = rest.pop(0).partition("=")
        elif operands:
            operands -= 1
            rest.pop(0)
        else:
            break
    return (rest, env) if rest else None


def removed(argv: list[str], names: Iterable[str]) -> list[str]:
    """List the variables that `env -i` and `env -u NAME` take away; names: those there are."""
    if not argv or posixpath.basename(argv[0]) != "env":
        return []
    gone: list[str] = []
    words = iter(argv[1:])
    for word in words:
        if word in ("-i", "-", "--ignore-environment"):
            gone = list(names)
        elif word in ("-u", "--unset"):
            gone.append(next(words, ""))
        elif not word.startswith("-") and "=" not in word:
            break
    return gone
