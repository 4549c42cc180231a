"""What the scheduler needs to know of a pod, read once from the object.

Source: pkg/scheduler/framework/types.go (PodInfo), pkg/scheduler/util/pod_resources.go and
k8s.io/component-helpers/resource (requests with init containers and sidecars), v1.32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.kubernetes.api import selectors
from simulator.kubernetes.api.quantity import bytes_of, milli_cpu
from simulator.plain import Object

CPU, MEMORY, EPHEMERAL, PODS = "cpu", "memory", "ephemeral-storage", "pods"

DEFAULT_MILLI_CPU = 100
DEFAULT_MEMORY = 200 * 1024 * 1024
"""What a container without a request counts for in scores (never in filters)."""

SIDECAR = "Always"

Resources = dict[str, int]
"""Resource name -> amount: cpu in thousandths of a core, all others in whole units."""


def amounts(quantities: Mapping[str, Any] | None) -> Resources:
    """Read a map of quantities."""
    return {
        name: milli_cpu(text) if name == CPU else bytes_of(text)
        for name, text in (quantities or {}).items()
    }


def add(total: Resources, more: Mapping[str, int]) -> None:
    """Add `more` to `total` in place."""
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount


def _largest(total: Resources, other: Mapping[str, int]) -> None:
    for name, amount in other.items():
        if amount > total.get(name, 0):
            total[name] = amount


def _container(container: Object, scored: bool) -> Resources:
    requests = amounts((container.get("resources") or {}).get("requests"))
    if scored:
        requests.setdefault(CPU, DEFAULT_MILLI_CPU)
        requests.setdefault(MEMORY, DEFAULT_MEMORY)
    return requests


def pod_requests(spec: Object, scored: bool = False) -> Resources:
    """Sum what a pod requests: its containers and sidecars, or the largest step of its start.

    scored: count containers without a request with the defaults for scores.
    """
    total: Resources = {}
    for container in spec.get("containers") or ():
        add(total, _container(container, scored))
    starting: Resources = {}
    sidecars: Resources = {}
    for container in spec.get("initContainers") or ():
        requests = _container(container, scored)
        if container.get("restartPolicy") == SIDECAR:
            add(total, requests)
            add(sidecars, requests)
            step = sidecars
        else:
            step = dict(sidecars)
            add(step, requests)
        _largest(starting, step)
    _largest(total, starting)
    add(total, amounts(spec.get("overhead")))
    return total


@dataclass(frozen=True, slots=True)
class AffinityTerm:
    """One pod (anti-)affinity term.   namespaces: names; namespace_selector: by label, or None."""

    topology_key: str
    selector: selectors.Selector
    namespaces: tuple[str, ...]
    namespace_selector: selectors.Selector | None
    weight: int = 0

    def matches(self, pod: PodInfo, namespace_labels: Mapping[str, Mapping[str, str]]) -> bool:
        """Tell whether a pod is one that this term speaks of."""
        if pod.namespace not in self.namespaces:
            chosen = self.namespace_selector
            if chosen is None or not chosen.matches(namespace_labels.get(pod.namespace)):
                return False
        return self.selector.matches(pod.labels)


Port = tuple[str, str, int]
"""(host IP, protocol, port)."""


@dataclass(slots=True)
class PodInfo:
    """A pod as the scheduler sees it."""

    key: str
    namespace: str
    name: str
    uid: str
    obj: Object
    labels: dict[str, str]
    priority: int
    requests: Resources
    scored: Resources
    ports: tuple[Port, ...]
    claims: tuple[str, ...]
    deleting: bool
    required: tuple[AffinityTerm, ...] = ()
    anti_required: tuple[AffinityTerm, ...] = ()
    preferred: tuple[AffinityTerm, ...] = ()
    anti_preferred: tuple[AffinityTerm, ...] = ()

    @property
    def spec(self) -> Object:
        """The pod's spec."""
        spec: Object = self.obj["spec"]
        return spec

    @property
    def has_affinity(self) -> bool:
        """Tell whether the pod has any pod (anti-)affinity term."""
        return bool(self.required or self.anti_required or self.preferred or self.anti_preferred)


