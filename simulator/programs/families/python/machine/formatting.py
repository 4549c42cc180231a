"""Formatting: format specifications, `%` and str.format, without a width that fills the memory."""

from __future__ import annotations

import re
from typing import Any

from ....vm import Machine
from .calls import call_now, lookup
from .errors import error
from .objects import Instance
from .operators import unwrap
from .texts import to_repr, to_text
from .types import name_of

WIDEST = 100_000
_DIGITS = re.compile(r"\d+")


def check_width(spec: str) -> None:
    """Refuse a width that no one means; raises MemoryError, ValueError."""
    for run in _DIGITS.findall(spec):
        if len(run) > 18:
            raise error("ValueError", "Too many decimal digits in format string")
        if int(run) > WIDEST:
            raise error("MemoryError")


def format_value(vm: Machine, value: Any, spec: str) -> str:
    """Write a value by a format specification, as format() does."""
    if type(value) is Instance:
        method = lookup(value.cls, "__format__")
        if method is not None:
            return str(call_now(vm, method, value, spec))
        held = unwrap(value)
        if held is not value and lookup(value.cls, "__str__") is None:
            value = held
    if type(value) in (int, float, bool, str):
        if not spec:
            return to_text(vm, value)
        check_width(spec)
        try:
            return format(value, spec)
        except (ValueError, TypeError, OverflowError) as problem:
            raise error(type(problem).__name__, str(problem)) from None
    if spec:
        raise error("TypeError", f"unsupported format string passed to {name_of(value)}.__format__")
    return to_text(vm, value)


_PERCENT = re.compile(r"%(?:\((\w*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.)", re.S)


def percent(vm: Machine, text: str, values: Any) -> str:
    """Write what `text % values` gives."""
    rest = list(values) if type(values) is tuple else [values]
    named = values if type(values) is dict else None
    out: list[str] = []
    at = 0
    while (found := text.find("%", at)) >= 0:
        out.append(text[at:found])
        match = _PERCENT.match(text, found)
        if match is None:
            raise error("ValueError", "incomplete format")
        at = match.end()
        name, flags, width, places, kind = match.groups()
        if kind == "%":
            out.append("%")
            continue
        if width == "*" or places == "*":
            width, places = (str(rest.pop(0)) if x == "*" and rest else x for x in (width, places))
        if name is not None:
            if named is None:
                raise error("TypeError", "format requires a mapping")
            if name not in named:
                raise error("KeyError", name)
            value = named[name]
        elif not rest:
            raise error("TypeError", "not enough arguments for format string")
        else:
            value = rest.pop(0)
        out.append(_converted(vm, value, flags, width, places, kind))
    out.append(text[at:])
    if rest and named is None and (type(values) is tuple or values is not None) and (
        type(values) is tuple or "%" not in text.replace("%%", "")
    ):  # fmt: skip
        raise error("TypeError", "not all arguments converted during string formatting")
    return "".join(out)


def _converted(vm: Machine, value: Any, flags: str, width: str | None, places: str | None,
               kind: str) -> str:  # fmt: skip
    spec = f"%{flags}{width or ''}{'.' + places if places is not None else ''}"
    check_width(spec)
    if kind in "sra":
        shown = to_text(vm, value) if kind == "s" else to_repr(vm, value)
        return f"{spec}s" % shown
    value = unwrap(value)
    if kind in "diuoxXeEfFgGc":
        try:
            return f"{spec}{kind}" % value  # type: ignore[no-any-return]
        except (TypeError, ValueError, OverflowError) as problem:
            text = str(problem).replace("Instance", name_of(value))
            raise error(type(problem).__name__, text) from None
    raise error("ValueError", f"unsupported format character {kind!r} (0x{ord(kind):x}) at index 0")


_FIELD = re.compile(r"\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}")


def format_text(vm: Machine, text: str, args: list[Any], words: dict[str, Any]) -> str:
    """Write what `text.format(...)` gives."""
    out: list[str] = []
    at = number = 0
    for match in _FIELD.finditer(text):
        piece = text[at : match.start()]
        if "{" in piece or "}" in piece:
            raise error("ValueError", "Single '}' encountered in format string")
        out.append(piece)
        at = match.end()
        if match[0] in ("{{", "}}"):
            out.append(match[0][0])
            continue
        name = match[1]
        if not re.match(r"[^.\[]", name or ""):
            name, number = f"{number}{name}", number + 1
        value = _field(vm, name, args, words)
        spec = re.sub(r"\{([^{}]*)\}", lambda m: to_text(vm, _field(vm, m[1], args, words)),
                      match[3] or "")  # fmt: skip
        if match[2]:
            value = to_text(vm, value) if match[2] == "s" else to_repr(vm, value)
        out.append(format_value(vm, value, spec))
    if "{" in text[at:] or "}" in text[at:]:
        word = "{" if "{" in text[at:] else "}"
        raise error("ValueError", f"Single '{word}' encountered in format string")
    return "".join([*out, text[at:]])


def _field(vm: Machine, name: str, args: list[Any], words: dict[str, Any]) -> Any:
    from .attributes import get_attr
    from .items import get_item

    parts = re.findall(r"^[^.\[]+|\.\w+|\[[^\]]*\]", name)
    head = parts[0] if parts else ""
    if head.isdigit():
        if int(head) >= len(args):
            raise error("IndexError", f"Replacement index {head} out of range for positional args "
                                      "tuple")  # fmt: skip
        value = args[int(head)]
    elif head in words:
        value = words[head]
    else:
        raise error("KeyError", head)
    for part in parts[1:]:
        if part[0] == ".":
            value = get_attr(vm, value, part[1:])
        else:
            key = part[1:-1]
            value = get_item(vm, value, int(key) if key.isdigit() else key)
    return value
