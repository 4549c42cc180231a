"""The ReplicationController's loop: the ReplicaSet's, for the older kind.

Source: pkg/controller/replication (replication_controller.go, conversion.go), v1.32, which runs
the ReplicaSet controller over converted objects as well.
"""

from __future__ import annotations

from simulator.kubernetes.controllers.replicaset import ReplicaSetController
from simulator.plain import Object


class ReplicationControllerController(ReplicaSetController):
    """Keep every ReplicationController's pods at its number of replicas."""

    name = "replicationcontroller"
    source = "replication-controller"
    kind = "ReplicationController"

    def selector(self, one: Object) -> Object:
        """Give the selector, which is a plain map of labels here."""
        labels = one["spec"].get("selector") or one["spec"]["template"]["metadata"]["labels"]
        return {"matchLabels": labels}
