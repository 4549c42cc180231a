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
from .convert import to_stored
from .fieldtrees import (
    Tree,
    fields_of,
    has_keys,
    item_key,
    paths,
    struct_fields,
    tree_of,
    value_at,
)
from .schema import Field, Struct, struct_below, struct_of

if TYPE_CHECKING:
    from simulator.engine import Engine

    from .kinds import Kind
    from .server import ApiServer


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
        path: None
        for path in now
        if path not in before or value_at(fresh, path) != value_at(old or {}, path)
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
            kept.append({**entry, "fieldsV1": tree_of(left)} if len(left) != len(owned) else entry)
    mine.update(changed)
    if mine:
        kept.append(_entry(engine, fresh, manager, "Update", tree_of(mine), sub))
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
        return struct_fields({"status": obj["status"]}, struct) if obj.get("status") else {}
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
    version = change.get("apiVersion") or row.api_version
    wanted = decode.decode(row, {**copy(change), "apiVersion": version, "kind": row.kind})
    wanted = to_stored(row, wanted)
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
        clash = [p for p in owned if p in leaves and value_at(old, p) != value_at(wanted, p)]
        if clash:
            conflicts.setdefault(_who(entry), []).extend(clash)
        left = {p: None for p in owned if not (force and p in clash)}
        if left:
            others.append({**entry, "fieldsV1": tree_of(left)} if clash else entry)
    if conflicts and not force:
        raise _conflict(row, old, manager, conflicts)
    shared = {p: None for entry in others for p in paths(entry.get("fieldsV1") or {})}
    fresh: Object = copy(old)
    _take_away(fresh, [path for path in mine if path not in leaves and path not in shared],
               [*leaves, *shared])  # fmt: skip
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


Paths = list[tuple[str, ...]]


def _take_away(obj: Object, gone: Paths, kept: Paths) -> None:
    """Take out what a manager applies no more: whole items of lists, then single fields.

    An item goes with all that was filled in, unless something of it is kept by somebody; then
    the fields by which it is known stay, too.
    """
    alive = {path[:n] for path in kept for n in range(1, len(path) + 1)}
    dead: dict[tuple[str, ...], None] = {}
    for path in gone:
        for n in range(1, len(path)):
            if path[n - 1].startswith("k:") and path[:n] not in alive:
                dead[path[:n]] = None
                break
    for path in gone:
        above = [path[:n] for n in range(1, len(path))]
        if not any(one in dead for one in above) and not _is_key(path):
            _remove(obj, path)
    for path in dead:
        _remove(obj, path)


def _is_key(path: tuple[str, ...]) -> bool:
    """Tell whether a path is that of a field by which its list's items are told apart."""
    if len(path) < 2 or not path[-2].startswith("k:"):
        return False
    return path[-1][2:] in json.loads(path[-2][2:])


def _remove(obj: Any, path: tuple[str, ...]) -> None:
    """Take the value at a path out of an object."""
    parent = value_at(obj, path[:-1]) if len(path) > 1 else obj
    kind, _, name = path[-1].partition(":")
    if isinstance(parent, dict) and kind == "f":
        parent.pop(name, None)
    elif isinstance(parent, list):
        for item in list(parent):
            if (kind == "k" and has_keys(item, json.loads(name))) or (
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
    by_key = {item_key(item, field): item for item in live}
    keys = [item_key(item, field) for item in wanted]
    others = [item for item in live if item_key(item, field) not in keys]
    mine = [
        _overlay(by_key.get(key, {}), item, below) for key, item in zip(keys, wanted, strict=True)
    ]
    return [*mine, *others]
