"""kubectl explain: the fields of a kind and their types.   Source: kubectl v0.32 pkg/explain.

# Simplified: `kubectl explain` names every field and its type; the long descriptions of the real
one are not part of the lab.
"""

from __future__ import annotations

from simulator.kubernetes.api.schema import Field, Shape, Struct, struct_below, struct_of

from .errors import KubectlError
from .session import Session

_PLAIN = {
    "string": "string",
    "bool": "boolean",
    "int32": "integer",
    "int64": "integer",
    "float": "number",
    "double": "number",
    "quantity": "Quantity",
    "intstr": "IntOrString",
    "time": "Time",
    "microtime": "MicroTime",
    "bytes": "string",
    "any": "Object",
}


def run(session: Session) -> int:
    """Explain a kind, or one of its fields."""
    if not session.args:
        raise KubectlError(
            'You must specify the type of resource to explain. Use "kubectl api-resources" for a '
            "complete list of supported resources."
        )
    if len(session.args) > 1:
        raise KubectlError("We accept only this format: explain RESOURCE")
    word, _, path = session.args[0].partition(".")
    row = session.kind(word)
    struct = struct_of(row.kind) if not row.custom else None
    head = (
        f"GROUP:      {row.group}\n" if row.group else ""
    ) + f"KIND:       {row.kind}\nVERSION:    {row.version}\n\n"
    if struct is None:
        session.out(head + "DESCRIPTION:\n    <empty>\n")
        return 0
    field: Field | None = None
    for step in [part for part in path.split(".") if part]:
        field = struct.fields.get(step) if struct else None
        if field is None:
            raise KubectlError(f'field "{step}" does not exist')
        struct = struct_below(field.shape)
    text = head
    if field is not None:
        text += f"FIELD: {field.name} <{type_name(field.shape)}>\n\n"
    text += "DESCRIPTION:\n    <empty>\n"
    if struct is not None:
        text += "\nFIELDS:\n" + fields(struct, 1, bool(session.flag("recursive")))
    session.out(text + "\n")
    return 0


def fields(struct: Struct, level: int, deep: bool, seen: tuple[str, ...] = ()) -> str:
    """List the fields of a type."""
    out = ""
    for name, field in sorted(struct.fields.items()):
        need = " -required-" if field.required else ""
        out += f"{'  ' * level}{name}\t<{type_name(field.shape)}>{need}\n"
        below = struct_below(field.shape)
        if deep and below is not None and below.name not in seen:
            out += fields(below, level + 1, deep, (*seen, below.name))
        elif not deep:
            out += "    <no description>\n\n"
    return out


def type_name(shape: Shape) -> str:
    """Name a type as explain does (`[]Container`, `map[string]string`)."""
    if shape.form == "list" and shape.of:
        return f"[]{type_name(shape.of)}"
    if shape.form == "map" and shape.of:
        return f"map[string]{type_name(shape.of)}"
    return shape.struct or _PLAIN.get(shape.form, shape.form)
