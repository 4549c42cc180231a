"""What a translated template calls: names, attributes, output, loops, blocks (see `templates`).

A template's names are a dict; under "" lies what one rendering has in common, an object of the
library's class `_Run` (fields: env, escape, undefined, top, blocks, parent).
"""

from __future__ import annotations

import zlib
from typing import Any

from ....vm import Enter, Frame, Machine, Scope, Thrown
from ..templates import PREFIX, TemplateProblem, translate
from .attributes import get_attr
from .calls import NATIVES, after, call, catches, follows, lookup, native
from .errors import error, is_error
from .items import get_item
from .iteration import drain, listed
from .library import namespace
from .objects import Instance, Slice
from .operators import unwrap
from .texts import full_name, to_text
from .types import name_of, type_of

Args = list[Any]
Words = dict[str, Any]
MOST_PIECES = 100_000
MOST_STRINGS = 64
"""Templates without a file that a program keeps."""
MODULES = {"jinja": "_jinja", "django": "_djt"}
"""Where the functions are that a template of a language calls."""
PLAIN = (int, float, bool, type(None))


def escaped(text: str) -> str:
    """Replace what HTML gives a meaning."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("'", "&#39;").replace('"', "&#34;")


def markup(text: str) -> Instance:
    """Make a text that needs no escaping."""
    return Instance(namespace("markupsafe")["Markup"], {}, text)


def is_markup(value: Any) -> bool:
    """Tell whether a value is such a text."""
    return type(value) is Instance and namespace("markupsafe")["Markup"] in value.cls.order


# Compiling


@native("_tpl.compile")
def _compile(vm: Machine, args: Args, words: Words) -> Any:
    """Give what a template defines, a dict; (words, line) when it is wrong.

    args: the language, the text, the path of its file ("" for none), the language's flags.
    """
    kind, text, path, flags = args
    text = unwrap(text)
    if not path:
        path = f"<{'template' if kind == 'jinja' else 'unknown source'}>"
        path += f"#{zlib.crc32(text.encode()):08x}"
        _forget_strings(vm)
    source = f"{PREFIX}{kind}:{flags}:{path}"
    try:
        translate(source, text)
    except TemplateProblem as problem:
        return (problem.message, problem.line)
    if vm.sources.get(source) != text:
        vm.sources[source] = text
        vm._codes.pop(source, None)
    vm.spend(len(text) // 4)
    names: dict[str, Any] = {"__name__": MODULES[kind], "__lib__": True}
    try:
        vm.code(source, 0)
    except (SyntaxError, ValueError) as problem:
        return (str(problem), 1)
    return after(vm, Enter(Frame(source, 0, Scope(names))), "template", names)


@follows("template")
def _compiled(vm: Machine, names: Any, result: Any) -> Any:
    return names


def _forget_strings(vm: Machine) -> None:
    kept = [one for one in vm.sources if one.startswith(PREFIX) and ":<" in one]
    for one in kept[: max(0, len(kept) - MOST_STRINGS)]:
        del vm.sources[one]
        vm._codes.pop(one, None)


# Names and attributes


def undefined(c: dict[str, Any], message: str | None, name: Any = None) -> Instance:
    """Make what stands for something that is not there."""
    run = c.get("")
    cls = run.fields["undefined"] if type(run) is Instance else namespace("jinja2")["Undefined"]
    return Instance(cls, {"_undefined_message": message, "_undefined_name": name})


@native("_jinja.get")
def _get(vm: Machine, args: Args, words: Words) -> Any:
    c, key = args
    if key in c:
        return c[key]
    return undefined(c, None, key)


@native("_jinja.undefined")
def _undefined(vm: Machine, args: Args, words: Words) -> Any:
    return Instance(namespace("jinja2")["Undefined"],
                    {"_undefined_message": args[0], "_undefined_name": None})  # fmt: skip


def _lacks(c: dict[str, Any], value: Any, key: Any) -> Instance:
    shown = _type_shown(value)
    if type(key) is str:
        return undefined(c, f"{shown!r} has no attribute {key!r}", key)
    return undefined(c, f"{shown} has no element {key!r}", key)


def _type_shown(value: Any) -> str:
    if value is None:
        return "None"
    cls = type_of(value)
    name = full_name(cls)
    return f"{name} object"


@native("_jinja.attr")
def _attr(vm: Machine, args: Args, words: Words) -> Any:
    """`value.key`: the attribute, else the item."""
    c, value, key = args
    if type(value) is dict and key in value and "dict." + key not in NATIVES:
        return value[key]
    try:
        result = get_attr(vm, value, key)
    except Thrown as thrown:
        if not is_error(thrown.value, "AttributeError"):
            raise
        return _item_instead(vm, [c, value, key])
    return after(vm, result, "tpl attr", args)


@follows("tpl attr")
def _same(vm: Machine, data: Any, result: Any) -> Any:
    return result


@catches("tpl attr")
def _no_attr(vm: Machine, data: Any, thrown: Thrown) -> Any:
    return _item_instead(vm, data) if is_error(thrown.value, "AttributeError") else None


NOT_THERE = ("AttributeError", "TypeError", "LookupError")


def _item_instead(vm: Machine, data: Any) -> Any:
    c, value, key = data
    try:
        result = get_item(vm, value, key)
    except Thrown as thrown:
        if not is_error(thrown.value, *NOT_THERE):
            raise
        return _lacks(c, value, key)
    return after(vm, result, "tpl last", data)


@follows("tpl last")
def _same_item(vm: Machine, data: Any, result: Any) -> Any:
    return result


@catches("tpl last")
def _no_item(vm: Machine, data: Any, thrown: Thrown) -> Any:
    return _lacks(*data) if is_error(thrown.value, *NOT_THERE) else None


@native("_jinja.item")
def _item(vm: Machine, args: Args, words: Words) -> Any:
    """`value[key]`: the item, else the attribute."""
    _, value, key = args
    try:
        result = get_item(vm, value, key)
    except Thrown as thrown:
        if not is_error(thrown.value, *NOT_THERE):
            raise
        return _attr_instead(vm, args)
    return after(vm, result, "tpl item", args)


@follows("tpl item")
def _same_too(vm: Machine, data: Any, result: Any) -> Any:
    return result


@catches("tpl item")
def _no_such(vm: Machine, data: Any, thrown: Thrown) -> Any:
    return _attr_instead(vm, data) if is_error(thrown.value, *NOT_THERE) else None


def _attr_instead(vm: Machine, data: Any) -> Any:
    c, value, key = data
    if is_undefined(value):
        return call(vm, lookup(value.cls, "__getitem__"), [value, key], {})
    if type(key) is not str:
        return _lacks(c, value, key)
    try:
        result = get_attr(vm, value, key)
    except Thrown as thrown:
        if not is_error(thrown.value, "AttributeError"):
            raise
        return _lacks(c, value, key)
    return after(vm, result, "tpl last", data)


def is_undefined(value: Any) -> bool:
    """Tell whether a value stands for something that is not there."""
    return type(value) is Instance and namespace("jinja2")["Undefined"] in value.cls.order


@native("_jinja.slice")
def _slice(vm: Machine, args: Args, words: Words) -> Any:
    return Slice(*args)


# Output


@native("_jinja.out", "_djt.out")
def _out(vm: Machine, args: Args, words: Words) -> Any:
    args[1].append(args[2])
    return None


def escapes(c: dict[str, Any]) -> bool:
    """Tell whether what is shown is escaped."""
    if " escape" in c:
        return bool(c[" escape"])
    run = c.get("")
    return type(run) is Instance and bool(run.fields["escape"])


@native("_jinja.shown")
def shown(vm: Machine, args: Args, words: Words) -> Any:
    """Append a value to the page."""
    c, w, value = args
    if len(w) > MOST_PIECES:
        raise error("MemoryError")
    kind = type(value)
    if kind is str:
        w.append(escaped(value) if escapes(c) else value)
        return None
    if kind is Instance:
        html = lookup(value.cls, "__html__") if escapes(c) and not is_markup(value) else None
        if html is not None:
            return after(vm, call(vm, html, [value], {}), "tpl html", w)
        method = lookup(value.cls, "__str__")
        if method is not None and not is_markup(value):
            return after(vm, call(vm, method, [value], {}), "tpl shown", [c, w])
    text = to_text(vm, value)
    w.append(escaped(text) if kind not in PLAIN and not is_markup(value) and escapes(c) else text)
    return None


@follows("tpl html")
def _html(vm: Machine, w: Any, result: Any) -> Any:
    w.append(to_text(vm, result))
    return None


@follows("tpl shown")
def _shown(vm: Machine, data: Any, result: Any) -> Any:
    if type(result) is not str and not is_markup(result):
        raise error("TypeError", f"__str__ returned non-string (type {name_of(result)})")
    return shown(vm, [*data, result], {})


@native("_jinja.escape")
def _escape(vm: Machine, args: Args, words: Words) -> Any:
    value = args[0]
    if is_markup(value):
        return value
    if type(value) is Instance and (method := lookup(value.cls, "__html__")) is not None:
        return after(vm, call(vm, method, [value], {}), "tpl markup")
    return markup(escaped(to_text(vm, value)))


@follows("tpl markup")
def _marked(vm: Machine, data: Any, result: Any) -> Any:
    return markup(to_text(vm, result))


@native("_jinja.joined")
def _joined(vm: Machine, args: Args, words: Words) -> Any:
    rows = args[1:]
    if not any(is_markup(one) for one in rows):
        return "".join(to_text(vm, one) for one in rows)
    return markup("".join(to_text(vm, one) if is_markup(one) else escaped(to_text(vm, one))
                          for one in rows))  # fmt: skip


@native("_jinja.capture", "_djt.capture")
def _capture(vm: Machine, args: Args, words: Words) -> Any:
    args[0].append(None)
    return None


def captured(w: list[Any]) -> str:
    """Take back what was written since `capture`."""
    at = len(w) - 1 - w[::-1].index(None)
    text = "".join(w[at + 1 :])
    del w[at:]
    return text


@native("_jinja.captured")
def _captured(vm: Machine, args: Args, words: Words) -> Any:
    text = captured(args[1])
    return markup(text) if escapes(args[0]) else text


@native("_jinja.page")
def _page(vm: Machine, args: Args, words: Words) -> Any:
    """Join the pieces of a block or macro."""
    text = "".join(args[1])
    return markup(text) if escapes(args[0]) else text


# Filters and tests


def _with_env(c: dict[str, Any], function: Any, args: Args) -> Args:
    fields = getattr(getattr(function, "more", None), "fields", {})
    wish = fields.get("jinja_pass_arg")
    if wish == "context":
        return [Instance(namespace("jinja2")["Context"], {"c": c}), *args]
    if wish == "eval_context":
        return [Instance(namespace("jinja2")["EvalContext"], {"autoescape": escapes(c)}), *args]
    return [c[""].fields["env"], *args] if wish == "environment" else args


@native("_jinja.filtered")
def _filtered(vm: Machine, args: Args, words: Words) -> Any:
    c, key, *rest = args
    function = c[""].fields["env"].fields["filters"][key]
    return call(vm, function, _with_env(c, function, rest), words)


@native("_jinja.tested")
def _tested(vm: Machine, args: Args, words: Words) -> Any:
    c, key, *rest = args
    function = c[""].fields["env"].fields["tests"][key]
    return call(vm, function, _with_env(c, function, rest), words)


# Loops and inner names


@native("_jinja.push", "_djt.push")
def _push(vm: Machine, args: Args, words: Words) -> Any:
    return dict(args[0])


@native("_jinja.rows")
def _rows(vm: Machine, args: Args, words: Words) -> Any:
    """Give a loop's rows: for each item the names that its turn begins with."""
    return after(vm, listed(vm, args[1]), "tpl rows", args[0])


