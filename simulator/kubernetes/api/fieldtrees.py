"""Trees of fields: what an object sets, as managedFields write it down.

A field is a path in a tree (`f:spec`, `f:containers`, `k:{"name":"web"}`, `v:"x"`). Source:
sigs.k8s.io/structured-merge-diff v4 fieldpath.
"""

from __future__ import annotations

import json
from typing import Any

from simulator.plain import Object

from .schema import Field, Struct, struct_below

Tree = dict[str, Any]
IGNORED = ("apiVersion", "kind", "status")
IGNORED_META = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generation",
                "managedFields", "selfLink", "deletionTimestamp",
                "deletionGracePeriodSeconds")  # fmt: skip


def fields_of(obj: Object, struct: Struct | None) -> Tree:
    """Give the tree of the fields that an object sets."""
    bare = {key: value for key, value in obj.items() if key not in IGNORED}
    meta = {k: v for k, v in (obj.get("metadata") or {}).items() if k not in IGNORED_META}
    bare.pop("metadata", None)
    if meta:
        bare["metadata"] = meta
    return struct_fields(bare, struct)


def struct_fields(value: dict[str, Any], struct: Struct | None) -> Tree:
    tree: Tree = {}
    for name, item in value.items():
        if item is None:
            continue
        tree[f"f:{name}"] = _value(item, struct.fields.get(name) if struct else None)
    return tree


def _value(value: Any, field: Field | None) -> Tree:
    below = struct_below(field.shape) if field else None
    if isinstance(value, dict):
        if field is None or (below is not None and (below.atomic or field.atomic)):
            return {} if field is not None else struct_fields(value, None)
        inner = struct_fields(value, below)
        return {".": {}, **inner} if field.shape.form == "map" or not inner else inner
    if isinstance(value, list) and field is not None and field.keys:
        tree: Tree = {".": {}}
        for item in value:
            tree[item_key(item, field)] = {".": {}, **struct_fields(item, below)}
        return tree
    if isinstance(value, list) and field is not None and field.is_set:
        return {".": {}, **{f"v:{json.dumps(item)}": {} for item in value}}
    return {}


def item_key(item: Any, field: Field) -> str:
    """Name a list's item by its keys (`k:{"containerPort":80,"protocol":"TCP"}`)."""
    keys = {key: item.get(key, _DEFAULTS.get(key)) for key in field.keys if isinstance(item, dict)}
    return "k:" + json.dumps({k: v for k, v in keys.items() if v is not None}, sort_keys=True,
                             separators=(",", ":"))  # fmt: skip


_DEFAULTS = {"protocol": "TCP"}


def paths(tree: Tree, prefix: tuple[str, ...] = ()) -> dict[tuple[str, ...], None]:
    """Give the leaves of a tree as paths, in order."""
    found: dict[tuple[str, ...], None] = {}
    for name, inner in tree.items():
        if name == ".":
            continue
        below = paths(inner, (*prefix, name))
        if below:
            found.update(below)
        else:
            found[(*prefix, name)] = None
    return found


def tree_of(leaves: dict[tuple[str, ...], None]) -> Tree:
    """Put paths together to a tree again."""
    root: Tree = {}
    for path in leaves:
        at = root
        for step in path:
            at = at.setdefault(step, {})
            if step.startswith("k:"):
                at.setdefault(".", {})
    return root


def merge_trees(one: Tree, other: Tree) -> Tree:
    """Give the fields that are in either of two trees."""
    both = {name: merge_trees(one.get(name, {}), inner) for name, inner in other.items()}
    return {**one, **both}


def without(tree: Tree, path: tuple[str, ...]) -> Tree:
    """Give a tree that lacks one path, and what would be left empty by that."""
    inner = without(tree[path[0]], path[1:]) if len(path) > 1 and path[0] in tree else {}
    rest = {name: value for name, value in tree.items() if name != path[0]}
    return {**rest, path[0]: inner} if inner and inner != {".": {}} else rest


def value_at(obj: Any, path: tuple[str, ...]) -> Any:
    """Give the value at a path of fields, keys and set items; None where there is none."""
    for step in path:
        kind, _, name = step.partition(":")
        if kind == "f":
            obj = obj.get(name) if isinstance(obj, dict) else None
        elif kind == "k":
            keys = json.loads(name)
            items = obj if isinstance(obj, list) else []
            obj = next((i for i in items if has_keys(i, keys)), None)
        else:
            value = json.loads(name)
            obj = value if isinstance(obj, list) and value in obj else None
        if obj is None:
            return None
    return obj


def has_keys(item: Any, keys: dict[str, Any]) -> bool:
    return isinstance(item, dict) and all(
        item.get(key, _DEFAULTS.get(key)) == value for key, value in keys.items()
    )