def priority_of(pod: Object) -> int:
    """Give a pod's priority."""
    return int(pod["spec"].get("priority") or 0)


def pod_info(pod: Object) -> PodInfo:
    """Read a pod."""
    meta, spec = pod["metadata"], pod["spec"]
    namespace = meta.get("namespace") or "default"
    labels = meta.get("labels") or {}
    info = PodInfo(
        key=f"{namespace}/{meta['name']}",
        namespace=namespace,
        name=meta["name"],
        uid=meta.get("uid") or "",
        obj=pod,
        labels=labels,
        priority=int(spec.get("priority") or 0),
        requests=pod_requests(spec),
        scored=pod_requests(spec, scored=True),
        ports=_host_ports(spec),
        claims=_claims(spec, meta["name"]),
        deleting="deletionTimestamp" in meta,
    )
    affinity = spec.get("affinity")
    if affinity:
        _read_affinity(info, affinity)
    return info


def _read_affinity(info: PodInfo, affinity: Object) -> None:
    near, apart = affinity.get("podAffinity") or {}, affinity.get("podAntiAffinity") or {}
    hard, soft = (
        "requiredDuringSchedulingIgnoredDuringExecution",
        "preferredDuringSchedulingIgnoredDuringExecution",
    )
    info.required = tuple(_term(info, term) for term in near.get(hard) or ())
    info.anti_required = tuple(_term(info, term) for term in apart.get(hard) or ())
    info.preferred = tuple(_weighted(info, term) for term in near.get(soft) or ())
    info.anti_preferred = tuple(_weighted(info, term) for term in apart.get(soft) or ())


def _weighted(info: PodInfo, term: Object) -> AffinityTerm:
    return _term(info, term["podAffinityTerm"], int(term.get("weight") or 0))


def _term(info: PodInfo, term: Object, weight: int = 0) -> AffinityTerm:
    names = tuple(term.get("namespaces") or ())
    by_label = term.get("namespaceSelector")
    if not names and by_label is None:
        names = (info.namespace,)
    selector = selectors.of_object(term.get("labelSelector"))
    more = [
        selectors.Requirement(key, operator, (info.labels[key],))
        for field, operator in (
            ("matchLabelKeys", selectors.IN),
            ("mismatchLabelKeys", selectors.NOT_IN),
        )
        for key in term.get(field) or ()
        if key in info.labels
    ]
    if more and not selector.nothing:
        selector = selectors.Selector((*selector.requirements, *more))
    return AffinityTerm(
        topology_key=term["topologyKey"],
        selector=selector,
        namespaces=names,
        namespace_selector=None if by_label is None else selectors.of_object(by_label),
        weight=weight,
    )


def _host_ports(spec: Object) -> tuple[Port, ...]:
    sidecars = [
        one for one in spec.get("initContainers") or () if one.get("restartPolicy") == SIDECAR
    ]
    return tuple(
        (port.get("hostIP") or "0.0.0.0", port.get("protocol") or "TCP", int(port["hostPort"]))
        for container in (*(spec.get("containers") or ()), *sidecars)
        for port in container.get("ports") or ()
        if port.get("hostPort")
    )


def _claims(spec: Object, pod_name: str) -> tuple[str, ...]:
    """Name the claims of a pod's volumes; a generic ephemeral volume's is `<pod>-<volume>`."""
    out = []
    for volume in spec.get("volumes") or ():
        if "persistentVolumeClaim" in volume:
            out.append(volume["persistentVolumeClaim"]["claimName"])
        elif "ephemeral" in volume:
            out.append(f"{pod_name}-{volume['name']}")
    return tuple(out)
