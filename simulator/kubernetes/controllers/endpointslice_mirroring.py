"""Endpoints that somebody wrote by hand, mirrored to slices, which is all that proxies read.

Source: pkg/controller/endpointslicemirroring (reconciler.go, utils.go), v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.kubernetes.owners import controller_reference
from simulator.kubernetes.pods import is_terminating
from simulator.plain import Object, copy, get

if TYPE_CHECKING:
    from simulator.engine import Engine

MANAGER = "endpointslicemirroring-controller.k8s.io"
SERVICE_LABEL, MANAGED_BY = "kubernetes.io/service-name", "endpointslice.kubernetes.io/managed-by"
SKIP = "endpointslice.kubernetes.io/skip-mirror"
LEADER = "control-plane.alpha.kubernetes.io/leader"
TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time"
MAX_PER_SUBSET = 1000
"""--mirroring-max-endpoints-per-subset."""


class EndpointSliceMirroringController(Controller):
    """Keep slices for the Endpoints of Services that select no pods."""

    name = "endpointslice-mirroring"
    source = "endpoint-slice-mirroring-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.watch("Service", self._of_service)
        self.watch("Endpoints", self._of_endpoints)

    def _of_service(self, service: Object, old: Object | None) -> Iterable[str]:
        had = old is not None and bool(old["spec"].get("selector"))
        return [] if service["spec"].get("selector") and (old is None or had) else [key_of(service)]

    def _of_endpoints(self, endpoints: Object, old: Object | None) -> Iterable[str]:
        service = self.store.get("Service", endpoints["metadata"]["namespace"],
                                 endpoints["metadata"]["name"])  # fmt: skip
        return [] if service is not None and service["spec"].get("selector") else [
            key_of(endpoints)]  # fmt: skip

    def reconcile(self, key: str) -> int | None:
        """Make the mirrored slices of one Service say what its Endpoints say."""
        endpoints = self.store.get("Endpoints", *split_key(key))
        slices = [
            one
            for one in self.store.by("EndpointSlice", "service", key)
            if get(one, "metadata", "labels", MANAGED_BY) == MANAGER
        ]
        wanted: list[dict[str, Any]] = []
        if endpoints is not None and self._is_mirrored(endpoints):
            wanted = [body for one in endpoints.get("subsets") or () if (body := _mirror(one))]
        for one in slices:
            same = next((w for w in wanted if w["ports"] == (one.get("ports") or [])), None)
            if same is None:
                meta = one["metadata"]
                self.engine.api.delete("EndpointSlice", meta["namespace"], meta["name"])
                continue
            wanted.remove(same)
            if one["endpoints"] != same["endpoints"]:
                self.update({**copy(one), "endpoints": same["endpoints"]})
        for body in wanted:
            assert endpoints is not None
            self.create({**_head(endpoints), **body})
        return None

    def _is_mirrored(self, endpoints: Object) -> bool:
        meta = endpoints["metadata"]
        service = self.store.get("Service", meta["namespace"], meta["name"])
        if service is None or service["spec"].get("selector") or is_terminating(endpoints):
            return False
        skipped = (meta.get("labels") or {}).get(SKIP) == "true"
        return not skipped and LEADER not in (meta.get("annotations") or {})


def _mirror(subset: Object) -> dict[str, Any] | None:
    """Turn one subset into the body of a slice; None for one without addresses."""
    rows = []
    for field, ready in (("addresses", True), ("notReadyAddresses", False)):
        for address in subset.get(field) or ():
            row: dict[str, Any] = {
                "addresses": [address["ip"]],
                "conditions": {"ready": ready},
            }
            for name in ("hostname", "nodeName", "targetRef"):
                if address.get(name):
                    row[name] = address[name]
            rows.append(row)
    if not rows:
        return None
    ports = [{"name": "", "protocol": "TCP", **port} for port in subset.get("ports") or ()]
    return {"addressType": "IPv4", "ports": ports, "endpoints": rows[:MAX_PER_SUBSET]}


def _head(endpoints: Object) -> dict[str, Any]:
    """Give the kind and metadata of a slice that mirrors some Endpoints."""
    meta = endpoints["metadata"]
    kept = {k: v for k, v in (meta.get("annotations") or {}).items()
            if k != TRIGGER and not k.startswith("kubectl.kubernetes.io/")}  # fmt: skip
    labels = {**(meta.get("labels") or {}), SERVICE_LABEL: meta["name"], MANAGED_BY: MANAGER}
    made: dict[str, Any] = {
        "generateName": f"{meta['name']}-",
        "namespace": meta["namespace"],
        "labels": labels,
        "ownerReferences": [controller_reference({**endpoints, "apiVersion": "v1"})],
    }
    if kept:
        made["annotations"] = kept
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": made}
