"""The EndpointSlice controller: which pods stand behind a Service, and on which ports.

Source: pkg/controller/endpointslice and k8s.io/endpointslice (reconciler.go, utils.go), v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.kubernetes.owners import controller_reference
from simulator.kubernetes.pods import (
    index_pods,
    is_finished,
    is_ready,
    is_terminating,
    labelled_pods,
)
from simulator.plain import Object, canonical, copy, get

if TYPE_CHECKING:
    from simulator.engine import Engine

MAX_ENDPOINTS = 100
"""Endpoints in one slice (--max-endpoints-per-slice)."""
SERVICE_LABEL = "kubernetes.io/service-name"
MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
HEADLESS = "service.kubernetes.io/headless"
TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time"

Row = dict[str, Any]


class EndpointSliceController(Controller):
    """Keep the EndpointSlices of every Service that has a selector."""

    name = "endpointslice"
    source = "endpoint-slice-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        index_pods(self.store)
        self.store.index("EndpointSlice", "service", _service_of)
        self._selectors: dict[str, list[tuple[str, dict[str, str]]]] | None = None
        self.store.watch("Service", self._forget_selectors)
        self.watch("Service", lambda obj, old: [key_of(obj)])
        self.watch("Pod", self._of_pod)
        self.watch("EndpointSlice", self._of_slice)

    def _forget_selectors(self, *_: object) -> None:
        self._selectors = None

    def _of_slice(self, one: Object, old: Object | None) -> Iterable[str]:
        """Look again when somebody removed or edited a slice of ours."""
        if old is None or get(one, "metadata", "labels", MANAGED_BY) != self._manager:
            return []
        gone = self.store.get("EndpointSlice", one["metadata"]["namespace"], _name(one)) is None
        return _service_of(one) if gone else []

    _manager = "endpointslice-controller.k8s.io"

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        """Name the services that select a pod, now or before, if it changed for them."""
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        gone = self.store.get("Pod", namespace, name) is None
        if old is not None and not gone and _shown(pod) == _shown(old):
            return []
        if self._selectors is None:
            self._selectors = self._index_selectors()
        found = self._selectors.get(namespace, ())
        labels = [pod["metadata"].get("labels") or {}]
        if old is not None:
            labels.append(old["metadata"].get("labels") or {})
        return [key for key, selector in found if any(_selects(selector, one) for one in labels)]

    def _index_selectors(self) -> dict[str, list[tuple[str, dict[str, str]]]]:
        found: dict[str, list[tuple[str, dict[str, str]]]] = {}
        for service in self.store.list("Service"):
            selector = service["spec"].get("selector")
            if selector:
                namespace = service["metadata"]["namespace"]
                found.setdefault(namespace, []).append((key_of(service), selector))
        return found

    def reconcile(self, key: str) -> int | None:
        """Make one Service's slices hold exactly the endpoints that its pods give."""
        namespace, name = split_key(key)
        service = self.store.get("Service", namespace, name)
        if service is None or is_terminating(service):
            return None  # the garbage collector takes its slices
        selector = service["spec"].get("selector")
        if not selector or service["spec"].get("type") == "ExternalName":
            return None
        wanted: dict[bytes, tuple[list[Row], dict[str, Row]]] = {}
        pods = labelled_pods(self.store, namespace, selector)
        self.took(key, len(pods))
        for pod in pods:
            if is_finished(pod) or not get(pod, "status", "podIP"):
                continue
            ports = ports_for(service, pod)
            group = wanted.setdefault(canonical(ports), (ports, {}))
            group[1][pod["metadata"]["uid"]] = endpoint_of(self.engine, service, pod)
        slices = [
            one
            for one in self.store.by("EndpointSlice", "service", key)
            if get(one, "metadata", "labels", MANAGED_BY) == self._manager
        ]
        if not wanted:
            wanted[canonical([])] = ([], {})
        for group_key in sorted(wanted):
            ports, endpoints = wanted[group_key]
            mine = [one for one in slices if canonical(one.get("ports") or []) == group_key]
            self._fill(service, ports, endpoints, mine)
        for one in slices:
            if canonical(one.get("ports") or []) not in wanted:
                self.engine.api.delete("EndpointSlice", namespace, _name(one))
        return None

    def _fill(
        self, service: Object, ports: list[Row], wanted: dict[str, Row], slices: list[Object]
    ) -> None:
        """Keep endpoints where they are, put new ones where there is room, drop the others."""
        left = dict(wanted)
        kept: list[tuple[Object, list[Row]]] = []
        for one in slices:
            uids = [get(row, "targetRef", "uid") for row in one.get("endpoints") or ()]
            kept.append((one, [left.pop(uid) for uid in uids if uid in left]))
        for _, rows in sorted(kept, key=lambda pair: -len(pair[1])):
            while left and len(rows) < MAX_ENDPOINTS:
                rows.append(left.pop(next(iter(left))))
        for one, rows in kept:
            if not rows and len(kept) > 1 and (wanted or one is not kept[0][0]):
                self.engine.api.delete("EndpointSlice", one["metadata"]["namespace"], _name(one))
            elif rows != (one.get("endpoints") or []):
                fresh = copy(one)
                fresh["endpoints"] = rows
                fresh["metadata"].setdefault("annotations", {})[TRIGGER] = self.engine.timestamp()
                self.update(fresh)
        while left or not kept:
            rows = [left.pop(uid) for uid in list(left)[:MAX_ENDPOINTS]]
            made = self.create(self._new_slice(service, ports, rows))
            kept.append((made, rows))

    def _new_slice(self, service: Object, ports: list[Row], rows: list[Row]) -> Object:
        meta = service["metadata"]
        labels = {
            **(meta.get("labels") or {}),
            SERVICE_LABEL: meta["name"],
            MANAGED_BY: self._manager,
        }
        if service["spec"].get("clusterIP") == "None":
            labels[HEADLESS] = ""
        return {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "generateName": f"{meta['name']}-",
                "namespace": meta["namespace"],
                "labels": labels,
                "annotations": {TRIGGER: self.engine.timestamp()},
                "ownerReferences": [controller_reference(service)],
            },
            "addressType": "IPv4",
            "endpoints": rows,
            "ports": ports,
        }


