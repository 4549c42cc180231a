"""kubectl describe for deployments, replica sets, stateful sets, daemon sets, jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api.selectors import of_object
from simulator.kubernetes.api.table_rows import selector_text
from simulator.kubernetes.storage_class import class_of
from simulator.plain import Object, get
from simulator.timing import since_start

from .describe_pods import template
from .describe_text import controller, events, labels, moment, notes
from .tabwriter import tabulate

if TYPE_CHECKING:
    from .session import Session

REVISION = "deployment.kubernetes.io/revision"


def _head(obj: Object, selector_first: bool = False) -> str:
    meta = obj["metadata"]
    names = f"Name:\t{meta['name']}\nNamespace:\t{meta['namespace']}\n"
    marks = labels("Labels", meta.get("labels")) + notes("Annotations", meta.get("annotations"))
    selector = f"Selector:\t{selector_text(obj['spec'].get('selector'))}\n"
    return names + (selector + marks if selector_first else marks + selector)


def deployment(session: Session, obj: Object) -> str:
    """Describe a Deployment."""
    meta, spec, state = obj["metadata"], obj["spec"], obj.get("status") or {}
    out = f"Name:\t{meta['name']}\nNamespace:\t{meta['namespace']}\n"
    out += f"CreationTimestamp:\t{moment(meta['creationTimestamp'])}\n"
    out += labels("Labels", meta.get("labels")) + notes("Annotations", meta.get("annotations"))
    out += f"Selector:\t{selector_text(spec.get('selector'))}\n"
    out += (
        f"Replicas:\t{spec.get('replicas', 0)} desired | {state.get('updatedReplicas', 0)} updated "
        f"| {state.get('replicas', 0)} total | {state.get('availableReplicas', 0)} available | "
        f"{state.get('unavailableReplicas', 0)} unavailable\n"
    )
    strategy = spec.get("strategy") or {}
    out += f"StrategyType:\t{strategy.get('type')}\n"
    out += f"MinReadySeconds:\t{spec.get('minReadySeconds', 0)}\n"
    if strategy.get("rollingUpdate"):
        rolling = strategy["rollingUpdate"]
        out += (
            f"RollingUpdateStrategy:\t{rolling.get('maxUnavailable')} max unavailable, "
            f"{rolling.get('maxSurge')} max surge\n"
        )
    out += template(spec["template"])
    if state.get("conditions"):
        out += "Conditions:\n  Type\tStatus\tReason\n  ----\t------\t------\n"
        out += "".join(
            f"  {c['type']} \t{c['status']}\t{c.get('reason', '')}\n" for c in state["conditions"]
        )
    old, new = _replica_sets(session, obj)
    out += f"OldReplicaSets:\t{_sets_text(old)}\n"
    out += f"NewReplicaSet:\t{_sets_text([new] if new else [])}\n"
    return tabulate(out + events(session, meta["uid"]))


def _replica_sets(session: Session, obj: Object) -> tuple[list[Object], Object | None]:
    """Give a Deployment's older ReplicaSets that still have pods, and the newest."""
    uid, namespace = obj["metadata"]["uid"], obj["metadata"]["namespace"]
    owned = [
        one
        for one in session.engine.store.list("ReplicaSet", namespace)
        if any(o["uid"] == uid for o in one["metadata"].get("ownerReferences") or ())
    ]
    wanted = _bare(obj["spec"]["template"])
    new = [one for one in owned if _bare(one["spec"]["template"]) == wanted]
    newest = min(new, key=lambda o: o["metadata"]["creationTimestamp"]) if new else None
    old = [one for one in owned if one is not newest]
    return sorted(old, key=_revision), newest


def _revision(obj: Object) -> int:
    return int((obj["metadata"].get("annotations") or {}).get(REVISION, 0))


def _bare(template_: Object) -> Object:
    """Give a template without the hash that only a ReplicaSet's has."""
    marks = get(template_, "metadata", "labels", default={})
    bare = {key: value for key, value in marks.items() if key != "pod-template-hash"}
    return {**template_, "metadata": {**template_.get("metadata", {}), "labels": bare}}


def _sets_text(sets: list[Object]) -> str:
    shown = [
        f"{one['metadata']['name']} ({get(one, 'status', 'replicas', default=0)}/"
        f"{one['spec'].get('replicas', 0)} replicas created)"
        for one in sets
    ]
    return ", ".join(shown) or "<none>"


