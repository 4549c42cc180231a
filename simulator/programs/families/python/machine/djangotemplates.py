"""What a translated template of Django calls: variables, output, filters, loops, blocks.

The library's side of it is `lib/_djt.pym`. A template's names are a dict; under "" lies what one
rendering has in common (fields: filters, tags, escape, top, blocks, parent, state).
"""

from __future__ import annotations

import re
from typing import Any

from simulator.docker.tree import bundle_entry, bundle_path

from ....vm import Function, Machine, Native, Return, Thrown
from .attributes import get_attr
from .calls import NATIVES, after, call, catches, follows, lookup, native
from .errors import error, is_error
from .items import get_item
from .iteration import drain, listed
from .library import namespace
from .objects import Bound, Class, Instance
from .templating import MOST_PIECES, captured, escapes
from .texts import to_text
from .types import name_of

Args = list[Any]
Words = dict[str, Any]
NOT_THERE = ("TypeError", "AttributeError", "LookupError", "ValueError")
KEEPS_SAFE = ("addslashes", "capfirst", "escape", "floatformat", "linebreaks", "linebreaksbr",
              "lower", "title", "truncatechars", "truncatewords", "ljust", "rjust", "center",
              "wordwrap", "join", "stringformat", "last", "random", "slice", "striptags",
              "safe")  # fmt: skip
"""Filters whose result is safe when the value is."""


