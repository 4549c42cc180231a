"""Reading what a patch has made of an object, which is refused in other words than a whole one.

Source: kubernetes apiserver v0.32 pkg/endpoints/handlers/patch.go, and apimachinery v0.32
pkg/runtime/converter.go, which turns a map into a Go struct without any JSON between them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from simulator.plain import Object

from . import decode, status
from .kinds import Kind
from .patch import go_text
from .quantity import QuantityError
from .schema import Shape, Struct, go_type, struct_of

if TYPE_CHECKING:
    from .server import ApiServer

_CONVERTIBLE = {"int32": ("float64",), "int64": ("float64",), "string": ("int64",)}
"""Values that Go could turn into a type but JSON may not, by that type."""


def typed(fresh: Any, old: Object, kind: str) -> Object:
    """Give a patched object its kind again; StatusError when it is no object any more."""
    if not isinstance(fresh, dict):
        raise _invalid(
            _json(fresh),
            f"couldn't get version/kind; json parse error: json: cannot unmarshal "
            f"{decode.json_kind(fresh)} into Go value of type struct "
            '{ APIVersion string "json:\\"apiVersion,omitempty\\""; '
            'Kind string "json:\\"kind,omitempty\\"" }',
        )
    found = {**fresh, "kind": kind, "apiVersion": old["apiVersion"]}
    meta = found.get("metadata")
    if meta is not None and not isinstance(meta, dict):
        why = f"json: cannot unmarshal {decode.json_kind(meta)} into Go struct field "
        raise _invalid(_json(found), f"{why}{kind}.metadata of type v1.ObjectMeta")
    return found


def check_name(fresh: Object, old: Object) -> None:
    """Refuse a patch that renames or moves an object; BadRequest."""
    meta, was = fresh.get("metadata") or {}, old["metadata"]
    name, place = meta.get("name"), meta.get("namespace")
    if not name:
        why = f"the name of the object ({was['name']} based on URL) was undeterminable: "
        raise status.bad_request(f"{why}name must be provided")
    if name != was["name"]:
        why = f"the name of the object ({name}) does not match the name on the URL"
        raise status.bad_request(f"{why} ({was['name']})")
    if place and place != was.get("namespace"):
        why = f"the namespace of the object ({place}) does not match the namespace on the request"
        raise status.bad_request(f"{why} ({was.get('namespace') or ''})")


def look(
    api: ApiServer, row: Kind, obj: Object, change: Any, type: str, strict: bool = False
) -> Object:
    """Give a patched object without the fields that its type does not have.

    strict: refuse these fields, where the server otherwise warns of them.   Raises StatusError
    (Invalid, of the patch) for a value of a wrong type.
    """
    shown = go_text(change)
    if type != "strategic":
        shown = _json(obj)
    struct = None if row.custom else struct_of(row.kind, str(obj["apiVersion"]))
    if struct is not None:
        reader = (_Converter if type == "strategic" else decode.Reader)(struct, row.version)
        try:
            reader.struct(struct, obj, [])
        except (decode.Abort, QuantityError) as error:
            raise _invalid(shown, str(error)) from error
        if reader.mismatch:
            raise _invalid(shown, reader.mismatch)
    elif wrong := decode.metadata_problem(obj.get("metadata") or {}):
        raise _invalid(shown, wrong)
    known, unknown = api.tolerate(row, obj)
    if unknown and strict:
        raise _invalid(shown, f"strict decoding error: {decode.unknown_text(unknown)}")
    for path in unknown:
        api.warn(f'unknown field "{path}"')
    return known


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _invalid(shown: str, why: str) -> status.StatusError:
    """Refuse a patch; the server does not say here of which object."""
    return status.invalid("", "", "", [status.invalid_value("patch", shown, why)])


class _Converter(decode.Reader):
    """Reads an object as the server reads a map that a strategic merge patch has changed."""

    def _mismatch(self, value: Any, shape: Shape, path: list[str], inside: Struct) -> None:
        """Note what the converter says of a value of the wrong type, unless one came before."""
        self.mismatch = self.mismatch or _words(value, shape, path, inside)


def _words(value: Any, shape: Shape, path: list[str], inside: Struct) -> str:
    kind = _go_kind(value)
    if shape.form == "struct":
        return f"cannot restore struct from: {kind}"
    if shape.form in ("list", "bytes"):
        return f"cannot restore slice from {kind}"
    if shape.form == "map":
        return f"cannot restore map from {kind}"
    if kind in _CONVERTIBLE.get(shape.form, ()):
        name = go_type(shape, field=f"{inside.name}.{decode.path_field(path)}")
        return f"cannot convert {kind} to {name}"
    return f"unrecognized type: {go_type(Shape(shape.form))}"


def _go_kind(value: Any) -> str:
    """Name the kind that a value read from JSON has in Go."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int64"
    if isinstance(value, float):
        return "float64"
    if isinstance(value, str):
        return "string"
    return "slice" if isinstance(value, list) else "map"
