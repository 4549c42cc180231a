"""The pod's subresources: binding to a node, and eviction within disruption budgets.

Source: kubernetes pkg/registry/core/pod/storage/storage.go and eviction.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.conditions import put_condition
from simulator.plain import Object, copy, get

from . import defaults, selectors, status

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.store import Store

TWO_BUDGETS = (
    "This pod has more than one PodDisruptionBudget, which the eviction subresource "
    "does not support."
)
OVER_BUDGET = "Cannot evict pod as it would violate the pod's disruption budget."


class PodSubresources:
    """The part of the API server that binds and evicts pods."""

    engine: Engine
    store: Store

    if TYPE_CHECKING:

        def get(self, kind: str, namespace: str | None, name: str) -> Object: ...

        def delete(
            self, kind: str, namespace: str | None, name: str, grace_s: int | None = None,
            propagation: str | None = "Background", uid: str | None = None, dry_run: bool = False,
        ) -> Object: ...  # fmt: skip

    def bind(self, pod: Object, node: str) -> Object:
        """Assign a pod to a node for good; Conflict when it is going or already assigned."""
        meta = pod["metadata"]
        old = self.get("Pod", meta["namespace"], meta["name"])
        if meta.get("uid") and meta["uid"] != old["metadata"]["uid"]:
            raise status.conflict("pods/binding", "", meta["name"], "the pod was replaced")
        if old["metadata"].get("deletionTimestamp"):
            why = f"pod {meta['name']} is being deleted, cannot be assigned to a host"
            raise status.conflict("pods/binding", "", meta["name"], why)
        if old["spec"].get("nodeName"):
            why = f'pod {meta["name"]} is already assigned to node "{old["spec"]["nodeName"]}"'
            raise status.conflict("pods/binding", "", meta["name"], why)
        if old["spec"].get("schedulingGates"):
            why = f"pod {meta['name']} has non-empty .spec.schedulingGates"
            raise status.conflict("pods/binding", "", meta["name"], why)
        now = self.engine.timestamp()
        scheduled = {
            "type": "PodScheduled",
            "status": "True",
            "lastProbeTime": None,
            "lastTransitionTime": now,
        }
        others = [c for c in get(old, "status", "conditions", default=[])
                  if c["type"] != "PodScheduled"]  # fmt: skip
        return self.store.update(
            {
                **old,
                "spec": {**old["spec"], "nodeName": node},
                "status": {**(old.get("status") or {}), "conditions": [*others, scheduled]},
            }
        )

    def add_ephemeral(self, namespace: str, name: str, container: Object) -> Object:
        """Add a container to a pod that runs (the subresource ephemeralcontainers).

        It is never started again, and cannot be taken away. Raises StatusError (Invalid).
        """
        old = self.get("Pod", namespace, name)
        fresh: Object = copy(old)
        listed = fresh["spec"].setdefault("ephemeralContainers", [])
        where = f"spec.ephemeralContainers[{len(listed)}]"
        groups = ("initContainers", "containers", "ephemeralContainers")
        names = [one["name"] for group in groups for one in old["spec"].get(group) or ()]
        if container["name"] in names:
            wrong = status.duplicate(f"{where}.name", container["name"])
            raise status.invalid("Pod", "", name, [wrong])
        target = container.get("targetContainerName")
        if target and target not in [one["name"] for one in old["spec"]["containers"]]:
            wrong = status.field_not_found(f"{where}.targetContainerName", target)
            raise status.invalid("Pod", "", name, [wrong])
        listed.append(dict(container))
        defaults.fill("Pod", fresh, old)
        return self.store.update(fresh)

    def evict(
        self, namespace: str, name: str, grace_s: int | None = None, dry_run: bool = False
    ) -> Object:
        """Delete a pod if its disruption budget allows; TooManyRequests (429) if not."""
        pod = self.get("Pod", namespace, name)
        if not _needs_budget(pod):
            return self.delete("Pod", namespace, name, grace_s, dry_run=dry_run)
        budgets = self._budgets(pod)
        if len(budgets) > 1:
            raise status.StatusError(500, "InternalError", TWO_BUDGETS)
        if budgets:
            self._spend(budgets[0], pod, dry_run)
        if not dry_run:
            self._say_evicted(pod)
        return self.delete("Pod", namespace, name, grace_s, dry_run=dry_run)

    def _say_evicted(self, pod: Object) -> None:
        """Note on a pod that an eviction ends it; Jobs and people look for this condition."""
        row = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "EvictionByEvictionAPI",
            "message": "Eviction API: evicting",
        }
        conditions = put_condition(get(pod, "status", "conditions"), row, self.engine.timestamp())
        status = {**(pod.get("status") or {}), "conditions": conditions}
        self.store.update({**pod, "status": status})

    def _budgets(self, pod: Object) -> list[Object]:
        labels = pod["metadata"].get("labels")
        return [
            budget
            for budget in self.store.list("PodDisruptionBudget", pod["metadata"]["namespace"])
            if selectors.of_object(get(budget, "spec", "selector")).matches(labels)
        ]

    def _spend(self, budget: Object, pod: Object, dry_run: bool) -> None:
        """Take one disruption from a budget; an unhealthy pod is free while others suffice."""
        name = budget["metadata"]["name"]
        state: dict[str, Any] = budget.get("status") or {}
        healthy, wanted = state.get("currentHealthy", 0), state.get("desiredHealthy", 0)
        policy = get(budget, "spec", "unhealthyPodEvictionPolicy", default="IfHealthyBudget")
        if not _is_ready(pod) and (policy == "AlwaysAllow" or (healthy >= wanted and wanted > 0)):
            return
        if state.get("observedGeneration", 0) < budget["metadata"].get("generation", 1):
            raise _refused(name, f"The disruption budget {name} is still being processed by the "
                                 "server.", 10)  # fmt: skip
        if state.get("disruptionsAllowed", 0) <= 0:
            raise _refused(
                name,
                f"The disruption budget {name} needs {wanted} healthy pods and has {healthy} "
                "currently",
                0,
            )
        if dry_run:
            return
        disrupted = {
            **(state.get("disruptedPods") or {}),
            pod["metadata"]["name"]: self.engine.timestamp(),
        }
        fresh = {**state, "disruptionsAllowed": state["disruptionsAllowed"] - 1,
                 "disruptedPods": disrupted}  # fmt: skip
        self.store.update({**budget, "status": fresh})


def _refused(budget: str, why: str, retry_s: int) -> status.StatusError:
    details: dict[str, Any] = {"causes": [{"reason": "DisruptionBudget", "message": why}]}
    if retry_s:
        details["retryAfterSeconds"] = retry_s
    return status.StatusError(429, "TooManyRequests", OVER_BUDGET, details)


def _needs_budget(pod: Object) -> bool:
    phase = get(pod, "status", "phase")
    gone = bool(pod["metadata"].get("deletionTimestamp"))
    return phase not in ("Succeeded", "Failed", "Pending") and not gone


def _is_ready(pod: Object) -> bool:
    conditions = get(pod, "status", "conditions", default=[])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
