"""String and RegExp."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from ...vm import Machine
from .calls import proto_for
from .convert import concat, to_integer, to_number, to_text
from .errors import throw
from .iterate import iterator_object, listed
from .natives_core import arg
from .numbers import BLANKS
from .objects import get_now, make_array, put_now
from .regexes import make_regex, match_array, match_at
from .registry import constructor, getter, native
from .values import LONGEST_TEXT, MAX_TEXT, NULL, Big, Iter, Obj, Symbol, plain, units

MAX_PARTS = 50_000


def text_this(vm: Machine, this: Any) -> str:
    """Give the text that a method of String is called on."""
    if type(this) is str:
        return this
    if this is None or this is NULL:
        raise throw(vm, "TypeError", "String.prototype method called on null or undefined")
    if isinstance(this, Obj) and this.kind == "String":
        return str(this.data)
    return to_text(vm, this)


@native("String", 1)
def _string(vm: Any, this: Any, args: list[Any]) -> Any:
    if not args:
        return ""
    if type(args[0]) is Symbol:
        return f"Symbol({args[0].name or ''})"
    return args[0] if type(args[0]) is Big else to_text(vm, args[0])


@constructor("String", 1)
def _new_string(vm: Any, args: list[Any], target: Any) -> Any:
    return Obj(proto_for(vm, target, "String"), "String", _string(vm, None, args))


@native("String.fromCodePoint", 1)
@native("String.fromCharCode", 1)
def _from_codes(vm: Any, this: Any, args: list[Any]) -> str:
    codes = [to_integer(vm, one) for one in args]
    return "".join(units(chr(c)) if 0 <= c < 0x110000 else chr(c & 0xFFFF) for c in codes)


@native("String.raw", 1)
def _raw(vm: Any, this: Any, args: list[Any]) -> Any:
    parts = listed(vm, get_now(vm, args[0], "raw"))
    out = []
    for at, part in enumerate(parts):
        out.append(to_text(vm, part))
        if at + 1 < len(parts) and at + 1 < len(args):
            out.append(to_text(vm, args[at + 1]))
    return concat(out, vm)


@native("String.prototype.valueOf")
@native("String.prototype.toString")
def _to_string(vm: Any, this: Any, args: list[Any]) -> Any:
    return this.data if isinstance(this, Obj) else this


@native("String.prototype.@@iterator")
def _iterator(vm: Any, this: Any, args: list[Any]) -> Any:
    return iterator_object(vm, Iter("text", text_this(vm, this)), "String")


def _at(vm: Machine, args: list[Any], which: int, size: int, default: int) -> int:
    """Read a place that may count from the end."""
    value = arg(args, which)
    place = default if value is None else to_integer(vm, value)
    return max(0, size + place) if place < 0 else min(place, size)


@native("String.prototype.at", 1)
def _at_(vm: Any, this: Any, args: list[Any]) -> Any:
    text, place = text_this(vm, this), to_integer(vm, arg(args, 0))
    place += len(text) if place < 0 else 0
    return text[place] if 0 <= place < len(text) else None


@native("String.prototype.charAt", 1)
def _char_at(vm: Any, this: Any, args: list[Any]) -> str:
    text, place = text_this(vm, this), to_integer(vm, arg(args, 0))
    return text[place] if 0 <= place < len(text) else ""


@native("String.prototype.charCodeAt", 1)
def _code_at(vm: Any, this: Any, args: list[Any]) -> Any:
    text, place = text_this(vm, this), to_integer(vm, arg(args, 0))
    return ord(text[place]) if 0 <= place < len(text) else float("nan")


@native("String.prototype.codePointAt", 1)
def _point_at(vm: Any, this: Any, args: list[Any]) -> Any:
    text, place = text_this(vm, this), to_integer(vm, arg(args, 0))
    if not 0 <= place < len(text):
        return None
    pair = plain(text[place : place + 2])
    return ord(pair) if len(pair) == 1 and len(text[place : place + 2]) == 2 else ord(text[place])


@native("String.prototype.slice", 2)
def _slice(vm: Any, this: Any, args: list[Any]) -> str:
    text = text_this(vm, this)
    return text[_at(vm, args, 0, len(text), 0) : _at(vm, args, 1, len(text), len(text))]


@native("String.prototype.substring", 2)
def _substring(vm: Any, this: Any, args: list[Any]) -> str:
    text = text_this(vm, this)
    a = max(0, min(to_integer(vm, arg(args, 0)), len(text)))
    b = max(0, min(to_integer(vm, arg(args, 1), len(text)), len(text)))
    return text[min(a, b) : max(a, b)]


@native("String.prototype.substr", 2)
def _substr(vm: Any, this: Any, args: list[Any]) -> str:
    text = text_this(vm, this)
    begin = _at(vm, args, 0, len(text), 0)
    return text[begin : begin + max(0, to_integer(vm, arg(args, 1), len(text)))]


def _simple(name: str, how: Any) -> None:
    @native(f"String.prototype.{name}")
    def make(vm: Any, this: Any, args: list[Any]) -> Any:
        return how(text_this(vm, this))


_simple("toUpperCase", lambda t: units(plain(t).upper()))
_simple("toLowerCase", lambda t: units(plain(t).lower()))
_simple("toLocaleUpperCase", lambda t: units(plain(t).upper()))
_simple("toLocaleLowerCase", lambda t: units(plain(t).lower()))
_simple("trim", lambda t: t.strip(BLANKS))
_simple("trimStart", lambda t: t.lstrip(BLANKS))
_simple("trimEnd", lambda t: t.rstrip(BLANKS))


def _found(name: str, how: Any) -> None:
    @native(f"String.prototype.{name}", 1)
    def make(vm: Any, this: Any, args: list[Any]) -> Any:
        if isinstance(arg(args, 0), Obj) and args[0].kind == "RegExp":
            raise throw(vm, "TypeError", f"First argument to String.prototype.{name} must not be a "
                        "regular expression")  # fmt: skip
        return how(text_this(vm, this), to_text(vm, arg(args, 0)), vm, args)


_found("includes", lambda t, w, vm, a: w in t[max(0, to_integer(vm, arg(a, 1))) :])
_found("indexOf", lambda t, w, vm, a: t.find(w, max(0, to_integer(vm, arg(a, 1)))))
_found("lastIndexOf", lambda t, w, vm, a: t.rfind(w))
_found("startsWith", lambda t, w, vm, a: t.startswith(w, max(0, to_integer(vm, arg(a, 1)))))
_found("endsWith", lambda t, w, vm, a: t[: to_integer(vm, arg(a, 1), len(t))].endswith(w))


@native("String.prototype.repeat", 1)
def _repeat(vm: Any, this: Any, args: list[Any]) -> Any:
    count = to_integer(vm, arg(args, 0))
    if count < 0 or to_number(vm, arg(args, 0)) == float("inf"):
        raise throw(vm, "RangeError", f"Invalid count value: {to_text(vm, arg(args, 0))}")
    text = this if type(this) is Big else text_this(vm, this)
    size = len(text) if isinstance(text, str) else text.ballast
    head = text if isinstance(text, str) else text.text
    if size * count <= MAX_TEXT:
        return head * count
    if size * count > LONGEST_TEXT:
        raise throw(vm, "RangeError", "Invalid string length")
    return Big(head * (MAX_TEXT // max(1, len(head)) + 1), size * count)


def _padding(name: str, before: bool) -> None:
    @native(f"String.prototype.{name}", 2)
    def make(vm: Any, this: Any, args: list[Any]) -> Any:
        text, size = text_this(vm, this), to_integer(vm, arg(args, 0))
        fill = " " if arg(args, 1) is None else to_text(vm, args[1])
        missing = min(size, MAX_TEXT) - len(text)
        if missing <= 0 or not fill:
            return text
        pad = (fill * (missing // len(fill) + 1))[:missing]
        return pad + text if before else text + pad


_padding("padStart", True)
_padding("padEnd", False)


@native("String.prototype.concat", 1)
def _concat(vm: Any, this: Any, args: list[Any]) -> Any:
    return concat([text_this(vm, this), *[to_text(vm, one) for one in args]], vm)


@native("String.prototype.localeCompare", 1)
def _compare(vm: Any, this: Any, args: list[Any]) -> int:
    def key(text: str) -> Any:
        base = "".join(c for c in unicodedata.normalize("NFD", text)
                       if not unicodedata.combining(c))  # fmt: skip
        return (base.lower(), [0 if c.islower() else 1 for c in base], text)

    a, b = text_this(vm, this), to_text(vm, arg(args, 0))
    return int(key(a) > key(b)) - int(key(a) < key(b))


@native("String.prototype.normalize")
def _normalize(vm: Any, this: Any, args: list[Any]) -> str:
    form: Any = to_text(vm, arg(args, 0)) if arg(args, 0) is not None else "NFC"
    if form not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise throw(vm, "RangeError", "The normalization form should be one of NFC, NFD, NFKC, "
                    "NFKD.")  # fmt: skip
    return units(unicodedata.normalize(form, plain(text_this(vm, this))))


def _is_regex(value: Any) -> bool:
    return isinstance(value, Obj) and value.kind == "RegExp"


@native("String.prototype.split", 2)
def _split(vm: Any, this: Any, args: list[Any]) -> Any:
    text, by = text_this(vm, this), arg(args, 0)
    most = to_integer(vm, arg(args, 1), MAX_PARTS)
    if by is None:
        return make_array(vm, [text])
    if not _is_regex(by):
        sign = to_text(vm, by)
        parts: list[Any] = text.split(sign) if sign else list(text)
        return make_array(vm, parts[:most])
    parts, at, end = [], 0, 0
    if not text:
        return make_array(vm, [] if match_at(by, "", 0) else [""])
    while at <= len(text) and len(parts) < MAX_PARTS:
        match = match_at(by, text, at)
        if match is None or match.start() >= len(text):
            break
        if match.end() == match.start() and match.end() <= end and match.start() == end:
            at += 1
            match = match_at(by, text, at)
            if match is None or match.start() >= len(text):
                break
        parts += [text[end : match.start()], *match.groups()]
        end = at = match.end()
    return make_array(vm, [*parts, text[end:]][:most])


def expand(template: str, match: re.Match[str], text: str) -> str:
    """Fill a replacement's `$1`, `$&` and `$<name>`."""

    def one(found: re.Match[str]) -> str:
        key = found[1]
        if key == "$":
            return "$"
        if key == "&":
            return match.group()
        if key in ("`", "'"):
            return text[: match.start()] if key == "`" else text[match.end() :]
        if key.startswith("<"):
            return match.groupdict().get(key[1:-1]) or ""
        number = int(key)
        if 0 < number <= len(match.groups()):
            return match.group(number) or ""
        return found[0]

    return re.sub(r"\$(\$|&|`|'|\d\d?|<\w+>)", one, template)


