"""The commands that are part of the shell itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.docker.shellmodel import printing
from simulator.docker.shellmodel.conditions import TreeFiles
from simulator.docker.shellmodel.process import Exit
from simulator.shell import builtins as own
from simulator.shell import complaints
from simulator.shell.conditions import test
from simulator.shell.double_brackets import double_brackets
from simulator.shell.locating import Locator
from simulator.shell.traps import SIGNALS, trap

if TYPE_CHECKING:
    from simulator.docker.shellmodel.shell import Shell

SPECIAL = (
    ":",
    ".",
    "eval",
    "exec",
    "exit",
    "export",
    "readonly",
    "return",
    "set",
    "shift",
    "trap",
    "unset",
    "break",
    "continue",
    "source",
)


class LoopControl(Exception):
    """`break` (ends) or `continue`, out of so many enclosing loops."""

    def __init__(self, enclosing: int, ends: bool) -> None:
        """Keep how far to go."""
        super().__init__(enclosing)
        self.enclosing = enclosing
        self.ends = ends


class Return(Exception):
    """`return` from a function or a sourced file."""

    def __init__(self, status: int) -> None:
        """Keep the status."""
        super().__init__(status)
        self.status = status


def _cd(shell: Shell, argv: list[str]) -> int:
    target = next((a for a in argv[1:] if not a.startswith("-") or a == "-"), None)
    if target is None:
        target = shell.get("HOME") or "/root"
    if target == "-":
        target = shell.get("OLDPWD") or shell.cwd
    shell.need(target, folder=True)
    if not shell.tree.is_dir(target, shell.cwd):
        there = shell.tree.exists(target, shell.cwd)
        reason = "Not a directory" if there else "No such file or directory"
        shell.err.write(complaints.cannot_change_to(shell.state, shell.line, target, reason))
        return 2 if shell.flavour == "dash" else 1
    shell.variables["OLDPWD"] = shell.cwd
    shell.cwd = shell.tree.resolve(target, shell.cwd)
    return 0


def _exit(shell: Shell, argv: list[str]) -> int:
    status = argv[1] if len(argv) > 1 else str(shell.status)
    raise Exit(int(status) & 255 if status.isdigit() else 2)


def _export(shell: Shell, argv: list[str]) -> int:
    for arg in argv[1:]:
        if arg.startswith("-"):
            continue
        name, equals, value = arg.partition("=")
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            shell.complain(f"export: {name}: bad variable name")
            return 2
        if equals:
            shell.set(name, value)
        shell.exported[name] = None
    return 0


def _readonly(shell: Shell, argv: list[str]) -> int:
    shell.out.write(own.readonly(shell, argv))
    return 0


def _shopt(shell: Shell, argv: list[str]) -> int:
    for name, on in own.shopt(argv).items():
        shell.options.pop(name, None)
        if on:
            shell.options[name] = None
    return 0


def _local(shell: Shell, argv: list[str]) -> int:
    return own.declare(shell, argv, is_local=argv[0] == "local")


def _unset(shell: Shell, argv: list[str]) -> int:
    for name in argv[1:]:
        if argv[1] == "-f":
            shell.functions.pop(name, None)
        elif name != "-v":
            shell.unset(name)
    return 0


def set_options(shell: Shell, argv: list[str]) -> int:
    args = argv[1:]
    while args and args[0][:1] in "+-" and len(args[0]) > 1:
        arg = args.pop(0)
        if arg == "--":
            break
        for letter in arg[1:]:
            name = letter
            if letter == "o":
                name = (
                    {
                        "errexit": "e",
                        "nounset": "u",
                        "xtrace": "x",
                        "noglob": "f",
                        "allexport": "a",
                    }.get(args[0], args[0])
                    if args
                    else ""
                )
                if args:
                    args.pop(0)
                if name == "pipefail" and shell.flavour == "dash":
                    shell.complain("set: Illegal option -o pipefail")
                    raise Exit(2)
            if arg[0] == "-":
                shell.options[name] = None
            else:
                shell.options.pop(name, None)
        if not args:
            return 0
    if args or "--" in argv:
        shell.positional = args
    return 0


def _shift(shell: Shell, argv: list[str]) -> int:
    count = int(argv[1]) if len(argv) > 1 and argv[1].isdigit() else 1
    if count > len(shell.positional):
        return 1
    shell.positional = shell.positional[count:]
    return 0


def _eval(shell: Shell, argv: list[str]) -> int:
    shell.depth += 1
    try:
        return shell.run(" ".join(argv[1:]))
    finally:
        shell.depth -= 1


def _source(shell: Shell, argv: list[str]) -> int:
    if len(argv) < 2:
        return 2
    shell.need(argv[1])
    text = shell.tree.text(argv[1], shell.cwd)
    if text is None:
        if shell.tree.is_file(argv[1], shell.cwd):
            return 0
        shell.err.write(complaints.cannot_source(shell.state, shell.line, argv[1]))
        if shell.flavour != "bash":
            raise Exit(2)  # an error of a special built-in ends the shell, as POSIX says
        return 1
    shell.depth += 1
    try:
        return shell.run(text)
    except Return as back:
        return back.status
    finally:
        shell.depth -= 1


def _exec(shell: Shell, argv: list[str]) -> int:
    if len(argv) == 1:
        return 0
    raise Exit(shell.call(argv[1:]))


def _command(shell: Shell, argv: list[str]) -> int:
    if len(argv) > 2 and argv[1] in ("-v", "-V"):
        return _told(shell, _locator(shell).command(argv))
    rest = [a for a in argv[1:] if a != "-p"]
    if not rest:
        return 0
    return TABLE[rest[0]](shell, rest) if rest[0] in TABLE else shell.program(rest)


def _type(shell: Shell, argv: list[str]) -> int:
    return _told(shell, _locator(shell).type(argv))


def _locator(shell: Shell) -> Locator:
    return Locator(shell, dict(TABLE), list(shell.functions), shell.find)


def _told(shell: Shell, found: tuple[str, str, int]) -> int:
    """Write what a command has to say and its complaint; answers its status."""
    written, wrong, status = found
    shell.out.write(written)
    if wrong:
        shell.complain(wrong)
    return status


def _read(shell: Shell, argv: list[str]) -> int:
    number = own.read_options(argv[1:])[0].get("u") or "0"
    status, rest = own.store_read(shell, argv, shell.streams.inputs.get(number))
    if number in shell.streams.inputs:
        shell.streams.inputs[number] = rest
    return status


def _mapfile(shell: Shell, argv: list[str]) -> int:
    text, shell.stdin = shell.stdin, ""
    return own.mapfile(shell, argv, text)


def _getopts(shell: Shell, argv: list[str]) -> int:
    return own.getopts(shell, argv, shell.err.write)


def _let(shell: Shell, argv: list[str]) -> int:
    values = [shell.number(word) for word in argv[1:]]
    return int(not values or values[-1] == 0)


def _echo(shell: Shell, argv: list[str]) -> int:
    shell.out.write(printing.echoed(argv[1:], dash=shell.flavour == "dash"))
    return 0


def _printf(shell: Shell, argv: list[str]) -> int:
    args = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    variable = args[1] if args[:1] == ["-v"] and len(args) > 2 and shell.option("bash") else ""
    args = args[2:] if variable else args
    if not args:
        shell.err.write(complaints.printf_usage(shell.state, shell.line))
        return 2
    done = printing.formatted(args[0], args[1:], shell.flavour)
    for text in done.complaints:
        shell.err.write(f"{complaints.where(shell.state, shell.line, 'printf')}{text}\n")
    if variable:
        shell.set(variable, done.text)
    else:
        shell.out.write(done.text)
    return done.status


def _umask(shell: Shell, argv: list[str]) -> int:
    if len(argv) == 1:
        shell.out.write("0022\n")
    return 0


def _test(shell: Shell, argv: list[str]) -> int:
    head = complaints.of_test(shell.state, shell.line, argv[0])
    say = lambda text: shell.err.write(f"{head}{text}\n")  # noqa: E731
    return test(argv, TreeFiles(shell), shell.flavour, say)


def _double_brackets(shell: Shell, argv: list[str]) -> int:
    words = argv[1:-1] if argv[-1] == "]]" else argv[1:]
    holds = double_brackets(words, shell, lambda args: _test(shell, ["test", *args]) == 0)
    if holds is None:
        shell.complain("conditional expression: syntax error")
        return 2
    return int(not holds)


def _break(shell: Shell, argv: list[str]) -> int:
    count = int(argv[1]) if len(argv) > 1 and argv[1].isdigit() else 1
    raise LoopControl(max(1, min(count, 100)), argv[0] == "break")


def _return(shell: Shell, argv: list[str]) -> int:
    status = argv[1] if len(argv) > 1 else str(shell.status)
    raise Return(int(status) & 255 if status.isdigit() else 2)


def _trap(shell: Shell, argv: list[str]) -> int:
    return _told(shell, trap(shell, argv))


def _wait(shell: Shell, argv: list[str]) -> int:
    """Answer the status of the last `command &`, which has ended long since."""
    return int(shell.state.get("background", 127)) if len(argv) > 1 else 0


def _kill(shell: Shell, argv: list[str]) -> int:
    """Send the shell itself a signal: process 1 minds only those that it has a trap for."""
    words, name = argv[1:], "TERM"
    if words and words[0].startswith("-") and words[0] != "--":
        name = words.pop(0)[1:] or (words.pop(0) if words else name)
        name = words.pop(0) if name == "s" and words else name
    name = name.upper().removeprefix("SIG")
    name = next((key for key, number in SIGNALS.items() if str(number) == name), name)
    text = shell.state["traps"].get(name)
    if text and shell.special("$", []) in words:
        shell.depth += 1
        shell.run(text)
        shell.depth -= 1
    return 0


def _nothing(shell: Shell, argv: list[str]) -> int:
    return 0


def _false(shell: Shell, argv: list[str]) -> int:
    return 1


def _pwd(shell: Shell, argv: list[str]) -> int:
    shell.out.write(shell.cwd + "\n")
    return 0


Builtin = Callable[["Shell", list[str]], int]

TABLE: dict[str, Builtin] = {
    ":": _nothing,
    "true": _nothing,
    "false": _false,
    "cd": _cd,
    "chdir": _cd,
    "exit": _exit,
    "export": _export,
    "readonly": _readonly,
    "local": _local,
    "declare": _local,
    "typeset": _local,
    "unset": _unset,
    "set": set_options,
    "shift": _shift,
    "eval": _eval,
    ".": _source,
    "source": _source,
    "exec": _exec,
    "command": _command,
    "type": _type,
    "read": _read,
    "echo": _echo,
    "printf": _printf,
    "umask": _umask,
    "test": _test,
    "[": _test,
    "[[": _double_brackets,
    "break": _break,
    "continue": _break,
    "return": _return,
    "trap": _trap,
    "wait": _wait,
    "kill": _kill,
    "ulimit": _nothing,
    "hash": _nothing,
    "shopt": _shopt,
    "alias": _nothing,
    "pwd": _pwd,
    "let": _let,
    "getopts": _getopts,
    "mapfile": _mapfile,
    "readarray": _mapfile,
}
