"""strings, strconv, unicode, math, sort, regexp: functions of values alone."""

from __future__ import annotations

import base64
import math
import re
from typing import Any

from ..converting import encoded, runes
from ..tokens import to_bytes, to_text
from ..values import Slice, items_of, new_list, zero_maker
from ..writing import float_text, quoted, shortest

MAX_REPEAT = 1 << 22


def _repeat(vm: Any, text: str, count: int) -> str:
    from ....vm import Thrown

    if count < 0:
        raise Thrown(("string", "strings: negative Repeat count"))
    if len(text) * count > MAX_REPEAT:
        raise MemoryError
    return text * count


def _split(vm: Any, text: str, sep: str, most: int = -1) -> Any:
    if most == 0:
        return None
    if not sep:
        parts = [encoded(one) for one in runes(text)]
        return new_list(parts)
    return new_list(text.split(sep, most - 1) if most > 0 else text.split(sep))


def _title(vm: Any, text: str) -> str:
    return to_bytes(re.sub(r"(^|[^\w'])(\w)", lambda m: m[1] + m[2].upper(), to_text(text)))


def _spaced(text: str) -> list[str]:
    return text.split() if text.isascii() else [to_bytes(one) for one in to_text(text).split()]


def _join(vm: Any, parts: Any, sep: str) -> str:
    return sep.join(items_of(parts, str))


def _last(vm: Any, text: str, sep: str) -> int:
    return text.rfind(sep)


def _atoi(vm: Any, text: str) -> tuple[int, str]:
    return _parse_int(vm, text, 10, 64)


def _parse_int(vm: Any, text: str, base: int, bits: int, signed: bool = True) -> tuple[int, str]:
    plain = text.replace("_", "") if base == 0 else text
    pattern = r"[+-]?[0-9a-zA-Z]+" if signed else r"[0-9a-zA-Z]+"
    if not re.fullmatch(pattern, plain) or len(plain) > 100:
        return 0, "invalid syntax"
    try:
        value = int(plain, base)
    except ValueError:
        return 0, "invalid syntax"
    bits = bits or 64
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    if not low <= value <= high:
        return (low if value < low else high), "value out of range"
    return value, ""


def _parse_float(vm: Any, text: str) -> tuple[float, str]:
    if not re.fullmatch(
        r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf|infinity|nan)", text, re.I
    ):
        return 0.0, "invalid syntax"
    value = float(text)
    return value, "value out of range" if math.isinf(value) and "n" not in text.lower() else ""


def _format_int(vm: Any, value: int, base: int) -> str:
    if base == 10:
        return str(value)
    digits, rest = "", abs(value)
    while rest:
        rest, one = divmod(rest, max(2, min(base, 36)))
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[one] + digits
    return ("-" if value < 0 else "") + (digits or "0")


def _format_float(vm: Any, value: float, kind: int, precision: int, bits: int) -> str:
    verb = chr(kind)
    if precision < 0:
        if verb == "f":
            text = shortest(value, bits, 400)
            if "e" in text:
                text = f"{value:.20f}".rstrip("0").rstrip(".")
            return text
        return float_text(value, verb if verb != "e" else "g", "", None, bits)
    return float_text(value, verb, "", min(precision, 100), bits)


def _unquote(vm: Any, text: str) -> tuple[str, bool]:
    from ..tokens import SourceError, Token, unquoted

    if len(text) < 2 or text[0] != text[-1] or text[0] not in '"`':
        return "", False
    try:
        return unquoted(Token("string", text, 1, 1)), True
    except SourceError:
        return "", False


def _sort(vm: Any, values: Any) -> None:
    if values is None:
        return
    part = items_of(values)
    part.sort()
    values.a[values.off : values.off + values.n] = part


def _sort_by(vm: Any, values: Any, compare: Any) -> None:
    """Sort a slice by a function that compares two elements."""
    if values is None:
        return
    from functools import cmp_to_key

    part = items_of(values)
    part.sort(key=cmp_to_key(lambda a, b: vm.call_now(compare, [a, b], {})))
    values.a[values.off : values.off + values.n] = part