@native("sys.matches", 3)
def _matches(vm: Any, this: Any, args: list[Any]) -> Any:
    """List the matches of a pattern (a text or RegExp) in a text; all: not only the first."""
    return make_array(vm, [match_array(vm, m, args[0]) for m in found_in(vm, *args[:3])])


def found_in(vm: Machine, text: str, by: Any, every: bool) -> list[re.Match[str]]:
    """Find a text or RegExp in a text."""
    rows: list[re.Match[str]] = []
    at = 0
    quick = None if _is_regex(by) else re.compile(re.escape(to_text(vm, by)))
    while at <= len(text) and len(rows) < MAX_PARTS:
        match = quick.search(text, at) if quick else match_at(by, text, at)
        if match is None:
            break
        rows.append(match)
        at = match.end() + (match.end() == match.start())
        if not every:
            break
    vm.ops += len(rows)
    return rows


@native("sys.replaceText", 4)
def _replace(vm: Any, this: Any, args: list[Any]) -> Any:
    """Replace what is found by a text: (text, pattern, replacement, all)."""
    text, by, template, every = args[:4]
    out, end = [], 0
    for match in found_in(vm, text, by, every):
        out += [text[end : match.start()], expand(template, match, text)]
        end = match.end()
    return concat([*out, text[end:]], vm)


