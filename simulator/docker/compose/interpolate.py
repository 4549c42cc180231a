"""Variables in compose files, `${NAME:-default}`, and the `.env` files that give their values.

Imitates compose-go's template and dotenv packages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .errors import ComposeError

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")
MAX_NESTING = 20

Warnings = dict[str, None]


def fill(value: Any, env: Mapping[str, str], warnings: Warnings, path: str = "") -> Any:
    """Fill in the variables of all texts of a document; raises ComposeError.

    Names that have no value are blank; each is noted once in `warnings`.
    """
    if isinstance(value, str):
        return _text(value, env, warnings, path) if "$" in value else value
    if isinstance(value, list):
        return [fill(item, env, warnings, f"{path}[]") for item in value]
    if isinstance(value, dict):
        return {
            key: fill(item, env, warnings, f"{path}.{key}" if path else key)
            for key, item in value.items()
        }
    return value


def _text(text: str, env: Mapping[str, str], warnings: Warnings, path: str) -> str:
    try:
        return _expand(text, env, warnings, 0)
    except _Invalid:
        raise ComposeError(
            f"invalid interpolation format for {path}.\nYou may need to escape any $ with another "
            f"$.\n{text}"
        ) from None
    except _Missing as missing:
        raise ComposeError(f"error while interpolating {path}: {missing}") from None


class _Invalid(Exception):
    """A `$` that begins no variable."""


class _Missing(Exception):
    """A variable that must have a value and has none."""


def _expand(text: str, env: Mapping[str, str], warnings: Warnings, depth: int) -> str:
    if depth > MAX_NESTING:
        raise _Invalid
    out, at = "", 0
    while at < len(text):
        if text[at] != "$":
            out += text[at]
            at += 1
        elif text[at : at + 2] == "$$":
            out += "$"
            at += 2
        elif text[at : at + 2] == "${":
            end = _closing(text, at)
            out += _braced(text[at + 2 : end], env, warnings, depth)
            at = end + 1
        else:
            match = _NAME.match(text, at + 1)
            if match is None:
                raise _Invalid
            out += _value(match[0], env, warnings)
            at = match.end()
    return out


def _closing(text: str, start: int) -> int:
    """Find the brace that closes the one after the `$` at `start`."""
    depth, at = 0, start
    while at < len(text):
        if text.startswith("${", at):
            depth += 1
            at += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    raise _Invalid


def _braced(inside: str, env: Mapping[str, str], warnings: Warnings, depth: int) -> str:
    match = _NAME.match(inside)
    if match is None:
        raise _Invalid
    name, rest = match[0], inside[match.end() :]
    if not rest:
        return _value(name, env, warnings)
    operator = next((o for o in _OPERATORS if rest.startswith(o)), None)
    if operator is None:
        raise _Invalid
    word = _expand(rest[len(operator) :], env, warnings, depth + 1)
    has = bool(env.get(name)) if operator[0] == ":" else name in env
    if operator[-1] == "-":
        return env[name] if has else word
    if operator[-1] == "+":
        return word if has else ""
    if not has:
        raise _Missing(f"required variable {name} is missing a value: {word}")
    return env[name]


def _value(name: str, env: Mapping[str, str], warnings: Warnings) -> str:
    if name not in env:
        warnings[f'The "{name}" variable is not set. Defaulting to a blank string.'] = None
    return env.get(name, "")


def parse_env_file(text: str, path: str, env: Mapping[str, str]) -> dict[str, str]:
    """Read the lines NAME=value of a `.env` or `env_file`; raises ComposeError."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        row = line.strip().removeprefix("export ").lstrip()
        if not row or row.startswith("#"):
            continue
        name, sign, value = row.partition("=")
        name = name.strip()
        if not sign:
            if name in env:
                found[name] = env[name]
            continue
        if not re.fullmatch(r"[A-Za-z0-9_.\-]+", name):
            raise ComposeError(
                f"failed to read {path}: line {number}: unexpected character "
                f'"{_first_bad(name)}" in variable name "{row}"'
            )
        found[name] = _env_value(value.strip(), {**env, **found}, path, number)
    return found


def _first_bad(name: str) -> str:
    bad = re.search(r"[^A-Za-z0-9_.\-]", name)
    return bad[0] if bad else "="


def _env_value(value: str, env: Mapping[str, str], path: str, number: int) -> str:
    quote = value[:1]
    if quote in ("'", '"'):
        end = value.find(quote, 1)
        while end > 0 and value[end - 1] == "\\":
            end = value.find(quote, end + 1)
        if end < 0:
            raise ComposeError(
                f"failed to read {path}: line {number}: unterminated quoted value {value}"
            )
        inside = value[1:end]
        if quote == "'":
            return inside.replace("\\'", "'")
        value = inside.replace('\\"', '"').replace("\\n", "\n").replace("\\t", "\t")
    else:
        value = re.split(r"(?:^|\s)#", value)[0].rstrip()
    try:
        return _expand(value, env, {}, 0)
    except (_Invalid, _Missing):
        return value
