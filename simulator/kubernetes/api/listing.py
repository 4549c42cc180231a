"""Lists in chunks and watches, as requests of the API ask for them.

Source: kubernetes apiserver pkg/storage (continue.go, etcd3/store.go, cacher) and
apimachinery pkg/apis/meta/internalversion/validation (ValidateListOptions).

# Simplified: The rest of a list that is read in chunks leaves out what was created since the first
# chunk, as it must, but shows the other objects as they are now.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from simulator.errors import Gone
from simulator.plain import Object

from . import selectors, status
from .kinds import Kind
from .status import FieldError, field_forbidden, unsupported

if TYPE_CHECKING:
    from .server import ApiServer

Options = dict[str, str]
TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a new list without the continue parameter, or use the continue token in this response to "
    "retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the "
    "first chunk was returned and now may show up in the list."
)
INITIAL_END = "k8s.io/initial-events-end"
MATCHES = ("Exact", "NotOlderThan", "")


def check(options: Options) -> None:
    """Refuse options that do not go together; StatusError (Invalid)."""
    version, match = options.get("resourceVersion", ""), options.get("resourceVersionMatch", "")
    problems: list[FieldError] = []
    where = "resourceVersionMatch"
    if _is_on(options, "watch"):
        initial = "sendInitialEvents" in options
        if initial and match != "NotOlderThan":
            problems.append(
                field_forbidden(
                    where, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
                )
            )
        if initial and not _is_on(options, "allowWatchBookmarks"):
            why = "sendInitialEvents requires setting allowWatchBookmarks to true"
            problems.append(field_forbidden("sendInitialEvents", why))
        if match and not initial:
            why = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
            problems.append(field_forbidden(where, why))
    elif match:
        if not version:
            why = "resourceVersionMatch is forbidden unless resourceVersion is provided"
            problems.append(field_forbidden(where, why))
        if options.get("continue"):
            why = "resourceVersionMatch is forbidden when continue is provided"
            problems.append(field_forbidden(where, why))
        if match not in MATCHES:
            problems.append(unsupported(where, match, MATCHES))
        if match == "Exact" and version == "0":
            why = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
            problems.append(field_forbidden(where, why))
    if problems:
        raise status.invalid("ListOptions", "meta.k8s.io", "", problems)


def page(api: ApiServer, row: Kind, namespace: str | None, options: Options) -> Object:
    """Give a list object: all, or at most `limit` and how to go on. Raises StatusError."""
    check(options)
    labels, fields = options.get("labelSelector"), options.get("fieldSelector")
    items = api.list(row.store, namespace, labels, fields)
    now = api.store.version
    at, start = now, None
    if options.get("continue"):
        at, start = _read_token(api, options["continue"])
        items = [one for one in _as_of(api, row, items, at) if _place(one) >= start]
    else:
        _check_version(options, now)
    meta: dict[str, Any] = {"resourceVersion": str(at)}
    limit = int(options.get("limit") or 0) if (options.get("limit") or "0").isdigit() else 0
    if 0 < limit < len(items):
        meta["continue"] = _token(at, _place(items[limit]))
        if not labels and not fields:
            meta["remainingItemCount"] = len(items) - limit
        items = items[:limit]
    return {
        "kind": f"{row.kind}List",
        "apiVersion": row.api_version,
        "metadata": meta,
        "items": [_shown(row, one) for one in items],
    }


def events(api: ApiServer, row: Kind, namespace: str | None, options: Options) -> list[Object]:
    """Give the events of a watch up to now; the last may be an ERROR with a Status (410)."""
    check(options)
    version = options.get("resourceVersion", "")
    bookmarks = _is_on(options, "allowWatchBookmarks")
    initial = _is_on(options, "sendInitialEvents")
    out: list[Object] = []
    labels, fields = options.get("labelSelector"), options.get("fieldSelector")
    if version in ("", "0") or initial:
        out += [_event("ADDED", row, one) for one in
                api.list(row.store, namespace, labels, fields)]  # fmt: skip
        if initial:
            out.append(_bookmark(row, api.store.version, {INITIAL_END: "true"}))
        return out
    api.list(row.store, namespace, labels, fields)  # refuses selectors, and who may not
    wanted = selectors.parse(labels) if labels else None
    terms = selectors.parse_fields(fields) if fields else ()
    try:
        changes = api.store.since(int(version) if version.isdigit() else -1, row.store)
    except Gone as error:
        told = status.GoneError(410, "Expired", error.message)
        return [{"type": "ERROR", "object": told.to_status()}]
    for _, change, obj in changes:
        meta = obj["metadata"]
        if namespace and meta.get("namespace") != namespace:
            continue
        if wanted is not None and not wanted.matches(meta.get("labels")):
            continue
        if selectors.matches_fields(terms, obj):
            out.append(_event(change, row, obj))
    if bookmarks:
        out.append(_bookmark(row, api.store.version, None))
    return out


def _is_on(options: Options, name: str) -> bool:
    return options.get(name, "") in ("true", "1")


def _shown(row: Kind, obj: Object) -> Object:
    return {**obj, "kind": row.kind}


def _event(change: str, row: Kind, obj: Object) -> Object:
    return {"type": change, "object": _shown(row, obj)}


def _bookmark(row: Kind, version: int, annotations: dict[str, str] | None) -> Object:
    meta: dict[str, Any] = {"resourceVersion": str(version), "creationTimestamp": None}
    if annotations:
        meta["annotations"] = annotations
    body = {"kind": row.kind, "apiVersion": row.api_version, "metadata": meta}
    return {"type": "BOOKMARK", "object": body}


def _check_version(options: Options, now: int) -> None:
    """Refuse a list of a version that is not there yet, or an exact one that is over."""
    version = options.get("resourceVersion", "")
    if not version or version == "0":
        return
    if not version.isdigit():
        raise status.bad_request(f'Invalid value: "{version}": strconv.ParseUint: parsing '
                                 f'"{version}": invalid syntax')  # fmt: skip
    if int(version) > now:
        text = f"Timeout: Too large resource version: {version}, current: {now}"
        causes = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
        raise status.StatusError(504, "Timeout", text, {"causes": causes, "retryAfterSeconds": 1})
    if options.get("resourceVersionMatch") == "Exact" and int(version) < now:
        text = "The resourceVersion for the provided list is too old."
        raise status.GoneError(410, "Expired", text)


def _place(obj: Object) -> list[str]:
    meta = obj["metadata"]
    return [meta.get("namespace") or "", meta["name"]]


def _token(version: int, start: list[str]) -> str:
    """Write how to go on: the version of the whole list, and the first of the rest."""
    key = f"{start[0]}/{start[1]}" if start[0] else start[1]
    body = {"v": "meta.k8s.io/v1", "rv": version, "start": key}
    text = json.dumps(body, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_token(api: ApiServer, text: str) -> tuple[int, list[str]]:
    """Read a continue token; StatusError: 400 for none of ours, 410 for one that is too old."""
    try:
        body = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        version, key = int(body["rv"]), str(body["start"])
    except (ValueError, KeyError, TypeError) as error:
        why = "continue key is not valid: unexpected end of JSON input"
        raise status.bad_request(why) from error
    namespace, _, name = key.rpartition("/")
    if version >= 0:
        try:
            api.store.since(version)
        except Gone as error:
            found = status.GoneError(410, "Expired", TOO_OLD)
            found.details["continue"] = _token(-1, [namespace, name])
            raise found from error
    return (version if version >= 0 else api.store.version), [namespace, name]


def _as_of(api: ApiServer, row: Kind, items: list[Object], version: int) -> list[Object]:
    """Leave out what was created after a version."""
    if version == api.store.version:
        return items
    born = {
        tuple(_place(obj)): None
        for _, change, obj in api.store.since(version, row.store)
        if change == "ADDED"
    }
    return [one for one in items if tuple(_place(one)) not in born]
