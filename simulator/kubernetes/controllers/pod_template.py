"""Makes a pod from a pod template, as every workload controller does.

Source: pkg/controller/controller_utils.go (GetPodFromTemplate), v1.32.
"""

from __future__ import annotations

from simulator.kubernetes.owners import controller_reference
from simulator.plain import Object, copy

PREFIX_LENGTH = 253 - 5
"""Longest generateName: a pod's name is a DNS subdomain with five random characters at its end."""


def pod_from_template(template: Object, owner: Object, name: str | None = None) -> Object:
    """Make a pod that `owner` controls; it is named by the API server unless `name` is given."""
    meta = template.get("metadata") or {}
    made: Object = {"namespace": owner["metadata"]["namespace"]}
    if name is not None:
        made["name"] = name
    else:
        made["generateName"] = owner["metadata"]["name"][:PREFIX_LENGTH] + "-"
    for field in ("labels", "annotations", "finalizers"):
        if meta.get(field):
            made[field] = copy(meta[field])
    made["ownerReferences"] = [controller_reference(owner)]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": made, "spec": copy(template["spec"])}