@native("String.prototype.search", 1)
def _search(vm: Any, this: Any, args: list[Any]) -> int:
    by = arg(args, 0) if _is_regex(arg(args, 0)) else make_regex(vm, to_text(vm, arg(args, 0)), "")
    match = match_at(by, text_this(vm, this), 0)
    return match.start() if match else -1


@native("String.prototype.match", 1)
def _match(vm: Any, this: Any, args: list[Any]) -> Any:
    text, by = text_this(vm, this), arg(args, 0)
    by = by if _is_regex(by) else make_regex(vm, "" if by is None else to_text(vm, by), "")
    if "g" not in by.data[1]:
        return _exec(vm, by, [text])
    rows = found_in(vm, text, by, True)
    return make_array(vm, [m.group() for m in rows]) if rows else NULL


@native("String.prototype.matchAll", 1)
def _match_all(vm: Any, this: Any, args: list[Any]) -> Any:
    by = arg(args, 0)
    if _is_regex(by) and "g" not in by.data[1]:
        raise throw(vm, "TypeError", "String.prototype.matchAll called with a non-global RegExp "
                    "argument")  # fmt: skip
    text = text_this(vm, this)
    rows = [match_array(vm, m, text) for m in found_in(vm, text, by, True)]
    return iterator_object(vm, Iter("array", make_array(vm, rows)), "RegExp String")


