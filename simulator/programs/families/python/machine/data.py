"""Native parts of json, math, re, hashlib, base64 and string formatting of dates."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
import zlib
from datetime import datetime, timedelta, timezone
from typing import Any

from simulator.patterns import searched, to_regex

from ....vm import Machine
from .calls import call_now, native
from .errors import error
from .library import CONSTANTS
from .objects import Bulk, ByteArray
from .operators import NUMBERS, python_error, unwrap
from .types import name_of

Args = list[Any]
Words = dict[str, Any]
MOST = 1 << 19


# json


class _Encoder:
    def __init__(self, vm: Machine, words: Words) -> None:
        self.vm = vm
        self.default = words.get("default")
        indent = words.get("indent")
        self.indent = " " * min(16, indent) if type(indent) is int else indent
        given: Any = words.get("separators")
        self.comma: str
        self.colon: str
        self.comma, self.colon = given or ((",", ": ") if self.indent is not None else (", ", ": "))
        self.ascii = words.get("ensure_ascii", True) is not False
        self.sort = words.get("sort_keys") is True
        self.size = 0

    def write(self, value: Any, depth: int = 0) -> str:
        value = unwrap(value)
        kind = type(value)
        if kind is str:
            text = json.dumps(value, ensure_ascii=self.ascii)
        elif value is None or kind in (bool, int, float):
            text = json.dumps(value)
        elif kind is dict or kind in (list, tuple):
            if depth > 60:
                raise error("ValueError", "Circular reference detected")
            text = self.rows(value, depth)
        elif self.default is not None:
            text = self.write(call_now(self.vm, self.default, value), depth + 1)
        else:
            raise error("TypeError", f"Object of type {name_of(value)} is not JSON serializable")
        self.size += len(text)
        if self.size > MOST * 8:
            raise error("MemoryError")
        return text

    def rows(self, value: Any, depth: int) -> str:
        if type(value) is dict:
            pairs = [(self.key(key), one) for key, one in value.items()]
            if self.sort:
                pairs.sort(key=lambda pair: pair[0])
            parts = [f"{json.dumps(key, ensure_ascii=self.ascii)}{self.colon}"
                     f"{self.write(one, depth + 1)}" for key, one in pairs]  # fmt: skip
            opening, closing = "{", "}"
        else:
            parts = [self.write(one, depth + 1) for one in value]
            opening, closing = "[", "]"
        if not parts or self.indent is None:
            return opening + self.comma.join(parts) + closing
        inner = "\n" + self.indent * (depth + 1)
        return (opening + inner + (self.comma + inner).join(parts) + "\n" + self.indent * depth
                + closing)  # fmt: skip

    def key(self, key: Any) -> str:
        key = unwrap(key)
        if type(key) is str:
            return str(key)
        if key is None or type(key) in (bool, int, float):
            return json.dumps(key)
        raise error("TypeError", f"keys must be str, int, float, bool or None, not {name_of(key)}")


@native("json.dumps")
def _dumps(vm: Machine, args: Args, words: Words) -> Any:
    return _Encoder(vm, words).write(args[0])


@native("_json.loads")
def _loads(vm: Machine, args: Args, words: Words) -> Any:
    """Give [value], or the words of what is wrong."""
    text = unwrap(args[0])
    if type(text) in (bytes, ByteArray):
        text = (text.data if type(text) is ByteArray else text).decode("utf-8", "replace")
    if type(text) is not str:
        raise error("TypeError", "the JSON object must be str, bytes or bytearray, not "
                                 f"{name_of(text)}")  # fmt: skip
    try:
        return [json.loads(text)]
    except json.JSONDecodeError as problem:
        return (problem.msg, problem.pos, problem.lineno, problem.colno)
    except RecursionError:
        raise error("RecursionError", "maximum recursion depth exceeded") from None


# math

_FUNCTIONS = ("sqrt", "floor", "ceil", "trunc", "sin", "cos", "tan", "asin", "acos", "atan",
              "atan2", "exp", "log2", "log10", "pow", "hypot", "degrees", "radians", "fabs",
              "isnan", "isinf", "isfinite", "copysign", "fmod", "log", "log1p", "expm1", "isqrt",
              "gcd", "lcm", "cbrt", "erf", "gamma", "modf", "frexp", "sinh", "cosh", "tanh",
              "isclose", "dist", "ldexp")  # fmt: skip


def _pure(name: str) -> None:
    function = getattr(math, name)

    @native(f"math.{name}")
    def run(vm: Machine, args: Args, words: Words) -> Any:
        values = [unwrap(one) for one in args]
        for one in values:
            if type(one) not in NUMBERS and name != "dist":
                raise error("TypeError", f"must be real number, not {name_of(one)}")
        try:
            return function(*values, **words)
        except (ValueError, TypeError, OverflowError) as problem:
            raise python_error(problem) from None


for _name in _FUNCTIONS:
    _pure(_name)
for _name in ("pi", "e", "inf", "nan", "tau"):
    CONSTANTS[f"math.{_name}"] = getattr(math, _name)


@native("math.factorial", "math.comb", "math.perm")
def _factorial(vm: Machine, args: Args, words: Words) -> Any:
    n = unwrap(args[0])
    if type(n) not in (int, bool):
        raise error("TypeError", f"{name_of(n)!r} object cannot be interpreted as an integer")
    if n < 0:
        raise error("ValueError", "factorial() not defined for negative values")
    if n > 5000:
        raise error("MemoryError")
    return math.factorial(n) if len(args) == 1 else math.comb(n, min(unwrap(args[1]), 5000))


@native("_math.sum")
def _fsum(vm: Machine, args: Args, words: Words) -> Any:
    return math.fsum(args[0])


# re


@native("_re.compile")
def _compile(vm: Machine, args: Args, words: Words) -> Any:
    """Check a pattern; answers None or (message, position)."""
    if type(unwrap(args[0])) is not str:
        raise error("TypeError", "first argument must be string or compiled pattern")
    try:
        re.compile(unwrap(args[0])[:2000], int(args[1]))
    except re.error as problem:
        return (str(problem), problem.pos)
    except (ValueError, OverflowError, RecursionError) as problem:
        return (str(problem), 0)
    return None


def _pattern(text: str, flags: int) -> re.Pattern[str]:
    """Give a pattern that cannot take for ever.

    # Simplified: A regular expression that might need exponential time fails with a MemoryError.
    """
    if to_regex(text) is None:
        raise error("MemoryError", "pattern too complex for the model")
    return re.compile(text, flags)


def _row(match: re.Match[str] | None) -> Any:
    if match is None:
        return None
    spans = [match.span(at) for at in range(match.re.groups + 1)]
    return ([match[0], *match.groups()], spans, dict(match.re.groupindex), match.lastindex)


@native("_re.match")
def _match(vm: Machine, args: Args, words: Words) -> Any:
    kind, text, flags, subject, at = args
    subject = unwrap(subject)
    if type(subject) is Bulk:
        return None
    if type(subject) is not str:
        raise error("TypeError", f"expected string or bytes-like object, got {name_of(subject)!r}")
    pattern = _pattern(text, flags)
    subject = searched(pattern, subject[at:])
    return _shift(_row(getattr(pattern, kind)(subject)), at)


def _shift(row: Any, by: int) -> Any:
    if row is None or not by:
        return row
    groups, spans, names, last = row
    return (groups, [(a + by, b + by) if a >= 0 else (a, b) for a, b in spans], names, last)


@native("_re.all")
def _all(vm: Machine, args: Args, words: Words) -> Any:
    text, flags, subject = args
    subject = unwrap(subject)
    if type(subject) is not str:
        raise error("TypeError", f"expected string or bytes-like object, got {name_of(subject)!r}")
    pattern = _pattern(text, flags)
    rows = []
    for piece, start in _lines(pattern, subject):
        rows += [_shift(_row(match), start) for match in pattern.finditer(piece)]
        if len(rows) > 20_000:
            raise error("MemoryError")
    return rows


def _lines(pattern: re.Pattern[str], text: str) -> list[tuple[str, int]]:
    """Cut a long text into lines, so that each is searched quickly."""
    if len(searched(pattern, text)) == len(text):
        return [(text, 0)]
    found, at = [], 0
    for line in text.splitlines(keepends=True):
        found.append((searched(pattern, line), at))
        at += len(line)
    return found


@native("re.escape")
def _escape(vm: Machine, args: Args, words: Words) -> Any:
    return re.escape(unwrap(args[0]))


@native("_re.template")
def _template(vm: Machine, args: Args, words: Words) -> Any:
    """Write a replacement with the groups of a match."""
    template, groups, names = args

    def one(match: re.Match[str]) -> str:
        key = match[1] or match[2]
        if match[3]:
            return {"n": "\n", "t": "\t", "\\": "\\", "r": "\r"}.get(match[3], match[0])
        at = int(key) if key.isdigit() else names.get(key, -1)
        if not 0 <= at < len(groups):
            raise error("IndexError", f"invalid group reference {key}")
        return groups[at] or ""

    return re.sub(r"\\(\d{1,2})|\\g<(\w+)>|\\(.)", one, template)


for _name in ("IGNORECASE", "MULTILINE", "DOTALL", "VERBOSE", "ASCII", "I", "M", "S", "X", "A"):
    CONSTANTS[f"re.{_name}"] = int(getattr(re, _name))
del _name


# Digests and encodings


def _data(value: Any) -> bytes:
    value = unwrap(value)
    if type(value) is ByteArray:
        return value.data
    if type(value) is Bulk:
        return bytes(value.piece, "utf-8") if type(value.piece) is str else bytes(value.piece)
    if type(value) is not bytes:
        raise error("TypeError", "Strings must be encoded before hashing" if type(value) is str else
                    f"a bytes-like object is required, not {name_of(value)!r}")  # fmt: skip
    return value


@native("_hashlib.digest")
def _digest(vm: Machine, args: Args, words: Words) -> Any:
    try:
        return hashlib.new(args[0], _data(args[1])).digest()
    except (ValueError, TypeError):
        raise error("ValueError", f"unsupported hash type {args[0]}") from None


def _coder(name: str, function: Any) -> None:
    @native(name)
    def run(vm: Machine, args: Args, words: Words) -> Any:
        value = unwrap(args[0])
        data = value.encode() if type(value) is str and "decode" in name else _data(value)
        try:
            return function(data)
        except (ValueError, binascii.Error) as problem:
            raise error("ValueError", str(problem)) from None


for _name in ("b64encode", "b64decode", "urlsafe_b64encode", "urlsafe_b64decode", "b32encode",
              "b32decode", "b16encode", "b16decode"):  # fmt: skip
    _coder(f"base64.{_name}", getattr(base64, _name))
_coder("binascii.hexlify", binascii.hexlify)
_coder("zlib.crc32", zlib.crc32)


# Dates


def _moment(parts: Any) -> datetime:
    try:
        return datetime(*parts)
    except (ValueError, TypeError, OverflowError) as problem:
        raise python_error(problem) from None


@native("_datetime.check")
def _check(vm: Machine, args: Args, words: Words) -> Any:
    _moment(args[0])


@native("_datetime.add")
def _add(vm: Machine, args: Args, words: Words) -> Any:
    try:
        moment = _moment(args[0]) + timedelta(microseconds=args[1])
    except OverflowError:
        raise error("OverflowError", "date value out of range") from None
    return (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second,
            moment.microsecond)  # fmt: skip


@native("_datetime.micros")
def _micros(vm: Machine, args: Args, words: Words) -> Any:
    span = _moment(args[0]) - datetime(1970, 1, 1)
    return (span.days * 86400 + span.seconds) * 1_000_000 + span.microseconds


@native("_datetime.strftime")
def _strftime(vm: Machine, args: Args, words: Words) -> Any:
    parts, form, offset = args
    zone = None if offset is None else timezone(timedelta(seconds=offset))
    return _moment(parts).replace(tzinfo=zone).strftime(form[:1000])


@native("_datetime.strptime")
def _strptime(vm: Machine, args: Args, words: Words) -> Any:
    try:
        moment = datetime.strptime(args[0], args[1])
    except (ValueError, TypeError, re.error) as problem:
        raise error("ValueError", str(problem)) from None
    return _parts(moment)


@native("_datetime.fromisoformat")
def _fromiso(vm: Machine, args: Args, words: Words) -> Any:
    try:
        return _parts(datetime.fromisoformat(args[0]))
    except (ValueError, TypeError) as problem:
        raise error("ValueError", str(problem)) from None


def _parts(moment: datetime) -> Any:
    offset = moment.utcoffset()
    return ((moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second,
             moment.microsecond), None if offset is None else offset.total_seconds())  # fmt: skip
