"""kubectl label and annotate.   Source: kubectl v0.32 pkg/cmd/label, pkg/cmd/annotate."""

from __future__ import annotations

from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.names import label_value_problems, qualified_name_problems
from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object

from . import writing
from .errors import KubectlError
from .scale import chosen
from .session import Session


def split_changes(session: Session) -> list[str]:
    """Take the `key=value` and `key-` words off the end of a line; the rest names objects."""
    words = session.args
    at = len(words)
    while at > 0 and (
        "=" in words[at - 1] or (words[at - 1].endswith("-") and len(words[at - 1]) > 1)
    ):
        at -= 1
    changes = words[at:]
    session.parsed.args = words[:at]
    return changes


def label(session: Session) -> int:
    """Change labels."""
    return _mark(session, "labels", "labeled", "unlabeled", "not labeled")


def annotate(session: Session) -> int:
    """Change annotations."""
    return _mark(session, "annotations", "annotated", "annotated", "annotated")


def _mark(session: Session, field: str, done: str, undone: str, same: str) -> int:
    changes = split_changes(session)
    one = field[:-1]
    if not session.args and not session.flag("filename"):
        raise KubectlError(
            "one or more resources must be specified as <resource> <name> or <resource>/<name>"
        )
    if not changes and not session.flag("list"):
        raise KubectlError(f"at least one {one} update is required")
    add = {w.partition("=")[0]: w.partition("=")[2] for w in changes if "=" in w}
    remove = [w[:-1] for w in changes if "=" not in w]
    for key in remove:
        if key in add:
            raise KubectlError(
                "can not both modify and remove "
                f"{'a label' if one == 'label' else 'an annotation'} in the same command"
            )
    if field == "labels":
        _check_labels(add)
    session.check_server()
    found, errors = chosen(session, one)
    dry_run = writing.dry_run_of(session)
    for row, obj in found:
        if session.flag("list"):
            session.out(
                "".join(f"{k}={v}\n" for k, v in sorted((obj["metadata"].get(field) or {}).items()))
            )
            continue
        try:
            _mark_one(session, row, obj, field, (add, remove), (done, undone, same), dry_run)
        except (StatusError, KubectlError) as error:
            errors.append(error)
    return writing.finish(session, errors)


def _check_labels(add: dict[str, str]) -> None:
    for key, value in add.items():
        for why in qualified_name_problems(key):
            raise KubectlError(f'invalid label key "{key}": {why}')
        for why in label_value_problems(value):
            raise KubectlError(f'invalid label value: "{key}={value}": {why}')


def _mark_one(
    session: Session,
    row: Kind,
    obj: Object,
    field: str,
    changes: tuple[dict[str, str], list[str]],
    words: tuple[str, str, str],
    dry_run: str,
) -> None:
    add, remove = changes
    done, undone, same = words
    have = obj["metadata"].get(field) or {}
    name = obj["metadata"]["name"]
    if not session.flag("overwrite"):
        taken = [k for k, v in add.items() if k in have and have[k] != v]
        if taken and field == "labels":
            raise KubectlError(
                f"'{taken[0]}' already has a value ({have[taken[0]]}), and --overwrite is false"
            )
        if taken:
            raise KubectlError(
                f"--overwrite is false but found the following declared annotation(s): "
                f"'{taken[0]}' already has a value ({have[taken[0]]})"
            )
    for key in remove:
        if key not in have and field == "labels":
            session.out(f'label "{key}" not found.\n')
    fresh = {k: v for k, v in {**have, **add}.items() if k not in remove}
    word = done if fresh != have or field == "annotations" else same
    if field == "labels" and remove and not add and fresh != have:
        word = undone
    if fresh != have and dry_run != "client":
        part: Object = {"metadata": {field: {**add, **dict.fromkeys(remove)}}}
        meta = obj["metadata"]
        obj = session.api.patch(
            row.store,
            meta.get("namespace"),
            name,
            part,
            "merge",
            manager="kubectl-label" if field == "labels" else "kubectl-annotate",
            dry_run=dry_run == "server",
        )
    writing.report(session, row, obj, word, dry_run)
