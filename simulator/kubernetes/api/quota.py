"""ResourceQuota: how much a namespace uses, and what would be too much.

Source: kubernetes staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota and
pkg/quota/v1/evaluator/core. Usage is counted from the store, so it is never stale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

from . import status
from .kinds import BUILTIN, Kind
from .quantity import Quantity, parse

if TYPE_CHECKING:
    from simulator.store import Store

    from .server import ApiServer

Usage = dict[str, Quantity]

COUNTED = {"Pod": "pods", "Service": "services", "ConfigMap": "configmaps", "Secret": "secrets",
           "PersistentVolumeClaim": "persistentvolumeclaims", "ResourceQuota": "resourcequotas",
           "ReplicationController": "replicationcontrollers"}  # fmt: skip
COMPUTE = ("cpu", "memory", "ephemeral-storage")


def usage_of(obj: Object) -> Usage:
    """Give what one object uses of each thing that a quota can limit."""
    one = parse(1)
    kind = str(obj["kind"])
    out: Usage = {}
    row = next((k for k in BUILTIN if k.kind == kind), None)
    if row is not None:
        out[f"count/{row.resource}"] = one
    if kind in COUNTED:
        out[COUNTED[kind]] = one
    if kind == "Pod":
        if get(obj, "status", "phase") in ("Succeeded", "Failed"):
            return {"count/pods": one}
        _add_pod(out, obj)
    if kind == "PersistentVolumeClaim":
        out["requests.storage"] = parse(
            get(obj, "spec", "resources", "requests", "storage", default=0)
        )
    if kind == "Service":
        spec = obj["spec"]
        out["services.loadbalancers"] = parse(int(spec.get("type") == "LoadBalancer"))
        ports = sum(bool(p.get("nodePort")) for p in spec.get("ports") or ())
        out["services.nodeports"] = parse(ports)
    return out


def _add_pod(out: Usage, pod: Object) -> None:
    for container in pod["spec"].get("containers") or ():
        for side in ("requests", "limits"):
            for name, amount in ((container.get("resources") or {}).get(side) or {}).items():
                keys = [
                    f"{side}.{name}",
                    *([name] if side == "requests" and name in COMPUTE else []),
                ]
                for key in keys:
                    out[key] = out[key] + parse(amount) if key in out else parse(amount)


def used(store: Store, quota: Object) -> dict[str, str]:
    """Count what a quota's namespace uses of what it limits."""
    hard = get(quota, "spec", "hard", default={})
    total = {name: parse(0) for name in hard}
    for kind in store.kinds():
        for obj in store.list(kind, quota["metadata"]["namespace"]):
            if "kind" in obj and "metadata" in obj:
                for name, amount in usage_of(obj).items():
                    if name in total:
                        total[name] = total[name] + amount
    return {name: str(amount) for name, amount in total.items()}


def admit(api: ApiServer, row: Kind, obj: Object, dry_run: bool) -> None:
    """Refuse an object that would go over a quota; note the new usage in the quota."""
    quotas = api.store.list("ResourceQuota", obj["metadata"]["namespace"])
    if not quotas:
        return
    asked = usage_of(obj)
    name = obj["metadata"].get("name") or ""
    for quota in quotas:
        hard = get(quota, "spec", "hard", default={})
        title = quota["metadata"]["name"]
        if row.kind == "Pod":
            missing = _missing(obj, hard)
            if missing:
                why = f"failed quota: {title}: must specify {'; '.join(missing)}"
                raise status.forbidden(row.plural, row.group, name, why)
        have = used(api.store, quota)
        over = [
            key
            for key in sorted(hard)
            if key in asked
            and asked[key].nanos > 0
            and (parse(have[key]) + asked[key]).nanos > parse(hard[key]).nanos
        ]
        if over:
            why = (
                f"exceeded quota: {title}, "
                f"requested: {','.join(f'{k}={asked[k]}' for k in over)}, "
                f"used: {','.join(f'{k}={have[k]}' for k in over)}, "
                f"limited: {','.join(f'{k}={parse(hard[k])}' for k in over)}"
            )
            raise status.forbidden(row.plural, row.group, name, why)
        if not dry_run and any(key in asked for key in hard):
            after = {k: str(parse(v) + asked[k]) if k in asked else v for k, v in have.items()}
            fresh: dict[str, Any] = {**quota, "status": {"hard": dict(hard), "used": after}}
            api.store.update(fresh)


def _missing(pod: Object, hard: dict[str, Any]) -> list[str]:
    """Name what a quota wants every container to say and which do not."""
    out = []
    for key in sorted(hard):
        side, dot, name = key.partition(".")
        side, name = (side, name) if dot else ("requests", key)
        if side not in ("requests", "limits") or name not in COMPUTE:
            continue
        without = [
            c["name"]
            for c in pod["spec"].get("containers") or ()
            if name not in ((c.get("resources") or {}).get(side) or {})
        ]
        if without:
            out.append(f"{key} for: {','.join(without)}")
    return out
