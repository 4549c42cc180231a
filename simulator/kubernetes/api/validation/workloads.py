"""Deployments, ReplicaSets, StatefulSets, DaemonSets.   Source: pkg/apis/apps/validation."""

from __future__ import annotations

from simulator.plain import Object

from ..status import FieldValue, field_forbidden, invalid_value, required, unsupported
from . import pod
from .common import (
    Body,
    Problems,
    annotation_texts,
    body,
    go_int_or_string,
    go_map,
    go_pointer,
    go_selector,
    int_or_percent,
    int_or_percent_value,
    items,
    label_selector,
    labels,
    matches,
    not_negative,
    not_over_100,
)
from .storage import claim_spec

MISMATCH = "`selector` does not match template `labels`"


def deployment(obj: Object) -> Problems:
    """Check a Deployment."""
    spec = body(obj.get("spec"))
    out = not_negative(spec, "spec", "replicas")
    out += selector_and_template(spec, "deployment", "ReplicaSet")
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
    path, rolling = "spec.strategy", strategy.get("rollingUpdate")
    kind = strategy.get("type")
    if kind == "RollingUpdate":
        return rolling_update(body(rolling), f"{path}.rollingUpdate")
    if kind != "Recreate":
        pointer = go_pointer("apps.RollingUpdateDeployment", rolling)
        shown = f'apps.DeploymentStrategy{{Type:"{kind}", RollingUpdate:{pointer}}}'
        return [unsupported(path, FieldValue(shown), ("Recreate", "RollingUpdate"))]
    why = "may not be specified when strategy `type` is 'Recreate'"
    return [] if rolling is None else [field_forbidden(f"{path}.rollingUpdate", why)]


def rolling_update(rolling: Body, path: str) -> Problems:
    """Check how many pods may be missing or too many during a rollout."""
    missing, extra = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    out = int_or_percent(missing, f"{path}.maxUnavailable")
    out += int_or_percent(extra, f"{path}.maxSurge")
    if not int_or_percent_value(missing) and not int_or_percent_value(extra):
        why = "may not be 0 when `maxSurge` is 0"
        out.append(invalid_value(f"{path}.maxUnavailable", go_int_or_string(missing), why))
    return out + not_over_100(missing, f"{path}.maxUnavailable")


def selector_and_template(spec: Body, word: str, owner: str) -> Problems:
    """Check that a selector is there, is not empty, and selects the template's labels.

    word: what an empty selector is invalid for.   owner: in whose pods a deadline is forbidden.
    """
    out: Problems = []
    selector = spec.get("selector")
    if selector is None:
        out.append(required("spec.selector"))
    else:
        out += label_selector(selector, "spec.selector")
        if not selector.get("matchLabels") and not selector.get("matchExpressions"):
            why = f"empty selector is invalid for {word}"
            out.append(invalid_value("spec.selector", go_selector(selector), why))
    if out and selector is not None and _broken(selector):
        why = "" if owner == "StatefulSet" else "invalid label selector"
        return [*out, invalid_value("spec.selector", go_selector(selector), why)]
    return out + template_problems(spec, owner)


def _broken(selector: Body) -> bool:
    """Tell whether a selector cannot be read at all."""
    return bool(label_selector(selector, ""))


def template_problems(spec: Body, owner: str) -> Problems:
    """Check a template of pods that are always restarted, and that the selector selects it."""
    template = body(spec.get("template"))
    given = body(template.get("metadata")).get("labels")
    selector = spec.get("selector")
    out: Problems = []
    if selector is None or (selector and not matches(selector, given)):
        out.append(invalid_value("spec.template.metadata.labels", go_map(given), MISMATCH))
    out += pod_template(template, "spec.template")
    return out + always_restarted(template, "spec.template", owner)


