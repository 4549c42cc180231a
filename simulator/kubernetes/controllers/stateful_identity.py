"""Who a StatefulSet's pod is: its number, its names, its disks.

Source: pkg/controller/statefulset/stateful_set_utils.go, v1.32.
"""

from __future__ import annotations

import re

from simulator.kubernetes.controllers.pod_template import pod_from_template
from simulator.kubernetes.controllers.revisions import REVISION_LABEL
from simulator.kubernetes.owners import controller_reference
from simulator.plain import Object, copy, get

POD_NAME = "statefulset.kubernetes.io/pod-name"
POD_INDEX = "apps.kubernetes.io/pod-index"
_NAME = re.compile(r"(.*)-([0-9]+)")


def ordinal_of(owner: Object, pod: Object) -> int | None:
    """Give the number at the end of a pod's name; None when it is not one of the set's names."""
    match = _NAME.fullmatch(pod["metadata"]["name"])
    if match is None or match.group(1) != owner["metadata"]["name"]:
        return None
    return int(match.group(2))


def claim_name(owner: Object, template: Object, ordinal: int) -> str:
    """Name the claim that a pod has from one of the set's claim templates."""
    return f"{template['metadata']['name']}-{owner['metadata']['name']}-{ordinal}"


def pod_of(owner: Object, template: Object, ordinal: int, revision: str) -> Object:
    """Make the pod of a number, with its host name and its claims."""
    name = f"{owner['metadata']['name']}-{ordinal}"
    pod = pod_from_template(template, owner, name)
    labels = pod["metadata"].setdefault("labels", {})
    labels.update({POD_NAME: name, POD_INDEX: str(ordinal), REVISION_LABEL: revision})
    spec = pod["spec"]
    spec["hostname"] = name
    if owner["spec"].get("serviceName"):
        spec["subdomain"] = owner["spec"]["serviceName"]
    claims = owner["spec"].get("volumeClaimTemplates") or ()
    names = [claim["metadata"]["name"] for claim in claims]
    volumes = [one for one in spec.get("volumes") or () if one["name"] not in names]
    for claim in claims:
        reference = {"claimName": claim_name(owner, claim, ordinal)}
        volumes.append({"name": claim["metadata"]["name"], "persistentVolumeClaim": reference})
    if volumes:
        spec["volumes"] = volumes
    return pod


def claims_of(owner: Object, ordinal: int) -> list[Object]:
    """Make the claims that the pod of a number needs."""
    made = []
    policy = get(owner, "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
    for template in owner["spec"].get("volumeClaimTemplates") or ():
        meta: Object = copy(template["metadata"])
        meta["name"] = claim_name(owner, template, ordinal)
        meta["namespace"] = owner["metadata"]["namespace"]
        labels = get(owner, "spec", "selector", "matchLabels", default={})
        meta["labels"] = {**(meta.get("labels") or {}), **labels}
        if policy == "Delete":
            meta["ownerReferences"] = [{**controller_reference(owner), "controller": False}]
        made.append(
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": meta,
                "spec": copy(template["spec"]),
            }
        )
    return made
