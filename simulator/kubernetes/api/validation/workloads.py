"""Deployments, ReplicaSets, StatefulSets, DaemonSets.   Source: pkg/apis/apps/validation."""

from __future__ import annotations

from simulator.plain import Object

from ..status import FieldValue, field_forbidden, invalid_value, required, unsupported
from . import pod
from .common import (
    Body,
    Problems,
    body,
    go_int_or_string,
    go_map,
    go_selector,
    int_or_percent,
    items,
    label_selector,
    labels,
    matches,
    not_negative,
    not_over_100,
    one_of,
)
from .storage import claim_spec


def deployment(obj: Object) -> Problems:
    """Check a Deployment."""
    spec = body(obj.get("spec"))
    out = not_negative(spec, "spec", "replicas")
    out += selector_and_template(spec, "deployment")
    out += _deployment_strategy(body(spec.get("strategy")))
    out += not_negative(spec, "spec", "minReadySeconds", "revisionHistoryLimit")
    deadline = spec.get("progressDeadlineSeconds")
    if isinstance(deadline, int):
        out += not_negative(spec, "spec", "progressDeadlineSeconds")
        if deadline <= (spec.get("minReadySeconds") or 0):
            why = "must be greater than minReadySeconds"
            out.append(invalid_value("spec.progressDeadlineSeconds", deadline, why))
    return out


def _deployment_strategy(strategy: Body) -> Problems:
    path = "spec.strategy"
    out = one_of(strategy, path, "type", ("Recreate", "RollingUpdate"), need=True)
    rolling = strategy.get("rollingUpdate")
    if strategy.get("type") == "Recreate" and rolling is not None:
        why = "may not be specified when strategy `type` is 'Recreate'"
        out.append(field_forbidden(f"{path}.rollingUpdate", why))
    elif strategy.get("type") == "RollingUpdate":
        out += rolling_update(body(rolling), f"{path}.rollingUpdate")
    return out


def rolling_update(rolling: Body, path: str) -> Problems:
    """Check how many pods may be missing or too many during a rollout."""
    missing, extra = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    out = int_or_percent(missing, f"{path}.maxUnavailable")
    out += int_or_percent(extra, f"{path}.maxSurge")
    if missing in (0, "0%") and extra in (0, "0%"):
        why = "may not be 0 when `maxSurge` is 0"
        out.append(invalid_value(f"{path}.maxUnavailable", go_int_or_string(missing), why))
    return out + not_over_100(missing, f"{path}.maxUnavailable")


def selector_and_template(spec: Body, kind: str) -> Problems:
    """Check that a selector is there, is not empty, and selects the template's labels."""
    out: Problems = []
    selector = spec.get("selector")
    if selector is None:
        out.append(required("spec.selector"))
    else:
        out += label_selector(selector, "spec.selector")
        if not selector.get("matchLabels") and not selector.get("matchExpressions"):
            why = f"empty selector is invalid for {kind}"
            out.append(invalid_value("spec.selector", go_selector(selector), why))
    template = body(spec.get("template"))
    given = body(template.get("metadata")).get("labels")
    if (selector is None and kind != "daemonset") or (selector and not matches(selector, given)):
        why = "`selector` does not match template `labels`"
        out.append(invalid_value("spec.template.metadata.labels", go_map(given), why))
    return out + pod_template(template, "spec.template")


def pod_template(template: Body, path: str, always: bool = True) -> Problems:
    """Check the pods that a workload makes; most workloads want them restarted always."""
    meta = body(template.get("metadata"))
    out = labels(meta.get("labels"), f"{path}.metadata.labels")
    spec = body(template.get("spec"))
    out += pod.spec_problems(spec, f"{path}.spec")
    if always and spec.get("restartPolicy") in ("OnFailure", "Never"):
        where = f"{path}.spec.restartPolicy"
        out.append(unsupported(where, spec["restartPolicy"], ("Always",)))
    if always and spec.get("activeDeadlineSeconds") is not None:
        why = "activeDeadlineSeconds in ReplicaSet is not Supported"
        out.append(field_forbidden(f"{path}.spec.activeDeadlineSeconds", why))
    return out


