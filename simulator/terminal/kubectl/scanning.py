"""Tabs and colons in YAML as Go's yaml.v2 takes them.

Source: libyaml's scanner.c, from which yaml.v2 descends; PyYAML knows no tabs between words,
and ends a word within brackets at any colon.
"""

from __future__ import annotations

import yaml

_BREAKS = "\r\n\x85\u2028\u2029"
_TAB = "found a tab character that violates indentation"


class Tabs(yaml.SafeLoader):
    """A loader that takes tabs for blanks except where a line's indentation counts."""

    def scan_to_next_token(self) -> None:
        """Skip blanks, comments and ends of lines."""
        if self.index == 0 and self.peek() == "\ufeff":
            self.forward()
        found = False
        while not found:
            while self.peek() == " " or (
                self.peek() == "\t" and (self.flow_level or not self.allow_simple_key)
            ):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in "\0" + _BREAKS:
                    self.forward()
            if not self._line_break():
                found = True
            elif not self.flow_level:
                self.allow_simple_key = True

    def scan_plain(self) -> yaml.ScalarToken:
        """Read a text without quotes: a colon ends it only where a blank follows."""
        start = end = self.get_mark()
        chunks: list[str] = []
        spaces: list[str] | None = []
        while spaces is not None and self.peek() != "#":
            length = 0
            while not self._ends_plain(length):
                length += 1
            if length == 0:
                break
            self.allow_simple_key = False
            chunks += [*spaces, self.prefix(length)]
            self.forward(length)
            end = self.get_mark()
            spaces = self.scan_plain_spaces(self.indent + 1, start)
            if not spaces or (not self.flow_level and self.column <= self.indent):
                break
        return yaml.ScalarToken("".join(chunks), True, start, end)

    def _ends_plain(self, length: int) -> bool:
        char, blanks = self.peek(length), "\0 \t" + _BREAKS
        if char in blanks or (self.flow_level and char in ",?[]{}"):
            return True
        return char == ":" and self.peek(length + 1) in blanks

    def scan_plain_spaces(self, indent: int, start_mark: yaml.Mark) -> list[str] | None:
        """Read what is between the words of a plain text; None where a document ends."""
        length = 0
        while self.peek(length) in " \t":
            length += 1
        blanks = self.prefix(length)
        self.forward(length)
        if self.peek() not in _BREAKS:
            return [blanks] if blanks else []
        first, more = self._line_break(), []
        self.allow_simple_key = True
        if self._document_ends():
            return None
        while self.peek() in " \t" + _BREAKS:
            if self.peek() in " \t":
                if self.peek() == "\t" and self.column < indent:
                    where = "while scanning a plain scalar"
                    raise yaml.scanner.ScannerError(where, start_mark, _TAB, self.get_mark())
                self.forward()
            else:
                more.append(self._line_break())
                if self._document_ends():
                    return None
        if first != "\n":
            return [first, *more]
        return more or [" "]

    def _line_break(self) -> str:
        return str(self.scan_line_break())  # type: ignore[no-untyped-call]

    def _document_ends(self) -> bool:
        return self.prefix(3) in ("---", "...") and self.peek(3) in "\0 \t" + _BREAKS
