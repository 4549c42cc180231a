"""The service controller of a small cloud: every Service of type LoadBalancer gets an address.

The address is one of the local network, so that a laptop beside the cluster reaches it, and leads
to the nodes that can be reached. A Service that names a loadBalancerClass is somebody else's.

Source: k8s.io/cloud-provider controllers/service/controller.go, v1.32 (events, finalizer).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.kubernetes.pods import is_terminating
from simulator.plain import Object, copy, get
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

POOL = ipaddress.IPv4Network("192.168.2.0/24")
"""Addresses of load balancers: a part of the local network that no machine uses."""
FINALIZER = "service.kubernetes.io/load-balancer-cleanup"
PROVISION_US = 3 * SECOND
"""From the Service to its balancer (assumed: clouds take a minute, MetalLB a moment)."""


class LoadBalancerController(Controller):
    """Table "load-balancers": {"ns/name": when its balancer is there}."""

    name = "service"
    source = "service-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.state: dict[str, int] = engine.table("load-balancers")
        self.watch("Service", self._of_service)

    def _of_service(self, service: Object, old: Object | None) -> Iterable[str]:
        concerned = is_wanted(service) or FINALIZER in _finalizers(service)
        return [key_of(service)] if concerned else []

    def reconcile(self, key: str) -> int | None:
        """Give a Service its balancer, or take the balancer away."""
        service = self.store.get("Service", *split_key(key))
        if service is None:
            self.state.pop(key, None)
            return None
        if not is_wanted(service):
            self._take_away(key, service)
            return None
        if FINALIZER not in _finalizers(service):
            fresh = copy(service)
            fresh["metadata"]["finalizers"] = [*_finalizers(service), FINALIZER]
            self.update(fresh)
            self.record(service, "Normal", "EnsuringLoadBalancer", "Ensuring load balancer")
            self.state[key] = self.engine.now_us + PROVISION_US
            return PROVISION_US
        left = self.state.get(key, 0) - self.engine.now_us
        if left > 0:
            return left
        self.state.pop(key, None)
        self._give(service)
        return None

    def _give(self, service: Object) -> None:
        if get(service, "status", "loadBalancer", "ingress"):
            return
        address = self._free(str(get(service, "spec", "loadBalancerIP", default="")))
        if address is None:
            text = "Error syncing load balancer: failed to ensure load balancer: no address is free"
            self.record(service, "Warning", "SyncLoadBalancerFailed", text)
            return
        self._write(service, [{"ip": address, "ipMode": "VIP"}])
        self.record(service, "Normal", "EnsuredLoadBalancer", "Ensured load balancer")

    def _take_away(self, key: str, service: Object) -> None:
        self.state.pop(key, None)
        self.record(service, "Normal", "DeletingLoadBalancer", "Deleting load balancer")
        if get(service, "status", "loadBalancer", "ingress"):
            service = self._write(service, [])
        self.record(service, "Normal", "DeletedLoadBalancer", "Deleted load balancer")
        fresh = copy(service)
        fresh["metadata"]["finalizers"] = [f for f in _finalizers(service) if f != FINALIZER]
        self.update(fresh)

    def _write(self, service: Object, ingress: list[dict[str, Any]]) -> Object:
        balancer = {"ingress": ingress} if ingress else {}
        status = {**(service.get("status") or {}), "loadBalancer": balancer}
        return self.engine.api.update_status({**service, "status": status})

    def _free(self, wish: str) -> str | None:
        """Give the wished address, or the first that no Service has; None when all are taken."""
        used = {
            one.get("ip")
            for service in self.store.list("Service")
            for one in get(service, "status", "loadBalancer", "ingress") or ()
        }
        if wish and wish not in used and _in_pool(wish):
            return wish
        return next((str(one) for one in POOL.hosts() if str(one) not in used), None)


def is_wanted(service: Object) -> bool:
    """Say whether a Service is to have a balancer of this cloud."""
    spec = service.get("spec") or {}
    kind = spec.get("type") == "LoadBalancer" and not spec.get("loadBalancerClass")
    return bool(kind and not is_terminating(service))


def _finalizers(service: Object) -> list[str]:
    return list(service["metadata"].get("finalizers") or ())


def _in_pool(address: str) -> bool:
    try:
        return ipaddress.IPv4Address(address) in POOL
    except ValueError:
        return False