def _pods_line(session: Session, obj: Object) -> str:
    """Count an object's pods by phase."""
    wanted = of_object(obj["spec"].get("selector"))
    uid = obj["metadata"]["uid"]
    counts = {"Running": 0, "Pending": 0, "Succeeded": 0, "Failed": 0}
    for pod in session.engine.store.list("Pod", obj["metadata"]["namespace"]):
        owners = pod["metadata"].get("ownerReferences") or ()
        if any(o["uid"] == uid for o in owners) and wanted.matches(pod["metadata"].get("labels")):
            phase = get(pod, "status", "phase", default="")
            counts[phase] = counts.get(phase, 0) + 1
    return (
        f"Pods Status:\t{counts['Running']} Running / {counts['Pending']} Waiting / "
        f"{counts['Succeeded']} Succeeded / {counts['Failed']} Failed\n"
    )


def replica_set(session: Session, obj: Object) -> str:
    """Describe a ReplicaSet."""
    meta = obj["metadata"]
    out = f"Name:\t{meta['name']}\nNamespace:\t{meta['namespace']}\n"
    out += f"Selector:\t{selector_text(obj['spec'].get('selector'))}\n"
    out += labels("Labels", meta.get("labels")) + notes("Annotations", meta.get("annotations"))
    if controller(obj):
        out += f"Controlled By:\t{controller(obj)}\n"
    have, want = get(obj, "status", "replicas", default=0), obj["spec"].get("replicas", 0)
    out += f"Replicas:\t{have} current / {want} desired\n"
    out += _pods_line(session, obj) + template(obj["spec"]["template"]) + _conditions(obj)
    return tabulate(out + events(session, meta["uid"]))


def replication_controller(session: Session, obj: Object) -> str:
    """Describe a ReplicationController, whose selector is a plain map."""
    selector = {"matchLabels": obj["spec"].get("selector") or {}}
    return replica_set(session, {**obj, "spec": {**obj["spec"], "selector": selector}})


def _conditions(obj: Object) -> str:
    found = get(obj, "status", "conditions", default=[])
    if not found:
        return ""
    out = "Conditions:\n  Type\tStatus\tReason\n  ----\t------\t------\n"
    return out + "".join(f"  {c['type']} \t{c['status']}\t{c.get('reason', '')}\n" for c in found)


def stateful_set(session: Session, obj: Object) -> str:
    """Describe a StatefulSet."""
    meta, spec = obj["metadata"], obj["spec"]
    out = f"Name:\t{meta['name']}\nNamespace:\t{meta['namespace']}\n"
    out += f"CreationTimestamp:\t{moment(meta['creationTimestamp'])}\n"
    out += f"Selector:\t{selector_text(spec.get('selector'))}\n"
    out += labels("Labels", meta.get("labels")) + notes("Annotations", meta.get("annotations"))
    out += (
        f"Replicas:\t{spec.get('replicas', 0)} desired | "
        f"{get(obj, 'status', 'replicas', default=0)} total\n"
    )
    strategy = spec.get("updateStrategy") or {}
    out += f"Update Strategy:\t{strategy.get('type')}\n"
    partition = get(strategy, "rollingUpdate", "partition")
    if partition is not None:
        out += f"  Partition:\t{partition}\n"
    out += _pods_line(session, obj) + template(spec["template"])
    out += _claims(spec.get("volumeClaimTemplates"))
    return tabulate(out + events(session, meta["uid"]))


def _claims(items: Any) -> str:
    if not items:
        return "Volume Claims:\t<none>\n"
    out = "Volume Claims:\n"
    for claim in items:
        meta, spec = claim.get("metadata") or {}, claim["spec"]
        out += f"  Name:\t{meta.get('name')}\n"
        out += f"  StorageClass:\t{class_of(claim)}\n"
        out += labels("Labels", meta.get("labels"), "  ")
        out += notes("Annotations", meta.get("annotations"), "  ")
        out += (
            f"  Capacity:\t{get(spec, 'resources', 'requests', 'storage', default='<default>')}\n"
        )
        out += f"  Access Modes:\t[{' '.join(spec.get('accessModes') or ())}]\n"
    return out


def daemon_set(session: Session, obj: Object) -> str:
    """Describe a DaemonSet."""
    meta, spec, state = obj["metadata"], obj["spec"], obj.get("status") or {}
    out = f"Name:\t{meta['name']}\nNamespace:\t{meta['namespace']}\n"
    out += f"Selector:\t{selector_text(spec.get('selector'))}\n"
    out += labels("Node-Selector", get(spec, "template", "spec", "nodeSelector"))
    out += labels("Labels", meta.get("labels")) + notes("Annotations", meta.get("annotations"))
    counts = (
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    )
    out += "".join(f"{title}: {state.get(field, 0)}\n" for title, field in counts)
    out += _pods_line(session, obj) + template(spec["template"])
    return tabulate(out + events(session, meta["uid"]))


