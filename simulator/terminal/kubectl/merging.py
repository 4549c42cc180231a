"""The three-way merge of `kubectl apply`: what was applied, what is wanted, what is there.

Source: apimachinery pkg/util/strategicpatch (CreateThreeWayMergePatch): what was applied once
and is wanted no more goes; what is wanted comes; what others have set stays.
"""

from __future__ import annotations

import json
from typing import Any

from simulator.kubernetes.api.schema import Field, Struct, struct_below
from simulator.plain import Object, Plain, copy

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def with_last_applied(body: Object) -> Object:
    """Note in an annotation what is being applied, as kubectl does."""
    meta = body["metadata"]
    annotations = {k: v for k, v in (meta.get("annotations") or {}).items() if k != LAST_APPLIED}
    bare = {**body, "metadata": {**meta, "annotations": annotations}}
    text = json.dumps(bare, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return {
        **body,
        "metadata": {**meta, "annotations": {**annotations, LAST_APPLIED: escaped + "\n"}},
    }


def three_way(original: Any, wanted: Any, live: Any, struct: Struct | None) -> Plain:
    """Give the live object as it should become."""
    if not isinstance(wanted, dict) or not isinstance(live, dict):
        return copy(wanted)
    before = original if isinstance(original, dict) else {}
    result = {key: value for key, value in live.items() if key in wanted or key not in before}
    for key, value in wanted.items():
        field = struct.fields.get(key) if struct else None
        if value is None:
            if key not in ("creationTimestamp",):
                result.pop(key, None)
        elif isinstance(value, dict):
            below = struct_below(field.shape) if field else None
            if field is not None and field.retain and isinstance(live.get(key), dict):
                kept = {k: v for k, v in live[key].items() if k in value}
                result[key] = three_way(before.get(key), value, kept, below)
            else:
                result[key] = three_way(before.get(key), value, live.get(key) or {}, below)
        elif isinstance(value, list) and field is not None and field.merge is not None:
            result[key] = _lists(before.get(key) or [], value, live.get(key) or [], field)
        else:
            result[key] = copy(value)
    return result


def _lists(before: list[Any], wanted: list[Any], live: list[Any], field: Field) -> list[Any]:
    """Merge lists by their key; the wanted ones come in their order, those of others between."""
    key = field.merge
    if not key:
        return [*[one for one in live if one not in before and one not in wanted], *wanted]
    below = struct_below(field.shape)
    by_key = {_of(item, key): item for item in live}
    was = {_of(item, key): item for item in before}
    names = [_of(item, key) for item in wanted]
    others = [item for item in live if _of(item, key) not in names and _of(item, key) not in was]
    merged = [
        three_way(was.get(name), item, by_key.get(name, {}), below)
        for name, item in zip(names, wanted, strict=True)
    ]
    same = len(live) == len(others) + len(merged) and all(one in live for one in merged)
    if same and others:  # nothing is patched, and an order only where both lists are as long
        return live
    return _between(others, merged, list(by_key), key)


def _between(others: list[Any], merged: list[Any], order: list[str], key: str) -> list[Any]:
    """Put others' items before the first one that they precede on the server (mergeSortedSlice)."""
    out, rest = [], list(others)
    for item in merged:
        name = _of(item, key)
        while rest and name in order and order.index(_of(rest[0], key)) < order.index(name):
            out.append(rest.pop(0))
        out.append(item)
    return [*out, *rest]


def _of(item: Any, key: str) -> str:
    return repr(item.get(key)) if isinstance(item, dict) else repr(item)


def difference(old: Any, new: Any) -> Any:
    """Give the JSON merge patch that makes `new` of `old`."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    patch: dict[str, Any] = {key: None for key in old if key not in new}
    for key, value in new.items():
        if key not in old:
            patch[key] = value
        elif old[key] != value:
            patch[key] = difference(old[key], value)
    return patch
