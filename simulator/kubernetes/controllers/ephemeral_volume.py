"""Ephemeral volumes: a claim for each generic ephemeral volume of a pod, which goes with the pod.

Source: pkg/controller/volume/ephemeral, v1.32.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulator.kubernetes.api.status import StatusError
from simulator.kubernetes.controllers import Controller, key_of
from simulator.kubernetes.owners import controller_of, controller_reference
from simulator.kubernetes.pods import is_finished, is_terminating
from simulator.plain import Object, copy

if TYPE_CHECKING:
    from simulator.engine import Engine


class EphemeralVolumeController(Controller):
    """Make the claims `<pod>-<volume>` that pods' specs carry templates of."""

    name = "ephemeral-volume"
    source = "ephemeral_volume"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.watch("Pod", self._of_pod)

    def _of_pod(self, pod: Object, old: Object | None) -> Iterable[str]:
        has = any("ephemeral" in volume for volume in pod["spec"].get("volumes") or ())
        return [key_of(pod)] if has and old is None else []

    def reconcile(self, key: str) -> int | None:
        """Make what one pod lacks."""
        namespace, _, name = key.partition("/")
        pod = self.store.get("Pod", namespace, name)
        if pod is None or is_terminating(pod) or is_finished(pod):
            return None
        for volume in pod["spec"].get("volumes") or ():
            if "ephemeral" in volume:
                self._make(pod, volume)
        return None

    def _make(self, pod: Object, volume: Object) -> None:
        namespace = pod["metadata"]["namespace"]
        name = f"{pod['metadata']['name']}-{volume['name']}"
        there = self.store.get("PersistentVolumeClaim", namespace, name)
        if there is not None:
            if (controller_of(there) or {}).get("uid") != pod["metadata"]["uid"]:
                text = (
                    f'PVC "{namespace}/{name}" was not created for pod '
                    f'"{namespace}/{pod["metadata"]["name"]}" (pod is not owner)'
                )
                self.record(pod, "Warning", "FailedBinding", f"ephemeral volume {text}")
            return
        template = copy(volume["ephemeral"]["volumeClaimTemplate"])
        meta = {
            key: value for key, value in (template.get("metadata") or {}).items()
            if key in ("labels", "annotations")
        }  # fmt: skip
        meta.update(name=name, namespace=namespace, ownerReferences=[controller_reference(pod)])
        claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta}
        try:
            self.create({**claim, "spec": template["spec"]})
        except StatusError as error:
            text = f"ephemeral volume controller: create PVC {name}: {error.message}"
            self.record(pod, "Warning", "FailedCreate", text)
