"""The CronJob controller: makes a Job whenever the schedule says so.

Source: pkg/controller/cronjob/cronjob_controllerv2.go and utils.go, v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from simulator.errors import AlreadyExists
from simulator.kubernetes.controllers import Controller, cron_schedule, key_of, split_key
from simulator.kubernetes.controllers.cron_schedule import Schedule, ScheduleError
from simulator.kubernetes.controllers.job_outcome import find, is_finished
from simulator.kubernetes.owners import controller_of, controller_reference, index_owners, owned
from simulator.kubernetes.pods import is_terminating
from simulator.plain import Object, copy, get
from simulator.timing import MS, SECOND, since_start

if TYPE_CHECKING:
    from simulator.engine import Engine

LATE_US = 100 * MS
"""nextScheduleDelta: the controller looks a little after the scheduled time."""
MANY_MISSED = 100
SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp"


class CronJobController(Controller):
    """Start Jobs on time, keep their list, and tidy up the old ones."""

    name = "cronjob"
    source = "cronjob-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        index_owners(self.store, "Job")
        self.watch("CronJob", lambda obj, old: [key_of(obj)])
        self.watch("Job", self._of_job)

    def _of_job(self, job: Object, old: Object | None) -> Iterable[str]:
        reference = controller_of(job)
        if reference is None or reference["kind"] != "CronJob":
            return []
        return [f"{job['metadata']['namespace']}/{reference['name']}"]

    def reconcile(self, key: str) -> int | None:
        """Look at one CronJob; answers when its next time comes."""
        found = self.store.get("CronJob", *split_key(key))
        if found is None:
            return None
        cron = copy(found)
        jobs = sorted(owned(self.store, "Job", cron), key=lambda job: str(job["metadata"]["name"]))
        self._note_ended(cron, jobs)
        self._tidy(cron, jobs)
        again_us = self._schedule(cron, jobs)
        if cron.get("status") != found.get("status"):
            self.engine.api.update_status(cron)
        return again_us

    def _now(self) -> datetime:
        return self.engine.start + timedelta(microseconds=self.engine.now_us)

    # Jobs that run or have ended

    def _note_ended(self, cron: Object, jobs: list[Object]) -> None:
        """Drop ended jobs from the active list, and remember the last success."""
        status = cron.setdefault("status", {})
        present = {job["metadata"]["uid"]: job for job in jobs}
        active = []
        for reference in status.get("active") or ():
            job = present.get(reference["uid"])
            if job is None:
                text = f"Active job went missing: {reference['name']}"
                self.record(cron, "Normal", "MissingJob", text)
            elif is_finished(job):
                complete = find(job["status"], "Complete") is not None
                word = "Complete" if complete else "Failed"
                text = f"Saw completed job: {job['metadata']['name']}, condition: {word}"
                self.record(cron, "Normal", "SawCompletedJob", text)
                if complete:
                    status["lastSuccessfulTime"] = job["status"].get("completionTime")
            else:
                active.append(reference)
        status["active"] = active
        if not active:
            del status["active"]

    def _tidy(self, cron: Object, jobs: list[Object]) -> None:
        """Delete the oldest ended jobs beyond the history limits."""
        ended = [job for job in jobs if is_finished(job) and not is_terminating(job)]
        ended.sort(key=lambda job: str(get(job, "status", "startTime", default="")))
        for kind, field, default in (
            ("Complete", "successfulJobsHistoryLimit", 3),
            ("Failed", "failedJobsHistoryLimit", 1),
        ):
            limit = cron["spec"].get(field)
            limit = default if limit is None else int(limit)
            alike = [job for job in ended if find(job["status"], kind) is not None]
            for job in alike[: max(0, len(alike) - limit)]:
                self._delete(cron, job)

    def _delete(self, cron: Object, job: Object) -> None:
        meta = job["metadata"]
        self.engine.api.delete("Job", meta["namespace"], meta["name"])
        self.record(cron, "Normal", "SuccessfulDelete", f"Deleted job {meta['name']}")

    # The schedule

    def _schedule(self, cron: Object, jobs: list[Object]) -> int | None:
        spec = cron["spec"]
        if is_terminating(cron) or spec.get("suspend"):
            return None
        try:
            schedule = cron_schedule.parse(spec["schedule"])
            zone = ZoneInfo(spec["timeZone"]) if spec.get("timeZone") else UTC
        except ScheduleError as error:
            text = f"unparseable schedule: {spec['schedule']} : {error}"
            self.record(cron, "Warning", "UnparseableSchedule", text)
            return None
        except (ZoneInfoNotFoundError, ValueError):
            text = f"invalid timeZone: {spec['timeZone']}"
            self.record(cron, "Warning", "UnknownTimeZone", text)
            return None
        now = self._now().astimezone(zone)
        due = self._due(cron, schedule, now, zone)
        if due is not None:
            self._start(cron, jobs, due)
        coming = schedule.next(now)
        if coming is None:
            return None
        return round((coming - now).total_seconds() * SECOND) + LATE_US

    def _due(
        self, cron: Object, schedule: Schedule, now: datetime, zone: tzinfo
    ) -> datetime | None:
        """Give the time for which a job is due now, or None."""
        status = cron.get("status") or {}
        since = status.get("lastScheduleTime") or cron["metadata"]["creationTimestamp"]
        since_us = since_start(self.engine.start, since) or 0
        earliest = (self.engine.start + timedelta(microseconds=since_us)).astimezone(zone)
        deadline = cron["spec"].get("startingDeadlineSeconds")
        if deadline is not None:
            earliest = max(earliest, now - timedelta(seconds=int(deadline)))
        due, missed = cron_schedule.most_recent(schedule, earliest, now)
        if missed > MANY_MISSED:
            text = (
                "too many missed start times. Set or decrease .spec.startingDeadlineSeconds "
                "or check clock skew"
            )
            self.record(cron, "Warning", "TooManyMissedTimes", text)
        return due

    def _start(self, cron: Object, jobs: list[Object], due: datetime) -> None:
        """Make the job of a scheduled time, as the concurrency policy allows."""
        status, policy = cron["status"], cron["spec"].get("concurrencyPolicy") or "Allow"
        active = status.get("active") or []
        if policy == "Forbid" and active:
            text = "Not starting job because prior execution is running and concurrency policy is "
            self.record(cron, "Normal", "JobAlreadyActive", text + "Forbid")
            return
        if policy == "Replace":
            uids = [reference["uid"] for reference in active]
            for job in jobs:
                if job["metadata"]["uid"] in uids:
                    self._delete(cron, job)
            active = []
        try:
            job = self.create(job_of(cron, due))
        except AlreadyExists:
            return
        meta = job["metadata"]
        self.record(cron, "Normal", "SuccessfulCreate", f"Created job {meta['name']}")
        reference = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "name": meta["name"],
            "namespace": meta["namespace"],
            "resourceVersion": meta["resourceVersion"],
            "uid": meta["uid"],
        }
        status["active"] = [*active, reference]
        status["lastScheduleTime"] = due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def job_of(cron: Object, due: datetime) -> Object:
    """Make the Job for a scheduled time; its name holds the minutes since 1970."""
    template, meta = cron["spec"]["jobTemplate"], cron["metadata"]
    given = template.get("metadata") or {}
    notes = {
        **(given.get("annotations") or {}),
        SCHEDULED_AT: due.isoformat().replace("+00:00", "Z"),
    }
    minutes = int(due.timestamp()) // 60
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"{meta['name']}-{minutes}",
            "namespace": meta["namespace"],
            "labels": copy(given.get("labels") or {}),
            "annotations": notes,
            "ownerReferences": [controller_reference(cron)],
        },
        "spec": copy(template["spec"]),
    }
