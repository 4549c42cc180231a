"""Built-in commands for variables, options and lines: local, declare, read, getopts, let, mapfile.

Source: "Bourne Shell Builtins" and "Bash Builtins" of the Bash Reference Manual.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.shell.builtins import declare, getopts, mapfile, read_options, store_read

from ..utilities import Context, Wait, run_utility

if TYPE_CHECKING:
    from .runner import Runner

Builtin = Callable[["Runner", list[str], "str | None", bool], "int | None"]


def _local(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return declare(r, argv, is_local=True)


def _declare(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return declare(r, argv)


def _getopts(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return getopts(r, argv, r.err)


def _mapfile(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return mapfile(r, argv, stdin or r.input() or "")


def _read(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int | None:
    """Read a line into variables; at the end of input they become empty and the status is 1."""
    inherited = r.input()
    text = stdin if stdin is not None else inherited
    if not r.is_typed(text):
        return take_line(r, argv, text, stdin is inherited)
    r.err(read_options(argv[1:])[0].get("p", ""))
    text = r.p.read_line()
    if text is None:
        r.state["wait"] = ["read", argv, checked]
        return None
    return take_line(r, argv, text)


def take_line(r: Runner, argv: list[str], text: str | None, inherited: bool = False) -> int:
    """Put what `read` has got into its variables; inherited: what is left over stays there."""
    status, rest = store_read(r, argv, text)
    if inherited and text:
        r.consume(rest)
    return status


def _let(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    value = 0
    for word in argv[1:]:
        value = r.number(word)
    return int(value == 0)


def print_format(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int | None:
    """printf; with bash's `-v name` into a variable."""
    if len(argv) > 3 and argv[1] == "-v":
        written: list[str] = []
        context = Context(r.p, [argv[0], *argv[3:]], stdin, written.append, r.err, r.p.env)
        code = run_utility(context)
        r.set(argv[2], "".join(written))
        return 1 if isinstance(code, Wait) else code
    code = run_utility(Context(r.p, argv, stdin, r.out, r.err, r.p.env))
    return r.sleep(code, checked) if isinstance(code, Wait) else code


ALL: dict[str, Builtin] = {
    "local": _local, "declare": _declare, "typeset": _declare, "read": _read,
    "getopts": _getopts, "let": _let, "mapfile": _mapfile, "readarray": _mapfile,
}  # fmt: skip
