"""The words in which each shell complains: who speaks, in which line, and what is wrong.

Sources: ash_vmsg() and raise_error_unexpected_syntax() of BusyBox 1.37's shell/ash.c, exvwarning2()
and synunexpect() of dash 0.5.12, get_name_for_error() and report_syntax_error() of bash 5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.shell.lexer import ShellSyntaxError

from ..lookup import ExecError, load

if TYPE_CHECKING:
    from ..process import Process

State = dict[str, Any]


def where(state: State, line: int, builtin: str = "") -> str:
    """Give what stands before a complaint; builtin: the shell's own command that complains."""
    name, kind = state["name"], state.get("kind")
    own = f"{builtin}: " if builtin else ""
    if kind == "dash":
        return f"{name}: {state.get('line') or line}: {own}"
    if state.get("interactive"):
        return f"{name}: {own}"
    if kind == "bash":
        return f"{name}: line {line}: {own}"
    if state.get("script"):
        return f"{name}: {own}line {line}: "
    return f"{name}: {own}line {line - 1}: " if builtin else f"{name}: "


def not_runnable(p: Process, state: State, name: str, path: str | None) -> tuple[str, int]:
    """Say why a program (at `path`, if it is found) cannot be run, and the status; "" when it can.

    A program of which only the name is known has a path and no entry.
    """
    entry = p.view.get(path or name, p.cwd) if path or "/" in name else None
    if path is not None and (entry is None or p.may_execute(entry)) and not p.hidden(path):
        return "", 0
    bash = state.get("kind") == "bash"
    if entry is not None and entry["type"] == "dir" and bash:
        return "Is a directory", 126
    if entry is not None or ("/" in name and p.hidden(name)):
        return "Permission denied", 126
    if bash:
        return "No such file or directory" if "/" in name else "command not found", 127
    return "not found", 127


def not_loadable(p: Process, state: State, path: str, argv: list[str]) -> tuple[str, int] | None:
    """Say how the shell words that the kernel refuses a program: (text, status), or None.

    {head} and {name} in the text stand for who speaks and for the command's name. A text without
    an interpreter is no error: a shell runs it itself. What a shell reads in a program for another
    processor, which it takes for such a text, begins with a bracket soon.
    """
    try:
        load(p.view, path, argv, p.cwd, p.architecture, p.env)
        return None
    except ExecError as error:
        wrong = error
    kind = state.get("kind")
    if wrong.speaker:
        return None  # it speaks for itself
    if "format" not in wrong.text:
        what = "cannot execute: required file not found" if kind == "bash" else "not found"
        return f"{{head}}{{name}}: {what}\n", 127
    if as_script(p, path, argv) != argv:
        return None
    if kind == "bash":
        return "{head}{name}: cannot execute binary file: Exec format error\n", 126
    if kind == "dash":
        return '{name}: 1: Syntax error: "(" unexpected\n', 2
    return '{name}: line 1: syntax error: unexpected "("\n', 2


def as_script(p: Process, path: str, argv: list[str]) -> list[str]:
    """Give the command line that runs a text without `#!`: the shell's own, on that text."""
    entry = p.view.get(path, p.cwd) or {}
    text = entry.get("text")
    if text is None or entry.get("arch") or entry.get("made") or text.startswith("#!"):
        return argv
    return [p.argv[0].removeprefix("-"), path, *argv[1:]]


def cannot_create(state: State, line: int, path: str, reason: str) -> str:
    """Word what stands in the way of `> path`; reason: the errno's text."""
    return _cannot(state, line, "create", path, reason, "Directory nonexistent")


def cannot_open(state: State, line: int, path: str, reason: str) -> str:
    """Word what stands in the way of `< path`; reason: the errno's text."""
    return _cannot(state, line, "open", path, reason, "No such file")


def _cannot(state: State, line: int, verb: str, path: str, reason: str, absent: str) -> str:
    head, kind = where(state, line), state.get("kind")
    if kind == "bash":
        return f"{head}{path}: {reason}\n"
    if reason in ("No such file or directory", "Not a directory"):
        reason = absent
        if kind != "dash":
            reason = "nonexistent directory" if verb == "create" else "no such file"
    cannot = "cannot" if kind == "dash" else "can't"
    return f"{head}{cannot} {verb} {path}: {reason}\n"


def refused_status(state: State) -> int:
    """Give the status of a command whose redirection failed."""
    return 2 if state.get("kind") == "dash" else 1


def cannot_change_to(state: State, line: int, path: str, reason: str) -> str:
    """Word what stands in the way of `cd path`."""
    head = where(state, line, "cd")
    if state.get("kind") == "bash":
        return f"{head}{path}: {reason}\n"
    if state.get("kind") == "dash":
        return f"{head}can't cd to {path}\n"
    return f"{head}can't cd to {path}: {reason}\n"


def cannot_source(state: State, line: int, path: str) -> str:
    """Word that `. path` finds nothing."""
    kind = state.get("kind")
    if kind == "bash":
        return f"{where(state, line)}{path}: No such file or directory\n"
    if kind == "dash":
        return f"{where(state, line, '.')}cannot open {path}: No such file\n"
    return f"{where(state, line, '.')}can't open '{path}': No such file or directory\n"


def syntax_error(state: State, error: ShellSyntaxError, text: str) -> str:
    """Word a syntax error of a script."""
    name, kind, line, what = state["name"], state.get("kind"), error.line, str(error)
    if kind == "dash":
        return f"{name}: {state.get('line') or line}: Syntax error: {what}\n"
    token, unexpected, expecting = what.partition(" unexpected")
    if kind != "bash":
        said = f"syntax error: unexpected {token}{expecting}" if unexpected else (
            f"syntax error: {what[:1].lower()}{what[1:]}")  # fmt: skip
        return f"{where(state, line)}{said}\n"
    head = f"{name}: " if state.get("script") or state.get("interactive") else f"{name}: -c: "
    head += "" if state.get("interactive") else f"line {line}: "
    if what.startswith("Unterminated quoted string"):
        return f"{head}unexpected EOF while looking for matching `\"'\n"
    if not unexpected or token == "end of file":
        return f"{head}syntax error: unexpected end of file\n"
    said = f"{head}syntax error near unexpected token `{error.token or token.strip(chr(34))}'\n"
    if state.get("interactive"):
        return said
    lines = text.split("\n")
    return f"{said}{head}`{lines[line - 1] if line <= len(lines) else ''}'\n"
