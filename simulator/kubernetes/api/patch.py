"""Patches: JSON merge patch, JSON patch and strategic merge patch.

Source: RFC 7386, RFC 6902, and kubernetes apimachinery v0.32 pkg/util/strategicpatch.
"""

from __future__ import annotations

from typing import Any

from simulator.plain import Object, Plain, copy

from . import status
from .decode import json_kind
from .kinds import Kind
from .schema import Field, Struct, struct_below, struct_of

SET_ORDER, DELETE_PRIMITIVES = "$setElementOrder/", "$deleteFromPrimitiveList/"
DIRECTIVE, RETAIN = "$patch", "$retainKeys"


def apply(row: Kind, old: Object, change: Any, type: str) -> Object:
    """Answer a copy of `old` with a change applied.

    type: "merge", "json" or "strategic".   Raises StatusError.
    """
    if type == "json":
        return json_patch(old, change)
    if not isinstance(change, dict):
        raise status.bad_request(
            "json: cannot unmarshal into Go value of type map[string]interface {}"
        )
    struct = struct_of(row.kind, row.api_version) if not row.custom else None
    if type == "strategic":
        if row.custom:
            raise status.StatusError(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types "
                "include: application/json-patch+json, application/merge-patch+json, "
                "application/apply-patch+yaml",
            )
        result: Object = strategic(copy(old), change, struct)
    else:
        result = merge(copy(old), change)
    return result


def merge(target: Plain, change: Plain) -> Plain:
    """Apply a JSON merge patch: null removes, objects merge, the rest replaces."""
    if not isinstance(change, dict):
        return copy(change)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


# JSON patch


def json_patch(target: Object, operations: Any) -> Object:
    """Apply the operations of a JSON patch in order, or refuse the whole."""
    if not isinstance(operations, list):
        raise status.bad_request(
            "json: cannot unmarshal object into Go value of type jsonpatch.Patch"
        )
    result: Plain = copy(target)
    for operation in operations:
        if not isinstance(operation, dict):
            raise status.bad_request(
                f"json: cannot unmarshal {json_kind(operation)} into Go value of type "
                "jsonpatch.Operation"
            )
        result = _operate(result, operation)
    return result  # type: ignore[no-any-return]


def _operate(document: Plain, operation: dict[str, Any]) -> Plain:
    kind, path = operation.get("op"), operation.get("path")
    if not isinstance(path, str):
        raise _unprocessable()
    if kind == "test":
        found = _find(document, _steps(path))
        if found != operation.get("value"):
            raise _unprocessable()
        return document
    if kind in ("move", "copy"):
        source = operation.get("from")
        if not isinstance(source, str):
            raise _unprocessable()
        value = copy(_find(document, _steps(source)))
        if kind == "move":
            document = _put(document, source, None, "remove")
        return _put(document, path, value, "add")
    if kind in ("add", "replace", "remove"):
        return _put(document, path, copy(operation.get("value")), kind)
    raise _unprocessable()


