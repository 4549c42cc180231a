"""What ingress-nginx writes back: the address of each Ingress, and that it has taken it up.

Source: ingress-nginx internal/ingress/status/status.go (UpdateInterval 60 s) and controller/store.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.kubernetes.pods import is_ready
from simulator.network.ingress import NAME, NAMESPACE
from simulator.plain import Object, get
from simulator.timing import SECOND

from .ingress_nginx import SELECTOR

if TYPE_CHECKING:
    from simulator.engine import Engine

UPDATE_US = 60 * SECOND
ALL = "status"
"""The key under which all Ingresses' addresses are written."""


class IngressStatusController(Controller):
    """Table "ingress-status": {"ns/name": "uid/generation" that was taken up}."""

    name = "ingress-nginx"
    source = "nginx-ingress-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.state: dict[str, str] = engine.table("ingress-status")
        self.watch("Ingress", lambda obj, old: [key_of(obj)])
        self.watch("Pod", self._of_pod)

    def may_run(self) -> bool:
        """It runs in the controller's pods and needs the API server."""
        return self.engine.cluster.is_up()

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        if pod["metadata"].get("namespace") != NAMESPACE or not _is_controller(pod):
            return []
        if is_ready(pod) == (old is not None and is_ready(old)):
            return []
        return [ALL, *(key_of(one) for one in self.store.list("Ingress"))]

    def reconcile(self, key: str) -> int | None:
        """Take up one Ingress, or write the addresses of all, once a minute."""
        if not self._runs():
            return None
        if key == ALL:
            for one in self.engine.network.ingresses.mine():
                self._write(one)
            return UPDATE_US
        ingress = self.store.get("Ingress", *split_key(key))
        if ingress is None:
            self.state.pop(key, None)
        elif ingress in self.engine.network.ingresses.mine():
            meta = ingress["metadata"]
            version = f"{meta['uid']}/{meta.get('generation', 1)}"
            if self.state.get(key) != version:
                self.state[key] = version
                self.record(ingress, "Normal", "Sync", "Scheduled for sync")
        return None

    def _runs(self) -> bool:
        pods = self.store.list("Pod", NAMESPACE)
        return any(_is_controller(pod) and is_ready(pod) for pod in pods)

    def _write(self, ingress: Object) -> None:
        service = self.store.get("Service", NAMESPACE, NAME)
        rows: list[dict[str, Any]] = [
            {key: one[key] for key in ("ip", "hostname") if one.get(key)}
            for one in get(service, "status", "loadBalancer", "ingress") or ()
        ]
        balancer = {"ingress": rows} if rows else {}
        if get(ingress, "status", "loadBalancer", default={}) != balancer:
            status = {**(ingress.get("status") or {}), "loadBalancer": balancer}
            self.engine.api.update_status({**ingress, "status": status})


def _is_controller(pod: Object) -> bool:
    labels = pod["metadata"].get("labels") or {}
    return all(labels.get(key) == value for key, value in SELECTOR.items())
