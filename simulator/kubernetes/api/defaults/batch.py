"""Defaults of jobs.   Source: kubernetes v1.32 pkg/apis/batch/v1/defaults.go."""

from __future__ import annotations

from typing import Any

from simulator.plain import Object

from .pod import fill_template


def job(obj: Object) -> None:
    """Fill in a Job."""
    _job_spec(obj.setdefault("spec", {}))
    labels = (obj["spec"]["template"].get("metadata") or {}).get("labels")
    if labels and not obj["metadata"].get("labels"):
        obj["metadata"]["labels"] = {
            key: value for key, value in labels.items() if "controller-uid" not in key
        }


def _job_spec(spec: dict[str, Any]) -> None:
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = 1
    spec.setdefault("parallelism", 1)
    if spec.get("backoffLimitPerIndex") is not None:
        spec.setdefault("backoffLimit", (1 << 31) - 1)
    spec.setdefault("backoffLimit", 6)
    spec.setdefault("completionMode", "NonIndexed")
    spec.setdefault("suspend", False)
    spec.setdefault("manualSelector", False)
    failure_policy = spec.get("podFailurePolicy")
    spec.setdefault("podReplacementPolicy", "Failed" if failure_policy else "TerminatingOrFailed")
    for rule in (failure_policy or {}).get("rules") or ():
        for condition in rule.get("onPodConditions") or ():
            condition.setdefault("status", "True")
    fill_template(spec.setdefault("template", {}))


def cron_job(obj: Object) -> None:
    """Fill in a CronJob."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("concurrencyPolicy", "Allow")
    spec.setdefault("suspend", False)
    spec.setdefault("successfulJobsHistoryLimit", 3)
    spec.setdefault("failedJobsHistoryLimit", 1)
    template = spec.setdefault("jobTemplate", {})
    template.setdefault("metadata", {}).setdefault("creationTimestamp", None)
    # A CronJob's template is only defaulted as a pod template: the rest when the Job is made.
    fill_template(template.setdefault("spec", {}).setdefault("template", {}))


FILLERS = {"Job": job, "CronJob": cron_job}