def _sort_less(vm: Any, boxed: Any, less: Any) -> None:
    """sort.Slice: the function gets indexes, so the elements are put there to be compared."""
    from functools import cmp_to_key

    values: Slice | None = boxed[1] if boxed is not None else None
    if values is None or values.n < 2:
        return
    from ..language import program_of
    from ..values import copier

    kind = program_of(vm).find_type(boxed[0])
    part = items_of(values, zero_maker(kind.elem))
    copy = copier(kind.elem)
    if copy is not None:
        part = [copy(one) for one in part]
    a, off = values.a, values.off

    def compare(x: Any, y: Any) -> int:
        a[off], a[off + 1] = x, y
        if vm.call_now(less, [0, 1], {}):
            return -1
        a[off], a[off + 1] = y, x
        return 1 if vm.call_now(less, [0, 1], {}) else 0

    part.sort(key=cmp_to_key(compare))
    a[off : off + values.n] = part


def _map_runes(vm: Any, function: Any, text: str) -> str:
    found = [vm.call_now(function, [one], {}) for one in runes(text)]
    return "".join(encoded(one) for one in found if one >= 0)


def _words_by(vm: Any, text: str, function: Any) -> Any:
    words, word = [], ""
    for one in runes(text):
        if vm.call_now(function, [one], {}):
            if word:
                words.append(word)
            word = ""
        else:
            word += encoded(one)
    return new_list([*words, word] if word else words)


def _index_by(vm: Any, text: str, function: Any) -> int:
    at = 0
    for one in runes(text):
        if vm.call_now(function, [one], {}):
            return at
        at += len(encoded(one))
    return -1


def _rune_test(test: Any) -> Any:
    return lambda vm, code: 0 <= code < 0x110000 and bool(test(chr(code)))


def _case(vm: Any, text: str, upper: bool) -> str:
    raw = to_text(text)
    return to_bytes(raw.upper() if upper else raw.lower())


def _encode(vm: Any, text: str, url: bool, pads: bool) -> str:
    raw = text.encode("latin-1")
    made = (base64.urlsafe_b64encode(raw) if url else base64.b64encode(raw)).decode()
    return made if pads else made.rstrip("=")


def _decode(vm: Any, text: str, url: bool, pads: bool) -> tuple[str, int]:
    """Decode base64: (bytes, -1), or where it goes wrong."""
    plain = text.replace("\n", "").replace("\r", "")
    body = plain.rstrip("=") if pads else plain
    extra = "-_" if url else "+/"
    wrong = re.search(f"[^A-Za-z0-9{re.escape(extra)}]", body)
    if wrong is not None:
        return "", wrong.start()
    if len(body) % 4 == 1 or (pads and len(plain) % 4):
        return "", len(plain)
    filled = body + "=" * (-len(body) % 4)
    return base64.b64decode(filled, altchars=extra.encode()).decode("latin-1"), -1


def _float(function: Any) -> Any:
    def call(vm: Any, *values: float) -> float:
        try:
            return float(function(*values))
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return call


def _rounded(function: Any) -> Any:
    return lambda vm, v: float(function(v)) if v - v == 0 else v


