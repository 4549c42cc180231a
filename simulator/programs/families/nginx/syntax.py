"""Reads nginx's configuration files: words, blocks, included files, and what nginx refuses.

A directive is a row [name, words, inner rows, path, line]; the line is that of its end, which is
the one that nginx names.   Source: src/core/ngx_conf_file.c of nginx 1.28.
"""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import Any

from simulator import globs
from simulator.docker.tree import Tree

from .directives import BLOCKS, FREE, TABLE

PREFIX = "/etc/nginx"
MAX_DEPTH = 40
Row = list[Any]
Token = tuple[list[str], str, int]
"""(words, what ends them: ";", "{", "}" or "" at the end of the file, line)"""


class Emergency(Exception):
    """What keeps nginx from starting; the text is its message without the level."""


@lru_cache(maxsize=256)
def tokens(text: str, path: str) -> tuple[Token, ...]:
    """Split a file into directives; the last one is the end, with what is wrong there, if any."""
    found: list[Token] = []
    words: list[str] = []
    at, line, size = 0, 1, len(text)
    while at < size:
        char = text[at]
        if char in " \t\r\n":
            line += char == "\n"
            at += 1
        elif char == "#":
            end = text.find("\n", at)
            at = size if end < 0 else end
        elif char in ";{}":
            if (char != "}") != bool(words):
                return (*found, ([f'unexpected "{char}" in {path}:{line}'], "", line))
            found.append((words, char, line))
            words = []
            at += 1
        elif char in "'\"":
            word, at, lines = _quoted(text, at)
            line += lines
            if at > size:
                break
            words.append(word)
            if at < size and text[at] not in " \t\r\n;{)":
                return (*found, ([f'unexpected "{text[at]}" in {path}:{line}'], "", line))
        else:
            word, at = _bare(text, at)
            words.append(word)
    if words or at > size:
        wrong = f'unexpected end of file, expecting ";" or "}}" in {path}:{line}'
        return (*found, ([wrong], "", line))
    return (*found, ([], "", line))


def _quoted(text: str, at: int) -> tuple[str, int, int]:
    """Read a quoted word: (it, where it ends, lines in it); beyond the text's end when open."""
    mark, start, word = text[at], at, ""
    at += 1
    while at < len(text) and text[at] != mark:
        if text[at] == "\\" and at + 1 < len(text):
            word += _escape(text[at + 1])
            at += 2
        else:
            word += text[at]
            at += 1
    end = at + 1 if at < len(text) else len(text) + 1
    return word, end, text.count("\n", start, at)


def _escape(char: str) -> str:
    return {"t": "\t", "r": "\r", "n": "\n"}.get(char, char if char in "'\"\\" else "\\" + char)


def _bare(text: str, at: int) -> tuple[str, int]:
    """Read a word without quotes; `${` does not end it."""
    start = at
    pieces = ""
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            pieces += text[start:at] + _escape(text[at + 1])
            at += 2
            start = at
        elif text.startswith("${", at):
            at += 2
        elif text[at] in " \t\r\n;{":
            break
        else:
            at += 1
    return pieces + text[start:at], at


class Reader:
    """Reads a configuration with all that it includes."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.files: dict[str, str] = {}
        """What was read, in order: for `nginx -T`."""

    def file(self, path: str, context: str, place: str = "", depth: int = 0) -> list[Row]:
        """Read a file into rows; place: " in FILE:LINE" of the `include` that names it."""
        if not self.tree.is_file(path) or depth > MAX_DEPTH:
            why = (
                "2: No such file or directory" if depth <= MAX_DEPTH else "24: Too many open files"
            )
            raise Emergency(f'open() "{path}" failed ({why}){place}')
        text = self.tree.text(path) or ""
        self.files.setdefault(path, text)
        rows, _ = self.block(tokens(text, path), 0, context, path, depth, True)
        return rows

    def block(
        self,
        found: tuple[Token, ...],
        at: int,
        context: str,
        path: str,
        depth: int,
        outer: bool = False,
    ) -> tuple[list[Row], int]:
        """Read the directives of a block; answers them and where it ends."""
        rows: list[Row] = []
        while at < len(found):
            words, end, line = found[at]
            at += 1
            if end == "}":
                if outer:
                    raise Emergency(f'unexpected "}}" in {path}:{line}')
                return rows, at
            if end == "":
                if words:
                    raise Emergency(words[0])
                if outer:
                    break
                raise Emergency(f'unexpected end of file, expecting "}}" in {path}:{line}')
            name, args = words[0], words[1:]
            if context == "":
                rows.append([name, args, [], path, line])
                continue
            wrong = refused(name, args, end, context)
            if wrong:
                raise Emergency(f"{wrong} in {path}:{line}")
            if name == "include":
                rows += self.included(args[0], context, path, line, depth)
                continue
            row: Row = [name, args, [], path, line]
            if end == "{":
                row[2], at = self.block(found, at, _inside(name, context), path, depth)
            rows.append(row)
        return rows, at

    def included(self, pattern: str, context: str, path: str, line: int, depth: int) -> list[Row]:
        """Read the files of an `include`; a pattern may fit none."""
        full = posixpath.normpath(posixpath.join(PREFIX, pattern))
        if not any(sign in full for sign in "*?["):
            return self.file(full, context, f" in {path}:{line}", depth + 1)
        folder, name = posixpath.split(full)
        rows: list[Row] = []
        for child in self.tree.children(folder) if self.tree.is_dir(folder) else []:
            hidden = child.startswith(".") and not name.startswith(".")
            if globs.fits(child, name) and not hidden and not child.startswith("*"):
                rows += self.file(f"{folder}/{child}", context, f" in {path}:{line}", depth + 1)
        return rows


def _inside(name: str, context: str) -> str:
    """Name the context of a block; "" for a table whose lines are anything."""
    if name in FREE:
        return ""
    if name == "server":
        return "T" if context == "T" else "A" if context == "A" else "S"
    return "T" if context == "T" else BLOCKS.get(name, context)


def refused(name: str, args: list[str], end: str, context: str) -> str:
    """Say what nginx has against a directive; "" for nothing."""
    known = TABLE.get(name)
    if known is None:
        return f'unknown directive "{name}"'
    rule = known.get(context)
    if context == "T" and name == "server" and end == ";":
        return ""  # of an upstream
    if rule is None:
        return f'"{name}" directive is not allowed here'
    low, high, block, flag = rule
    if not block and end == "{":
        return f'directive "{name}" is not terminated by ";"'
    if block and end == ";":
        return f'directive "{name}" has no opening "{{"'
    if not low <= len(args) <= high:
        return f'invalid number of arguments in "{name}" directive'
    if flag and args[0].lower() not in ("on", "off"):
        return f'invalid value "{args[0]}" in "{name}" directive, it must be "on" or "off"'
    return ""
