"""Defaulting: what the API server fills in where a manifest is silent, one file a group.

Every function fills an object in place and leaves what is there. Source: kubernetes v1.32
pkg/apis/*/v1/defaults.go and the strategies in pkg/registry.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.plain import Object

from ..schema import struct_of
from . import autoscaling, batch, core, extensions, networking, pod, storage, workloads

Filler = Callable[[Object], None]

_FILLERS: dict[str, Filler] = {
    "Pod": pod.fill,
    "PodTemplate": pod.fill_pod_template,
    **workloads.FILLERS,
    **batch.FILLERS,
    **core.FILLERS,
    **networking.FILLERS,
    **storage.FILLERS,
    **autoscaling.FILLERS,
    **extensions.FILLERS,
}


def fill(kind: str, obj: Object, old: Object | None = None) -> None:
    """Fill in the defaults of an object; at its creation also its first status."""
    struct = struct_of(kind, str(obj.get("apiVersion")))
    for name, field in struct.fields.items() if struct is not None else ():
        always = name == "spec" or field.required
        if always and field.shape.form == "struct" and obj.get(name) is None:
            obj[name] = {}  # Go has no way to leave out a struct that is not a pointer
    filler = _FILLERS.get(kind)
    if filler is not None:
        filler(obj)
    if old is None and "status" not in obj:
        first = _FIRST_STATUS.get(kind)
        if first is not None:
            obj["status"] = first(obj)


_FIRST_STATUS: dict[str, Callable[[Object], Object]] = {
    "Pod": pod.first_status,
    "Namespace": lambda o: {"phase": "Active"},
    "Node": core.node_status,
    "PersistentVolumeClaim": lambda o: {"phase": "Pending"},
    "PersistentVolume": lambda o: {"phase": "Pending"},
    "Deployment": lambda o: {},
    "ReplicaSet": lambda o: {"replicas": 0},
    "ReplicationController": lambda o: {"replicas": 0},
    "StatefulSet": lambda o: {"availableReplicas": 0, "replicas": 0},
    "DaemonSet": lambda o: {
        "currentNumberScheduled": 0,
        "desiredNumberScheduled": 0,
        "numberMisscheduled": 0,
        "numberReady": 0,
    },
    "CustomResourceDefinition": extensions.accepted,
    "Job": lambda o: {},
    "CronJob": lambda o: {},
    "Service": lambda o: {"loadBalancer": {}},
    "Ingress": lambda o: {"loadBalancer": {}},
    "ResourceQuota": extensions.quota_status,
    "HorizontalPodAutoscaler": lambda o: {"currentMetrics": None, "desiredReplicas": 0},
    "PodDisruptionBudget": lambda o: {
        "currentHealthy": 0,
        "desiredHealthy": 0,
        "disruptionsAllowed": 0,
        "expectedPods": 0,
    },
}