def escaped(text: str) -> str:
    """Replace what HTML gives a meaning, as Django does."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#x27;")


def safe(text: str) -> Instance:
    """Make a text that needs no escaping."""
    return Instance(namespace("django.utils.safestring")["SafeString"], {}, text)


def is_safe(value: Any) -> bool:
    """Tell whether a value needs no escaping."""
    return type(value) is Instance and lookup(value.cls, "__html__") is not None


@native("_djt.safe")
def _safe(vm: Machine, args: Args, words: Words) -> Any:
    return safe(to_text(vm, args[0]))


@native("_djt.escape")
def _escape(vm: Machine, args: Args, words: Words) -> Any:
    return args[0] if is_safe(args[0]) else safe(escaped(to_text(vm, args[0])))


# Variables


@native("_djt.resolve")
def _resolve(vm: Machine, args: Args, words: Words) -> Any:
    """Follow a dotted name: keys, attributes, places in a list; what can be called is called."""
    c, steps, missing = args
    if steps[0] not in c:
        return missing
    return _walk(vm, [c[steps[0]], steps, 1, missing])


def _walk(vm: Machine, state: list[Any]) -> Any:
    while True:
        value, steps, at, _ = state
        kind = type(value)
        if kind in (Function, Bound, Native) or (kind is Class and not _stays(value)):
            return _call(vm, value, state)
        if at == len(steps):
            return value
        state[2] = at + 1
        key = steps[at]
        if kind is dict:
            if key in value:
                state[0] = value[key]
                continue
        elif kind is Instance and lookup(value.cls, "__getitem__") is not None:
            return _item(vm, value, key, state)
        return _attribute(vm, value, key, state)


def _stays(value: Class) -> bool:
    return bool(lookup(value, "do_not_call_in_templates"))


def _call(vm: Machine, value: Any, state: list[Any]) -> Any:
    fields = getattr(getattr(getattr(value, "function", value), "more", None), "fields", {})
    if fields.get("do_not_call_in_templates"):
        return value
    if fields.get("alters_data"):
        return state[3]
    try:
        result = call(vm, value, [], {})
    except Thrown as thrown:
        return _silent(state, thrown)
    return after(vm, result, "djt step", state)


def _silent(state: list[Any], thrown: Thrown) -> Any:
    if lookup(thrown.value.cls, "silent_variable_failure"):
        return state[3]
    if is_error(thrown.value, "TypeError") and "required positional" in str(
        thrown.value.fields.get("args")
    ):
        return state[3]
    raise thrown


@follows("djt step")
def _stepped(vm: Machine, state: Any, result: Any) -> Any:
    if type(result) in (Function, Bound, Native):
        return result
    return _walk(vm, [result, *state[1:]])


@catches("djt step")
def _step_failed(vm: Machine, state: Any, thrown: Thrown) -> Any:
    if lookup(thrown.value.cls, "silent_variable_failure"):
        return Return(state[3])
    return None


def _item(vm: Machine, value: Any, key: str, state: list[Any]) -> Any:
    try:
        result = get_item(vm, value, key)
    except Thrown as thrown:
        if not is_error(thrown.value, *NOT_THERE):
            raise
        return _attribute(vm, value, key, state)
    return after(vm, result, "djt item", [state, value, key])


@follows("djt item")
def _itemed(vm: Machine, data: Any, result: Any) -> Any:
    return _walk(vm, [result, *data[0][1:]])


@catches("djt item")
def _no_item(vm: Machine, data: Any, thrown: Thrown) -> Any:
    if is_error(thrown.value, *NOT_THERE):
        return _attribute(vm, data[1], data[2], data[0])
    return None


def _attribute(vm: Machine, value: Any, key: str, state: list[Any]) -> Any:
    try:
        result = get_attr(vm, value, key)
    except Thrown as thrown:
        return _last(vm, value, key, state, thrown)
    return after(vm, result, "djt attr", [state, value, key])


@follows("djt attr")
def _attributed(vm: Machine, data: Any, result: Any) -> Any:
    return _walk(vm, [result, *data[0][1:]])


@catches("djt attr")
def _no_attribute(vm: Machine, data: Any, thrown: Thrown) -> Any:
    state, value, key = data
    if lookup(thrown.value.cls, "silent_variable_failure"):
        return Return(state[3])
    if not is_error(thrown.value, "AttributeError"):
        return None
    return _last(vm, value, key, state, thrown)


def _last(vm: Machine, value: Any, key: str, state: list[Any], thrown: Thrown) -> Any:
    if not is_error(thrown.value, "AttributeError"):
        return _silent(state, thrown)
    if not key.isdigit():
        return state[3]
    try:
        result = get_item(vm, value, int(key))
    except Thrown as other:
        if not is_error(other.value, *NOT_THERE):
            raise
        return state[3]
    return after(vm, result, "djt step", state)


# Output


@native("_djt.shown")
def shown(vm: Machine, args: Args, words: Words) -> Any:
    """Append a value to the page."""
    c, w, value = args
    if len(w) > MOST_PIECES:
        raise error("MemoryError")
    kind = type(value)
    if kind is str:
        w.append(escaped(value) if escapes(c) else value)
        return None
    if kind is Instance and not (is_safe(value) and type(value.value) is str):
        if is_safe(value):
            html = call(vm, lookup(value.cls, "__html__"), [value], {})
            return after(vm, html, "djt html", w)
        if lookup(value.cls, "isoformat") is not None:
            made = call(vm, namespace("_djt")["_localized"], [value], {})
            return after(vm, made, "djt shown", [c, w])
        method = lookup(value.cls, "__str__")
        if method is not None:
            return after(vm, call(vm, method, [value], {}), "djt shown", [c, w])
    text = to_text(vm, value)
    plain = kind in (int, float, bool) or value is None or is_safe(value)
    w.append(text if plain or not escapes(c) else escaped(text))
    return None


@follows("djt html")
def _html(vm: Machine, w: Any, result: Any) -> Any:
    w.append(to_text(vm, result))
    return None


@follows("djt shown")
def _shown(vm: Machine, data: Any, result: Any) -> Any:
    if type(result) is not str and not is_safe(result):
        raise error("TypeError", f"__str__ returned non-string (type {name_of(result)})")
    return shown(vm, [*data, result], {})


@native("_djt.captured")
def _captured(vm: Machine, args: Args, words: Words) -> Any:
    return safe(captured(args[1]))


@native("_djt.spaceless")
def _spaceless(vm: Machine, args: Args, words: Words) -> Any:
    return safe(re.sub(r">\s+<", "><", to_text(vm, args[0]).strip()))


@native("_djt.filtered")
def _filtered(vm: Machine, args: Args, words: Words) -> Any:
    c, key, *rest = args
    function = c[""].fields["filters"][key]
    keeps = key in KEEPS_SAFE and is_safe(rest[0])
    fields = getattr(getattr(function, "more", None), "fields", {})
    more = {"autoescape": escapes(c)} if fields.get("needs_autoescape") else {}
    keeps = keeps or (is_safe(rest[0]) and bool(fields.get("is_safe")))
    return after(vm, call(vm, function, rest, more), "djt filtered", keeps)


@follows("djt filtered")
def _kept(vm: Machine, keeps: Any, result: Any) -> Any:
    return safe(result) if keeps and type(result) is str else result


# Loops, blocks


@native("_djt.rows")
def _rows(vm: Machine, args: Args, words: Words) -> Any:
    """Give a loop's rows: for each item the names that its turn begins with."""
    c, value, backwards = args
    return after(vm, listed(vm, () if value is None else value), "djt rows", [c, backwards])


