"""What a pod may write on its node: emptyDirs with a size limit, and limits of ephemeral storage.

Source: pkg/kubelet/eviction/eviction_manager.go (localStorageEviction), v1.32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.docker import tree as trees
from simulator.kubernetes.api.podresources import pod_amounts
from simulator.kubernetes.api.quantity import bytes_of
from simulator.kubernetes.kubelet.eviction_rank import usage_of
from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

EMPTY_DIR = "/var/lib/kubelet/pods/{uid}/volumes/kubernetes.io~empty-dir/{name}"
RESOURCE = "ephemeral-storage"


def is_limited(pod: Object) -> bool:
    """Say whether there is a limit to what a pod writes."""
    volumes = pod["spec"].get("volumes") or ()
    if any(get(volume, "emptyDir", "sizeLimit") for volume in volumes):
        return True
    return any(get(one, "resources", "limits", RESOURCE) for one in pod["spec"]["containers"])


def excess(engine: Engine, pod: Object) -> str:
    """Say in upstream's words which limit a pod has gone over; "" for none."""
    sizes = _empty_dirs(engine, pod)
    for volume in pod["spec"].get("volumes") or ():
        limit = get(volume, "emptyDir", "sizeLimit")
        if limit and sizes[volume["name"]] > bytes_of(limit):
            return f'Usage of EmptyDir volume "{volume["name"]}" exceeds the limit "{limit}". '
    used = usage_of(engine, RESOURCE, pod)
    whole = pod_amounts(pod["spec"], "limits").get(RESOURCE)
    each = [get(one, "resources", "limits", RESOURCE) for one in pod["spec"]["containers"]]
    if whole is not None and all(each):
        total = sum(used.values()) + sum(sizes.values())
        if total > whole.value():
            text = "Pod ephemeral local storage usage exceeds the total limit of containers"
            return f"{text} {whole}. "
    for container, limit in zip(pod["spec"]["containers"], each, strict=True):
        name = container["name"]
        if limit and used.get(name, 0) > bytes_of(limit):
            return f'Container {name} exceeded its local ephemeral storage limit "{limit}". '
    return ""


def _empty_dirs(engine: Engine, pod: Object) -> dict[str, int]:
    """Give the bytes in each emptyDir of a pod, by the volume's name; those in memory not."""
    found = {}
    for volume in pod["spec"].get("volumes") or ():
        if "emptyDir" in volume and volume["emptyDir"].get("medium") != "Memory":
            place = EMPTY_DIR.format(uid=pod["metadata"]["uid"], name=volume["name"])
            files = engine.docker.mounts.host.read(pod["spec"]["nodeName"], place)
            found[volume["name"]] = trees.total_size(files)
    return {**{v["name"]: 0 for v in pod["spec"].get("volumes") or ()}, **found}
