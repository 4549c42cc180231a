"""Indexed Jobs whose indexes fail one by one, and Jobs that need not run to the end.

Sources: pkg/controller/job/indexed_job_utils.go, backoff_utils.go, success_policy.go, v1.32.
"""

from __future__ import annotations

from typing import Any

from simulator.kubernetes.controllers.job_outcome import Verdict, action_of
from simulator.plain import Object

FAILURES = "batch.kubernetes.io/job-index-failure-count"
"""Annotation: how often pods of this index had failed before this one."""


def has_limit(spec: Object) -> bool:
    """Say whether each index of a job may fail a number of times of its own."""
    return spec.get("backoffLimitPerIndex") is not None


def note_failure(job: Object, row: dict[str, Any], index: int, pod: Object, now_us: int) -> None:
    """Count a failed pod of an index.   row: the job's, changed in place."""
    counts: dict[str, list[int]] = row.setdefault("indexFailures", {})
    count = counts.get(str(index), [0, 0])[0] + 1
    counts[str(index)] = [count, now_us]
    failed: list[int] = row.setdefault("failedIndexes", [])
    over = count > int(job["spec"]["backoffLimitPerIndex"]) or action_of(job, pod) == "FailIndex"
    if over and index not in failed:
        failed.append(index)
        failed.sort()


def failures_of(row: dict[str, Any], index: int) -> int:
    """Give how often pods of an index have failed."""
    counts: dict[str, list[int]] = row.get("indexFailures") or {}
    return counts.get(str(index), [0, 0])[0]


def waiting(row: dict[str, Any], now_us: int, first_us: int, longest_us: int) -> dict[int, int]:
    """Give the indexes whose last failure is too recent for a new pod, with the time left."""
    counts: dict[str, list[int]] = row.get("indexFailures") or {}
    found = {}
    for index, (count, last_us) in counts.items():
        left = last_us + min(first_us << min(count - 1, 20), longest_us) - now_us
        if left > 0:
            found[int(index)] = left
    return found


def verdict(spec: Object, row: dict[str, Any]) -> Verdict | None:
    """Decide whether an indexed job is over because of its failed or of enough good indexes."""
    done: list[int] = row.get("done") or []
    failed: list[int] = row.get("failedIndexes") or []
    most = spec.get("maxFailedIndexes")
    if has_limit(spec) and most is not None and len(failed) > int(most):
        text = "Job has exceeded the specified maximal number of failed indexes"
        return Verdict(True, "MaxFailedIndexesExceeded", text)
    if has_limit(spec) and failed and len(failed) + len(done) >= int(spec["completions"]):
        return Verdict(True, "FailedIndexes", "Job has failed indexes")
    for number, rule in enumerate((spec.get("successPolicy") or {}).get("rules") or ()):
        if _is_met(rule, done):
            return Verdict(False, "SuccessPolicy", f"Matched rules at index {number}")
    return None


def _is_met(rule: Object, done: list[int]) -> bool:
    """Say whether the indexes that have succeeded are those that a success rule asks for."""
    wanted, count = rule.get("succeededIndexes"), rule.get("succeededCount")
    if wanted is None:
        return count is not None and len(done) >= int(count)
    listed = indexes_in(wanted)
    good = [index for index in listed if index in done]
    return len(good) >= (len(listed) if count is None else int(count))


def indexes_in(text: str) -> list[int]:
    """Read "0,2-4" as [0, 2, 3, 4]."""
    found: list[int] = []
    for span in text.split(","):
        first, _, last = span.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found