@follows("djt rows")
def _rowed(vm: Machine, data: Any, items: Any) -> Any:
    c, backwards = data
    items = items if type(items) is list else drain(items)
    size = len(items)
    if size * len(c) > 2_000_000:
        raise error("MemoryError")
    if backwards:
        items = items[::-1]
    rows = []
    for at, one in enumerate(items):
        loop = {"counter": at + 1, "counter0": at, "revcounter": size - at,
                "revcounter0": size - at - 1, "first": at == 0, "last": at == size - 1,
                "length": size, "parentloop": c.get("forloop", {})}  # fmt: skip
        rows.append({**c, " item": one, "forloop": loop})
    return rows


@native("_djt.cycled")
def _cycled(vm: Machine, args: Args, words: Words) -> Any:
    c, key, values = args
    state = c[""].fields["state"]
    number = state[key] = state.get(key, -1) + 1
    return values[number % len(values)]


@native("_djt.show_block")
def _show_block(vm: Machine, args: Args, words: Words) -> Any:
    c, w, key, _ = args
    run = c[""].fields
    if run["parent"] is not None:
        return None
    return call(vm, run["blocks"][key][0], [{**c, " block": (key, 0)}, w], {})


@native("_djt.upper_block")
def _upper_block(vm: Machine, args: Args, words: Words) -> Any:
    """block.super: the block of the same name in the template that is extended."""
    c = args[0]
    key, depth = c.get(" block", ("", 0))
    rows = c[""].fields["blocks"].get(key, ())
    if depth + 1 >= len(rows):
        return ""
    w: list[Any] = []
    names = {**c, " block": (key, depth + 1)}
    return after(vm, call(vm, rows[depth + 1], [names, w], {}), "djt page", w)


@follows("djt page")
def _paged(vm: Machine, w: Any, result: Any) -> Any:
    return safe("".join(w))


@native("_djt.collected")
def _collected(vm: Machine, args: Args, words: Words) -> Any:
    """Tell whether a build step has called collectstatic.

    # Simplified: A collectstatic in a build step copies no files of Django's applications;
    WhiteNoise then serves them from the folders that they would have been copied from.
    """
    name = bundle_path("", bundle_entry(3_500_000, 130, "static"))
    return any(path.endswith(name) for path in vm.p.view.files)


def _through(key: str) -> None:
    def ask(vm: Machine, args: Args, words: Words) -> Any:
        return call(vm, namespace("_djt")[f"_{key}"], args, words)

    NATIVES[f"_djt.{key}"] = ask


for _word in ("extend", "include", "custom_tag", "changed", "compared", "url", "static", "csrf",
              "now", "widthratio", "regroup", "same"):  # fmt: skip
    _through(_word)
