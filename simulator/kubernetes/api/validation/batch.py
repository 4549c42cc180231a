"""Jobs and CronJobs.   Source: pkg/apis/batch/validation/validation.go."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

from simulator.plain import Object

from ..names import dns1123_label_problems
from ..status import invalid_value, required, too_long, unsupported
from .common import (
    Body,
    Problems,
    body,
    domain_path,
    go_map,
    go_selector,
    label_selector,
    matches,
    not_negative,
    one_of,
)
from .policies import pod_failure_policy, success_policy
from .workloads import MISMATCH, pod_template

RESTARTS = ("OnFailure", "Never")
MAX_PARALLELISM, MAX_FAILED = 100_000, 100_000
SOFT_LIMIT, MAX_PARALLEL_ABOVE, MAX_FAILED_ABOVE = 100_000, 10_000, 10_000
MAX_MANAGED_BY = 63
LONGEST_CRON_JOB = 52
_ZONE_PART = re.compile(r"[A-Za-z.\-_0-9+]{1,14}")


def job(obj: Object) -> Problems:
    """Check a Job."""
    spec = body(obj.get("spec"))
    out = _labels_of_its_own(obj) + job_spec(spec, "spec")
    selector = spec.get("selector")
    if selector is None:
        out.append(required("spec.selector"))
    out += label_selector(selector, "spec.selector")
    given = body(body(body(spec.get("template")).get("metadata")).get("labels"))
    if selector is None or not matches(selector, given):
        out.append(invalid_value("spec.template.metadata.labels", go_map(given), MISMATCH))
    name, count = str(obj["metadata"].get("name") or ""), spec.get("completions") or 0
    if spec.get("completionMode") == "Indexed" and count > 0:
        last = f"{name}-{count - 1}"
        if dns1123_label_problems(last):
            why = f"will not able to create pod with invalid DNS label: {last}"
            out.append(invalid_value("metadata.name", name, why))
    return out


def _labels_of_its_own(obj: Object) -> Problems:
    """Check the labels by which a Job finds its pods, unless it asks for its own selector."""
    spec, meta = body(obj.get("spec")), obj["metadata"]
    if spec.get("manualSelector") or not meta.get("uid"):
        return []
    given = body(body(body(spec.get("template")).get("metadata")).get("labels"))
    out: Problems = []
    prefix = "batch.kubernetes.io/"
    for key, value in (("controller-uid", meta["uid"]), ("job-name", meta.get("name") or "")):
        for name in (key, prefix + key):
            where = f"spec.template.metadata.labels[{name}]"
            if name not in given:
                out.append(required(where, f"must be '{value}'"))
            elif given[name] != value:
                out.append(invalid_value(where, go_map(given), f"must be '{value}'"))
    own = {f"{prefix}controller-uid": meta["uid"], f"{prefix}job-name": meta.get("name") or ""}
    own |= {"controller-uid": meta["uid"], "job-name": meta.get("name") or ""}
    if not matches(spec.get("selector"), own):
        why = "`selector` not auto-generated"
        out.append(invalid_value("spec.selector", go_selector(spec.get("selector")), why))
    return out


def job_spec(spec: Body, path: str) -> Problems:
    """Check what a Job is to do."""
    out = not_negative(
        spec, path, "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
        "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes",
    )  # fmt: skip
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        why = "when maxFailedIndexes is specified"
        out.append(required(f"{path}.backoffLimitPerIndex", why))
    manager = spec.get("managedBy")
    if manager is not None:
        out += domain_path(str(manager), f"{path}.managedBy")
        if len(str(manager)) > MAX_MANAGED_BY:
            out.append(too_long(f"{path}.managedBy", MAX_MANAGED_BY))
    out += one_of(spec, path, "completionMode", ("NonIndexed", "Indexed"))
    out += _indexed(spec, path) if spec.get("completionMode") == "Indexed" else []
    if spec.get("completionMode") in (None, "NonIndexed"):
        for name in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if spec.get(name) is not None:
                why = "requires indexed completion mode"
                out.append(invalid_value(f"{path}.{name}", spec[name], why))
    if spec.get("podFailurePolicy") is not None:
        out += pod_failure_policy(spec, f"{path}.podFailurePolicy")
    if spec.get("successPolicy") is not None:
        out += success_policy(spec, f"{path}.successPolicy")
    out += _replacement(spec, f"{path}.podReplacementPolicy")
    out += pod_template(body(spec.get("template")), f"{path}.template")
    return out + _restart_policy(spec, f"{path}.template.spec.restartPolicy")


def _indexed(spec: Body, path: str) -> Problems:
    """Check the numbers of a Job whose pods are numbered."""
    out: Problems = []
    count, failed = spec.get("completions"), spec.get("maxFailedIndexes")
    at_once = spec.get("parallelism") or 0
    if count is None:
        out.append(required(f"{path}.completions", "when completion mode is Indexed"))
    if at_once > MAX_PARALLELISM:
        why = f"must be less than or equal to {MAX_PARALLELISM} when completion mode is Indexed"
        out.append(invalid_value(f"{path}.parallelism", at_once, why))
    if count is not None and failed is not None and failed > count:
        why = "must be less than or equal to completions"
        out.append(invalid_value(f"{path}.maxFailedIndexes", failed, why))
    if failed is not None and failed > MAX_FAILED:
        why = f"must be less than or equal to {MAX_FAILED}"
        out.append(invalid_value(f"{path}.maxFailedIndexes", failed, why))
    if (count or 0) <= SOFT_LIMIT or spec.get("backoffLimitPerIndex") is None:
        return out
    rest = f"when completions are above {SOFT_LIMIT} and used with backoff limit per index"
    if failed is None:
        why = f"must be specified when completions is above {SOFT_LIMIT}"
        out.append(required(f"{path}.maxFailedIndexes", why))
    if at_once > MAX_PARALLEL_ABOVE:
        why = f"must be less than or equal to {MAX_PARALLEL_ABOVE} {rest}"
        out.append(invalid_value(f"{path}.parallelism", at_once, why))
    if failed is not None and failed > MAX_FAILED_ABOVE:
        why = f"must be less than or equal to {MAX_FAILED_ABOVE} {rest}"
        out.append(invalid_value(f"{path}.maxFailedIndexes", failed, why))
    return out


def _replacement(spec: Body, path: str) -> Problems:
    value = spec.get("podReplacementPolicy")
    allowed: tuple[str, ...] = ("Failed", "TerminatingOrFailed")
    if spec.get("podFailurePolicy") is not None:
        allowed = ("Failed",)
    return [] if value in (None, *allowed) else [unsupported(path, value, allowed)]


def _restart_policy(spec: Body, path: str) -> Problems:
    policy = body(body(spec.get("template")).get("spec")).get("restartPolicy")
    if policy in (None, "", "Always"):
        return [required(path, 'valid values: "OnFailure", "Never"')]
    if policy not in RESTARTS:
        return [unsupported(path, policy, RESTARTS)]
    if spec.get("podFailurePolicy") is not None and policy != "Never":
        why = 'only "Never" is supported when podFailurePolicy is specified'
        return [invalid_value(path, policy, why)]
    return []


def cron_job(obj: Object) -> Problems:
    """Check a CronJob."""
    spec = body(obj.get("spec"))
    schedule = str(spec.get("schedule") or "")
    out = _schedule(schedule) if schedule else [required("spec.schedule")]
    out += not_negative(spec, "spec", "startingDeadlineSeconds")
    out += _time_zone(spec.get("timeZone"))
    allowed = ("Allow", "Forbid", "Replace")
    out += one_of(spec, "spec", "concurrencyPolicy", allowed, need=True)
    path, inner = "spec.jobTemplate.spec", body(body(spec.get("jobTemplate")).get("spec"))
    out += job_spec(inner, path)
    if inner.get("selector") is not None:
        why = "`selector` will be auto-generated"
        out.append(invalid_value(f"{path}.selector", go_selector(inner["selector"]), why))
    if inner.get("manualSelector"):
        out.append(unsupported(f"{path}.manualSelector", True, ("nil", "false")))
    out += not_negative(spec, "spec", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
    name = str(obj["metadata"].get("name") or "")
    if len(name) > LONGEST_CRON_JOB and not obj["metadata"].get("creationTimestamp"):
        why = f"must be no more than {LONGEST_CRON_JOB} characters"
        out.append(invalid_value("metadata.name", name, why))
    return out


def _time_zone(name: Any) -> Problems:
    where = "spec.timeZone"
    if name is None:
        return []
    if not name:
        return [invalid_value(where, name, "timeZone must be nil or non-empty string")]
    parts = name.split("/")
    if any(p in (".", "..") or p[:1] == "-" or not _ZONE_PART.fullmatch(p) for p in parts):
        return [invalid_value(where, name, f"unknown time zone {name}")]
    if name.lower() == "local":
        why = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        return [invalid_value(where, name, why)]
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return [invalid_value(where, name, f"unknown time zone {name}")]
    return []


def _schedule(text: str) -> Problems:
    from simulator.kubernetes.controllers import cron_schedule

    out: Problems = []
    plain = re.sub(r"^(TZ|CRON_TZ)=\S*\s+", "", text)
    try:
        cron_schedule.parse(plain)
    except ValueError as error:
        out.append(invalid_value("spec.schedule", text, str(error)))
    if "TZ" in text:
        why = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        out.append(invalid_value("spec.schedule", text, why))
    return out


CHECKS = {"Job": job, "CronJob": cron_job}