# RegExp


@native("RegExp", 2)
def _regexp(vm: Any, this: Any, args: list[Any]) -> Any:
    return _new_regexp(vm, args, None)


@constructor("RegExp", 2)
def _new_regexp(vm: Any, args: list[Any], target: Any) -> Any:
    by, flags = arg(args, 0), arg(args, 1)
    pattern = by.data[0] if _is_regex(by) else ("" if by is None else to_text(vm, by))
    default = by.data[1] if _is_regex(by) else ""
    shown = default if flags is None else to_text(vm, flags)
    if re.search(r"[^dgimsuvy]|(.).*\1", shown):
        raise throw(vm, "SyntaxError",
                    f"Invalid flags supplied to RegExp constructor '{shown}'")  # fmt: skip
    return make_regex(vm, pattern or "(?:)", shown)


@native("RegExp.prototype.exec", 1)
def _exec(vm: Any, this: Any, args: list[Any]) -> Any:
    text = to_text(vm, arg(args, 0))
    flags = this.data[1]
    moving = "g" in flags or "y" in flags
    at = to_integer(vm, get_now(vm, this, "lastIndex")) if moving else 0
    match = match_at(this, text, at, "y" in flags)
    if moving:
        put_now(vm, this, "lastIndex", match.end() if match else 0)
    return match_array(vm, match, text) if match else NULL


@native("RegExp.prototype.test", 1)
def _test(vm: Any, this: Any, args: list[Any]) -> bool:
    return _exec(vm, this, args) is not NULL


@native("RegExp.prototype.toString")
def _regex_text(vm: Any, this: Any, args: list[Any]) -> str:
    return f"/{this.data[0]}/{this.data[1]}"


@getter("RegExp.prototype.source")
def _source(vm: Any, this: Any, args: list[Any]) -> Any:
    return this.data[0]


@getter("RegExp.prototype.flags")
def _flags(vm: Any, this: Any, args: list[Any]) -> Any:
    return "".join(sorted(this.data[1]))


@getter("RegExp.prototype.global")
def _global(vm: Any, this: Any, args: list[Any]) -> bool:
    return "g" in this.data[1]


@native("sys.isRegExp", 1)
def _is_regexp(vm: Any, this: Any, args: list[Any]) -> bool:
    return _is_regex(arg(args, 0))
