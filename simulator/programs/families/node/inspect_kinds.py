"""What of an object is shown: its rows, between which braces, after which word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...vm import Machine
from .objects import get_now, index_of, keys_of, own
from .values import HOLE, MISSING, WELL_KNOWN, Arr, Fn, Intrinsic, Obj, Prop, Symbol

Show = Callable[[Machine, Any, Any, int], str]
MAX_SHOWN = 100
IDENTIFIER_STARTS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"


def braces_and_rows(
    vm: Machine, value: Obj, name: str, style: Any, level: int, show: Show
) -> tuple[str, str, str, str, list[str]]:
    """Give (form, opening, closing, word before, rows); form "text": the word is all."""
    from .inspect import coloured

    kind = value.kind
    keys = [k for k in keys_of(vm, value, symbols=True)
            if not (isinstance(value, Arr) and index_of(k) >= 0)]  # fmt: skip
    tag = _tag(vm, value, name)
    rows: list[str] = []
    if isinstance(value, Arr):
        prefix = (
            ""
            if name == "Array" and kind == "Array"
            else ("[Arguments] " if kind == "Arguments" else f"{name or 'Array'}({value.length}) ")
        )
        rows = _elements(vm, value, style, level, show)
        rows += _fields(vm, value, keys, style, level, show)
        return "array", f"{prefix}[", "]", "", rows
    base = ""
    open_ = "{" if name == "Object" and not tag else f"{name or '[Object: null prototype]'} {tag}{{"
    if isinstance(value, Fn | Intrinsic) and _function(value):
        base = coloured(style, _function_word(vm, value, name), "special")
        open_ = "{"
        keys = [k for k in keys if k != "prototype"]
    elif kind in ("Map", "Set"):
        open_ = f"{name}({_size(value)}) {{"
        rows = _table(vm, value, style, level, show)
    elif kind == "Error":
        base = error_text(vm, value, name, keys, style)
        keys = [k for k in keys if k not in ("stack", "message")]
        open_ = "{"
        cause = own(vm, value, "cause")
        if type(cause) is Prop and "cause" not in keys:
            rows = [_named_row(vm, "[cause]", cause.value, style, level, show)]
    else:
        made = _special(vm, value, name, tag, style, level, show)
        if made is not None:
            base, open_, rows = made
        if kind in ("Buffer", "Typed"):
            return "text", "", "", base, []
        if kind == "String":
            keys = [k for k in keys if index_of(k) < 0]
    rows += _fields(vm, value, keys, style, level, show)
    if not rows and base:
        return "text", "", "", base, []
    return "object", open_, "}", base, rows


def _special(
    vm: Machine, value: Obj, name: str, tag: str, style: Any, level: int, show: Show
) -> tuple[str, str, list[str]] | None:
    """Give (word before, opening, rows) for the library's other kinds of objects."""
    from .inspect import coloured

    kind = value.kind
    if kind == "RegExp":
        return coloured(style, f"/{value.data[0]}/{value.data[1]}", "regexp"), "{", []
    if kind == "Date":
        from .dates import iso

        return coloured(style, iso(value.data) or "Invalid Date", "date"), "{", []
    if kind == "Promise":
        return "", f"{name} {{", [_outcome(vm, value, style, level, show)]
    if kind in ("String", "Number", "Boolean", "Symbol", "BigInt") and value.data is not None:
        inner = show(vm, value.data, style, level)
        return coloured(style, f"[{kind}: {inner}]", "string"), "{", []
    if kind in ("Buffer", "Typed"):
        from .natives_buffers import shown

        return shown(value), "{", []
    words = {
        "Generator": "Object [Generator] {", "AsyncGenerator": "Object [AsyncGenerator] {",
        "Module": "[Module: null prototype] {",
        "Iterator": f"Object [{tag.strip()[1:-1] or 'Iterator'}] {{",
    }  # fmt: skip
    if kind in ("WeakMap", "WeakSet"):
        return "", f"{name} {{", [coloured(style, "<items unknown>", "special")]
    return ("", words[kind], []) if kind in words else None


def _outcome(vm: Machine, promise: Obj, style: Any, level: int, show: Show) -> str:
    from .inspect import coloured

    state, held = promise.data[:2]
    if state == "pending":
        return coloured(style, "<pending>", "special")
    style.indent += 2
    text = show(vm, held, style, level + 1)
    style.indent -= 2
    return text if state == "fulfilled" else f"{coloured(style, '<rejected>', 'special')} {text}"


def _function(value: Obj) -> bool:
    return isinstance(value, Fn) or value.kind == "Function"


def _size(value: Obj) -> int:
    return len(value.data[0])


def _tag(vm: Machine, value: Obj, name: str) -> str:
    tag = get_now(vm, value, WELL_KNOWN["toStringTag"]) if not isinstance(value, Fn) else None
    if isinstance(tag, str) and tag and tag != name:
        return f"[{tag}] "
    return ""