def _name(obj: Object) -> str:
    return str(obj["metadata"]["name"])


def _service_of(one: Object) -> list[str]:
    name = (one["metadata"].get("labels") or {}).get(SERVICE_LABEL)
    return [f"{one['metadata'].get('namespace') or ''}/{name}"] if name else []


def _selects(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return all(labels.get(key) == value for key, value in selector.items())


def _shown(pod: Object) -> tuple[Any, ...]:
    """Give what of a pod an endpoint shows."""
    return (
        get(pod, "status", "podIP"),
        is_ready(pod),
        is_finished(pod),
        is_terminating(pod),
        pod["metadata"].get("labels"),
        pod["spec"].get("nodeName"),
    )


def ports_for(service: Object, pod: Object) -> list[Row]:
    """Give the ports at which a pod serves a Service; a named port is looked up in the pod."""
    rows = []
    for port in service["spec"].get("ports") or ():
        number = _target(port, pod)
        if number is None:
            continue
        row: Row = {"name": port.get("name") or "", "protocol": port.get("protocol") or "TCP"}
        row["port"] = number
        if port.get("appProtocol"):
            row["appProtocol"] = port["appProtocol"]
        rows.append(row)
    return rows


def _target(port: Row, pod: Object) -> int | None:
    target = port.get("targetPort")
    if target is None or target == 0:
        return int(port["port"])
    if isinstance(target, int):
        return target
    sidecars = [one for one in pod["spec"].get("initContainers") or () if one.get("restartPolicy")]
    for container in [*pod["spec"]["containers"], *sidecars]:
        for row in container.get("ports") or ():
            same = (row.get("protocol") or "TCP") == (port.get("protocol") or "TCP")
            if row.get("name") == target and same:
                return int(row["containerPort"])
    return None


def endpoint_of(engine: Engine, service: Object, pod: Object) -> Row:
    """Make the endpoint that a pod is for a Service."""
    serving, terminating = is_ready(pod), is_terminating(pod)
    ready = bool(service["spec"].get("publishNotReadyAddresses")) or (serving and not terminating)
    meta, spec = pod["metadata"], pod["spec"]
    row: Row = {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
        "targetRef": {
            "kind": "Pod",
            "namespace": meta["namespace"],
            "name": meta["name"],
            "uid": meta["uid"],
        },
    }
    if spec.get("nodeName"):
        row["nodeName"] = spec["nodeName"]
        node = engine.store.get("Node", "", spec["nodeName"])
        zone = get(node, "metadata", "labels", "topology.kubernetes.io/zone")
        if zone:
            row["zone"] = zone
            # Simplified: The annotation service.kubernetes.io/topology-mode has no effect.
            if ready and service["spec"].get("trafficDistribution") == "PreferClose":
                row["hints"] = {"forZones": [{"name": zone}]}
    if spec.get("hostname") and spec.get("subdomain") == service["metadata"]["name"]:
        row["hostname"] = spec["hostname"]
    return row
