"""The numbers of an indexed Job's pods.   Source: pkg/controller/job/indexed_job_utils.go."""

from __future__ import annotations

from collections.abc import Iterable


def indexes_to_run(completions: int, taken: Iterable[int], count: int) -> list[int]:
    """Give the lowest `count` indexes that neither run nor are done."""
    used = frozenset(taken)
    found: list[int] = []
    for index in range(completions):
        if len(found) == count:
            break
        if index not in used:
            found.append(index)
    return found


def spans_text(indexes: list[int]) -> str:
    """Write sorted indexes as a Job's status does: "0-2,5,7,8" (a pair is not joined by "-")."""
    spans: list[list[int]] = []
    for index in indexes:
        if spans and spans[-1][1] == index - 1:
            spans[-1][1] = index
        else:
            spans.append([index, index])
    texts = []
    for first, last in spans:
        joint = "," if last == first + 1 else "-"
        texts.append(str(first) if first == last else f"{first}{joint}{last}")
    return ",".join(texts)