def _function_word(vm: Machine, value: Any, name: str) -> str:
    label = "Function"
    shown = own(vm, value, "name")
    text = shown.value if type(shown) is Prop else shown
    text = text if isinstance(text, str) else ""
    if isinstance(value, Fn):
        info = vm.code(value.source, value.code).info
        if info.kind in ("class", "derived"):
            parent = value.proto
            above = ""
            if info.kind == "derived" and isinstance(parent, Obj):
                found = own(vm, parent, "name")
                above = f" extends {found.value if type(found) is Prop else found}"
            return f"[class {text or '(anonymous)'}{above}]"
        label = ("Async" if info.asynchronous else "") + (
            "GeneratorFunction" if info.generator else "Function")  # fmt: skip
    return f"[{label}: {text}]" if text else f"[{label} (anonymous)]"


def _elements(vm: Machine, value: Arr, style: Any, level: int, show: Show) -> list[str]:
    from .inspect import coloured

    rows: list[str] = []
    empty = 0
    style.indent += 2
    for item in value.items:
        if len(rows) >= MAX_SHOWN:
            break
        if item is HOLE:
            empty += 1
            continue
        if empty:
            rows.append(_holes(style, empty))
            empty = 0
        rows.append(show(vm, item, style, level + 1))
    style.indent -= 2
    left = value.length - min(len(value.items), MAX_SHOWN)
    if len(rows) >= MAX_SHOWN and left > 0:
        rows.append(f"... {left} more item{'s' if left > 1 else ''}")
    elif empty or value.ballast:
        rows.append(_holes(style, empty + value.ballast // 8))
    del coloured
    return rows


def _holes(style: Any, count: int) -> str:
    from .inspect import coloured

    return coloured(style, f"<{count} empty item{'s' if count > 1 else ''}>", "undefined")


def _table(vm: Machine, value: Obj, style: Any, level: int, show: Show) -> list[str]:
    rows: list[str] = []
    style.indent += 2
    for key, held in value.data[1]:
        if key is MISSING:
            continue
        if len(rows) >= MAX_SHOWN:
            rows.append(f"... {len(value.data[0]) - MAX_SHOWN} more items")
            break
        text = show(vm, key, style, level + 1)
        rows.append(
            text if value.kind == "Set" else f"{text} => {show(vm, held, style, level + 1)}"
        )
    style.indent -= 2
    return rows


def _fields(
    vm: Machine, value: Obj, keys: list[Any], style: Any, level: int, show: Show
) -> list[str]:
    rows = []
    for key in keys[:1000]:
        held = own(vm, value, key)
        rows.append(_named_row(vm, _key(key, style), held, style, level, show))
    return rows


def _named_row(vm: Machine, key: str, held: Any, style: Any, level: int, show: Show) -> str:
    from .inspect import coloured

    if type(held) is Prop and held.accessor:
        word = "Getter/Setter" if held.get and held.set else "Getter" if held.get else "Setter"
        return f"{key}: {coloured(style, f'[{word}]', 'special')}"
    item = held.value if type(held) is Prop else held
    style.indent += 2
    text = show(vm, item, style, level + 1)
    style.indent -= 2
    return f"{key}: {text}"


def _key(key: Any, style: Any) -> str:
    from .inspect import coloured, quoted

    if type(key) is Symbol:
        return f"[{coloured(style, f'Symbol({key.name or str()})', 'symbol')}]"
    if key and key[0] in IDENTIFIER_STARTS and key.replace("_", "a").isalnum() and key.isascii():
        return str(key)
    return coloured(style, quoted(key), "string")


def error_text(vm: Machine, value: Obj, name: str, keys: list[Any], style: Any) -> str:
    """Show an error: its stack, with its class's name where that is another."""
    stack = get_now(vm, value, "stack")
    if not isinstance(stack, str) or not stack:
        from .errors import text_of_error

        return f"[{text_of_error(vm, value)}]"
    shown = get_now(vm, value, "name")
    title = shown if isinstance(shown, str) else "Error"
    first, newline, rest = stack.partition("\n")
    if name and name not in first and title in ("Error", name):
        first = first.replace("Error", name, 1) if first.startswith("Error") else first
    elif name and title.endswith("Error") and title not in name and first.startswith(f"{title}:"):
        first = f"{name} [{title}]{first[len(title) :]}"
    elif isinstance(shown, str) and "name" in keys and shown not in first:
        keys_name = first.split(":", 1)
        first = shown + (":" + keys_name[1] if len(keys_name) > 1 else "")
    if "name" in keys and isinstance(shown, str) and shown in first:
        keys.remove("name")
    text = f"{first}{newline}{rest}"
    if not newline:
        text = f"[{text}]"
    return text.replace("\n", "\n" + " " * style.indent) if style.indent else text
