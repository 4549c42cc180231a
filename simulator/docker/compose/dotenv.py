"""Files of variables: `.env`, `--env-file` and a service's `env_file`.

Imitates compose-go's dotenv package: `NAME=value` or `NAME: value`, quotes over several lines,
comments, `export`, variables in values, a bare NAME that takes the shell's value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from .errors import ComposeError
from .interpolate import Invalid, Missing, Warnings, expand

_SPACE = "\t\v\f\r \u0085\u00a0"
_ESCAPE = re.compile(r'\\(?:[abcfnrtv$"\\]|0\d{0,3})')
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
            '"': '"', "\\": "\\"}  # fmt: skip


class _Wrong(Exception):
    """A line that cannot be read."""


def parse_env_file(
    text: str, path: str, env: Mapping[str, str], warnings: Warnings | None = None,
    prefix: str = "failed to read {path}: ", raw: bool = False,
) -> dict[str, str]:  # fmt: skip
    """Read a file of variables; `env` goes before those of the file itself. Raises ComposeError.

    warnings: takes a note of each variable that has no value. raw: `format: raw`, in which a
    value is everything after the `=`.
    """
    if raw:
        return _raw(text)
    reader = _Reader(text.removeprefix("\ufeff"), env, [] if warnings is None else warnings)
    try:
        reader.read()
    except _Wrong as wrong:
        raise ComposeError(f"{prefix.format(path=path)}line {reader.line}: {wrong}") from None
    except Invalid as invalid:
        shown = json.dumps(invalid.template, ensure_ascii=False)
        raise ComposeError(f"{prefix.format(path=path)}Invalid template: {shown}") from None
    except Missing as missing:
        raise ComposeError(f"{prefix.format(path=path)}{missing}") from None
    return reader.found


def _raw(text: str) -> dict[str, str]:
    rows = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {name: value for name, sign, value in (row.partition("=") for row in rows) if sign}


class _Reader:
    """Goes through a file from statement to statement."""

    def __init__(self, text: str, env: Mapping[str, str], warnings: Warnings) -> None:
        self._rest = text
        self._env = env
        self._warnings = warnings
        self.found: dict[str, str] = {}
        self.line = 1

    def read(self) -> None:
        """Read all; raises _Wrong, Invalid, Missing."""
        while self._begin():
            name, inherited = self._name()
            if " " in name:
                raise _Wrong("key cannot contain a space")
            if inherited:
                if name in self._env:
                    self.found[name] = self._env[name]
                continue
            self.found[name] = self._value()

    def _begin(self) -> bool:
        """Go on to the next statement, over blank lines and comments."""
        while True:
            kept = self._rest.lstrip()
            self.line += self._rest[: len(self._rest) - len(kept)].count("\n")
            self._rest = kept
            if not kept.startswith("#"):
                return bool(kept)
            _, newline, rest = kept.partition("\n")
            self._rest = newline + rest

    def _name(self) -> tuple[str, bool]:
        """Read the name up to its `=`, or a whole line that is only a name."""
        if re.match(r"export\s+", self._rest):
            self._rest = self._rest.removeprefix("export").lstrip(_SPACE)
        for at, sign in enumerate(self._rest):
            if sign in "=:\n":
                name, rest = self._rest[:at], self._rest[at + 1 :]
                inherited = sign == "\n"
                self._rest = rest.lstrip(_SPACE)
                self.line += inherited and " " not in name
                return name.rstrip(), inherited
            if sign not in _SPACE + "_.-[]" and not (sign.isalpha() or sign.isnumeric()):
                first = json.dumps(self._rest.split("\n")[0], ensure_ascii=False)
                raise _Wrong(
                    f"unexpected character {json.dumps(sign)} in variable name {first}"
                )  # fmt: skip
        name, self._rest = "", ""
        return name, False

    def _value(self) -> str:
        quote = self._rest[:1]
        if quote in ('"', "'") and quote:
            return self._quoted(quote)
        value, _, self._rest = self._rest.partition("\n")
        self.line += 1
        return self._expanded(value.partition(" #")[0].rstrip())

    def _quoted(self, quote: str) -> str:
        kept, escaped = "", False
        for at, sign in enumerate(self._rest[1:], 1):
            self.line += sign == "\n"
            if sign == "\\" and not escaped:
                escaped = True
                continue
            if sign == quote and not escaped:
                self._rest = self._rest[at + 1 :]
                return self._expanded(_unescaped(kept)) if quote == '"' else kept
            kept += ("\\" if escaped and sign != quote else "") + sign
            escaped = False
        raise _Wrong(f"unterminated quoted value {self._rest.partition(chr(10))[0]}")

    def _expanded(self, value: str) -> str:
        return expand(value, {**self.found, **self._env}, self._warnings)


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        sign = match[0][1:]
        if sign == "$":
            return "$$"
        if sign.startswith("0") and len(sign) == 4 and int(sign[1:], 8 if max(sign) < "8" else 10):
            return chr(int(sign[1:], 8)) if max(sign) < "8" else match[0]
        return _ESCAPES.get(sign, match[0])

    return _ESCAPE.sub(one, text)