def always_restarted(template: Body, path: str, owner: str) -> Problems:
    """Refuse pods that end by themselves."""
    inner = body(template.get("spec"))
    out: Problems = []
    if inner.get("restartPolicy") != "Always":
        value = inner.get("restartPolicy") or ""
        out.append(unsupported(f"{path}.spec.restartPolicy", value, ("Always",)))
    if inner.get("activeDeadlineSeconds") is not None:
        why = f"activeDeadlineSeconds in {owner} is not Supported"
        out.append(field_forbidden(f"{path}.spec.activeDeadlineSeconds", why))
    return out


def pod_template(template: Body, path: str) -> Problems:
    """Check the pods that a workload makes."""
    meta = body(template.get("metadata"))
    out = labels(meta.get("labels"), f"{path}.labels")
    out += annotation_texts(meta.get("annotations"), f"{path}.annotations")
    out += pod.pod_annotations(meta.get("annotations"), f"{path}.annotations")
    spec = body(template.get("spec"))
    out += pod.spec_problems(spec, f"{path}.spec")
    if spec.get("ephemeralContainers"):
        why = "ephemeral containers not allowed in pod template"
        out.append(field_forbidden(f"{path}.spec.ephemeralContainers", why))
    return out


def pod_template_object(obj: Object) -> Problems:
    """Check a PodTemplate."""
    return pod_template(body(obj.get("template")), "template")


def replica_set(obj: Object) -> Problems:
    """Check a ReplicaSet."""
    spec = body(obj.get("spec"))
    out = not_negative(spec, "spec", "replicas", "minReadySeconds")
    return out + selector_and_template(spec, "deployment", "ReplicaSet")


def replication_controller(obj: Object) -> Problems:
    """Check a ReplicationController."""
    spec = body(obj.get("spec"))
    out = not_negative(spec, "spec", "minReadySeconds")
    selector = body(spec.get("selector"))
    if not selector:
        out.append(required("spec.selector"))
    out += not_negative(spec, "spec", "replicas")
    template = spec.get("template")
    if template is None:
        return [*out, required("spec.template")]
    given = body(body(template.get("metadata")).get("labels"))
    if any(given.get(key) != value for key, value in selector.items()):
        out.append(invalid_value("spec.template.metadata.labels", go_map(given), MISMATCH))
    out += pod_template(template, "spec.template")
    return out + always_restarted(template, "spec.template", "ReplicationController")


def stateful_set(obj: Object) -> Problems:
    """Check a StatefulSet and its claim templates."""
    spec = body(obj.get("spec"))
    out: Problems = []
    if spec.get("podManagementPolicy") not in ("OrderedReady", "Parallel"):
        why = "must be 'OrderedReady' or 'Parallel'"
        out.append(invalid_value("spec.podManagementPolicy", spec["podManagementPolicy"], why))
    out += _set_strategy(body(spec.get("updateStrategy")))
    policy = body(spec.get("persistentVolumeClaimRetentionPolicy"))
    for name in ("whenDeleted", "whenScaled"):
        if policy.get(name) not in ("Retain", "Delete"):
            where = f"spec.persistentVolumeClaimRetentionPolicy.{name}"
            out.append(unsupported(where, policy.get(name) or "", ("Retain", "Delete")))
    for n, claim in items(spec.get("volumeClaimTemplates")):
        out += claim_spec(body(claim.get("spec")), f"spec.volumeClaimTemplates[{n}].spec")
    out += not_negative(spec, "spec", "replicas", "minReadySeconds")
    out += not_negative(body(spec.get("ordinals")), "spec.ordinals", "start")
    whole = {**spec, "template": _as_made(spec)}
    return out + selector_and_template(whole, "statefulset", "StatefulSet")


