"""The TTL controller: deletes a finished Job when its time to live has passed.

Source: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go, v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.kubernetes.controllers.job_outcome import find
from simulator.kubernetes.pods import is_terminating
from simulator.timing import SECOND, since_start

if TYPE_CHECKING:
    from simulator.engine import Engine


class TtlAfterFinishedController(Controller):
    """Look at Jobs that state `ttlSecondsAfterFinished`."""

    name = "ttl-after-finished"
    source = "ttl-after-finished-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.watch(
            "Job",
            lambda job, old: (
                [key_of(job)] if job["spec"].get("ttlSecondsAfterFinished") is not None else []
            ),
        )

    def reconcile(self, key: str) -> int | None:
        """Delete one job when its time has come, else answer how long that is."""
        job = self.store.get("Job", *split_key(key))
        ttl = job["spec"].get("ttlSecondsAfterFinished") if job is not None else None
        if job is None or ttl is None or is_terminating(job):
            return None
        status = job.get("status") or {}
        ended = find(status, "Complete") or find(status, "Failed")
        if ended is None or ended["status"] != "True":
            return None
        at_us = since_start(self.engine.start, ended["lastTransitionTime"]) or 0
        left_us = at_us + int(ttl) * SECOND - self.engine.now_us
        if left_us > 0:
            return left_us
        meta = job["metadata"]
        self.engine.api.delete("Job", meta["namespace"], meta["name"], propagation="Foreground")
        return None
