"""The namespace controllers: fill a new namespace, empty one that is being deleted.

Sources: pkg/controller/namespace (deletion/namespaced_resources_deleter.go),
pkg/controller/serviceaccount/serviceaccounts_controller.go and
pkg/controller/certificates/rootcacertpublisher, v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.api.bootstrap import NAMESPACES, root_certificate
from simulator.kubernetes.conditions import put_condition
from simulator.kubernetes.controllers import Controller, Retry
from simulator.kubernetes.owners import MANAGER
from simulator.kubernetes.pods import is_finished, is_terminating
from simulator.plain import Object
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

FINALIZER = "kubernetes"
FINALIZER_S = 15
"""How long something with finalizers is expected to stay (finalizerEstimateSeconds)."""
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
        left: dict[str, int] = {}
        finalizers: dict[str, int] = {}
        estimate_s = 0
        for kind in self.store.kinds():
            if kind == "Namespace":
                continue
            for obj in self.store.list(kind, name):
                if obj["apiVersion"] in OUTSIDE:
                    continue
                if not is_terminating(obj):
                    self.engine.api.delete(kind, name, obj["metadata"]["name"])
                rest = self.store.get(kind, name, obj["metadata"]["name"])
                if rest is None:
                    continue
                left[kind] = left.get(kind, 0) + 1
                for one in rest["metadata"].get("finalizers") or ():
                    finalizers[one] = finalizers.get(one, 0) + 1
                estimate_s = max(estimate_s, _estimate_s(rest))
        namespace = self._tell(namespace, left, finalizers)
        if left:
            return (estimate_s // 2 + 1) * SECOND
        kept = [one for one in namespace["spec"].get("finalizers") or () if one != FINALIZER]
        if kept == (namespace["spec"].get("finalizers") or []):
            raise Retry
        fresh = {**namespace, "spec": {**namespace["spec"], "finalizers": kept}}
        self.engine.api.update(fresh, subresource="finalize", manager=MANAGER)
        return None

    def _tell(self, namespace: Object, left: dict[str, int], finalizers: dict[str, int]) -> Object:
        """Write what keeps a namespace; it had conditions only once something did."""
        old = (namespace.get("status") or {}).get("conditions")
        if not left and not old:
            return namespace
        rows = old or []
        for row in _conditions(self._resources(left), finalizers):
            rows = put_condition(rows, row, self.engine.timestamp())
        status = {**(namespace.get("status") or {}), "conditions": rows}
        return self.engine.api.update_status({**namespace, "status": status})

    def _resources(self, left: dict[str, int]) -> dict[str, int]:
        """Name what is left as the API does (`pods.`, `deployments.apps`), sorted."""
        found = {}
        for kind, count in left.items():
            row = self.engine.api.row(kind)
            found[f"{row.plural}.{row.group}"] = count
        return dict(sorted(found.items()))


def _estimate_s(obj: Object) -> int:
    """Guess how long an object that is going still stays."""
    if obj["kind"] == "Pod" and not is_finished(obj):
        return int(obj["spec"].get("terminationGracePeriodSeconds") or 0)
    return FINALIZER_S if obj["metadata"].get("finalizers") else 0


def _conditions(left: dict[str, int], finalizers: dict[str, int]) -> list[Object]:
    """Give the conditions of a namespace that is being emptied, in upstream's words."""
    fine = [
        ("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered",
         "All resources successfully discovered"),
        ("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions",
         "All legacy kube types successfully parsed"),
        ("NamespaceDeletionContentFailure", "ContentDeleted",
         "All content successfully deleted, may be waiting on finalization"),
    ]  # fmt: skip
    rows = [{"type": kind, "status": "False", "reason": why, "message": text}
            for kind, why, text in fine]  # fmt: skip
    texts = [f"{name} has {count} resource instances" for name, count in left.items()]
    rows.append(
        {"type": "NamespaceContentRemaining", "status": "True", "reason": "SomeResourcesRemain",
         "message": f"Some resources are remaining: {', '.join(texts)}"}
        if left else
        {"type": "NamespaceContentRemaining", "status": "False", "reason": "ContentRemoved",
         "message": "All content successfully removed"}
    )  # fmt: skip
    texts = [f"{name} in {count} resource instances" for name, count in sorted(finalizers.items())]
    rows.append(
        {"type": "NamespaceFinalizersRemaining", "status": "True",
         "reason": "SomeFinalizersRemain", "message":
         f"Some content in the namespace has finalizers remaining: {', '.join(texts)}"}
        if finalizers else
        {"type": "NamespaceFinalizersRemaining", "status": "False",
         "reason": "ContentHasNoFinalizers",
         "message": "All content-preserving finalizers finished"}
    )  # fmt: skip
    return rows
