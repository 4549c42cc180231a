"""ResourceQuota: how much a namespace uses, and what would be too much.

Source: kubernetes staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota and
pkg/quota/v1/evaluator/core. Usage is counted from the store, so it is never stale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

from . import status
from .defaults.pod import qos_class
from .kinds import BUILTIN, Kind
from .podresources import pod_amounts
from .quantity import Quantity, parse

if TYPE_CHECKING:
    from simulator.store import Store

    from .server import ApiServer

Usage = dict[str, Quantity]

COUNTED = {"Pod": "pods", "Service": "services", "ConfigMap": "configmaps", "Secret": "secrets",
           "PersistentVolumeClaim": "persistentvolumeclaims", "ResourceQuota": "resourcequotas",
           "ReplicationController": "replicationcontrollers"}  # fmt: skip
CHANGING = ("Service", "PersistentVolumeClaim")
"""Kinds that may come to use more when they are changed."""
COMPUTE = ("cpu", "memory", "ephemeral-storage")


def usage_of(obj: Object, store: Store | None = None) -> Usage:
    """Give what one object uses of each thing that a quota can limit.

    store: where definitions of custom kinds are.
    """
    one = parse(1)
    kind = str(obj["kind"])
    resource = _resource(kind, store)
    out: Usage = {f"count/{resource}": one} if resource else {}
    if kind in COUNTED:
        out[COUNTED[kind]] = one
    if kind == "Pod":
        if get(obj, "status", "phase") in ("Succeeded", "Failed"):
            return {"count/pods": one}
        _add_pod(out, obj)
    if kind == "PersistentVolumeClaim":
        _add_claim(out, obj)
    if kind == "Service":
        spec = obj["spec"]
        out["services.loadbalancers"] = parse(int(spec.get("type") == "LoadBalancer"))
        ports = sum(bool(p.get("nodePort")) for p in spec.get("ports") or ())
        out["services.nodeports"] = parse(ports)
    return out


def _resource(kind: str, store: Store | None) -> str:
    """Give the plural and group of a kind as quotas name it; "" for one that is not served."""
    row = next((k for k in BUILTIN if k.kind == kind), None)
    if row is not None:
        return row.resource
    name, _, group = kind.partition(".")
    for crd in store.list("CustomResourceDefinition") if store is not None and group else ():
        if crd["spec"]["group"] == group and crd["spec"]["names"]["kind"] == name:
            return f"{crd['spec']['names']['plural']}.{group}"
    return ""


def _add_claim(out: Usage, claim: Object) -> None:
    storage = parse(get(claim, "spec", "resources", "requests", "storage", default=0))
    out["requests.storage"] = storage
    named = claim["spec"].get("storageClassName")
    if named:
        out[f"{named}.storageclass.storage.k8s.io/requests.storage"] = storage
        out[f"{named}.storageclass.storage.k8s.io/persistentvolumeclaims"] = parse(1)


def _add_pod(out: Usage, pod: Object) -> None:
    for side in ("requests", "limits"):
        for name, amount in pod_amounts(pod["spec"], side).items():
            out[f"{side}.{name}"] = amount
            if side == "requests" and name in COMPUTE:
                out[name] = amount


def covers(quota: Object, obj: Object) -> bool:
    """Tell whether an object is within a quota's scopes; what has scopes is about pods only."""
    scopes = [{"scopeName": name, "operator": "Exists"}
              for name in get(quota, "spec", "scopes", default=[])]  # fmt: skip
    scopes += get(quota, "spec", "scopeSelector", "matchExpressions", default=[])
    if scopes and obj["kind"] != "Pod":
        return False
    return all(_in_scope(scope, obj) for scope in scopes)


def _in_scope(scope: Object, pod: Object) -> bool:
    name, spec = scope["scopeName"], pod["spec"]
    if name in ("Terminating", "NotTerminating"):
        ends = spec.get("activeDeadlineSeconds") is not None
        return ends if name == "Terminating" else not ends
    if name in ("BestEffort", "NotBestEffort"):
        least = (get(pod, "status", "qosClass") or qos_class(spec)) == "BestEffort"
        return bool(least if name == "BestEffort" else not least)
    if name == "CrossNamespacePodAffinity":
        return _crosses_namespaces(spec)
    given, operator = spec.get("priorityClassName") or "", scope["operator"]
    values = scope.get("values") if operator in ("In", "NotIn") else [given] if given else []
    listed = given in (values or ())
    return not listed if operator in ("NotIn", "DoesNotExist") else listed


def _crosses_namespaces(spec: Object) -> bool:
    """Tell whether a pod's affinities look at pods of other namespaces."""
    for kind in ("podAffinity", "podAntiAffinity"):
        sides = get(spec, "affinity", kind, default={})
        terms = list(sides.get("requiredDuringSchedulingIgnoredDuringExecution") or ())
        terms += [row["podAffinityTerm"] for row in
                  sides.get("preferredDuringSchedulingIgnoredDuringExecution") or ()]  # fmt: skip
        for term in terms:
            if term.get("namespaces") or term.get("namespaceSelector") is not None:
                return True
    return False


def used(store: Store, quota: Object) -> dict[str, str]:
    """Count what a quota's namespace uses of what it limits."""
    hard = get(quota, "spec", "hard", default={})
    total = {name: parse(0) for name in hard}
    for kind in store.kinds():
        for obj in store.list(kind, quota["metadata"]["namespace"]):
            if "kind" in obj and "metadata" in obj and covers(quota, obj):
                for name, amount in usage_of(obj, store).items():
                    if name in total:
                        total[name] = total[name] + amount
    return {name: str(amount) for name, amount in total.items()}


def admit(api: ApiServer, row: Kind, obj: Object, old: Object | None, dry_run: bool) -> None:
    """Refuse an object that would go over a quota; note the new usage in the quota.

    old: the version before, of a kind whose later changes count, too.
    """
    quotas = api.store.list("ResourceQuota", obj["metadata"]["namespace"])
    if not quotas or (old is not None and row.kind not in CHANGING):
        return
    stored = {**obj, "kind": row.store}
    asked = usage_of(stored, api.store)
    if old is not None:
        before = usage_of(old, api.store)
        asked = {key: amount - before.get(key, parse(0)) for key, amount in asked.items()}
    for quota in quotas:
        if covers(quota, stored):
            _spend(api, row, obj, quota, asked, dry_run)


def _spend(
    api: ApiServer, row: Kind, obj: Object, quota: Object, asked: Usage, dry_run: bool
) -> None:
    hard = get(quota, "spec", "hard", default={})
    title, name = quota["metadata"]["name"], obj["metadata"].get("name") or ""
    missing = _missing(obj, hard) if row.kind == "Pod" else []
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
    containers = [
        *(pod["spec"].get("containers") or ()),
        *(pod["spec"].get("initContainers") or ()),
    ]
    for key in sorted(hard):
        side, dot, name = key.partition(".")
        side, name = (side, name) if dot else ("requests", key)
        if side not in ("requests", "limits") or name not in ("cpu", "memory"):
            continue
        without = [
            c["name"]
            for c in containers
            if name not in ((c.get("resources") or {}).get(side) or {})
        ]
        if without:
            out.append(f"{key} for: {','.join(sorted(without))}")
    return out
