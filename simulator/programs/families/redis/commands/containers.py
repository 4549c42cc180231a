"""Commands with subcommands: which one is meant, and whether the number of arguments is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import arity, unknown_option
from ..keyspace import Call

Rows = Mapping[str, tuple[int, Callable[[Call, list[str]], Any]]]


def subcommand(c: Call, a: list[str], name: str, rows: Rows) -> Any:
    """Carry out a subcommand; rows: {name: (arity with both words, function)}."""
    wanted = a[0].lower()
    if wanted == "help" and len(a) == 1:
        return help_of(name, rows)
    if wanted not in rows:
        raise unknown_option(name.upper(), a[0])
    count, function = rows[wanted]
    given = len(a) + 1
    if given != count if count > 0 else given < -count:
        raise arity(f"{name}|{wanted}")
    return function(c, a[1:])


def help_of(name: str, rows: Rows) -> list[dict[str, str]]:
    """List the subcommands."""
    first = f"{name.upper()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"
    lines = [first, *(row.upper() for row in rows), "HELP", "    Prints this help."]
    return [{"status": line} for line in lines]