NATIVES: dict[str, Any] = {
    "strings.Contains": lambda vm, a, b: b in a,
    "strings.HasPrefix": lambda vm, a, b: a.startswith(b),
    "strings.HasSuffix": lambda vm, a, b: a.endswith(b),
    "strings.Index": lambda vm, a, b: a.find(b),
    "strings.LastIndex": _last,
    "strings.Split": _split,
    "strings.SplitN": _split,
    "strings.Join": _join,
    "strings.Repeat": _repeat,
    "strings.Replace": lambda vm, s, a, b, n: s.replace(a, b, n) if n >= 0 else s.replace(a, b),
    "strings.ReplaceAll": lambda vm, s, a, b: s.replace(a, b),
    "strings.ToUpper": lambda vm, s: _case(vm, s, True),
    "strings.ToLower": lambda vm, s: _case(vm, s, False),
    "strings.Title": _title,
    "strings.TrimSpace": lambda vm, s: s.strip(" \t\n\v\f\r"),
    "strings.Trim": lambda vm, s, c: s.strip(c) if c else s,
    "strings.TrimLeft": lambda vm, s, c: s.lstrip(c) if c else s,
    "strings.TrimRight": lambda vm, s, c: s.rstrip(c) if c else s,
    "strings.TrimPrefix": lambda vm, s, p: s.removeprefix(p),
    "strings.TrimSuffix": lambda vm, s, p: s.removesuffix(p) if p else s,
    "strings.Fields": lambda vm, s: new_list(_spaced(s)),
    "strings.Count": lambda vm, s, p: s.count(p) if p else len(runes(s)) + 1,
    "strings.EqualFold": lambda vm, a, b: to_text(a).casefold() == to_text(b).casefold(),
    "strings.Map": _map_runes,
    "strings.FieldsFunc": _words_by,
    "strings.IndexFunc": _index_by,
    "strconv.parseInt": _parse_int,
    "strconv.parseUint": lambda vm, s, base, bits: _parse_int(vm, s, base, bits, False),
    "strconv.parseFloat": lambda vm, s: _parse_float(vm, s),
    "strconv.FormatInt": _format_int,
    "strconv.FormatFloat": _format_float,
    "strconv.Quote": lambda vm, s: quoted(s),
    "strconv.unquote": _unquote,
    "sort.ordered": _sort,
    "sort.Slice": _sort_less,
    "sort.ints": _sort,
    "sort.strs": _sort,
    "sort.floats": _sort,
    "slices.sortOrdered": _sort,
    "slices.sortBy": _sort_by,
    "encoding/base64.encode": _encode,
    "encoding/base64.decode": _decode,
    "unicode.IsLetter": _rune_test(str.isalpha),
    "unicode.IsDigit": _rune_test(str.isdigit),
    "unicode.IsNumber": _rune_test(str.isnumeric),
    "unicode.IsSpace": _rune_test(str.isspace),
    "unicode.IsUpper": _rune_test(str.isupper),
    "unicode.IsLower": _rune_test(str.islower),
    "unicode.IsPunct": _rune_test(lambda s: s in "!\"#%&'()*,-./:;?@[\\]_{}"),
    "unicode.ToUpper": lambda vm, c: ord(chr(c).upper()[0]) if 0 <= c < 0x110000 else c,
    "unicode.ToLower": lambda vm, c: ord(chr(c).lower()[0]) if 0 <= c < 0x110000 else c,
    "unicode/utf8.RuneCountInString": lambda vm, s: len(runes(s)),
    "unicode/utf8.ValidString": lambda vm, s: "�" not in to_text(s),
    **{
        f"math.{name}": _float(getattr(math, name.lower()))
        for name in (
            "Sqrt",
            "Pow",
            "Sin",
            "Cos",
            "Tan",
            "Atan",
            "Atan2",
            "Exp",
            "Log",
            "Log2",
            "Log10",
            "Hypot",
            "Fmod",
            "Asin",
            "Acos",
            "Sinh",
            "Cosh",
            "Tanh",
            "Cbrt",
            "Log1p",
        )
    },
    "math.Abs": lambda vm, v: abs(v),
    "math.Floor": _rounded(math.floor),
    "math.Ceil": _rounded(math.ceil),
    "math.Trunc": _rounded(math.trunc),
    "math.Mod": _float(math.fmod),
    "math.Round": _rounded(lambda v: math.copysign(math.floor(abs(v) + 0.5), v)),
    "math.Max": lambda vm, a, b: max(a, b),
    "math.Min": lambda vm, a, b: min(a, b),
    "math.Inf": lambda vm, sign: math.inf if sign >= 0 else -math.inf,
    "math.NaN": lambda vm: math.nan,
    "math.IsNaN": lambda vm, v: v != v,
    "math.IsInf": lambda vm, v, s: math.isinf(v) and (s == 0 or (v > 0) == (s > 0)),
}
