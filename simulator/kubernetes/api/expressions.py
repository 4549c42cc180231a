"""CEL as the API server speaks it: the language, and the functions Kubernetes adds to it.

Source: kubernetes apiserver pkg/cel/library (lists, regex, urls, quantity, format) and the string
extension of cel-go.

# Simplified: Rules are not typed when they are written, and have no limit of cost.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import cel

from .quantity import Quantity, QuantityError, parse


class ExpressionError(Exception):
    """An expression that cannot be read, or that failed; the message is CEL's."""


class Unknown(ExpressionError):
    """An expression that uses what this lab's CEL does not have."""


def evaluate(text: str, variables: dict[str, Any]) -> Any:
    """Give the value of an expression; raises ExpressionError."""
    program = _compiled(text)
    context = cel.Context(variables=variables, functions=_FUNCTIONS)
    try:
        return program.execute(context)
    except KeyError as error:
        raise ExpressionError(f"no such key: {error.args[0]}") from error
    except IndexError as error:
        raise ExpressionError(f"index out of bounds: {error.args[0]}") from error
    except ZeroDivisionError as error:
        raise ExpressionError("division by zero") from error
    except RuntimeError as error:
        if "Undefined variable or function" in str(error):
            raise Unknown(str(error)) from error
        raise ExpressionError(str(error)) from error
    except (TypeError, ValueError, OverflowError) as error:
        raise ExpressionError(f"no such overload: {error}") from error


def problem(text: str) -> str:
    """Say what is wrong with the form of an expression, "" for nothing."""
    if _NEWER.search(text):
        return ""
    try:
        _compiled(text)
    except ExpressionError as error:
        return str(error)
    return ""


_NEWER = re.compile(r"\.\?|\[\?|optional\.|cel\.bind")
"""Optional fields and local names, which the library cannot read."""


@lru_cache(maxsize=512)
def _compiled(text: str) -> cel.Program:
    try:
        return cel.compile(text)
    except Exception as error:  # the library raises several kinds
        if _NEWER.search(text):
            raise Unknown(str(error)) from error
        said = str(error)
        raise ExpressionError(said[max(said.find("ERROR: "), 0) :]) from error


def _index_of(items: Any, wanted: Any, start: int = 0) -> int:
    if isinstance(items, str):
        return items.find(wanted, start)
    return items.index(wanted) if wanted in items else -1


def _last_index_of(items: Any, wanted: Any) -> int:
    if isinstance(items, str):
        return items.rfind(wanted)
    return len(items) - 1 - items[::-1].index(wanted) if wanted in items else -1


def _substring(text: str, start: int, end: int | None = None) -> str:
    return text[start:end]


def _replace(text: str, old: str, new: str, limit: int = -1) -> str:
    return text.replace(old, new, limit)


def _split(text: str, by: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    return text.split(by, limit - 1 if limit > 0 else -1) if by else list(text)


def _format(text: str, values: list[Any]) -> str:
    """Fill in %s, %d and %f of the string extension's format()."""
    left = list(values)

    def put(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        value = left.pop(0)
        if isinstance(value, bool):
            return str(value).lower()
        return match[0] % value if match[0][-1] in "df" else str(value)

    return re.sub(r"%(?:%|s|d|(?:\.\d+)?f)", put, text)


def _find(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found[0] if found else ""


def _find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    found = [one[0] for one in re.finditer(pattern, text)]
    return found if limit < 0 else found[:limit]


def _amount(value: Any) -> Quantity:
    return parse(value["quantity"] if isinstance(value, dict) else value)


def _is_quantity(text: str) -> bool:
    try:
        parse(text)
    except QuantityError:
        return False
    return True


def _compare(one: Any, other: Any) -> int:
    mine, theirs = _amount(one).nanos, _amount(other).nanos
    return (mine > theirs) - (mine < theirs)


def _is_url(text: str) -> bool:
    return bool(urlsplit(text).scheme) or text.startswith("/")


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "indexOf": _index_of,
    "lastIndexOf": _last_index_of,
    "substring": _substring,
    "replace": _replace,
    "split": _split,
    "join": lambda items, by="": by.join(items),
    "lowerAscii": str.lower,
    "upperAscii": str.upper,
    "trim": str.strip,
    "charAt": lambda text, at: text[at : at + 1],
    "format": _format,
    "find": _find,
    "findAll": _find_all,
    "isSorted": lambda items: items == sorted(items),
    "sum": sum,
    "min": min,
    "max": max,
    "isURL": _is_url,
    "getHostname": lambda url: urlsplit(url).hostname or "",
    "url": lambda text: text,
    "quantity": lambda text: {"quantity": str(parse(text))},
    "isQuantity": _is_quantity,
    "isGreaterThan": lambda one, other: _compare(one, other) > 0,
    "isLessThan": lambda one, other: _compare(one, other) < 0,
    "compareTo": _compare,
    "asInteger": lambda one: _amount(one).nanos // 10**9,
}
