"""When a Job has succeeded or failed, and the conditions that say so.

Sources: pkg/controller/job/job_controller.go, success_policy.go, pod_failure_policy.go, v1.32.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.pods import FINISHED, phase_of
from simulator.plain import Object, get
from simulator.timing import SECOND, since_start

if TYPE_CHECKING:
    from simulator.engine import Engine


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a job ends."""

    failed: bool
    reason: str
    message: str


def find(status: Object, kind: str) -> Object | None:
    """Give a condition of a status, or None."""
    rows = status.get("conditions") or ()
    return next((one for one in rows if one["type"] == kind), None)


def is_finished(job: Object) -> bool:
    """Say whether a job has its last condition."""
    status = job.get("status") or {}
    found = (find(status, "Complete"), find(status, "Failed"))
    return any(one is not None and one["status"] == "True" for one in found)


def put(engine: Engine, status: Object, new: Object) -> bool:
    """Put a condition into a status (changed in place); answers whether its state is new."""
    old = find(status, new["type"])
    if old is not None and old["status"] == new["status"]:
        return False
    now = engine.timestamp()
    row = {**new, "lastProbeTime": now, "lastTransitionTime": now}
    others = [one for one in status.get("conditions") or () if one["type"] != new["type"]]
    status["conditions"] = [*others, row]
    return True


def verdict(engine: Engine, job: Object, status: Object, pods: list[Object]) -> Verdict | None:
    """Decide whether a job is over.   pods: all of the job's pods that are there."""
    running = [pod for pod in pods if phase_of(pod) not in FINISHED]
    for kind, failed in (("FailureTarget", True), ("SuccessCriteriaMet", False)):
        found = find(status, kind)
        if found is not None:
            return Verdict(failed, found["reason"], found["message"])
    spec = job["spec"]
    for pod in pods:
        why = failing_rule(job, pod) if phase_of(pod) == "Failed" else None
        if why is not None:
            return Verdict(True, "PodFailurePolicy", why)
    limit = int(spec.get("backoffLimit", 6))
    if status.get("failed", 0) > limit or _restarts_exceed(spec, limit, running):
        text = "Job has reached the specified backoff limit"
        return Verdict(True, "BackoffLimitExceeded", text)
    deadline = spec.get("activeDeadlineSeconds")
    started_us = since_start(engine.start, status.get("startTime"))
    late_us = None if deadline is None or started_us is None else int(deadline) * SECOND
    if late_us is not None and engine.now_us >= (started_us or 0) + late_us:
        text = "Job was active longer than specified deadline"
        return Verdict(True, "DeadlineExceeded", text)
    done, completions = status.get("succeeded", 0), spec.get("completions")
    complete = done > 0 and not running if completions is None else done >= completions
    if complete:
        return Verdict(False, "CompletionsReached", "Reached expected number of succeeded pods")
    return None


def _restarts_exceed(spec: Object, limit: int, running: list[Object]) -> bool:
    """With restartPolicy OnFailure the restarts of the containers count."""
    if get(spec, "template", "spec", "restartPolicy") != "OnFailure":
        return False
    restarts = 0
    for pod in running:
        status = pod.get("status") or {}
        for field in ("initContainerStatuses", "containerStatuses"):
            restarts += sum(int(one.get("restartCount") or 0) for one in status.get(field) or ())
    return restarts > 0 if limit == 0 else restarts >= limit


def note_verdict(engine: Engine, status: Object, verdict: Verdict) -> None:
    """Say that the outcome is known, while pods are still ending."""
    kind = "FailureTarget" if verdict.failed else "SuccessCriteriaMet"
    row = {"type": kind, "status": "True", "reason": verdict.reason, "message": verdict.message}
    put(engine, status, row)


def finish(engine: Engine, status: Object, verdict: Verdict) -> None:
    """Write the last condition (changed in place)."""
    kind = "Failed" if verdict.failed else "Complete"
    row = {"type": kind, "status": "True", "reason": verdict.reason, "message": verdict.message}
    put(engine, status, row)
    status["terminating"] = 0
    status["ready"] = 0
    status.pop("active", None)
    if not verdict.failed:
        status["completionTime"] = engine.timestamp()


def is_ignored(job: Object, pod: Object) -> bool:
    """Say whether the job's failure policy makes a failed pod not count."""
    return action_of(job, pod) == "Ignore"


def action_of(job: Object, pod: Object) -> str:
    """Give the action of the first failure rule that a failed pod matches; "" for none."""
    for rule in get(job, "spec", "podFailurePolicy", "rules", default=[]):
        if _matches(rule, pod):
            return str(rule["action"])
    return ""


def failing_rule(job: Object, pod: Object) -> str | None:
    """Give the message of the FailJob rule that a failed pod matches first, or None."""
    for index, rule in enumerate(get(job, "spec", "podFailurePolicy", "rules", default=[])):
        found = _matches(rule, pod)
        if not found:
            continue
        if rule["action"] != "FailJob":
            return None
        meta = pod["metadata"]
        place = f"pod {meta['namespace']}/{meta['name']}"
        return f"{found} for {place} matching FailJob rule at index {index}"
    return None


def _matches(rule: Object, pod: Object) -> str:
    """Say what of a pod a failure rule matches; "" for nothing."""
    codes: dict[str, Any] | None = rule.get("onExitCodes")
    if codes is not None:
        for status in get(pod, "status", "containerStatuses", default=[]):
            ended = get(status, "state", "terminated")
            named = codes.get("containerName")
            if ended is None or ended["exitCode"] == 0 or (named and named != status["name"]):
                continue
            if (ended["exitCode"] in codes["values"]) == (codes["operator"] == "In"):
                return f"Container {status['name']} failed with exit code {ended['exitCode']}"
        return ""
    for wanted in rule.get("onPodConditions") or ():
        for row in get(pod, "status", "conditions", default=[]):
            same = row["type"] == wanted["type"]
            if same and row["status"] == wanted.get("status", "True"):
                return f"Pod has condition {row['type']}"
    return ""
