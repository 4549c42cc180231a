"""Compiles `import` and `export` of ECMAScript modules."""

from __future__ import annotations

from typing import Any

from . import ops_basic as basic
from .syntax import Node, text_of
from .units import bound_names, first, named


def _text(node: Node) -> str:
    shown = text_of(node)
    return shown[1:-1] if shown[:1] in "'\"" else shown


def _request(c: Any, node: Node, hidden: str) -> None:
    info = c.unit.info
    names = [text_of(first(one, "name")) for one in _specifiers(node, "import_specifier")]
    names += ["default"] if any(
        one.type == "identifier" for clause in named(node) if clause.type == "import_clause"
        for one in named(clause)
    ) else []  # fmt: skip
    info.requests.append((_text(first(node, "source")), hidden, node.start_point[0] + 1, names))
    c.unit.names.kinds[hidden] = "hidden"
    info.params.append(hidden)


def _specifiers(node: Node, kind: str) -> list[Node]:
    found, todo = [], list(node.named_children)
    while todo:
        one = todo.pop(0)
        if one.type == kind:
            found.append(one)
        elif one.type in ("import_clause", "named_imports", "export_clause"):
            todo += one.named_children
    return found


def import_rows(c: Any, node: Node, hidden: str) -> None:
    """Note a module that is wanted and the names that stand for its exports."""
    _request(c, node, hidden)
    kinds = c.unit.names.kinds
    for clause in named(node):
        if clause.type != "import_clause":
            continue
        for one in named(clause):
            if one.type == "identifier":
                kinds[text_of(one)] = ("import", hidden, "default")
            elif one.type == "namespace_import":
                kinds[text_of(named(one)[0])] = ("namespace", hidden, "")
    for one in _specifiers(node, "import_specifier"):
        name = first(one, "name")
        local = one.child_by_field_name("alias") or name
        kinds[text_of(local)] = ("import", hidden, _text(name))


def export_names(c: Any, node: Node, hidden: str) -> None:
    """Note what a module exports."""
    if node.child_by_field_name("source") is not None:
        _request(c, node, hidden)
        return
    declaration = node.child_by_field_name("declaration")
    default = any(child.type == "default" for child in node.children)
    if declaration is not None:
        for name in _declared(declaration):
            c.exports.append((name, "default" if default else name))
    for one in _specifiers(node, "export_specifier"):
        name = first(one, "name")
        c.exports.append((text_of(name), _text(one.child_by_field_name("alias") or name)))


def _declared(node: Node) -> list[str]:
    if node.type in ("lexical_declaration", "variable_declaration"):
        return [name for row in named(node) for name in bound_names(first(row, "name"))]
    name = node.child_by_field_name("name")
    return [text_of(name)] if name is not None else []


def export(c: Any, node: Node) -> None:
    """Compile an export statement."""
    unit = c.unit
    if node.child_by_field_name("source") is not None:
        hidden = next(row[1] for row in unit.info.requests if row[2] == node.start_point[0] + 1
                      and row[0] == _text(first(node, "source")))  # fmt: skip
        _again(c, node, hidden)
        return
    declaration = node.child_by_field_name("declaration")
    if declaration is not None:
        if declaration.child_by_field_name("name") is None and "class" in declaration.type:
            c.class_value(declaration, "default")
            unit.emit(put_export, (unit.place("%exports"), "default"))
            return
        c.statement(declaration)
        for name in _declared(declaration):
            c.exported(name)
        return
    value = node.child_by_field_name("value")
    if value is not None:
        c.named_value(value, None, "default")
        unit.emit(put_export, (unit.place("%exports"), "default"))
        return
    for one in _specifiers(node, "export_specifier"):
        name = text_of(first(one, "name"))
        kind = unit.names.kinds.get(name)
        if isinstance(kind, tuple):
            place = (unit.place(kind[1]), kind[2], unit.place("%exports"),
                     _text(one.child_by_field_name("alias") or first(one, "name")))  # fmt: skip
            unit.emit(re_export, place)


def _again(c: Any, node: Node, hidden: str) -> None:
    unit = c.unit
    rows = _specifiers(node, "export_specifier")
    for one in rows:
        name = first(one, "name")
        key = _text(one.child_by_field_name("alias") or name)
        unit.emit(re_export, (unit.place(hidden), _text(name), unit.place("%exports"), key))
    spaces = [one for one in named(node) if one.type == "namespace_export"]
    for one in spaces:
        unit.emit(basic.load, unit.place(hidden))
        unit.emit(put_export, (unit.place("%exports"), _text(named(one)[0])))
    if not rows and not spaces:
        unit.emit(re_export, (unit.place(hidden), "*", unit.place("%exports"), ""))


def put_export(vm: Any, frame: Any, argument: Any) -> None:
    """Export the value on the stack."""
    names, name = basic._scope(frame, argument[0])
    names[name].props[argument[1]] = frame.stack.pop()


def re_export(vm: Any, frame: Any, argument: Any) -> None:
    """Export what another module exports."""
    from .objects import get_now, keys_of

    place, name, where, key = argument
    names, at = basic._scope(frame, place)
    other = names[at]
    exports, at = basic._scope(frame, where)
    target = exports[at].props
    if name == "*":
        for one in keys_of(vm, other):
            if one != "default":
                target.setdefault(one, get_now(vm, other, one))
    elif name:
        target[key] = get_now(vm, other, name)
    else:
        target[key] = other
