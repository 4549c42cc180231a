"""Why a program cannot be run, in the words of each shell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..lookup import ExecError, load

if TYPE_CHECKING:
    from ..process import Process

State = dict[str, Any]


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
