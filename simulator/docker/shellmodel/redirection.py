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


def redirected(
    owner: Shell, shell: Shell, redirects: list[Redirect], body: Callable[[], int]
) -> int:
    """Run something in `shell` with its streams redirected, as `owner` expands the names."""
    if not redirects:
        return body()
    old = shell.stdin, shell.out, shell.err
    files: list[tuple[str, Sink, bool]] = []
    try:
        for redirect in redirects:
            wrong = _redirect(owner, shell, redirect, files)
            if wrong:
                shell.stdin, shell.out, shell.err = old
                owner.err.write(wrong)
                return complaints.refused_status(owner.state)
        return body()
    finally:
        shell.stdin, shell.out, shell.err = old
        for path, sink, append in files:
            _save(owner, path, sink.text(), append)


def is_there(owner: Shell, target: str) -> bool:
    """Tell whether a file can be read from, seen or not."""
    entry = unknown.take(owner.tree, target, owner.cwd)
    return entry is not None and entry["type"] == "file"


def _redirect(
    owner: Shell, shell: Shell, redirect: Redirect, files: list[tuple[str, Sink, bool]]
) -> str:
    """Apply one redirection; returns what is wrong, or ""."""
    number, operator, word = redirect
    fd = int(number) if number else 0 if operator.startswith("<") else 1
    target = expand_text(word, owner)
    if operator in ("<<", "<<-", "<<<"):
        shell.stdin = target + ("\n" if operator == "<<<" else "")
        return ""
    if operator in (">&", "<&") and re.fullmatch(r"\d+|-", target):
        sink = {"1": shell.out, "2": shell.err}.get(target, Sink())
        if fd == 2:
            shell.err = sink
        elif fd == 1:
            shell.out = sink
        return ""
    if operator == "<":
        text = "" if target == "/dev/null" else owner.tree.text(target, owner.cwd)
        if text is None and not is_there(owner, target):
            return _wrong(owner, complaints.cannot_open, target, NO_ENTRY)
        shell.stdin = text or ""
        return ""
    special = {
        "/dev/stdout": shell.out,
        "/dev/stderr": shell.err,
        "/dev/null": Sink(),
        "/dev/tty": Sink(),
    }
    sink = special.get(target) or Sink()
    if target not in special:
        wrong = _check_target(owner, target)
        if wrong:
            return wrong
        files.append((target, sink, operator in (">>", "&>>")))
    if operator.startswith("&") or operator == ">&":
        shell.out = shell.err = sink
    elif fd == 2:
        shell.err = sink
    elif fd == 1:
        shell.out = sink
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


def _save(owner: Shell, path: str, text: str, append: bool) -> None:
    before = owner.tree.text(path, owner.cwd) or "" if append else ""
    if len(before) + len(text) > MAX_FILE:
        raise TooLong("file too large")
    owner.tree.write(path, before + text, owner.cwd, uid=owner.uid, gid=owner.gid)


def _wrong(owner: Shell, say: Callable[..., str], path: str, reason: str) -> str:
    return say(owner.state, owner.line, path, reason)