def _steps(path: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _unprocessable() -> status.StatusError:
    """Refuse a JSON patch whose test fails or whose path is not there: upstream says no more."""
    return status.StatusError(
        422, "Invalid", "the server rejected our request due to an error in our request"
    )


def _find(document: Plain, steps: list[str]) -> Plain:
    for step in steps:
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and step.isdecimal() and int(step) < len(document):
            document = document[int(step)]
        else:
            raise _unprocessable()
    return document


def _put(document: Plain, path: str, value: Plain, kind: str) -> Plain:
    steps = _steps(path)
    if not steps:
        return value
    parent = _find(document, steps[:-1])
    last = steps[-1]
    if isinstance(parent, dict):
        if kind != "add" and last not in parent:
            raise _unprocessable()
        if kind == "remove":
            del parent[last]
        else:
            parent[last] = value
    elif isinstance(parent, list):
        _put_item(parent, last, value, kind)
    else:
        raise _unprocessable()
    return document


def _put_item(parent: list[Any], last: str, value: Plain, kind: str) -> None:
    at = len(parent) if last == "-" else int(last) if last.isdecimal() else -1
    if not 0 <= at <= len(parent) - (kind != "add"):
        raise _unprocessable()
    if kind == "add":
        parent.insert(at, value)
    elif kind == "remove":
        del parent[at]
    else:
        parent[at] = value


# Strategic merge patch


def strategic(target: Plain, change: dict[str, Any], struct: Struct | None) -> Plain:
    """Merge a patch into an object, list items by the key that their type names."""
    directive = change.get(DIRECTIVE)
    if directive == "replace":
        return {key: copy(value) for key, value in change.items() if key != DIRECTIVE}
    if directive == "delete":
        return {}
    result = dict(target) if isinstance(target, dict) else {}
    if isinstance(change.get(RETAIN), list):
        result = {key: value for key, value in result.items() if key in change[RETAIN]}
    for key, value in change.items():
        if key.startswith("$"):
            if key.startswith(DELETE_PRIMITIVES) and isinstance(value, list):
                name = key[len(DELETE_PRIMITIVES) :]
                held = result.get(name)
                if isinstance(held, list):
                    result[name] = [one for one in held if one not in value]
            continue
        field = struct.fields.get(key) if struct else None
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            below = struct_below(field.shape) if field else None
            result[key] = strategic(result.get(key), value, below)
        elif isinstance(value, list) and field is not None and field.merge is not None:
            result[key] = _merge_list(result.get(key) or [], value, field)
        else:
            result[key] = copy(value)
    return _ordered(result, change, struct)


def go_text(value: Any) -> str:
    """Write a value as Go prints it with %v (`map[image:x]`)."""
    if isinstance(value, dict):
        return "map[" + " ".join(f"{k}:{go_text(v)}" for k, v in sorted(value.items())) + "]"
    if isinstance(value, list):
        return "[" + " ".join(go_text(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "<nil>" if value is None else str(value)


def _merge_list(old: list[Any], change: list[Any], field: Field) -> list[Any]:
    """Merge the items of a patch's list into a list, by key or as a set."""
    if not field.merge:
        return [*old, *(one for one in change if one not in old)]
    if any(isinstance(item, dict) and item.get(DIRECTIVE) == "replace" for item in change):
        return [copy(i) for i in change if not (isinstance(i, dict) and DIRECTIVE in i)]
    below, key = struct_below(field.shape), field.merge
    result = list(old)
    for item in change:
        if not isinstance(item, dict) or key not in item:
            text = f"map: {go_text(item)} does not contain declared merge key: {key}"
            raise status.StatusError(500, "", text)
        at = next((n for n, one in enumerate(result) if one.get(key) == item[key]), None)
        if item.get(DIRECTIVE) == "delete":
            result = [one for one in result if one.get(key) != item[key]]
        elif at is None:
            result.append(strategic({}, item, below))
        else:
            result[at] = strategic(result[at], item, below)
    return result


def _ordered(result: dict[str, Any], change: dict[str, Any], struct: Struct | None) -> Plain:
    """Put lists into the order that `$setElementOrder` asks for; others keep their place."""
    for key, wanted in change.items():
        if not key.startswith(SET_ORDER) or not isinstance(wanted, list):
            continue
        name = key[len(SET_ORDER) :]
        field = struct.fields.get(name) if struct else None
        if field is None or field.merge is None or not isinstance(result.get(name), list):
            continue
        merge_key = field.merge
        places = {
            repr(one.get(merge_key) if merge_key and isinstance(one, dict) else one): n
            for n, one in enumerate(wanted)
        }

        def place(item: Any, places: dict[str, int] = places, by: str = merge_key) -> int:
            return places.get(repr(item.get(by) if by and isinstance(item, dict) else item), -1)

        listed = sorted((i for i in result[name] if place(i) >= 0), key=place)
        others = [i for i in result[name] if place(i) < 0]
        result[name] = [*others, *listed] if others else listed
    return result
