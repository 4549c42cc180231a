"""Jobs and CronJobs in a running cluster."""

from __future__ import annotations

from typing import Any

import yaml

from simulator.lab import Lab
from simulator.plain import Object
from tests.cluster_world import condition, events, make_lab, one, pods, run


def job(name: str = "work", script: str = "sleep 2", policy: str = "Never", **spec: Any) -> str:
    """Write a Job that runs a script."""
    container = {"name": "main", "image": "busybox:1.36", "command": ["sh", "-c", script]}
    return yaml.safe_dump(
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {
                "template": {"spec": {"restartPolicy": policy, "containers": [container]}},
                **spec,
            },
        }
    )


def status(lab: Lab, name: str = "work") -> Object:
    """Give a Job's status."""
    return one(lab, "Job", name)["status"]


def test_a_job_runs_its_pods_in_parallel_until_enough_have_succeeded() -> None:
    """Two at a time, five in all, then Complete."""
    lab = make_lab(job(completions=5, parallelism=2))
    most = 0
    for _ in range(60):
        run(lab, 0.5)
        most = max(most, status(lab).get("active", 0))
    assert most == 2
    found = status(lab)
    assert found["succeeded"] == 5
    assert "active" not in found
    assert [row["type"] for row in found["conditions"]] == ["SuccessCriteriaMet", "Complete"]
    assert found["completionTime"]
    assert len(pods(lab)) == 5
    assert all("finalizers" not in each["metadata"] for each in pods(lab))
    assert events(lab, "Completed", "work") == ["Job completed"]


def test_a_failing_job_backs_off_and_gives_up() -> None:
    """Pods after 10 s, 20 s ...; one more failure than the limit ends it."""
    lab = make_lab(job(script="exit 1", backoffLimit=2))
    run(lab, 8)
    assert status(lab)["failed"] == 1
    assert len(pods(lab)) == 1
    run(lab, 60)
    found = one(lab, "Job", "work")
    assert found["status"]["failed"] == 3
    failed = condition(found, "Failed")
    assert failed["reason"] == "BackoffLimitExceeded"
    assert failed["message"] == "Job has reached the specified backoff limit"
    assert events(lab, "BackoffLimitExceeded") == [failed["message"]]


def test_a_deadline_ends_a_job_that_takes_too_long() -> None:
    """Its pods are deleted."""
    lab = make_lab(job(script="sleep 3600", activeDeadlineSeconds=10))
    run(lab, 60)
    assert condition(one(lab, "Job", "work"), "Failed")["reason"] == "DeadlineExceeded"
    assert pods(lab) == []


def test_indexed_jobs_number_their_pods() -> None:
    """Each index once, and the status tells which are done."""
    lab = make_lab(job(completions=3, parallelism=3, completionMode="Indexed"))
    run(lab, 10)
    assert status(lab)["completedIndexes"] == "0-2"
    names = [each["metadata"]["name"].rsplit("-", 1)[0] for each in pods(lab)]
    assert sorted(names) == ["work-0", "work-1", "work-2"]
    assert [each["spec"]["hostname"] for each in pods(lab)] == ["work-0", "work-1", "work-2"]


def test_a_suspended_job_waits() -> None:
    """No pod until it is resumed."""
    lab = make_lab(job(suspend=True))
    run(lab, 5)
    assert pods(lab) == []
    assert condition(one(lab, "Job", "work"), "Suspended")["status"] == "True"
    lab.engine.api.patch("Job", "default", "work", {"spec": {"suspend": False}}, "merge")
    run(lab, 10)
    assert condition(one(lab, "Job", "work"), "Complete")["status"] == "True"


def test_deleting_a_job_takes_its_pods_with_it() -> None:
    """The tracking finalizer does not hold them for ever."""
    lab = make_lab(job(script="sleep 3600"))
    run(lab, 5)
    lab.engine.api.delete("Job", "default", "work")
    run(lab, 45)
    assert pods(lab) == []


def test_a_failure_policy_can_fail_the_job_at_once() -> None:
    """Exit code 42 is not worth another try."""
    rule = {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}}
    lab = make_lab(job(script="exit 42", podFailurePolicy={"rules": [rule]}))
    run(lab, 10)
    failed = condition(one(lab, "Job", "work"), "Failed")
    assert failed["reason"] == "PodFailurePolicy"
    assert failed["message"].startswith("Container main failed with exit code 42 for pod default/")


def cron(schedule: str, script: str = "sleep 2", **spec: Any) -> str:
    """Write a CronJob."""
    return yaml.safe_dump(
        {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {"name": "report", "namespace": "default"},
            "spec": {
                "schedule": schedule,
                "jobTemplate": {"spec": yaml.safe_load(job(script=script))["spec"]},
                **spec,
            },
        }
    )


