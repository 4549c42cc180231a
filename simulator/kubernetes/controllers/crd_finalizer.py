"""The end of a CustomResourceDefinition: its objects go first.

Source: apiextensions-apiserver pkg/controller/finalizer/crd_finalizer.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.api.convert import kinds_of_definition
from simulator.kubernetes.api.deletion import CLEANUP
from simulator.kubernetes.conditions import put_condition
from simulator.kubernetes.controllers import Controller
from simulator.kubernetes.pods import is_terminating
from simulator.plain import Object, copy, get
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

LOOK_AGAIN_US = 5 * SECOND


class CrdFinalizer(Controller):
    """Delete the objects of a definition that is being deleted, then let it go."""

    name = "crd-finalizer"
    source = "crd_finalizer"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.watch("CustomResourceDefinition", self._going)

    def _going(self, obj: Object, old: Object | None) -> list[str]:
        return [obj["metadata"]["name"]] if is_terminating(obj) else []

    def reconcile(self, key: str) -> int | None:
        """Look at one definition."""
        crd = self.store.get("CustomResourceDefinition", "", key)
        if crd is None or not is_terminating(crd):
            return None
        if CLEANUP not in (crd["metadata"].get("finalizers") or ()):
            return None
        left = 0
        for row in kinds_of_definition(crd):
            for obj in self.store.list(row.store):
                meta = obj["metadata"]
                place = meta.get("namespace") or ""
                if not is_terminating(obj):
                    self.engine.api.delete(row.store, place, meta["name"])
                left += self.store.get(row.store, place, meta["name"]) is not None
        if left:
            self._tell(crd, "True", "InstanceDeletionInProgress",
                       "CustomResource deletion is in progress")  # fmt: skip
            return LOOK_AGAIN_US
        crd = self._tell(crd, "False", "InstanceDeletionCompleted", "removed all instances")
        fresh = copy(crd)
        fresh["metadata"]["finalizers"].remove(CLEANUP)
        self.update(fresh)
        return None

    def _tell(self, crd: Object, state: str, reason: str, message: str) -> Object:
        row = {"type": "Terminating", "status": state, "reason": reason, "message": message}
        rows = put_condition(get(crd, "status", "conditions"), row, self.engine.timestamp())
        return self.engine.api.update_status(
            {**crd, "status": {**(crd.get("status") or {}), "conditions": rows}}
        )
