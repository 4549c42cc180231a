"""The ResourceQuota controller: writes into each quota what its namespace uses.

The API server adds to a quota's usage when it admits something; this controller counts anew
when something has gone or has ended, when a quota changes, and every five minutes.

Source: pkg/controller/resourcequota (resource_quota_controller.go, resource_quota_monitor.go),
v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.api.quota import used
from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.kubernetes.pods import is_finished
from simulator.plain import Object, get
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

RESYNC_US = 300 * SECOND
"""--resource-quota-sync-period."""


class ResourceQuotaController(Controller):
    """Keep the status of every ResourceQuota true."""

    name = "resourcequota"
    source = "resourcequota-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.watch("ResourceQuota", lambda obj, old: [key_of(obj)])
        self.store.watch("*", self._something_changed)

    def _something_changed(self, change: str, obj: Object, old: Object | None) -> None:
        """Queue a namespace's quotas when it may use less than before."""
        if change == "ADDED" or (change == "MODIFIED" and not _uses_less(obj, old)):
            return
        namespace = obj["metadata"].get("namespace")
        if namespace:
            for quota in self.store.list("ResourceQuota", namespace):
                self.queue.add(key_of(quota))

    def reconcile(self, key: str) -> int | None:
        """Count what one quota's namespace uses."""
        quota = self.store.get("ResourceQuota", *split_key(key))
        if quota is None:
            return None
        status = {"hard": dict(get(quota, "spec", "hard", default={})), "used": {}}
        status["used"] = used(self.store, quota)
        if status != quota.get("status"):
            self.engine.api.update_status({**quota, "status": status})
        return RESYNC_US


def _uses_less(obj: Object, old: Object | None) -> bool:
    """Say whether a change can lower usage: a pod that ended, a service or claim changed."""
    if old is None:
        return False
    if obj["kind"] == "Pod":
        return is_finished(obj) and not is_finished(old)
    return obj["kind"] in ("Service", "PersistentVolumeClaim") and obj["spec"] != old["spec"]
