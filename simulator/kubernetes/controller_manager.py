"""kube-controller-manager: the list of controllers, in the order in which they are made.

They know nothing of each other; each watches the store and makes one kind true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.controllers import Controller
from simulator.kubernetes.controllers.account_tokens import AccountTokenController
from simulator.kubernetes.controllers.attach_detach import AttachDetachController
from simulator.kubernetes.controllers.clusterrole_aggregation import (
    ClusterRoleAggregationController,
)
from simulator.kubernetes.controllers.crd_finalizer import CrdFinalizer
from simulator.kubernetes.controllers.cronjob import CronJobController
from simulator.kubernetes.controllers.daemonset import DaemonSetController
from simulator.kubernetes.controllers.deployment import DeploymentController
from simulator.kubernetes.controllers.disruption import DisruptionController
from simulator.kubernetes.controllers.endpoints import EndpointsController
from simulator.kubernetes.controllers.endpointslice import EndpointSliceController
from simulator.kubernetes.controllers.endpointslice_mirroring import (
    EndpointSliceMirroringController,
)
from simulator.kubernetes.controllers.ephemeral_volume import EphemeralVolumeController
from simulator.kubernetes.controllers.garbage_collector import GarbageCollector
from simulator.kubernetes.controllers.horizontal_pod_autoscaler import (
    HorizontalPodAutoscalerController,
)
from simulator.kubernetes.controllers.job import JobController
from simulator.kubernetes.controllers.namespace import NamespaceController
from simulator.kubernetes.controllers.node_lifecycle import NodeLifecycleController
from simulator.kubernetes.controllers.persistentvolume import PersistentVolumeController
from simulator.kubernetes.controllers.pod_gc import PodGarbageCollector
from simulator.kubernetes.controllers.replicaset import ReplicaSetController
from simulator.kubernetes.controllers.replication_controller import (
    ReplicationControllerController,
)
from simulator.kubernetes.controllers.resourcequota import ResourceQuotaController
from simulator.kubernetes.controllers.statefulset import StatefulSetController
from simulator.kubernetes.controllers.storage_protection import StorageProtectionController
from simulator.kubernetes.controllers.taint_eviction import TaintEvictionController
from simulator.kubernetes.controllers.ttl_after_finished import TtlAfterFinishedController
from simulator.kubernetes.controllers.volume_expand import VolumeExpandController

if TYPE_CHECKING:
    from simulator.engine import Engine

CONTROLLERS: tuple[type[Controller], ...] = (
    NamespaceController,
    DeploymentController,
    ReplicaSetController,
    ReplicationControllerController,
    EndpointSliceController,
    EndpointsController,
    NodeLifecycleController,
    TaintEvictionController,
    PodGarbageCollector,
    GarbageCollector,
    HorizontalPodAutoscalerController,
    JobController,
    CronJobController,
    TtlAfterFinishedController,
    DaemonSetController,
    StatefulSetController,
    EphemeralVolumeController,
    PersistentVolumeController,
    AttachDetachController,
    VolumeExpandController,
    StorageProtectionController,
    DisruptionController,
    ResourceQuotaController,
    ClusterRoleAggregationController,
    CrdFinalizer,
    EndpointSliceMirroringController,
    AccountTokenController,
)


class ControllerManager:
    """All controllers of the cluster, by name."""

    def __init__(self, engine: Engine) -> None:
        self.controllers = {one.name: one(engine) for one in CONTROLLERS}

    def restart(self) -> None:
        """Begin anew after the control plane was down; what was noted meanwhile is done now."""
        for controller in self.controllers.values():
            controller.restart()
