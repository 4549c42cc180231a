"""The words in which each shell complains: who speaks, in which line, and what is wrong.

state: {"name": how the shell was called, "kind": "bash", "dash" or another, "line", "script": set
for a script in a file, "interactive"}.
Sources: ash_vmsg() and raise_error_unexpected_syntax() of BusyBox 1.37's shell/ash.c, exvwarning2()
and synunexpect() of dash 0.5.12, get_name_for_error() and report_syntax_error() of bash 5.2.
"""

from __future__ import annotations

from typing import Any

from .lexer import ShellSyntaxError

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


def cannot_fork(state: State, line: int) -> str:
    """Word that the kernel gives no more processes."""
    reason = "Resource temporarily unavailable"
    if state.get("kind") == "bash":
        return f"{state['name']}: fork: retry: {reason}\n"
    said = "Cannot fork" if state.get("kind") == "dash" else f"can't fork: {reason}"
    return f"{where(state, line)}{said}\n"


def of_test(state: State, line: int, name: str) -> str:
    """Give what stands before a complaint of `test` or `[`."""
    return where(state, line, name) if state.get("kind") in ("bash", "dash") else (
        f"{state['name']}: "
    )  # fmt: skip


def expansion_status(state: State, unset: bool) -> int:
    """Give the status with which a script ends for what cannot be expanded.

    unset: it is a variable that must be set.
    """
    if state.get("kind") != "bash":
        return 2
    return 1 if not unset or state.get("script") or state.get("interactive") else 127


def printf_usage(state: State, line: int) -> str:
    """Word that `printf` was given nothing."""
    if state.get("kind") == "bash":
        return "printf: usage: printf [-v var] format [arguments]\n"
    if state.get("kind") == "dash":
        return f"{where(state, line, 'printf')}usage: printf format [arg ...]\n"
    return f"{state['name']}: usage: printf FORMAT [ARG]...\n"


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
        quote = error.token or '"'
        return f"{head}unexpected EOF while looking for matching `{quote}'\n"
    if what.startswith("EOF in backquote"):
        return f"{head}unexpected EOF while looking for matching ``'\n"
    if token == "end of file" and error.token in (")", "}"):
        return f"{head}unexpected EOF while looking for matching `{error.token}'\n"
    if not unexpected or (token == "end of file" and not error.token):
        return f"{head}syntax error: unexpected end of file\n"
    said = f"{head}syntax error near unexpected token `{error.token or token.strip(chr(34))}'\n"
    if state.get("interactive"):
        return said
    lines = text.split("\n")
    return f"{said}{head}`{lines[line - 1] if line <= len(lines) else ''}'\n"
