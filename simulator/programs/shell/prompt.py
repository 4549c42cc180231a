"""The prompt of a shell that somebody types into, as the real shells and their images set it.

busybox ash is built with FANCY_PROMPT; Debian's and Ubuntu's /etc/bash.bashrc, and the /etc/bashrc
of Red Hat's family, set PS1 for bash; everything else has the shell's own default.
"""

from __future__ import annotations

import posixpath
from typing import Any

from simulator.shell.lexer import ShellSyntaxError, lacks_document

from ..process import Process
from .compiler import compile_script

UNFINISHED = ("end of file", "Unterminated quoted string", "EOF in backquote")
OWN = {"ash": "\\w \\$ ", "dash": "\\$ ", "bash": "\\s-\\v\\$ "}
DEBIAN, RED_HAT = "\\u@\\h:\\w\\$ ", "[\\u@\\h \\W]\\$ "
VERSION = "5.2"
"""Of bash, in Alpine 3.20 and later and in Debian 12."""


def kind_of(p: Process) -> str:
    """Name the kind of shell that a process is: "ash", "dash" or "bash"."""
    real = posixpath.basename(p.view.resolve(str(p.row.get("path") or p.argv[0]), "/"))
    if real in ("busybox", "ash", "toybox"):
        return "ash"
    return "bash" if real in ("bash", "zsh") else "dash"


def name_of(p: Process) -> str:
    """Give the name under which the shell complains: bash drops the folder."""
    name = p.argv[0].removeprefix("-")
    return posixpath.basename(name) if kind_of(p) == "bash" else name


def begin(p: Process) -> None:
    """Set PS1 unless the environment has it, and show the first prompt."""
    values: dict[str, Any] = p.state["vars"]
    kind = str(p.state["kind"])
    if "PS1" not in values:
        values["PS1"] = OWN[kind]
        if kind == "bash" and posixpath.basename(p.argv[0]) != "sh":
            if p.view.exists("/etc/debian_version"):
                values["PS1"] = DEBIAN
            elif p.view.exists("/etc/redhat-release"):
                values["PS1"] = RED_HAT
    values.setdefault("PS2", "> ")
    show(p)


def show(p: Process, name: str = "PS1") -> None:
    """Write the prompt, if standard input is a terminal."""
    if p.on_terminal:
        p.out(_expanded(p, str(p.state["vars"].get(name, ""))))


def farewell(p: Process) -> str:
    """Give what a shell writes when Ctrl-D ends it."""
    if not p.on_terminal:
        return ""
    return "exit\n" if p.state["kind"] == "bash" else "\n"


def is_open(text: str) -> bool:
    """Tell whether more lines are needed before the text is a command."""
    if text.endswith("\\\n"):
        return True
    stripped = text.rstrip()
    if stripped.endswith(("&&", "||", "|")):
        return True
    try:
        compile_script(text)
        return lacks_document(text)
    except ShellSyntaxError as error:
        return error.token != "newline" and any(words in str(error) for words in UNFINISHED)


def _expanded(p: Process, text: str) -> str:
    home = str(p.state["vars"].get("HOME") or "")
    folder = p.cwd
    if home not in ("", "/") and (folder == home or folder.startswith(home.rstrip("/") + "/")):
        folder = "~" + folder[len(home.rstrip("/")) :]
    user = str(p.row["user"])
    if user.isdigit():
        user = "I have no name!"
    short = posixpath.basename(folder) or "/"
    signs = {
        "u": user, "h": p.container["Config"]["Hostname"].partition(".")[0], "w": folder,
        "W": folder if folder in ("/", "~") else short, "$": "#" if p.uid == 0 else "$",
        "s": p.state["name"], "v": VERSION, "n": "\n", "H": p.container["Config"]["Hostname"],
        "[": "", "]": "", "\\": "\\", "e": "\x1b",
    }  # fmt: skip
    made, i = "", 0
    while i < len(text):
        if text[i] == "\\" and i + 1 < len(text):
            made += str(signs.get(text[i + 1], text[i : i + 2]))
            i += 2
        else:
            made += text[i]
            i += 1
    return made