def _set_strategy(strategy: Body) -> Problems:
    path, kind = "spec.updateStrategy", strategy.get("type")
    rolling = strategy.get("rollingUpdate")
    if kind == "OnDelete" and rolling is not None:
        shown = FieldValue(
            f"apps.RollingUpdateStatefulSetStrategy{{Partition:{rolling.get('partition') or 0}, "
            f"MaxUnavailable:{go_pointer('intstr.IntOrString', rolling.get('maxUnavailable'))}}}"
        )
        why = "only allowed for updateStrategy 'RollingUpdate'"
        return [invalid_value(f"{path}.rollingUpdate", shown, why)]
    if kind == "RollingUpdate":
        return not_negative(body(rolling), f"{path}.rollingUpdate", "partition")
    if kind == "OnDelete":
        return []
    pointer = go_pointer("apps.RollingUpdateStatefulSetStrategy", rolling)
    text = f'apps.StatefulSetUpdateStrategy{{Type:"{kind}", RollingUpdate:{pointer}}}'
    return [invalid_value(path, FieldValue(text), "must be 'RollingUpdate' or 'OnDelete'")]


def _as_made(spec: Body) -> Body:
    """Give the template as pods are made of it: with the claims' volumes, which mounts may name."""
    template = body(spec.get("template"))
    given = body(template.get("spec"))
    inner = {k: v for k, v in given.items() if k not in ("hostname", "subdomain")}
    claims = [
        body(claim.get("metadata")).get("name")
        for _, claim in items(spec.get("volumeClaimTemplates"))
    ]
    if not claims:
        return {**template, "spec": inner}
    made = [
        {"name": name, "persistentVolumeClaim": {"claimName": name}}
        for name in dict.fromkeys(claims)
    ]
    own = [one for _, one in items(inner.get("volumes")) if one.get("name") not in claims]
    return {**template, "spec": {**inner, "volumes": [*made, *own]}}


def daemon_set(obj: Object) -> Problems:
    """Check a DaemonSet."""
    spec = body(obj.get("spec"))
    selector, template = spec.get("selector"), body(spec.get("template"))
    out = label_selector(selector, "spec.selector")
    given = body(template.get("metadata")).get("labels")
    if not out and (selector is None or not matches(selector, given)):
        out.append(invalid_value("spec.template.metadata.labels", go_map(given), MISMATCH))
    if selector is not None and not (
        selector.get("matchLabels") or selector.get("matchExpressions")
    ):
        why = "empty selector is invalid for daemonset"
        out.append(invalid_value("spec.selector", go_selector(selector), why))
    out += pod_template(template, "spec.template")
    out += always_restarted(template, "spec.template", "DaemonSet")
    out += not_negative(spec, "spec", "minReadySeconds")
    out += _daemon_strategy(body(spec.get("updateStrategy")))
    return out + not_negative(spec, "spec", "revisionHistoryLimit")


def _daemon_strategy(strategy: Body) -> Problems:
    path, kind = "spec.updateStrategy", strategy.get("type")
    if kind == "OnDelete":
        return []
    if kind != "RollingUpdate":
        pointer = go_pointer("apps.RollingUpdateDaemonSet", strategy.get("rollingUpdate"))
        shown = f'apps.DaemonSetUpdateStrategy{{Type:"{kind}", RollingUpdate:{pointer}}}'
        return [unsupported(path, FieldValue(shown), ("RollingUpdate", "OnDelete"))]
    path, rolling = f"{path}.rollingUpdate", body(strategy.get("rollingUpdate"))
    missing, extra = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    out: Problems = []
    for check in (int_or_percent, not_over_100):
        out += check(missing, f"{path}.maxUnavailable") + check(extra, f"{path}.maxSurge")
    if int_or_percent_value(missing) and int_or_percent_value(extra):
        why = "may not be set when maxUnavailable is non-zero"
        out.append(invalid_value(f"{path}.maxSurge", go_int_or_string(extra), why))
    elif not int_or_percent_value(missing) and not int_or_percent_value(extra):
        out.append(required(f"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0"))
    return out


CHECKS = {
    "Deployment": deployment,
    "ReplicaSet": replica_set,
    "ReplicationController": replication_controller,
    "StatefulSet": stateful_set,
    "DaemonSet": daemon_set,
    "PodTemplate": pod_template_object,
}
