"""Redirections: `>`, `>>`, `<`, `2>&1`, here-documents, in the words of each shell."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.docker import unknown
from simulator.docker.shellmodel.process import Sink, TooLong
from simulator.docker.tree import NO_ENTRY
from simulator.shell import complaints
from simulator.shell.expand import expand_text

if TYPE_CHECKING:
    from simulator.docker.shellmodel.shell import Shell

Redirect = list[Any]
"""[file descriptor or "", operator, word], of `simulator.shell.parser`."""
MAX_FILE = 4 * 1024 * 1024
"""Characters that a script may write into one file."""
CHARS_PER_FILE = 10
"""Characters that are written for the price of going by one file."""


class FileSink(Sink):
    """A file that is open for writing; what is written is in the tree once it is saved."""

    def __init__(self, owner: Shell, path: str, append: bool) -> None:
        """Open a file, which is there from now on, and empty unless it is appended to."""
        super().__init__()
        self.owner = owner
        self.path = owner.tree.resolve(path, owner.cwd)
        self.pieces = [owner.tree.text(self.path) or ""] if append else []
        self.size = self.saved = len(self.text())
        if not append or not owner.tree.exists(self.path):
            owner.tree.write(self.path, "", uid=owner.uid, gid=owner.gid)

    def save(self) -> None:
        """Bring the tree up to date; a file that is gone is not made again."""
        if self.size == self.saved:
            return
        if self.size > MAX_FILE:
            raise TooLong("file too large")
        self.saved = self.size
        self.pieces = [self.text()]
        self.owner.clock.look_around(self.size // CHARS_PER_FILE)
        if self.owner.tree.exists(self.path):
            self.owner.tree.write(self.path, self.pieces[0], uid=self.owner.uid, gid=self.owner.gid)


def redirected(
    owner: Shell,
    shell: Shell,
    redirects: list[Redirect],
    body: Callable[[], int],
    stays: bool = False,
) -> int:
    """Run something in `shell` with its streams redirected, as `owner` expands the names.

    stays: they stay so afterwards, as after `exec > file`.
    """
    if not redirects:
        return body()
    old = shell.streams
    read_from: list[str] = []
    try:
        for redirect in redirects:
            wrong = _redirect(owner, shell, redirect, read_from)
            if wrong:
                shell.streams = old
                owner.err.write(wrong)
                return complaints.refused_status(owner.state)
        return body()
    finally:
        for sink in shell.streams.sinks():
            if isinstance(sink, FileSink):
                sink.save()
        if not stays:
            left, shell.streams = shell.stdin, old
            if not read_from:
                shell.stdin = left
            elif read_from[-1] in old.inputs:
                old.inputs[read_from[-1]] = left


def is_there(owner: Shell, target: str) -> bool:
    """Tell whether a file can be read from, seen or not."""
    entry = unknown.take(owner.tree, target, owner.cwd)
    return entry is not None and entry["type"] == "file"


def _redirect(owner: Shell, shell: Shell, redirect: Redirect, read_from: list[str]) -> str:
    """Apply one redirection; returns what is wrong, or "".

    read_from: gains the descriptor that standard input now is, "" for a text or a file.
    """
    number, operator, word = redirect
    number = number or ("0" if operator.startswith("<") else "1")
    target = expand_text(word, owner)
    if operator in (">&", "<&") and re.fullmatch(r"\d+|-", target):
        return _duplicate(owner, shell, number, target, read_from)
    if operator in ("<", "<<", "<<-", "<<<"):
        text: str | None = target + ("\n" if operator == "<<<" else "")
        if operator == "<":
            text = "" if target == "/dev/null" else owner.tree.text(target, owner.cwd)
            if text is None and not is_there(owner, target):
                return _wrong(owner, complaints.cannot_open, target, NO_ENTRY)
        if number == "0":
            read_from.append("")
        shell.streams = shell.streams.reading(number, text or "")
        return ""
    special = {
        "/dev/stdout": shell.out, "/dev/stderr": shell.err, "/dev/null": Sink(), "/dev/tty": Sink(),
    }  # fmt: skip
    sink = special.get(target)
    if sink is None:
        wrong = _check_target(owner, target)
        if wrong:
            return wrong
        sink = FileSink(owner, target, operator in (">>", "&>>", "<>"))
    shell.streams = shell.streams.writing(number, sink)
    if operator.startswith("&") or operator == ">&":
        shell.streams = shell.streams.writing("2", sink)
    return ""


def _duplicate(owner: Shell, shell: Shell, number: str, target: str, read_from: list[str]) -> str:
    """Apply `2>&1`, `>&3`, `<&3` or, with `-`, close a descriptor."""
    streams = shell.streams
    sink, text = streams.outputs.get(target), streams.inputs.get(target)
    if target == "-":
        shell.streams = streams.writing(number, Sink())
    elif sink is not None:
        shell.streams = streams.writing(number, sink)
    elif text is not None:
        read_from += [target] if number == "0" else []
        shell.streams = streams.reading(number, text)
    else:
        return f"{complaints.where(owner.state, owner.line)}{target}: Bad file descriptor\n"
    return ""


def _check_target(owner: Shell, target: str) -> str:
    if not target:
        return _wrong(owner, complaints.cannot_create, target, NO_ENTRY)
    real = owner.tree.resolve(target, owner.cwd)
    parent = real.rpartition("/")[0] or "/"
    owner.need(parent, folder=True)
    if not owner.tree.is_dir(parent):
        return _wrong(owner, complaints.cannot_create, target, NO_ENTRY)
    if owner.tree.is_dir(real):
        return _wrong(owner, complaints.cannot_create, target, "Is a directory")
    if not owner.may_write(real):
        return _wrong(owner, complaints.cannot_create, target, "Permission denied")
    return ""


def _wrong(owner: Shell, say: Callable[..., str], path: str, reason: str) -> str:
    return say(owner.state, owner.line, path, reason)