def test_a_cron_job_starts_on_the_minute_and_keeps_a_short_history() -> None:
    """Named after the minute; three successes are kept."""
    lab = make_lab(cron("*/2 * * * *"))
    run(lab, 119)
    assert lab.engine.store.list("Job") == []
    run(lab, 4)
    first = lab.engine.store.list("Job")[0]
    assert first["metadata"]["name"] == "report-29460062"  # 2026-01-05T09:02Z in minutes
    assert one(lab, "CronJob", "report")["status"]["lastScheduleTime"] == "2026-01-05T09:02:00Z"
    assert len(one(lab, "CronJob", "report")["status"]["active"]) == 1
    run(lab, 630)
    found = one(lab, "CronJob", "report")["status"]
    assert "active" not in found
    assert found["lastSuccessfulTime"]
    assert len(lab.engine.store.list("Job")) == 3
    name = first["metadata"]["name"]
    assert events(lab, "SuccessfulCreate", "report")[0] == f"Created job {name}"
    assert f"Deleted job {name}" in events(lab, "SuccessfulDelete", "report")


def test_concurrency_policies_forbid_or_replace() -> None:
    """A job that takes longer than its period."""
    lab = make_lab(cron("* * * * *", script="sleep 600", concurrencyPolicy="Forbid"))
    run(lab, 200)
    assert len(lab.engine.store.list("Job")) == 1
    assert events(lab, "JobAlreadyActive")
    lab = make_lab(cron("* * * * *", script="sleep 600", concurrencyPolicy="Replace"))
    run(lab, 200)
    jobs = lab.engine.store.list("Job")
    assert [each["metadata"]["name"] for each in jobs] == ["report-29460063"]


def test_a_finished_job_goes_when_its_time_to_live_has_passed() -> None:
    """And takes its pods along."""
    lab = make_lab(job(ttlSecondsAfterFinished=20))
    run(lab, 10)
    assert condition(one(lab, "Job", "work"), "Complete")
    run(lab, 60)
    assert lab.engine.store.list("Job") == []
    assert pods(lab) == []


ODD_FAIL = "test $((JOB_COMPLETION_INDEX % 2)) -eq 0"


def indexed(script: str, completions: int, **spec: Any) -> str:
    """Write an indexed Job that runs all its pods at once."""
    spec = {"completions": completions, "parallelism": completions, **spec}
    return job(script=script, completionMode="Indexed", **spec)


def test_each_index_may_fail_so_often_and_the_others_go_on() -> None:
    """Odd ones fail, and once more after 10 s; even ones are not held up by that."""
    script = f"sleep 1; {ODD_FAIL}"
    lab = make_lab(indexed(script, 4, backoffLimitPerIndex=1))
    run(lab, 8)
    assert status(lab)["completedIndexes"] == "0,2"
    assert status(lab)["failedIndexes"] == ""
    run(lab, 40)
    found = status(lab)
    assert (found["failedIndexes"], found["failed"], found["succeeded"]) == ("1,3", 4, 2)
    failed = condition(one(lab, "Job", "work"), "Failed")
    assert (failed["reason"], failed["message"]) == ("FailedIndexes", "Job has failed indexes")
    counts = [
        each["metadata"]["annotations"]["batch.kubernetes.io/job-index-failure-count"]
        for each in pods(lab)
    ]
    assert sorted(counts) == ["0", "0", "0", "0", "1", "1"]


def test_too_many_failed_indexes_end_the_job() -> None:
    script = f"{ODD_FAIL} && sleep 600"
    lab = make_lab(indexed(script, 4, backoffLimitPerIndex=0, maxFailedIndexes=1))
    run(lab, 60)
    failed = condition(one(lab, "Job", "work"), "Failed")
    assert failed["reason"] == "MaxFailedIndexesExceeded"
    assert status(lab).get("active", 0) == 0


def test_the_action_fail_index_gives_up_an_index_at_once() -> None:
    codes = {"operator": "In", "values": [42]}
    rules = {"rules": [{"action": "FailIndex", "onExitCodes": codes}]}
    script = "if [ $JOB_COMPLETION_INDEX -eq 1 ]; then exit 42; fi"
    lab = make_lab(indexed(script, 3, backoffLimitPerIndex=5, podFailurePolicy=rules))
    run(lab, 20)
    assert status(lab)["failedIndexes"] == "1"
    assert status(lab)["failed"] == 1


def test_a_success_policy_ends_the_job_when_the_leader_has_succeeded() -> None:
    """Index 0 is enough; the workers are stopped."""
    rules = {"rules": [{"succeededIndexes": "0", "succeededCount": 1}]}
    script = "if [ $JOB_COMPLETION_INDEX -gt 0 ]; then sleep 600; fi"
    lab = make_lab(indexed(script, 3, successPolicy=rules))
    run(lab, 60)
    job_now = one(lab, "Job", "work")
    for kind in ("SuccessCriteriaMet", "Complete"):
        row = condition(job_now, kind)
        assert (row["reason"], row["message"]) == ("SuccessPolicy", "Matched rules at index 0")
    assert status(lab)["succeeded"] == 1
    assert status(lab).get("active", 0) == 0


def test_a_job_that_somebody_else_manages_is_left_alone() -> None:
    lab = make_lab()
    body = {"name": "c", "image": "busybox:1.36", "command": ["true"]}
    template = {"spec": {"restartPolicy": "Never", "containers": [body]}}
    spec = {"managedBy": "example.com/queue", "template": template}
    meta = {"name": "j", "namespace": "default"}
    lab.engine.api.create({"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": spec})
    run(lab, 10)
    assert pods(lab) == []