@follows("tpl rows")
def rows_of(vm: Machine, c: Any, items: Any) -> Any:
    """Make the names of each turn."""
    if type(items) is not list:
        items = drain(items)
    if len(items) * len(c) > 2_000_000:
        raise error("MemoryError")
    return [{**c, " item": one} for one in items]


@native("_jinja.current", "_djt.current")
def _current(vm: Machine, args: Args, words: Words) -> Any:
    return args[0][" item"]


@native("_jinja.keep")
def _keep(vm: Machine, args: Args, words: Words) -> Any:
    args[0].append(args[1])
    return None


@native("_jinja.numbered")
def _numbered(vm: Machine, args: Args, words: Words) -> Any:
    """Give each row its `loop`, if the body uses it."""
    c, rows, uses = args
    if not uses:
        return rows
    cls, size, outer = namespace("jinja2")["LoopContext"], len(rows), c.get(" loop")
    depth = 0 if outer is None else outer + 1
    for at, row in enumerate(rows):
        fields = {
            "index": at + 1, "index0": at, "revindex": size - at, "revindex0": size - at - 1,
            "first": at == 0, "last": at == size - 1, "length": size, "depth": depth + 1,
            "depth0": depth, "_c": c, "_last": rows[0].setdefault(" changed", []),
        }  # fmt: skip
        if at:
            fields["previtem"] = rows[at - 1][" item"]
        if at < size - 1:
            fields["nextitem"] = rows[at + 1][" item"]
        row["loop"] = Instance(cls, fields)
    return rows


