"""Cluster roles that are made of others: their rules are those of the roles they select.

Source: pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go, v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.kubernetes.api import selectors
from simulator.kubernetes.controllers import Controller
from simulator.plain import Object, copy, get

if TYPE_CHECKING:
    from simulator.engine import Engine


class ClusterRoleAggregationController(Controller):
    """Write the rules of each role that has an aggregation rule."""

    name = "clusterrole-aggregation"
    source = "clusterrole-aggregation-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.watch("ClusterRole", self._aggregates)

    def _aggregates(self, obj: Object, old: Object | None) -> list[str]:
        roles = self.store.list("ClusterRole")
        return [role["metadata"]["name"] for role in roles if role.get("aggregationRule")]

    def reconcile(self, key: str) -> int | None:
        """Gather the rules of one role, each once, by the names of the roles they come from."""
        role = self.store.get("ClusterRole", "", key)
        wanted = get(role, "aggregationRule", "clusterRoleSelectors", default=None)
        if role is None or not wanted:
            return None
        rules: list[Object] = []
        for text in wanted:
            selector = selectors.of_object(text)
            for other in self.store.list("ClusterRole"):
                meta = other["metadata"]
                if meta["name"] != key and selector.matches(meta.get("labels")):
                    rules += [rule for rule in other.get("rules") or () if rule not in rules]
        if rules != (role.get("rules") or []):
            self.update({**role, "rules": copy(rules)})
        return None
