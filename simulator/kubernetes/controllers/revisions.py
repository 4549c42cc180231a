"""ControllerRevisions: the templates that a StatefulSet or DaemonSet had, by number and hash.

Source: pkg/controller/history/controller_history.go, v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.controllers.template_hash import template_hash
from simulator.kubernetes.owners import (
    MANAGER,
    claim,
    controller_reference,
    index_owners,
    owned,
)
from simulator.plain import Object, copy

if TYPE_CHECKING:
    from simulator.engine import Engine

REVISION_LABEL = "controller-revision-hash"
HISTORY_LIMIT = 10


class Revisions:
    """Makes, numbers and removes the revisions of an owner."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store = engine.store
        index_owners(self.store, "ControllerRevision")

    def of(self, owner: Object) -> list[Object]:
        """Give an owner's revisions, the oldest first."""
        return sorted(owned(self.store, "ControllerRevision", owner), key=_number)

    def sync(self, owner: Object) -> str:
        """Make the revision of the owner's present template the newest; answers its hash."""
        present = {"spec": {"template": {**owner["spec"]["template"], "$patch": "replace"}}}
        # An owner that was made anew takes over what one deleted with --cascade=orphan left.
        known = sorted(
            claim(self.engine, "ControllerRevision", owner, owner["spec"]["selector"]), key=_number
        )
        for revision in known:
            if revision["data"] != present:
                continue
            if revision is not known[-1]:
                fresh = {**copy(revision), "revision": known[-1]["revision"] + 1}
                self.engine.api.update(fresh, manager=MANAGER)
            return str(revision["metadata"]["labels"][REVISION_LABEL])
        hashed = template_hash(present)
        meta = owner["metadata"]
        labels = {**((owner["spec"]["template"].get("metadata") or {}).get("labels") or {})}
        self.engine.api.create(
            {
                "apiVersion": "apps/v1",
                "kind": "ControllerRevision",
                "metadata": {
                    "name": f"{meta['name']}-{hashed}",
                    "namespace": meta["namespace"],
                    "labels": {**labels, REVISION_LABEL: hashed},
                    "ownerReferences": [controller_reference(owner)],
                },
                "data": copy(present),
                "revision": known[-1]["revision"] + 1 if known else 1,
            },
            manager=MANAGER,
        )
        return hashed

    def template(self, owner: Object, hashed: str) -> Object:
        """Give the template of a revision; the owner's present one when it is not known."""
        for revision in self.of(owner):
            if revision["metadata"]["labels"].get(REVISION_LABEL) == hashed:
                template = copy(revision["data"]["spec"]["template"])
                template.pop("$patch", None)
                return template  # type: ignore[no-any-return]
        return copy(owner["spec"]["template"])  # type: ignore[no-any-return]

    def clean_up(self, owner: Object, pods: list[Object], *kept: str) -> None:
        """Remove the oldest revisions that nobody uses, beyond the history limit."""
        limit = owner["spec"].get("revisionHistoryLimit")
        limit = HISTORY_LIMIT if limit is None else int(limit)
        used = [(pod["metadata"].get("labels") or {}).get(REVISION_LABEL) for pod in pods]
        known = self.of(owner)[:-1]
        busy = (*used, *kept)
        idle = [
            one
            for one in known
            if one["metadata"]["labels"][REVISION_LABEL] not in busy
            and one["metadata"]["name"] not in busy
        ]
        for one in idle[: max(0, len(idle) - limit)]:
            meta = one["metadata"]
            self.engine.api.delete("ControllerRevision", meta["namespace"], meta["name"])


def _number(revision: Object) -> int:
    return int(revision["revision"])
