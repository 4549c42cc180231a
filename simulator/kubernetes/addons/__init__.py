"""What a scenario adds to a cluster (`cluster.addons`), and the cloud that it stands in.

`ingress` is here; `metrics-server` is `simulator.traffic.metrics`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.cluster import PROVISIONER

from . import ingress_nginx, volume_snapshots
from .cluster_autoscaler import ClusterAutoscaler
from .ingress_status import IngressStatusController
from .load_balancer import LoadBalancerController

if TYPE_CHECKING:
    from simulator.engine import Engine

__all__ = ["Addons"]

MANAGER = "kube-apiserver"


class Addons:
    """Installs what the scenario asks for, and runs the controllers that come with it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.load_balancer = LoadBalancerController(engine)
        self.ingress_status = IngressStatusController(engine)
        self.autoscaler = ClusterAutoscaler(engine)
        self.snapshots = volume_snapshots.SnapshotController(engine)
        engine.at_setup(self.setup)

    def has(self, name: str) -> bool:
        """Say whether the scenario has an add-on."""
        cluster = self.engine.scenario.data.get("cluster") or {}
        return name in (cluster.get("addons") or ())

    def setup(self) -> None:
        """Install the add-ons at t = 0; their images are on the nodes already."""
        self.autoscaler.setup()
        if self.has("snapshots") and self.engine.cluster.exists():
            for obj in volume_snapshots.objects(PROVISIONER):
                self.engine.api.create(obj, manager=MANAGER)
        if not self.has("ingress") or not self.engine.cluster.exists():
            return
        for name in self.engine.machines.names():
            machine = self.engine.machines.get(name)
            if machine is not None and machine["spec"]["role"] == "worker":
                self.engine.preload.put(name, ingress_nginx.IMAGE)
        for obj in ingress_nginx.objects():
            self.engine.api.create(obj, manager=MANAGER)
