"""The Job controller: runs pods until enough of them have succeeded.

Every pod carries a finalizer until it has been counted, so that none is forgotten when somebody
deletes it. Sources: pkg/controller/job (job_controller.go, backoff_utils.go,
indexed_job_utils.go), v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.kubernetes.controllers import job_outcome as outcome_of
from simulator.kubernetes.controllers import job_per_index as per_index
from simulator.kubernetes.controllers.job_index import indexes_to_run, spans_text
from simulator.kubernetes.controllers.pod_template import pod_from_template
from simulator.kubernetes.owners import MANAGER, claim, controller_of, index_owners
from simulator.kubernetes.pods import is_finished, is_ready, is_terminating, phase_of
from simulator.plain import Object, copy, get
from simulator.timing import SECOND, since_start

if TYPE_CHECKING:
    from simulator.engine import Engine

FINALIZER = "batch.kubernetes.io/job-tracking"
INDEX = "batch.kubernetes.io/job-completion-index"
FIRST_BACKOFF_US, LONGEST_BACKOFF_US = 10 * SECOND, 600 * SECOND
"""Wait after a failed pod: 10 s doubling to 10 min (job_controller.go, DefaultJobPodFailureBackOff
and MaxJobPodFailureBackOff)."""

OURSELVES = "kubernetes.io/job-controller"
"""What managedBy says where nobody else looks after a job."""


class JobController(Controller):
    """Table "job": {uid: {"failures": in a row, "lastUs": of the last failure}}."""

    name = "job"
    source = "job-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        index_owners(self.store, "Pod")
        self.rows: dict[str, dict[str, Any]] = engine.table("job")
        self.watch("Job", lambda obj, old: [key_of(obj)])
        self.watch("Pod", self._of_pod)

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        reference = controller_of(pod)
        if reference is None or reference["kind"] != "Job":
            return []
        namespace = pod["metadata"]["namespace"]
        return [f"{namespace}/{reference['name']}"]

    def reconcile(self, key: str) -> int | None:
        """Count the pods of one job, then start, stop or finish."""
        job = self.store.get("Job", *split_key(key))
        if job is None:
            self._release_orphans(key)
            return None
        if job["spec"].get("managedBy") not in (None, OURSELVES):
            return None  # somebody else looks after it
        if outcome_of.is_finished(job):
            self.release(claim(self.engine, "Pod", job, job["spec"]["selector"]))
            self.rows.pop(job["metadata"]["uid"], None)
            return None
        return JobSync(self, job).run()

    def _release_orphans(self, key: str) -> None:
        """The job is gone: its pods may go too."""
        namespace, name = split_key(key)
        for pod in self.store.list("Pod", namespace):
            reference = controller_of(pod)
            if reference is not None and reference["kind"] == "Job" and reference["name"] == name:
                self.release([pod])

    def release(self, pods: Iterable[Object]) -> None:
        """Take the finalizer from pods that have been counted."""
        for pod in pods:
            left = [one for one in pod["metadata"].get("finalizers") or () if one != FINALIZER]
            if len(left) == len(pod["metadata"].get("finalizers") or ()):
                continue
            fresh = copy(pod)
            fresh["metadata"]["finalizers"] = left
            if not left:
                del fresh["metadata"]["finalizers"]
            self.engine.api.update(fresh, manager=MANAGER)


class JobSync:
    """One pass over one job."""

    def __init__(self, controller: JobController, job: Object) -> None:
        self.controller = controller
        self.engine = controller.engine
        self.job = job
        self.spec = job["spec"]
        self.status: Object = copy(job.get("status") or {})
        self.pods = claim(self.engine, "Pod", job, self.spec["selector"])
        empty = {"failures": 0, "lastUs": 0}
        self.row = controller.rows.setdefault(job["metadata"]["uid"], empty)
        self.again_us: int | None = None

    @property
    def is_indexed(self) -> bool:
        """Say whether each pod has a number."""
        return bool(self.spec.get("completionMode") == "Indexed")

    def run(self) -> int | None:
        """Count, decide, act, write."""
        suspended = bool(self.spec.get("suspend"))
        if not suspended and "startTime" not in self.status:
            self.status["startTime"] = self.engine.timestamp()
        counted = self._count()
        verdict = outcome_of.verdict(self.engine, self.job, self.status, self.pods)
        told = outcome_of.find(self.status, "SuccessCriteriaMet") is not None
        if verdict is None or (verdict.reason == "CompletionsReached" and not told):
            verdict = per_index.verdict(self.spec, self.row) or verdict
        active = self._active()
        if verdict is not None:
            outcome_of.note_verdict(self.engine, self.status, verdict)
            active = self._stop(active)
        elif suspended:
            self._suspend(active)
            active = []
        elif not is_terminating(self.job):
            self._resume()
            active = self._scale(active)
        self._write(active)
        self.controller.release(counted)
        if verdict is not None and not active and not self._ending():
            self._finish(verdict)
        return self._again()

    # Counting

    def _active(self) -> list[Object]:
        return [pod for pod in self.pods if not is_finished(pod) and not is_terminating(pod)]

    def _ending(self) -> list[Object]:
        return [pod for pod in self.pods if not is_finished(pod) and is_terminating(pod)]

    def _count(self) -> list[Object]:
        """Add the newly finished pods to the status; answers those that have been counted."""
        counted = []
        for pod in self.pods:
            if not is_finished(pod) or FINALIZER not in (pod["metadata"].get("finalizers") or ()):
                continue
            counted.append(pod)
            if phase_of(pod) == "Succeeded":
                self.status["succeeded"] = self.status.get("succeeded", 0) + 1
                self.row.update(failures=0, lastUs=0)
                self._note_index(pod)
            elif not outcome_of.is_ignored(self.job, pod):
                self.status["failed"] = self.status.get("failed", 0) + 1
                self.row["failures"] += 1
                self.row["lastUs"] = self.engine.now_us
                self._note_failed_index(pod)
        return counted

    def _note_failed_index(self, pod: Object) -> None:
        if not per_index.has_limit(self.spec):
            return
        index = int(get(pod, "metadata", "annotations", INDEX, default="0"))
        per_index.note_failure(self.job, self.row, index, pod, self.engine.now_us)
        self.status["failedIndexes"] = spans_text(self.row["failedIndexes"])

    def _note_index(self, pod: Object) -> None:
        if not self.is_indexed:
            return
        done = self.row.setdefault("done", [])
        index = int(get(pod, "metadata", "annotations", INDEX, default="0"))
        if index not in done:
            done.append(index)
            done.sort()
        self.status["completedIndexes"] = spans_text(done)
        self.status["succeeded"] = len(done)

    # Acting

    def _wanted(self, active: int) -> int:
        """Give how many pods should run now."""
        parallelism, completions = self.spec.get("parallelism", 1), self.spec.get("completions")
        done = int(self.status.get("succeeded", 0))
        if completions is None:
            return active if done > 0 else int(parallelism)
        done += len(self.row.get("failedIndexes") or ())
        return min(int(parallelism), max(0, int(completions) - done))

    def _scale(self, active: list[Object]) -> list[Object]:
        wanted = self._wanted(len(active))
        if len(active) > wanted:
            active.sort(key=lambda pod: (is_ready(pod), pod["metadata"]["creationTimestamp"]))
            for pod in active[: len(active) - wanted]:
                self._delete(pod)
            return active[len(active) - wanted :]
        if self.spec.get("podReplacementPolicy") == "Failed":
            wanted -= len(self._ending())
        missing = wanted - len(active)
        if missing <= 0 or self._waits():
            return active
        made = []
        names = self._indexes(missing, active) if self.is_indexed else [None] * missing
        for index in names:
            pod = self.controller.create(self._pod(index))
            text = f"Created pod: {pod['metadata']['name']}"
            self.controller.record(self.job, "Normal", "SuccessfulCreate", text)
            made.append(pod)
        return [*active, *made]

    def _waits(self) -> bool:
        """After a failure, wait before the next pod."""
        failures = int(self.row["failures"])
        if failures == 0 or per_index.has_limit(self.spec):
            return False
        wait = min(FIRST_BACKOFF_US << min(failures - 1, 20), LONGEST_BACKOFF_US)
        left = int(int(self.row["lastUs"]) + wait - self.engine.now_us)
        if left > 0:
            self.again_us = left
        return left > 0

    def _indexes(self, count: int, active: list[Object]) -> list[int]:
        taken = [
            int(get(pod, "metadata", "annotations", INDEX, default="0"))
            for pod in [*active, *self._ending()]
        ]
        taken += self.row.get("done", [])
        if per_index.has_limit(self.spec):
            limits = FIRST_BACKOFF_US, LONGEST_BACKOFF_US
            waits = per_index.waiting(self.row, self.engine.now_us, *limits)
            left = [wait for index, wait in waits.items() if index not in taken]
            self.again_us = min(left, default=None)
            taken += [*self.row.get("failedIndexes", []), *waits]
        return indexes_to_run(int(self.spec.get("completions") or 0), taken, count)

    def _pod(self, index: int | None) -> Object:
        pod = pod_from_template(self.spec["template"], self.job)
        meta = pod["metadata"]
        meta["finalizers"] = [*meta.get("finalizers", []), FINALIZER]
        if index is None:
            return pod
        name = self.job["metadata"]["name"]
        meta["generateName"] = f"{name}-{index}-"
        meta.setdefault("annotations", {})[INDEX] = str(index)
        meta.setdefault("labels", {})[INDEX] = str(index)
        if per_index.has_limit(self.spec):
            meta["annotations"][per_index.FAILURES] = str(per_index.failures_of(self.row, index))
        pod["spec"]["hostname"] = f"{name}-{index}"
        field = {"fieldPath": f"metadata.labels['{INDEX}']"}
        row = {"name": "JOB_COMPLETION_INDEX", "valueFrom": {"fieldRef": field}}
        for part in ("containers", "initContainers"):
            for container in pod["spec"].get(part) or ():
                env = container.setdefault("env", [])
                if all(one["name"] != row["name"] for one in env):
                    env.append(copy(row))
        return pod

    def _delete(self, pod: Object) -> None:
        meta = pod["metadata"]
        self.engine.api.delete("Pod", meta["namespace"], meta["name"])
        text = f"Deleted pod: {meta['name']}"
        self.controller.record(self.job, "Normal", "SuccessfulDelete", text)

    def _stop(self, active: list[Object]) -> list[Object]:
        """End what still runs: the job's outcome is known."""
        for pod in active:
            self._delete(pod)
        return []

    def _suspend(self, active: list[Object]) -> None:
        for pod in active:
            self._delete(pod)
        self.status.pop("startTime", None)
        new = {"type": "Suspended", "status": "True", "reason": "JobSuspended"}
        if outcome_of.put(self.engine, self.status, {**new, "message": "Job suspended"}):
            self.controller.record(self.job, "Normal", "Suspended", "Job suspended")

    def _resume(self) -> None:
        if outcome_of.find(self.status, "Suspended") is None:
            return
        new = {"type": "Suspended", "status": "False", "reason": "JobResumed"}
        if outcome_of.put(self.engine, self.status, {**new, "message": "Job resumed"}):
            self.controller.record(self.job, "Normal", "Resumed", "Job resumed")

    def _finish(self, verdict: outcome_of.Verdict) -> None:
        """Write the last condition; everything has ended."""
        job = self.engine.store.get("Job", *split_key(key_of(self.job)))
        if job is None:
            return
        status = copy(job["status"])
        outcome_of.finish(self.engine, status, verdict)
        self.engine.api.update_status({**job, "status": status})
        if verdict.failed:
            self.controller.record(job, "Warning", verdict.reason, verdict.message)
        else:
            self.controller.record(job, "Normal", "Completed", "Job completed")

    def _write(self, active: list[Object]) -> None:
        counts = {
            "active": len(active),
            "ready": sum(map(is_ready, active)),
            "terminating": len(self._ending()),
        }
        if not counts["active"]:
            del counts["active"]
            self.status.pop("active", None)
        self.status.update(counts)
        self.status.setdefault("uncountedTerminatedPods", {})
        if self.status != self.job.get("status"):
            self.job = self.engine.api.update_status({**self.job, "status": self.status})

    def _again(self) -> int | None:
        """Look again when the back-off or the job's deadline has passed."""
        deadline = self.spec.get("activeDeadlineSeconds")
        started = self.status.get("startTime")
        waits = [self.again_us] if self.again_us is not None else []
        if deadline is not None and started and not outcome_of.is_finished(self.job):
            started_us = since_start(self.engine.start, started) or 0
            left = started_us + int(deadline) * SECOND - self.engine.now_us
            if left > 0:
                waits.append(left)
        return min(waits, default=None)
