"""Jobs and CronJobs.   Source: pkg/apis/batch/validation/validation.go."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from simulator.plain import Object

from ..status import field_forbidden, invalid_value, required
from .common import Body, Problems, body, go_map, label_selector, matches, not_negative, one_of
from .workloads import pod_template

RESTARTS = 'valid values: "OnFailure", "Never"'


def job(obj: Object) -> Problems:
    """Check a Job."""
    spec = body(obj.get("spec"))
    out = job_spec(spec, "spec")
    selector = spec.get("selector")
    if selector:
        out += label_selector(selector, "spec.selector")
        given = body(body(body(spec.get("template")).get("metadata")).get("labels"))
        if not matches(selector, given):
            why = "`selector` does not match template `labels`"
            out.append(invalid_value("spec.template.metadata.labels", go_map(given), why))
    return out


def job_spec(spec: Body, path: str) -> Problems:
    """Check what a Job is to do."""
    out = not_negative(
        spec, path, "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
        "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes",
    )  # fmt: skip
    mode = spec.get("completionMode")
    out += one_of(spec, path, "completionMode", ("NonIndexed", "Indexed"))
    if mode == "Indexed" and spec.get("completions") is None:
        why = "when completion mode is Indexed"
        out.append(required(f"{path}.completions", why))
    if mode != "Indexed" and spec.get("backoffLimitPerIndex") is not None:
        why = "requires indexed completion mode"
        value = spec["backoffLimitPerIndex"]
        out.append(invalid_value(f"{path}.backoffLimitPerIndex", value, why))
    template = body(spec.get("template"))
    out += pod_template(template, f"{path}.template", always=False)
    restart = body(template.get("spec")).get("restartPolicy")
    if restart not in ("OnFailure", "Never"):
        out.append(required(f"{path}.template.spec.restartPolicy", RESTARTS))
    elif spec.get("podFailurePolicy") is not None and restart != "Never":
        why = 'only "Never" is supported when podFailurePolicy is specified'
        out.append(invalid_value(f"{path}.template.spec.restartPolicy", restart, why))
    return out


def cron_job(obj: Object) -> Problems:
    """Check a CronJob."""
    spec = body(obj.get("spec"))
    out: Problems = []
    schedule = str(spec.get("schedule") or "")
    if not schedule:
        out.append(required("spec.schedule"))
    else:
        out += _schedule(schedule)
    out += not_negative(
        spec, "spec", "startingDeadlineSeconds", "successfulJobsHistoryLimit",
        "failedJobsHistoryLimit",
    )  # fmt: skip
    allowed = ("Allow", "Forbid", "Replace")
    out += one_of(spec, "spec", "concurrencyPolicy", allowed, need=True)
    out += _time_zone(spec.get("timeZone"))
    inner = body(body(spec.get("jobTemplate")).get("spec"))
    if inner.get("manualSelector"):
        why = "not supported"
        out.append(field_forbidden("spec.jobTemplate.spec.manualSelector", why))
    return out + job_spec(inner, "spec.jobTemplate.spec")


def _time_zone(name: str | None) -> Problems:
    if name is None:
        return []
    if not name:
        return [invalid_value("spec.timeZone", name, "timeZone must be nil or non-empty string")]
    if name.lower() == "local":
        why = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        return [invalid_value("spec.timeZone", name, why)]
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return [invalid_value("spec.timeZone", name, f"unknown time zone {name}")]
    return []


def _schedule(text: str) -> Problems:
    from simulator.kubernetes.controllers import cron_schedule

    if "TZ" in text:
        why = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        return [invalid_value("spec.schedule", text, why)]
    try:
        cron_schedule.parse(text)
    except ValueError as error:
        return [invalid_value("spec.schedule", text, str(error))]
    return []


CHECKS = {"Job": job, "CronJob": cron_job}
