"""kubectl rollout: status, history, undo, restart, pause, resume.

Source: kubectl v0.32 pkg/polymorphichelpers (rollout_status.go, history.go, rollback.go) and
pkg/cmd/rollout.
"""

from __future__ import annotations

from typing import Any

from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object, copy, get
from simulator.timing import SECOND

from . import output, writing
from .command import FIELD_MANAGER, FILES, OUTPUT, SELECTOR, Command
from .describe_pods import pod_template_text
from .errors import KubectlError, text_of
from .flags import Flag
from .scale import chosen
from .session import Session, full_name
from .tabwriter import tabulate

REVISION = "deployment.kubernetes.io/revision"
CAUSE = "kubernetes.io/change-cause"
RESTARTED = "kubectl.kubernetes.io/restartedAt"


# status


def status(session: Session) -> int | None:
    """Say how far a rollout is, until it is done."""
    session.check_server()
    found, errors = chosen(session, "rollout status")
    if errors:
        session.err(text_of(errors[0]))
        return 1
    if len(found) != 1:
        raise KubectlError(
            "rollout status is only supported on individual resources "
            f"and resource collections - {len(found)} resources were found"
        )
    row, obj = found[0]
    if row.kind not in ("Deployment", "DaemonSet", "StatefulSet"):
        raise KubectlError(f"no status viewer has been implemented for {row.kind}")
    meta = obj["metadata"]
    session.state.update(kind=row.store, ns=meta["namespace"], name=meta["name"], said="")
    seconds = session.flag("timeout")
    session.state["end_us"] = session.now_us() + round(seconds * SECOND) if seconds else None
    return follow(session)


def follow(session: Session) -> int | None:
    """Say it again when it changed."""
    state = session.state
    obj = session.engine.store.get(state["kind"], state["ns"], state["name"])
    if obj is None:
        session.err("error: object has been deleted\n")
        return 1
    try:
        text, done = progress(obj, session.flag("revision") or 0)
    except KubectlError as error:
        session.err(text_of(error))
        return error.code
    if text != state["said"]:
        session.out(text)
        state["said"] = text
    if done or not session.flag("watch"):
        return 0
    if state["end_us"] is not None and session.now_us() >= state["end_us"]:
        session.err("error: timed out waiting for the condition\n")
        return 1
    session.call.watch(state["kind"], state["ns"], state["name"])
    if state["end_us"] is not None:
        session.call.wake_after(state["end_us"] - session.now_us())
    return None


def progress(obj: Object, revision: int = 0) -> tuple[str, bool]:
    """Say in one line how far a workload's rollout is, and whether it is done."""
    kind = obj["kind"]
    if kind == "Deployment":
        return _deployment(obj, revision)
    return _daemon_set(obj) if kind == "DaemonSet" else _stateful_set(obj)


def _seen(obj: Object) -> bool:
    return bool(
        obj["metadata"].get("generation", 0) <= get(obj, "status", "observedGeneration", default=0)
    )


def _deployment(obj: Object, revision: int) -> tuple[str, bool]:
    name, state = obj["metadata"]["name"], obj.get("status") or {}
    if revision:
        have = int((obj["metadata"].get("annotations") or {}).get(REVISION, 0))
        if have != revision:
            raise KubectlError(
                f"desired revision ({revision}) is different from the running revision ({have})"
            )
    if not _seen(obj):
        return "Waiting for deployment spec update to be observed...\n", False
    for condition in state.get("conditions") or ():
        if (
            condition["type"] == "Progressing"
            and condition.get("reason") == "ProgressDeadlineExceeded"
        ):
            raise KubectlError(f'deployment "{name}" exceeded its progress deadline')
    wanted = obj["spec"].get("replicas")
    updated, total = state.get("updatedReplicas", 0), state.get("replicas", 0)
    available = state.get("availableReplicas", 0)
    head = f'Waiting for deployment "{name}" rollout to finish: '
    if wanted is not None and updated < wanted:
        return f"{head}{updated} out of {wanted} new replicas have been updated...\n", False
    if total > updated:
        return f"{head}{total - updated} old replicas are pending termination...\n", False
    if available < updated:
        return f"{head}{available} of {updated} updated replicas are available...\n", False
    return f'deployment "{name}" successfully rolled out\n', True


def _daemon_set(obj: Object) -> tuple[str, bool]:
    name, state = obj["metadata"]["name"], obj.get("status") or {}
    if get(obj, "spec", "updateStrategy", "type") != "RollingUpdate":
        raise KubectlError("rollout status is only available for RollingUpdate strategy type")
    if not _seen(obj):
        return "Waiting for daemon set spec update to be observed...\n", False
    wanted = state.get("desiredNumberScheduled", 0)
    updated, available = state.get("updatedNumberScheduled", 0), state.get("numberAvailable", 0)
    head = f'Waiting for daemon set "{name}" rollout to finish: '
    if updated < wanted:
        return f"{head}{updated} out of {wanted} new pods have been updated...\n", False
    if available < wanted:
        return f"{head}{available} of {wanted} updated pods are available...\n", False
    return f'daemon set "{name}" successfully rolled out\n', True