def replica_set(obj: Object) -> Problems:
    """Check a ReplicaSet."""
    spec = body(obj.get("spec"))
    out = not_negative(spec, "spec", "replicas", "minReadySeconds")
    if spec.get("template") is None:
        return [*out, required("spec.template")]
    return out + selector_and_template(spec, "replicaset")


def replication_controller(obj: Object) -> Problems:
    """Check a ReplicationController."""
    spec = body(obj.get("spec"))
    out = not_negative(spec, "spec", "replicas", "minReadySeconds")
    selector = body(spec.get("selector"))
    if not selector:
        out.append(required("spec.selector"))
    template = spec.get("template")
    if template is None:
        return [*out, required("spec.template")]
    given = body(body(template.get("metadata")).get("labels"))
    if any(given.get(key) != value for key, value in selector.items()):
        why = "`selector` does not match template `labels`"
        out.append(invalid_value("spec.template.metadata.labels", go_map(given), why))
    return out + pod_template(template, "spec.template")


def stateful_set(obj: Object) -> Problems:
    """Check a StatefulSet and its claim templates."""
    spec = body(obj.get("spec"))
    out: Problems = []
    if spec.get("podManagementPolicy") not in ("OrderedReady", "Parallel"):
        why = "must be 'OrderedReady' or 'Parallel'"
        out.append(invalid_value("spec.podManagementPolicy", spec["podManagementPolicy"], why))
    strategy = body(spec.get("updateStrategy"))
    if strategy.get("type") not in ("RollingUpdate", "OnDelete"):
        why = "must be 'RollingUpdate' or 'OnDelete'"
        shown = FieldValue(
            f'apps.StatefulSetUpdateStrategy{{Type:"{strategy.get("type")}", '
            "RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}"
        )
        out.append(invalid_value("spec.updateStrategy", shown, why))
    rolling = body(strategy.get("rollingUpdate"))
    out += not_negative(rolling, "spec.updateStrategy.rollingUpdate", "partition")
    out += not_negative(spec, "spec", "replicas", "minReadySeconds", "revisionHistoryLimit")
    out += selector_and_template({**spec, "template": _with_claims(spec)}, "statefulset")
    for n, claim in items(spec.get("volumeClaimTemplates")):
        out += claim_spec(body(claim.get("spec")), f"spec.volumeClaimTemplates[{n}].spec")
    return out


def _with_claims(spec: Body) -> Body:
    """Give the template with the claims' volumes, which its mounts may name."""
    template = body(spec.get("template"))
    inner = body(template.get("spec"))
    have = {volume.get("name") for volume in inner.get("volumes") or ()}
    extra = [
        {"name": name, "persistentVolumeClaim": {"claimName": name}}
        for claim in spec.get("volumeClaimTemplates") or ()
        if (name := body(claim.get("metadata")).get("name")) and name not in have
    ]
    return {**template, "spec": {**inner, "volumes": [*(inner.get("volumes") or ()), *extra]}}


def daemon_set(obj: Object) -> Problems:
    """Check a DaemonSet."""
    spec = body(obj.get("spec"))
    out = selector_and_template(spec, "daemonset")
    out += not_negative(spec, "spec", "minReadySeconds", "revisionHistoryLimit")
    strategy = body(spec.get("updateStrategy"))
    allowed = ("RollingUpdate", "OnDelete")
    out += one_of(strategy, "spec.updateStrategy", "type", allowed, need=True)
    if strategy.get("type") == "RollingUpdate":
        path = "spec.updateStrategy.rollingUpdate"
        rolling = body(strategy.get("rollingUpdate"))
        missing, extra = rolling.get("maxUnavailable"), rolling.get("maxSurge")
        out += int_or_percent(missing, f"{path}.maxUnavailable")
        out += int_or_percent(extra, f"{path}.maxSurge")
        if missing in (0, "0%") and extra in (0, "0%"):
            why = "cannot be 0 when maxSurge is 0"
            out.append(required(f"{path}.maxUnavailable", why))
    return out


CHECKS = {
    "Deployment": deployment,
    "ReplicaSet": replica_set,
    "ReplicationController": replication_controller,
    "StatefulSet": stateful_set,
    "DaemonSet": daemon_set,
}
