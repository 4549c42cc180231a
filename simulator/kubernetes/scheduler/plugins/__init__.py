"""The default plugins, one module each, and the default profile made of them.

Source: pkg/scheduler/apis/config/v1/default_plugins.go, v1.32 (order and weights).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.kubernetes.scheduler.framework import Plugin, Profile
from simulator.kubernetes.scheduler.plugins.image_locality import ImageLocality
from simulator.kubernetes.scheduler.plugins.inter_pod_affinity import InterPodAffinity
from simulator.kubernetes.scheduler.plugins.node_affinity import NodeAffinity
from simulator.kubernetes.scheduler.plugins.node_basics import (
    NodeName,
    NodePorts,
    NodeUnschedulable,
)
from simulator.kubernetes.scheduler.plugins.node_resources import (
    LEAST,
    BalancedAllocation,
    NodeResourcesFit,
)
from simulator.kubernetes.scheduler.plugins.pod_topology_spread import PodTopologySpread
from simulator.kubernetes.scheduler.plugins.taint_toleration import TaintToleration
from simulator.kubernetes.scheduler.plugins.volumes import (
    NodeVolumeLimits,
    VolumeBinding,
    VolumeRestrictions,
    VolumeZone,
)

DEFAULT_SCHEDULER = "default-scheduler"

DEFAULT_WEIGHTS = {
    "TaintToleration": 3,
    "NodeAffinity": 2,
    "PodTopologySpread": 2,
    "InterPodAffinity": 2,
    "NodeResourcesFit": 1,
    "NodeResourcesBalancedAllocation": 1,
    "ImageLocality": 1,
}


def default_plugins(
    strategy: str = LEAST, resources: Mapping[str, int] | None = None
) -> tuple[Plugin, ...]:
    """Make the default plugins in their order.

    strategy, resources: of NodeResourcesFit (LeastAllocated, MostAllocated; name -> weight).
    """
    return (
        NodeUnschedulable(),
        NodeName(),
        TaintToleration(),
        NodeAffinity(),
        NodePorts(),
        NodeResourcesFit(strategy, resources),
        VolumeRestrictions(),
        NodeVolumeLimits(),
        VolumeBinding(),
        VolumeZone(),
        PodTopologySpread(),
        InterPodAffinity(),
        BalancedAllocation(),
        ImageLocality(),
    )


def profile(given: Mapping[str, Any] | None = None) -> Profile:
    """Make a profile from a part of KubeSchedulerConfiguration, as scenarios may state it.

    given: {schedulerName, percentageOfNodesToScore, weights: {plugin: weight}, disabled: [plugin],
    strategy: LeastAllocated|MostAllocated, resources: {name: weight}}; all optional.
    """
    wanted = given or {}
    disabled = wanted.get("disabled") or ()
    plugins = default_plugins(wanted.get("strategy") or LEAST, wanted.get("resources"))
    return Profile(
        name=wanted.get("schedulerName") or DEFAULT_SCHEDULER,
        plugins=tuple(one for one in plugins if one.name not in disabled),
        weights={**DEFAULT_WEIGHTS, **(wanted.get("weights") or {})},
        percentage=int(wanted.get("percentageOfNodesToScore") or 0),
    )
