"""kubectl apply --server-side: the server merges, by who manages which field.

Source: kubectl v0.32 pkg/cmd/apply/apply.go and client-go util/csaupgrade.
"""

from __future__ import annotations

from typing import Any

from simulator.kubernetes.api.fieldtrees import merge_trees, without
from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object, copy, get

from .errors import KubectlError, from_source
from .manifests import Document
from .merging import LAST_APPLIED, with_last_applied
from .session import Session

LAST_APPLIER = "kubectl-last-applied"
OWNS = ("f:metadata", "f:annotations", f"f:{LAST_APPLIED}")


def apply(session: Session, row: Kind, document: Document, dry_run: str) -> Object:
    """Apply one document, and take over what client-side apply managed; the new object."""
    if dry_run == "client":
        raise KubectlError(
            "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server "
            "instead?)"
        )
    manager = str(session.flag("field-manager") or "kubectl")
    made = _send(session, row, document, document.body, manager, dry_run)
    if dry_run == "server":
        return made
    if _migrate(session, row, made, manager):
        made = _send(session, row, document, document.body, manager, dry_run)
    if manager == "kubectl" and LAST_APPLIED in (made["metadata"].get("annotations") or {}):
        made = _save_last_applied(session, row, document, made)
    return made


def _send(
    session: Session, row: Kind, document: Document, body: Object, manager: str, dry_run: str
) -> Object:
    meta = body["metadata"]
    force = bool(session.flag("force-conflicts")) or manager == LAST_APPLIER
    name, place = meta.get("name") or "", meta.get("namespace")
    try:
        return session.api.patch(
            row.store, place, name, body, "apply", manager=manager, force=force,
            dry_run=dry_run == "server",
        )  # fmt: skip
    except StatusError as error:
        if error.reason == "Conflict":
            raise KubectlError(_conflict(error)) from error
        raise from_source(error, "patching", document.source) from error


def _save_last_applied(session: Session, row: Kind, document: Document, made: Object) -> Object:
    """Keep the annotation of client-side apply true where an object has it, so one can go back."""
    meta = made["metadata"]
    text = with_last_applied(document.body)["metadata"]["annotations"][LAST_APPLIED]
    if text == meta["annotations"][LAST_APPLIED]:
        return made
    named = {"name": meta["name"], "annotations": {LAST_APPLIED: text}}
    if meta.get("namespace"):
        named["namespace"] = meta["namespace"]
    body = {"apiVersion": row.api_version, "kind": row.kind, "metadata": named}
    return _send(session, row, document, body, LAST_APPLIER, "none")


def _migrate(session: Session, row: Kind, made: Object, manager: str) -> bool:
    """Give the fields of client-side apply to the one who applies now; tell whether any were.

    From then on a field that is dropped from the file goes, as those of server-side apply do.
    """
    entries: list[dict[str, Any]] = made["metadata"].get("managedFields") or []
    olds = [e for e in entries if e["operation"] == "Update" and get(e, "fieldsV1", *OWNS) == {}]
    mine = next((e for e in entries if (e["manager"], e["operation"]) == (manager, "Apply")), None)
    if not olds or mine is None:
        return False
    tree = copy(mine["fieldsV1"])
    for one in olds:
        tree = merge_trees(tree, one["fieldsV1"])
    tree = without(tree, OWNS)
    kept = [e for e in entries if e is not mine and e not in olds]
    meta = made["metadata"]
    change = [{"op": "replace", "path": "/metadata/managedFields",
               "value": [{**mine, "fieldsV1": tree}, *kept]}]  # fmt: skip
    session.api.patch(row.store, meta.get("namespace"), meta["name"], change, "json")
    return True


def _conflict(error: StatusError) -> str:
    return (
        f"{error.message}\n"
        "Please review the fields above--they currently have other managers. Here\n"
        "are the ways you can resolve this warning:\n"
        "* If you intend to manage all of these fields, please re-run the apply\n"
        "  command with the `--force-conflicts` flag.\n"
        "* If you do not intend to manage all of the fields, please edit your\n"
        "  manifest to remove references to the fields that should keep their\n"
        "  current managers.\n"
        "* You may co-own fields by updating your manifest to match the existing\n"
        "  value; in this case, you'll become the manager if the other manager(s)\n"
        "  stop managing the field (remove it from their configuration).\n"
        "See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts"
    )
