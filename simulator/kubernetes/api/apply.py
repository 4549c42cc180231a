"""Server-side apply and managedFields: who wrote which field.

A field's owner is noted as a path in a tree (`f:spec`, `f:containers`, `k:{"name":"web"}`).
Applying takes away what its manager applied before and applies no more, unless somebody else owns
it too; changing what others own is a conflict. Source: sigs.k8s.io/structured-merge-diff v4 and
kubernetes apimachinery pkg/util/managedfields.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from simulator.plain import Object, copy

from . import decode, status
from .schema import Field, Struct, struct_below, struct_of

if TYPE_CHECKING:
    from simulator.engine import Engine

    from .kinds import Kind
    from .server import ApiServer

Tree = dict[str, Any]
IGNORED = ("apiVersion", "kind", "status")
IGNORED_META = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generation",
                "managedFields", "selfLink", "deletionTimestamp",
                "deletionGracePeriodSeconds")  # fmt: skip


# Trees of fields


def fields_of(obj: Object, struct: Struct | None) -> Tree:
    """Give the tree of the fields that an object sets."""
    bare = {key: value for key, value in obj.items() if key not in IGNORED}
    meta = {k: v for k, v in (obj.get("metadata") or {}).items() if k not in IGNORED_META}
    bare.pop("metadata", None)
    if meta:
        bare["metadata"] = meta
    return _struct(bare, struct)


def _struct(value: dict[str, Any], struct: Struct | None) -> Tree:
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
            return {} if field is not None else _struct(value, None)
        inner = _struct(value, below)
        return {".": {}, **inner} if field.shape.form == "map" or not inner else inner
    if isinstance(value, list) and field is not None and field.keys:
        tree: Tree = {".": {}}
        for item in value:
            tree[_key(item, field)] = {".": {}, **_struct(item, below)}
        return tree
    if isinstance(value, list) and field is not None and field.is_set:
        return {".": {}, **{f"v:{json.dumps(item)}": {} for item in value}}
    return {}


def _key(item: Any, field: Field) -> str:
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


def _tree(leaves: dict[tuple[str, ...], None]) -> Tree:
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


# Noting who wrote what


def note_update(
    engine: Engine, fresh: Object, old: Object | None, manager: str, sub: str = ""
) -> None:
    """Note in managedFields what a write changed: the writer owns it, nobody else does.

    sub: the subresource that was written, by which the same manager's entries are told apart.
    """
    struct = struct_of(str(fresh["kind"]), str(fresh["apiVersion"]))
    now = paths(_owned(fresh, struct, sub))
    before = paths(_owned(old, struct, sub)) if old else {}
    changed = {
        path: None for path in now if path not in before or _at(fresh, path) != _at(old or {}, path)
    }
    gone = {path: None for path in before if path not in now}
    entries = _entries(fresh, old)
    mine: dict[tuple[str, ...], None] = {}
    kept = []
    for entry in entries:
        owned = paths(entry.get("fieldsV1") or {})
        if _by(entry) == (manager, "Update", sub):
            mine.update({p: None for p in owned if p not in gone})
            continue
        left = {p: None for p in owned if p not in changed and p not in gone}
        if left:
            kept.append({**entry, "fieldsV1": _tree(left)} if len(left) != len(owned) else entry)
    mine.update(changed)
    if mine:
        kept.append(_entry(engine, fresh, manager, "Update", _tree(mine), sub))
    left_over = kept if changed or gone or old is None else entries
    fresh["metadata"]["managedFields"] = left_over
    if not left_over:
        del fresh["metadata"]["managedFields"]


def _entries(fresh: Object, old: Object | None) -> list[Object]:
    """Give the entries to go on from; a writer may replace them, or reset them with [{}]."""
    known: list[Object] = (old or {}).get("metadata", {}).get("managedFields") or []
    given: list[Object] | None = fresh["metadata"].get("managedFields")
    if given is None or given == known:
        return list(known)
    return [one for one in given if one.get("manager")]


def _by(entry: Object) -> tuple[str, str, str]:
    return entry["manager"], entry["operation"], entry.get("subresource") or ""


def _owned(obj: Object, struct: Struct | None, sub: str) -> Tree:
    """Give the tree of the fields that a write of an object, or of its status, is about."""
    if sub == "status":
        return _struct({"status": obj["status"]}, struct) if obj.get("status") else {}
    return fields_of(obj, struct)


def _entry(
    engine: Engine, obj: Object, manager: str, operation: str, tree: Tree, sub: str = ""
) -> Object:
    row = {
        "apiVersion": obj["apiVersion"],
        "fieldsType": "FieldsV1",
        "fieldsV1": tree,
        "manager": manager,
        "operation": operation,
        "time": engine.timestamp(),
    }
    return {**row, "subresource": sub} if sub else row


def _at(obj: Any, path: tuple[str, ...]) -> Any:
    """Give the value at a path of fields, keys and set items; None where there is none."""
    for step in path:
        kind, _, name = step.partition(":")
        if kind == "f":
            obj = obj.get(name) if isinstance(obj, dict) else None
        elif kind == "k":
            keys = json.loads(name)
            items = obj if isinstance(obj, list) else []
            obj = next((i for i in items if _has(i, keys)), None)
        else:
            value = json.loads(name)
            obj = value if isinstance(obj, list) and value in obj else None
        if obj is None:
            return None
    return obj


def _has(item: Any, keys: dict[str, Any]) -> bool:
    return isinstance(item, dict) and all(
        item.get(key, _DEFAULTS.get(key)) == value for key, value in keys.items()
    )


# Applying


def server_side_apply(
    api: ApiServer,
    row: Kind,
    namespace: str,
    name: str,
    change: Any,
    manager: str,
    force: bool,
    dry_run: bool,
) -> Object:
    """Create or merge an object from what its manager wants of it. Raises StatusError."""
    if not isinstance(change, dict):
        raise status.bad_request("error decoding YAML: the patch is no object")
    wanted = decode.decode(row, {**copy(change), "apiVersion": row.api_version, "kind": row.kind})
    meta = wanted.setdefault("metadata", {})
    if meta.get("managedFields"):
        raise status.bad_request("metadata.managedFields must be nil")
    meta["name"] = name
    if namespace:
        meta["namespace"] = namespace
    struct = None if row.custom else struct_of(row.kind, row.api_version)
    tree = fields_of(wanted, struct)
    old = api.store.get(row.store, namespace, name)
    if old is None:
        meta["managedFields"] = [_entry(api.engine, wanted, manager, "Apply", tree)]
        return api.create(wanted, dry_run=dry_run)
    fresh = _merged(api, row, old, wanted, tree, struct, manager, force)
    fresh["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"]
    return api.update(fresh, dry_run=dry_run)


def _merged(
    api: ApiServer, row: Kind, old: Object, wanted: Object, tree: Tree, struct: Struct | None,
    manager: str, force: bool,
) -> Object:  # fmt: skip
    entries: list[Object] = list(old["metadata"].get("managedFields") or ())
    leaves = paths(tree)
    conflicts: dict[str, list[tuple[str, ...]]] = {}
    others: list[Object] = []
    mine: dict[tuple[str, ...], None] = {}
    for entry in entries:
        owned = paths(entry.get("fieldsV1") or {})
        if entry["manager"] == manager and entry["operation"] == "Apply":
            mine = owned
            continue
        clash = [p for p in owned if p in leaves and _at(old, p) != _at(wanted, p)]
        if clash:
            conflicts.setdefault(_who(entry), []).extend(clash)
        left = {p: None for p in owned if not (force and p in clash)}
        if left:
            others.append({**entry, "fieldsV1": _tree(left)} if clash else entry)
    if conflicts and not force:
        raise _conflict(row, old, manager, conflicts)
    shared = {path for entry in others for path in paths(entry.get("fieldsV1") or {})}
    fresh: Object = copy(old)
    for path in mine:
        if path not in leaves and path not in shared:
            _remove(fresh, path)
    fresh = _overlay(fresh, wanted, struct)
    before = next(
        (e for e in entries if e["manager"] == manager and e["operation"] == "Apply"), None
    )
    entry = _entry(api.engine, wanted, manager, "Apply", tree)
    if before is not None and before.get("fieldsV1") == tree and _same(fresh, old):
        entry = before
    fresh["metadata"]["managedFields"] = [entry, *others]
    return fresh


def _same(fresh: Object, old: Object) -> bool:
    def bare(obj: Object) -> Object:
        meta = {
            k: v
            for k, v in obj["metadata"].items()
            if k not in ("managedFields", "resourceVersion")
        }
        return {**obj, "metadata": meta}

    return bare(fresh) == bare(old)


def _who(entry: Object) -> str:
    if entry["operation"] == "Apply":
        return f'"{entry["manager"]}"'
    sub = f' with subresource "{entry["subresource"]}"' if entry.get("subresource") else ""
    return f'"{entry["manager"]}"{sub} using {entry["apiVersion"]}'


def _conflict(
    row: Kind, old: Object, manager: str, conflicts: dict[str, list[tuple[str, ...]]]
) -> status.ConflictError:
    count = sum(len(found) for found in conflicts.values())
    plural = "conflicts" if count > 1 else "conflict"
    listed = {who: [_shown(p) for p in found] for who, found in conflicts.items()}
    if count == 1:
        who, found = next(iter(listed.items()))
        text = f"Apply failed with 1 {plural}: conflict with {who}: {found[0]}"
    else:
        parts = [
            f"conflicts with {who}:\n" + "\n".join(f"- {path}" for path in found)
            for who, found in sorted(listed.items())
        ]
        text = f"Apply failed with {count} {plural}: " + "\n".join(parts)
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {who}", "field": path}
        for who, found in sorted(listed.items())
        for path in found
    ]
    return status.ConflictError(409, "Conflict", text, {"causes": causes})


def _shown(path: tuple[str, ...]) -> str:
    """Write a path as conflicts do: `.spec.template.spec.containers[name="web"].image`."""
    out = ""
    for step in path:
        kind, _, name = step.partition(":")
        if kind == "f":
            out += f".{name}"
        elif kind == "k":
            keys = json.loads(name)
            out += "[" + ",".join(f"{k}={json.dumps(v)}" for k, v in sorted(keys.items())) + "]"
        else:
            out += f"[={name}]"
    return out


def _remove(obj: Any, path: tuple[str, ...]) -> None:
    """Take the value at a path out of an object."""
    parent = _at(obj, path[:-1]) if len(path) > 1 else obj
    kind, _, name = path[-1].partition(":")
    if isinstance(parent, dict) and kind == "f":
        parent.pop(name, None)
    elif isinstance(parent, list):
        for item in list(parent):
            if (kind == "k" and _has(item, json.loads(name))) or (
                kind == "v" and item == json.loads(name)
            ):
                parent.remove(item)
    if parent in ({}, []) and len(path) > 1:
        _remove(obj, path[:-1])
    elif kind == "f" and path[-2:-1] and path[-2].startswith("k:") and isinstance(parent, dict):
        keys = json.loads(path[-2][2:])
        if all(name in keys for name in parent):
            _remove(obj, path[:-1])


def _overlay(live: Any, wanted: Any, struct: Struct | None) -> Any:
    """Lay what is wanted over what is there, list items by their keys."""
    if not isinstance(wanted, dict) or not isinstance(live, dict):
        return copy(wanted)
    result = dict(live)
    for name, value in wanted.items():
        field = struct.fields.get(name) if struct else None
        below = struct_below(field.shape) if field else None
        if isinstance(value, dict):
            atomic = below is not None and (below.atomic or (field is not None and field.atomic))
            result[name] = copy(value) if atomic else _overlay(live.get(name) or {}, value, below)
        elif isinstance(value, list) and field is not None and field.keys:
            result[name] = _overlay_list(live.get(name) or [], value, field, below)
        elif isinstance(value, list) and field is not None and field.is_set:
            have = live.get(name) or []
            result[name] = [*have, *(one for one in value if one not in have)]
        else:
            result[name] = copy(value)
    return result


def _overlay_list(
    live: list[Any], wanted: list[Any], field: Field, below: Struct | None
) -> list[Any]:
    by_key = {_key(item, field): item for item in live}
    keys = [_key(item, field) for item in wanted]
    others = [item for item in live if _key(item, field) not in keys]
    mine = [
        _overlay(by_key.get(key, {}), item, below) for key, item in zip(keys, wanted, strict=True)
    ]
    return [*mine, *others]
