"""Variables in compose files, `${NAME:-default}`, as compose-go's template package fills them in.

A `$` that begins no variable stays as it is: `$(date)`, `$1`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .errors import ComposeError

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATORS = (":-", ":?", ":+", "-", "?", "+")
_USE = re.compile(r"\$(?:\$|([_a-zA-Z]\w*)|\{([_a-zA-Z]\w*)(?:(:?[-?+])(.*))?\})", re.A)
MAX_NESTING = 20

Warnings = list[str]


def fill(value: Any, env: Mapping[str, str], warnings: Warnings, path: str = "") -> Any:
    """Fill in the variables of all texts of a document; raises ComposeError.

    Names that have no value are blank; each is noted once in `warnings`.
    """
    if isinstance(value, str):
        return _text(value, env, warnings, path) if "$" in value else value
    if isinstance(value, list):
        return [fill(item, env, warnings, f"{path}.[]") for item in value]
    if isinstance(value, dict):
        return {
            key: fill(item, env, warnings, f"{path}.{key}" if path else key)
            for key, item in value.items()
        }
    return value


def _text(text: str, env: Mapping[str, str], warnings: Warnings, path: str) -> str:
    try:
        return expand(text, env, warnings)
    except Invalid as invalid:
        raise ComposeError(
            f"invalid interpolation format for {path}.\nYou may need to escape any $ with another "
            f"$.\n{invalid.template}"
        ) from None
    except Missing as missing:
        raise ComposeError(f"error while interpolating {path}: {missing}") from None


class Invalid(Exception):
    """A `${` that begins no variable; `template` is the text around it."""

    def __init__(self, template: str) -> None:
        super().__init__(template)
        self.template = template


class Missing(Exception):
    """A variable that must have a value and has none."""


def expand(text: str, env: Mapping[str, str], warnings: Warnings, depth: int = 0) -> str:
    """Fill in the variables of one text; raises Invalid, Missing."""
    if depth > MAX_NESTING:
        raise Invalid(text)
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
            out += _braced(text, text[at + 2 : end], env, warnings, depth)
            at = end + 1
        else:
            match = _NAME.match(text, at + 1)
            out += _value(match[0], env, warnings) if match else "$"
            at = match.end() if match else at + 1
    return out


def _closing(text: str, start: int) -> int:
    """Find the brace that closes the one after the `$` at `start`; any brace in between counts."""
    depth, at = 0, start
    while at < len(text) and text[at] != "\n":
        if text[at] == "{":
            depth += 1
            at += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    raise Invalid(text)


def _braced(
    text: str, inside: str, env: Mapping[str, str], warnings: Warnings, depth: int
) -> str:  # fmt: skip
    match = _NAME.match(inside)
    if match is None:
        raise Invalid(text)
    name, rest = match[0], inside[match.end() :]
    if not rest:
        return _value(name, env, warnings)
    operator = next((o for o in _OPERATORS if rest.startswith(o)), None)
    if operator is None:
        raise Invalid(text)
    word = expand(rest[len(operator) :], env, warnings, depth + 1)
    has = bool(env.get(name)) if operator[0] == ":" else name in env
    if operator[-1] == "-":
        return env[name] if has else word
    if operator[-1] == "+":
        return word if has else env.get(name, "")
    if not has:
        raise Missing(f"required variable {name} is missing a value" + (word and f": {word}"))
    return env[name]


def _value(name: str, env: Mapping[str, str], warnings: Warnings) -> str:
    if name not in env:
        warnings.append(f'The "{name}" variable is not set. Defaulting to a blank string.')
    return env.get(name, "")


def variables(value: Any, found: dict[str, list[str]]) -> None:
    """Add the variables of a document to `found`: {name: [required, default, alternate]}."""
    if isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            variables(item, found)
        return
    if not isinstance(value, str):
        return
    for match in _USE.finditer(value):
        if match[0].startswith("$$"):
            continue
        name, operator, word = match[1] or match[2], match[3] or "", match[4] or ""
        row = found.setdefault(name, ["false", "", ""])
        if operator.endswith("?"):
            row[0] = "true"
        elif operator:
            row[1 if operator.endswith("-") else 2] = word
        variables(word, found)
