"""The namespace controllers: fill a new namespace, empty one that is being deleted.

Sources: pkg/controller/namespace (deletion/namespaced_resources_deleter.go),
pkg/controller/serviceaccount/serviceaccounts_controller.go and
pkg/controller/certificates/rootcacertpublisher, v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.api.bootstrap import NAMESPACES, root_certificate
from simulator.kubernetes.controllers import Controller, Retry
from simulator.kubernetes.owners import MANAGER
from simulator.kubernetes.pods import is_terminating
from simulator.plain import Object
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

FINALIZER = "kubernetes"
LOOK_AGAIN_US = 5 * SECOND
OUTSIDE = ("docker/v1", "drydock/v1")


class NamespaceController(Controller):
    """Give every namespace what it starts with; remove the content of one that goes."""

    name = "namespace"
    source = "namespace-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.watch("Namespace", lambda obj, old: [obj["metadata"]["name"]])
        for kind in ("ServiceAccount", "ConfigMap"):
            self.watch(kind, self._of_content)

    def _of_content(self, obj: Object, old: Object | None) -> list[str]:
        given = obj["metadata"]["name"] in ("default", "kube-root-ca.crt")
        return [obj["metadata"]["namespace"]] if given else []

    def reconcile(self, key: str) -> int | None:
        """Look at one namespace."""
        namespace = self.store.get("Namespace", "", key)
        if namespace is None:
            if key in NAMESPACES:
                # Simplified: A deleted kube-node-lease is made again at once, not within a minute.
                self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": key}})
            return None
        if not is_terminating(namespace):
            self._fill(key)
            return None
        return self._empty(namespace)

    def _fill(self, name: str) -> None:
        account: Object = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": name},
        }
        # Simplified: The root certificate is empty; no connection in the cluster is encrypted.
        certificate = root_certificate(name)
        for obj in (account, certificate):
            if self.store.get(str(obj["kind"]), name, obj["metadata"]["name"]) is None:
                self.create(obj)

    def _empty(self, namespace: Object) -> int | None:
        """Delete all that is in a namespace; when nothing is left, let it go."""
        name = namespace["metadata"]["name"]
        left = 0
        for kind in self.store.kinds():
            if kind == "Namespace":
                continue
            for obj in self.store.list(kind, name):
                if obj["apiVersion"] in OUTSIDE:
                    continue
                if not is_terminating(obj):
                    self.engine.api.delete(kind, name, obj["metadata"]["name"])
                left += self.store.get(kind, name, obj["metadata"]["name"]) is not None
        if left:
            return LOOK_AGAIN_US
        finalizers = [one for one in namespace["spec"].get("finalizers") or () if one != FINALIZER]
        if finalizers == (namespace["spec"].get("finalizers") or []):
            raise Retry
        fresh = {**namespace, "spec": {**namespace["spec"], "finalizers": finalizers}}
        self.engine.api.update(fresh, subresource="finalize", manager=MANAGER)
        return None
