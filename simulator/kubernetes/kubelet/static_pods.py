"""Static pods: what a kubelet runs from files on its own machine, without being asked by anybody.

For each the kubelet makes a mirror pod, so that the API server shows it too. Deleting the mirror
only makes the kubelet write a new one; the containers go on.

Source: pkg/kubelet/config (common.go, file.go), pkg/kubelet/pod/mirror_client.go and kubelet.go
(SyncPod), v1.32.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import orjson

from simulator.errors import DrydockError
from simulator.kubernetes.kubelet.rows import Row
from simulator.plain import Object, copy

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

CONFIG = "kubernetes.io/config."


class StaticPods:
    """The files of a machine are in its spec (`staticPods`); nothing else is kept."""

    def __init__(self, engine: Engine, kubelets: Kubelets) -> None:
        self.engine = engine
        self.store = engine.store
        self.kubelets = kubelets

    def begin(self, node: str) -> None:
        """Make the mirrors of a node's static pods that are not there."""
        machine = self.engine.machines.get(node)
        for manifest in (machine or {"spec": {}})["spec"].get("staticPods") or ():
            pod = self._mirror(node, manifest)
            meta = pod["metadata"]
            if self.store.get("Pod", meta["namespace"], meta["name"]) is None:
                self._create(node, pod)

    def keep(self, row: Row, pod: Object | None) -> Object | None:
        """Write a mirror anew that was deleted, or is being; answers the pod as it is then.

        # Simplified: A mirror pod that is written anew has the uid of the one before.
        """
        if pod is not None and not pod["metadata"].get("deletionTimestamp"):
            return pod
        manifest = self._manifest(row)
        if manifest is None or not self.kubelets.hears(row["node"]):
            return pod
        if pod is not None:
            self.engine.api.delete("Pod", row["namespace"], row["name"], grace_s=0)
        elif self.store.get("Pod", row["namespace"], row["name"]) is not None:
            return None
        fresh = self._mirror(row["node"], manifest)
        fresh["metadata"]["uid"] = row["uid"]
        return self._create(row["node"], fresh)

    def _create(self, node: str, pod: Object) -> Object | None:
        uid = pod["metadata"].get("uid")
        try:
            made = self.engine.api.create(pod, manager="kubelet", dry_run=uid is not None)
        except DrydockError as error:
            text = f"Failed creating a mirror pod: {error.message}"
            self.kubelets.nodes.tell(node, "Warning", "FailedCreate", text)
            return None
        if uid is None:
            return made
        # Straight into the store: nobody else may say which uid an object has.
        return self.store.create({**made, "metadata": {**made["metadata"], "uid": uid}})

    def _manifest(self, row: Row) -> Object | None:
        machine = self.engine.machines.get(row["node"])
        for manifest in (machine or {"spec": {}})["spec"].get("staticPods") or ():
            meta = manifest["metadata"]
            namespace = meta.get("namespace") or "default"
            if row["name"] == f"{meta['name']}-{row['node']}" and row["namespace"] == namespace:
                return manifest  # type: ignore[no-any-return]
        return None

    def _mirror(self, node: str, manifest: Object) -> Object:
        """Make the mirror pod of a manifest, as the API server is shown it."""
        pod: Object = copy(manifest)
        pod.pop("status", None)
        meta, spec = pod["metadata"], pod["spec"]
        text = orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS) + node.encode()
        mark = hashlib.md5(text, usedforsecurity=False).hexdigest()
        meta["name"] = f"{meta['name']}-{node}"
        meta.setdefault("namespace", "default")
        meta["annotations"] = {
            **(meta.get("annotations") or {}),
            f"{CONFIG}hash": mark,
            f"{CONFIG}mirror": mark,
            f"{CONFIG}seen": self.engine.timestamp(0),
            f"{CONFIG}source": "file",
        }
        owner = self.store.get("Node", "", node)
        if owner is not None:
            reference = {"apiVersion": "v1", "kind": "Node", "name": node, "controller": True}
            meta["ownerReferences"] = [{**reference, "uid": owner["metadata"]["uid"]}]
        spec["nodeName"] = node
        bears = {"effect": "NoExecute", "operator": "Exists"}
        spec["tolerations"] = [*(spec.get("tolerations") or ()), bears]
        return pod