def _stateful_set(obj: Object) -> tuple[str, bool]:
    state = obj.get("status") or {}
    if get(obj, "spec", "updateStrategy", "type") != "RollingUpdate":
        raise KubectlError("rollout status is only available for RollingUpdate strategy type")
    if not _seen(obj):
        return "Waiting for statefulset spec update to be observed...\n", False
    wanted = obj["spec"].get("replicas", 1)
    ready, updated = state.get("readyReplicas", 0), state.get("updatedReplicas", 0)
    if ready < wanted:
        return f"Waiting for {wanted - ready} pods to be ready...\n", False
    partition = get(obj, "spec", "updateStrategy", "rollingUpdate", "partition", default=0)
    if partition and updated < wanted - partition:
        return (
            "Waiting for partitioned roll out to finish: "
            f"{updated} out of {wanted - partition} new pods have been updated...\n"
        ), False
    if partition:
        return f"partitioned roll out complete: {updated} new pods have been updated...\n", True
    if state.get("updateRevision") != state.get("currentRevision"):
        return (
            f"waiting for statefulset rolling update to complete {updated} pods at revision "
            f"{state.get('updateRevision')}...\n"
        ), False
    current = state.get("currentReplicas", 0)
    revision = state.get("currentRevision")
    return f"statefulset rolling update complete {current} pods at revision {revision}...\n", True


# history


def history(session: Session) -> int:
    """List the revisions of a workload, or show one of them."""
    session.check_server()
    found, errors = chosen(session, "rollout history")
    for row, obj in found:
        _history(session, row, obj)
    return writing.finish(session, errors)


def _history(session: Session, row: Kind, obj: Object) -> None:
    revisions = _revisions(session, row, obj)
    wanted = session.flag("revision")
    format = session.flag("output") or ""
    if wanted:
        item = revisions.get(wanted)
        if item is None:
            raise KubectlError("unable to find the specified revision")
        if format:
            session.out(output.printer(session, format)(item["of"]))
            return
        text = f"with revision #{wanted}\n" + pod_template_text(item["template"], item["notes"])
    else:
        rows = "REVISION\tCHANGE-CAUSE\n"
        for number in sorted(revisions):
            rows += f"{number}\t{revisions[number]['cause'] or '<none>'}\n"
        text = "\n" + tabulate(rows)
    session.out(f"{full_name(row, obj['metadata']['name'])} {text}\n")


def _revisions(session: Session, row: Kind, obj: Object) -> dict[int, dict[str, Any]]:
    """Give a workload's revisions: number -> template, cause, the object that keeps it."""
    uid, namespace = obj["metadata"]["uid"], obj["metadata"]["namespace"]
    found: dict[int, dict[str, Any]] = {}
    if row.kind == "Deployment":
        for replica_set in session.engine.store.list("ReplicaSet", namespace):
            notes = replica_set["metadata"].get("annotations") or {}
            if _owned(replica_set, uid) and notes.get(REVISION):
                template = replica_set["spec"]["template"]
                cause = notes.get(CAUSE)
                shown = {CAUSE: cause} if cause else {}
                found[int(notes[REVISION])] = {
                    "template": template,
                    "cause": cause,
                    "of": replica_set,
                    "notes": shown,
                }
        return found
    if row.kind not in ("DaemonSet", "StatefulSet"):
        raise KubectlError(f'no history viewer has been implemented for "{row.kind}"')
    for one in session.engine.store.list("ControllerRevision", namespace):
        if _owned(one, uid):
            template = get(one, "data", "spec", "template", default={})
            cause = (one["metadata"].get("annotations") or {}).get(CAUSE)
            found[one["revision"]] = {"template": template, "cause": cause, "of": one, "notes": {}}
    return found


def _owned(obj: Object, uid: str) -> bool:
    return any(owner["uid"] == uid for owner in obj["metadata"].get("ownerReferences") or ())


# undo, restart, pause, resume


