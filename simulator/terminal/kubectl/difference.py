"""kubectl diff: what an apply would change.   Source: kubectl v0.32 pkg/cmd/diff/diff.go."""

from __future__ import annotations

import difflib

from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object

from . import output, writing
from .errors import KubectlError
from .merging import LAST_APPLIED, with_last_applied
from .session import Session


def diff(session: Session) -> int:
    """Show what an apply would change; exit code 1 if anything."""
    if not session.flag("filename"):
        raise KubectlError("must specify one of -f and -k", 2)
    found, errors = writing.objects(session, "diff")
    changed = False
    for row, document in found:
        meta = document.body["metadata"]
        try:
            live: Object | None = session.api.get(
                row.store, meta.get("namespace"), meta.get("name") or ""
            )
        except StatusError:
            live = None
        try:
            if live is None:
                made = session.api.create(document.body, "kubectl-client-side-apply", dry_run=True)
            else:
                merged = writing.merged_with(row, live, with_last_applied(document.body))
                made = session.api.update(merged, "", "kubectl-client-side-apply", dry_run=True)
        except StatusError as error:
            errors.append(error)
            continue
        changed = _print_diff(session, row, live, made) or changed
    if errors:
        return max(2, writing.finish(session, errors))
    return 1 if changed else 0


def _print_diff(session: Session, row: Kind, live: Object | None, made: Object) -> bool:
    old = output.to_yaml(_plain(live)).splitlines(keepends=True) if live else []
    new = output.to_yaml(_plain(made)).splitlines(keepends=True)
    meta = made["metadata"]
    name = ".".join(
        p
        for p in (row.group, row.version, row.kind, meta.get("namespace") or "", meta["name"])
        if p
    )
    lines = list(difflib.unified_diff(old, new, f"/tmp/LIVE/{name}", f"/tmp/MERGED/{name}"))
    if not lines:
        return False
    session.out(f"diff -u -N /tmp/LIVE/{name} /tmp/MERGED/{name}\n")
    session.out("".join(line if line.endswith("\n") else line + "\n" for line in lines))
    return True


def _plain(obj: Object) -> Object:
    notes = {
        k: v for k, v in (obj["metadata"].get("annotations") or {}).items() if k != LAST_APPLIED
    }
    meta = {k: v for k, v in obj["metadata"].items() if k not in ("managedFields", "annotations")}
    if notes:
        meta["annotations"] = notes
    return {**obj, "metadata": meta}