@native("_jinja.level")
def _level(vm: Machine, args: Args, words: Words) -> Any:
    return args[0][" level"]


# Blocks and macros


@native("_jinja.show_block")
def _show_block(vm: Machine, args: Args, words: Words) -> Any:
    c, w, key, scoped = args
    run = c[""].fields
    if run["parent"] is not None:
        return None
    names = c if scoped else run["top"]
    return call(vm, run["blocks"][key][0], [{**names, " block": (key, 0)}, w], {})


@native("_jinja.upper_block")
def _upper_block(vm: Machine, args: Args, words: Words) -> Any:
    """super(): the block of the same name in the template that is extended."""
    c = args[0]
    key, depth = c.get(" block", ("", 0))
    rows = c[""].fields["blocks"].get(key, ())
    if depth + 1 >= len(rows):
        return undefined(c, f"there is no parent block called {key!r}.", "super")
    w: list[Any] = []
    names = {**c, " block": (key, depth + 1)}
    return after(vm, call(vm, rows[depth + 1], [names, w], {}), "tpl page", [c, w])


@follows("tpl page")
def _paged(vm: Machine, data: Any, result: Any) -> Any:
    return _page(vm, data, {})


@native("_jinja.macro")
def _macro(vm: Machine, args: Args, words: Words) -> Any:
    c, function, key, names, defaulted, used = args
    fields = {"_c": c, "_function": function, "name": key, "arguments": names,
              "_defaulted": defaulted, "_used": used}  # fmt: skip
    return Instance(namespace("jinja2")["Macro"], fields)


@native("_jinja.is_missing")
def _is_missing(vm: Machine, args: Args, words: Words) -> Any:
    return args[1] in args[0].get(" missing", ())


def _through(key: str) -> None:
    def ask(vm: Machine, args: Args, words: Words) -> Any:
        return call(vm, namespace("jinja2")[f"_{key}"], args, words)

    NATIVES[f"_jinja.{key}"] = ask


for _word in ("extend", "include", "module", "exported", "begin_loop"):
    _through(_word)
