"""kubectl get --raw: requests of the API by their path, as programs send them.

Source: kubernetes apiserver pkg/endpoints (installer.go, discovery).

# Simplified: A watch answers the events up to now and ends, as it does when its time is over.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, unquote

from simulator.kubernetes.api import listing, rbac, usage
from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.status import bad_request, no_resource
from simulator.plain import Object

from .logs import container_id
from .session import Session

HEALTH = ("/healthz", "/readyz", "/livez")
Options = dict[str, str]


def raw(session: Session) -> int:
    """Answer one GET."""
    session.check_server()
    path, _, query = str(session.flag("raw")).partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    path = unquote(path.rstrip("/") or "/")
    answer = _fixed(session, path)
    if answer is None:
        steps = path.strip("/").split("/")
        rows, rest = _group(session, steps)
        answer = _discovery(rows, steps) if not rest else _resource(session, rows, rest, options)
    if isinstance(answer, str):
        session.out(answer)
    else:
        session.out("".join(_json(one) + "\n" for one in answer))
    return 0


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _fixed(session: Session, path: str) -> str | list[Any] | None:
    """Answer what is no resource: health, version, the names of groups."""
    if path.startswith(HEALTH) or path in ("/api", "/apis", "/version"):
        rbac.authorize(session.engine.store, session.user, rbac.Request("get", url=path))
    if path in HEALTH:
        return "ok"
    if path == "/api":
        return [{"kind": "APIVersions", "versions": ["v1"]}]
    if path == "/apis":
        groups: dict[str, dict[str, None]] = {}
        for row in session.api.kinds():
            if row.group:
                groups.setdefault(row.group, {}).update(dict.fromkeys(row.served))
        listed = [_api_group(name, list(found)) for name, found in groups.items()]
        return [{"kind": "APIGroupList", "apiVersion": "v1", "groups": listed}]
    if path == "/version":
        text = str((session.engine.scenario.data.get("cluster") or {}).get("version") or "v1.32.4")
        major, minor, _ = text.removeprefix("v").split(".", 2)
        return [{"major": major, "minor": minor, "gitVersion": text, "platform": "linux/amd64"}]
    return None


def _api_group(name: str, versions: list[str]) -> Object:
    rows = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": rows, "preferredVersion": rows[0]}


def _group(session: Session, steps: list[str]) -> tuple[list[Kind], list[str]]:
    """Give the kinds of the group and version that a path begins with, and what follows."""
    if steps[:2] == ["api", "v1"]:
        group, version, rest = "", "v1", steps[2:]
    elif steps[0] == "apis" and len(steps) > 2:
        group, version, rest = steps[1], steps[2], steps[3:]
    else:
        raise no_resource()
    rows = [r for r in session.api.kinds() if r.group == group and version in r.served]
    if not rows:
        raise no_resource()
    return rows, rest


def _discovery(rows: list[Kind], steps: list[str]) -> list[Any]:
    """Give the resources of one group and version."""
    found: list[Object] = []
    for row in rows:
        one: dict[str, Any] = {"name": row.plural, "singularName": row.singular,
                               "namespaced": row.namespaced, "kind": row.kind,
                               "verbs": list(row.verbs)}  # fmt: skip
        for key, value in (("shortNames", row.short), ("categories", row.categories)):
            if value:
                one[key] = list(value)
        found.append(one)
        for name, there in (("status", row.status), ("scale", row.scale)):
            if there:
                kind = "Scale" if name == "scale" else row.kind
                found.append({"name": f"{row.plural}/{name}", "singularName": "",
                              "namespaced": row.namespaced, "kind": kind,
                              "verbs": ["get", "patch", "update"]})  # fmt: skip
    version = "/".join(steps[1:])
    return [{"kind": "APIResourceList", "groupVersion": version, "resources": found}]


def _resource(
    session: Session, rows: list[Kind], rest: list[str], options: Options
) -> str | list[Any]:
    """Answer `[namespaces/NS/]PLURAL[/NAME[/SUBRESOURCE]]`."""
    namespace: str | None = None
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    row = next((one for one in rows if one.plural == rest[0]), None)
    if row is None or len(rest) > 3 or (namespace is not None and not row.namespaced):
        raise no_resource()
    if row.group == usage.GROUP:
        if len(rest) > 1:
            return [usage.one(session.engine, row, namespace, rest[1])]
        items = usage.objects(session.engine, row, namespace)
        return [{"kind": f"{row.kind}List", "apiVersion": row.api_version, "metadata": {},
                 "items": items}]  # fmt: skip
    if len(rest) == 1:
        if options.get("watch") in ("true", "1"):
            return list(listing.events(session.api, row, namespace, options))
        return [listing.page(session.api, row, namespace, options)]
    if row.namespaced and namespace is None:
        raise no_resource()
    return _one(session, row, namespace, rest[1], rest[2] if len(rest) > 2 else "", options)


def _one(
    session: Session, row: Kind, namespace: str | None, name: str, sub: str, options: Options
) -> str | list[Any]:
    """Answer one object, or a subresource of it."""
    if sub == "scale":
        scale = session.api.get_scale(row.store, namespace, name)
        return [{key: value for key, value in scale.items() if key != "of"}]
    if sub == "log" and row.kind == "Pod":
        session.allow("get", "Pod", namespace or "", name, "log")
        return _log(session, session.engine.api.get("Pod", namespace, name), options)
    if sub and not (sub == "status" and row.status):
        raise no_resource()
    return [{**session.api.get(row.store, namespace, name), "kind": row.kind}]


def _log(session: Session, pod: Object, options: Options) -> str:
    """Answer a container's log; the container must be named where there are several."""
    names = [one["name"] for one in pod["spec"]["containers"]]
    wanted = options.get("container") or names[0]
    if len(names) > 1 and not options.get("container"):
        raise bad_request(
            f"a container name must be specified for pod {pod['metadata']['name']}, "
            f"choose one of: [{' '.join(names)}]"
        )
    if wanted not in names:
        raise bad_request(f"container {wanted} is not valid for pod {pod['metadata']['name']}")
    found = container_id(pod, wanted, options.get("previous") == "true")
    tail = options.get("tailLines", "")
    rows = session.engine.docker.logs(
        pod["spec"]["nodeName"], found, tail=int(tail) if tail.isdigit() else None
    )
    return "".join(str(row[2]) for row in rows)