def undo(session: Session) -> int:
    """Go back to an earlier revision."""
    session.check_server()
    found, errors = chosen(session, "rollout undo")
    dry_run = writing.dry_run_of(session)
    for row, obj in found:
        revisions = _revisions(session, row, obj)
        item = _target(session, obj, revisions)
        kind = f"{row.singular}.{row.group}/{obj['metadata']['name']}"
        if obj["spec"].get("paused"):
            raise KubectlError(
                "you cannot rollback a paused deployment; "
                "resume it first with 'kubectl rollout resume' "
                "and try again"
            )
        template: Object = copy(item["template"])
        (get(template, "metadata", "labels", default={})).pop("pod-template-hash", None)
        now: Object = copy(obj["spec"]["template"])
        if template == now:
            session.out(
                f"{kind} skipped rollback (current template "
                f"already matches revision {item['number']})\n"
            )
            continue
        try:
            if dry_run != "client":
                change = [{"op": "replace", "path": "/spec/template", "value": template}]
                meta = obj["metadata"]
                session.api.patch(
                    row.store,
                    meta["namespace"],
                    meta["name"],
                    change,
                    "json",
                    manager="kubectl-rollout",
                    dry_run=dry_run == "server",
                )
        except StatusError as error:
            errors.append(error)
            continue
        session.out(f"{kind} rolled back{writing.suffix(dry_run)}\n")
    return writing.finish(session, errors)


def _target(session: Session, obj: Object, revisions: dict[int, dict[str, Any]]) -> dict[str, Any]:
    wanted = session.flag("to-revision")
    if wanted:
        if wanted not in revisions:
            raise KubectlError("unable to find specified revision " + str(wanted) + " in history")
        number = wanted
    else:
        if len(revisions) < 2:
            name = obj["metadata"]["name"]
            raise KubectlError(f'no rollout history found for deployment "{name}"')
        number = sorted(revisions)[-2]
    return {**revisions[number], "number": number}


def restart(session: Session) -> int:
    """Replace all pods by changing an annotation of the template."""
    note = {RESTARTED: session.engine.timestamp()}
    change = {"spec": {"template": {"metadata": {"annotations": note}}}}
    kinds = ("Deployment", "DaemonSet", "StatefulSet")
    return _each(session, "restart", "restarted", kinds, lambda obj: change)


def pause(session: Session) -> int:
    """Keep a Deployment's changes from being rolled out."""

    def change(obj: Object) -> Object | None:
        return None if obj["spec"].get("paused") else {"spec": {"paused": True}}

    return _each(session, "pause", "paused", ("Deployment",), change)


def resume(session: Session) -> int:
    """Let a paused Deployment go on."""

    def change(obj: Object) -> Object | None:
        return {"spec": {"paused": None}} if obj["spec"].get("paused") else None

    return _each(session, "resume", "resumed", ("Deployment",), change)


def _each(session: Session, verb: str, done: str, kinds: tuple[str, ...], change: Any) -> int:
    session.check_server()
    found, errors = chosen(session, f"rollout {verb}")
    for row, obj in found:
        meta = obj["metadata"]
        name = full_name(row, meta["name"])
        shown = f'{row.resource} "{meta["name"]}"'
        if row.kind not in kinds:
            errors.append(KubectlError(f"{shown} {_GERUNDS[verb]} is not supported"))
            continue
        if verb == "restart" and obj["spec"].get("paused"):
            why = "can't restart paused deployment (run rollout resume first)"
            errors.append(KubectlError(f"{shown} {why}"))
            continue
        part = change(obj)
        if part is None:
            state = "already paused" if verb == "pause" else "not paused"
            errors.append(KubectlError(f"{shown} is {state}"))
            continue
        try:
            session.api.patch(
                row.store,
                meta["namespace"],
                meta["name"],
                part,
                "strategic",
                manager="kubectl-rollout",
            )
        except StatusError as error:
            errors.append(error)
            continue
        session.out(f"{name} {done}\n")
    return writing.finish(session, errors)


_GERUNDS = {"restart": "restarting", "pause": "pausing", "resume": "resuming"}

_COMMON = (
    *FILES,
    *OUTPUT,
    *SELECTOR,
    *FIELD_MANAGER,
    Flag("dry-run", default="none", bare="unchanged"),
)

COMMANDS = (
    Command(
        "rollout status",
        "Follow a rollout to its end",
        status,
        (
            *FILES,
            *SELECTOR,
            Flag("watch", "bool", "w", True),
            Flag("revision", "int", default=0),
            Flag("timeout", "duration", default=0.0),
        ),
        follow,
        takes="kinds",
    ),
    Command(
        "rollout history",
        "List a workload's revisions",
        history,
        (*_COMMON, Flag("revision", "int", default=0)),
        reads=True,
        takes="kinds",
    ),
    Command(
        "rollout undo",
        "Go back to an earlier revision",
        undo,
        (*_COMMON, Flag("to-revision", "int", default=0)),
        takes="kinds",
    ),
    Command("rollout restart", "Replace all pods of a workload", restart, _COMMON, takes="kinds"),
    Command(
        "rollout pause",
        "Keep changes of a Deployment from being rolled out",
        pause,
        _COMMON,
        takes="kinds",
    ),
    Command("rollout resume", "Let a paused Deployment go on", resume, _COMMON, takes="kinds"),
)
