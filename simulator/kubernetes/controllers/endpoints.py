"""The Endpoints controller: the older, single list of a Service's addresses.

Source: pkg/controller/endpoint/endpoints_controller.go, v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.kubernetes.pods import is_terminating
from simulator.plain import Object, canonical, copy, get

if TYPE_CHECKING:
    from simulator.engine import Engine

SERVICE_LABEL = "kubernetes.io/service-name"
TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time"
MAX_ADDRESSES = 1000


class EndpointsController(Controller):
    """Write one Endpoints object for every Service that has a selector.

    # Simplified: The list is read from the Service's slices; Kubernetes computes it from the
    pods a second time.
    """

    name = "endpoints"
    source = "endpoint-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.watch("Service", lambda obj, old: [key_of(obj)])
        self.watch("EndpointSlice", self._of_slice)

    def _of_slice(self, one: Object, old: Object | None) -> Iterable[str]:
        name = (one["metadata"].get("labels") or {}).get(SERVICE_LABEL)
        return [f"{one['metadata']['namespace']}/{name}"] if name else []

    def reconcile(self, key: str) -> int | None:
        """Make one Service's Endpoints say what its slices say."""
        namespace, name = split_key(key)
        service = self.store.get("Service", namespace, name)
        old = self.store.get("Endpoints", namespace, name)
        if service is None:
            if old is not None and get(old, "metadata", "annotations", TRIGGER):
                self.engine.api.delete("Endpoints", namespace, name)
            return None
        if is_terminating(service) or not service["spec"].get("selector"):
            return None
        slices = self.store.by("EndpointSlice", "service", key)
        subsets = subsets_of(slices)
        self.took(key, sum(len(one.get("endpoints") or ()) for one in slices))
        if old is None:
            self.create(self._object(service, subsets))
        elif (old.get("subsets") or []) != subsets:
            fresh = copy(old)
            fresh["metadata"].setdefault("annotations", {})[TRIGGER] = self.engine.timestamp()
            fresh["subsets"] = subsets
            self.update(fresh)
        return None

    def _object(self, service: Object, subsets: list[Object]) -> Object:
        meta = service["metadata"]
        labels = dict(meta.get("labels") or {})
        if service["spec"].get("clusterIP") == "None":
            labels["service.kubernetes.io/headless"] = ""
        made: Object = {
            "name": meta["name"],
            "namespace": meta["namespace"],
            "annotations": {TRIGGER: self.engine.timestamp()},
        }
        if labels:
            made["labels"] = labels
        return {"apiVersion": "v1", "kind": "Endpoints", "metadata": made, "subsets": subsets}


def subsets_of(slices: list[Object]) -> list[Object]:
    """Turn slices into subsets: addresses that share their ports, ready ones and others."""
    groups: dict[bytes, dict[str, Any]] = {}
    for one in slices:
        ports = [dict(port) for port in one.get("ports") or ()]
        for port in ports:
            if not port.get("name"):
                port.pop("name", None)
        group = groups.setdefault(canonical(ports), {"ports": ports, "yes": [], "no": []})
        for row in one.get("endpoints") or ():
            if row["conditions"].get("terminating"):
                continue
            address = {"ip": row["addresses"][0]}
            if row.get("hostname"):
                address["hostname"] = row["hostname"]
            if row.get("nodeName"):
                address["nodeName"] = row["nodeName"]
            address["targetRef"] = row.get("targetRef")
            group["yes" if row["conditions"]["ready"] else "no"].append(address)
    found = []
    for key in sorted(groups):
        group = groups[key]
        subset: Object = {}
        for field, rows in (("addresses", group["yes"]), ("notReadyAddresses", group["no"])):
            if rows:
                subset[field] = sorted(rows, key=_by_address)[:MAX_ADDRESSES]
        if subset:
            found.append({**subset, "ports": group["ports"]})
    return found


def _by_address(address: Object) -> list[int]:
    return [int(part) for part in address["ip"].split(".")]