def job(session: Session, obj: Object) -> str:
    """Describe a Job."""
    meta, spec, state = obj["metadata"], obj["spec"], obj.get("status") or {}
    out = _head(obj, selector_first=True)
    if controller(obj):
        out += f"Controlled By:\t{controller(obj)}\n"
    out += f"Parallelism:\t{spec.get('parallelism', 1)}\n"
    out += (
        f"Completions:\t{spec['completions']}\n"
        if spec.get("completions")
        else "Completions:\t<unset>\n"
    )
    out += f"Completion Mode:\t{spec.get('completionMode')}\n"
    out += f"Suspend:\t{str(bool(spec.get('suspend'))).lower()}\n"
    out += f"Backoff Limit:\t{spec.get('backoffLimit')}\n"
    if spec.get("ttlSecondsAfterFinished") is not None:
        out += f"TTL Seconds After Finished:\t{spec['ttlSecondsAfterFinished']}\n"
    start, end = state.get("startTime"), state.get("completionTime")
    if start:
        out += f"Start Time:\t{moment(start)}\n"
    if end:
        out += f"Completed At:\t{moment(end)}\n"
    if start and end:
        begin = session.engine.start
        seconds = ((since_start(begin, end) or 0) - (since_start(begin, start) or 0)) // 1_000_000
        out += f"Duration:\t{_duration(seconds)}\n"
    if spec.get("activeDeadlineSeconds") is not None:
        out += f"Active Deadline Seconds:\t{spec['activeDeadlineSeconds']}s\n"
    active, ready = state.get("active", 0), state.get("ready")
    ready_text = f" ({ready} Ready)" if ready is not None else ""
    out += (
        f"Pods Statuses:\t{active} Active{ready_text} / {state.get('succeeded', 0)} Succeeded / "
        f"{state.get('failed', 0)} Failed\n"
    )
    return tabulate(out + template(spec["template"]) + events(session, meta["uid"]))


def cron_job(session: Session, obj: Object) -> str:
    """Describe a CronJob and the Jobs that it makes."""
    meta, spec, state = obj["metadata"], obj["spec"], obj.get("status") or {}
    made = get(spec, "jobTemplate", "spec", default={})
    out = f"Name:\t{meta['name']}\nNamespace:\t{meta['namespace']}\n"
    out += labels("Labels", meta.get("labels")) + notes("Annotations", meta.get("annotations"))
    late = spec.get("startingDeadlineSeconds")
    rows = (
        ("Schedule", spec.get("schedule")),
        ("Concurrency Policy", spec.get("concurrencyPolicy")),
        ("Suspend", str(bool(spec.get("suspend"))).title()),
        ("Successful Job History Limit", spec.get("successfulJobsHistoryLimit")),
        ("Failed Job History Limit", spec.get("failedJobsHistoryLimit")),
        ("Starting Deadline Seconds", None if late is None else f"{late}s"),
        ("Selector", selector_text(made["selector"]) if made.get("selector") else None),
        ("Parallelism", made.get("parallelism")),
        ("Completions", made.get("completions")),
    )
    out += "".join(f"{name}:\t{'<unset>' if value is None else value}\n" for name, value in rows)
    if made.get("activeDeadlineSeconds") is not None:
        out += f"Active Deadline Seconds:\t{made['activeDeadlineSeconds']}s\n"
    out += template(made.get("template") or {})
    last = state.get("lastScheduleTime")
    out += f"Last Schedule Time:\t{moment(last) if last else '<unset>'}\n"
    active = ", ".join(one["name"] for one in state.get("active") or ())
    out += f"Active Jobs:\t{active or '<none>'}\n"
    return tabulate(out + events(session, meta["uid"]))


def _duration(seconds: int) -> str:
    from simulator.kubernetes.api.age import human_duration

    return human_duration(seconds * 1_000_000)


DESCRIBERS: dict[str, Callable[[Session, Object], str]] = {
    "Deployment": deployment,
    "ReplicaSet": replica_set,
    "ReplicationController": replication_controller,
    "StatefulSet": stateful_set,
    "DaemonSet": daemon_set,
    "Job": job,
    "CronJob": cron_job,
}
