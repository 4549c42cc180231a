"""Who a container's processes are: users, groups, and the check that none of them is root.

Sources: pkg/kubelet/kuberuntime/security_context.go (verifyRunAsNonRoot) and
pkg/volume/volume_linux.go (SetVolumeOwnership), v1.32.

# Simplified: Seccomp, AppArmor and SELinux profiles, capabilities and the handlers of runtime
# classes are kept and shown, but nobody checks that a node has them, and they forbid nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from simulator.docker import unknown
from simulator.docker.tree import Entry, Files, Tree
from simulator.kubernetes.kubelet.environment import ConfigError
from simulator.plain import Object, get

if TYPE_CHECKING:
    from simulator.engine import Engine

SETGID, GROUP_RW, GROUP_R, GROUP_X = 0o2000, 0o660, 0o440, 0o110


def setting(pod: Object, container: Object, field: str) -> Any:
    """Give a field of a container's security context, or else of its pod's."""
    own = get(container, "securityContext", field)
    return own if own is not None else get(pod, "spec", "securityContext", field)


def user_of(pod: Object, container: Object, image_user: str) -> str:
    """Give `uid[:gid]` for the container's processes; "" leaves it to the image."""
    user, group = (setting(pod, container, field) for field in ("runAsUser", "runAsGroup"))
    if group is None:
        return "" if user is None else str(user)
    return f"{image_user.partition(':')[0] or 0 if user is None else user}:{group}"


def groups_of(pod: Object) -> list[str]:
    """Give the further groups of all processes: those listed, and the one that owns volumes."""
    context = get(pod, "spec", "securityContext", default={})
    groups = [*(context.get("supplementalGroups") or ())]
    if context.get("fsGroup") is not None:
        groups.append(context["fsGroup"])
    return [str(group) for group in dict.fromkeys(groups)]


def check_non_root(engine: Engine, pod: Object, container: Object) -> None:
    """Refuse a container that must not be root and would be; raises ConfigError.

    An image that stands for an unknown one is taken to have a user of its own.
    """
    if not setting(pod, container, "runAsNonRoot"):
        return
    meta = pod["metadata"]
    where = f'(pod: "{meta["name"]}_{meta["namespace"]}({meta["uid"]})", '
    where += f"container: {container['name']})"
    user = setting(pod, container, "runAsUser")
    if user is not None:
        if user == 0:
            raise ConfigError(f"container's runAsUser breaks non-root policy {where}")
        return
    image = engine.images.find(pod["spec"]["nodeName"], container["image"]) or {}
    name = str(get(image, "Config", "User", default="")).partition(":")[0]
    if re.fullmatch(r"0*", name):
        if not _is_unknown(engine, image):
            raise ConfigError(f"container has runAsNonRoot and image will run as root {where}")
    elif not name.isdigit():
        raise ConfigError(
            f"container has runAsNonRoot and image has non-numeric user ({name}), "
            f"cannot verify user is non-root {where}"
        )


def _is_unknown(engine: Engine, image: Object) -> bool:
    layers = get(image, "RootFS", "Layers", default=[])
    return unknown.knows(Tree(engine.images.merged(layers)), "/.")


def image_user(engine: Engine, pod: Object, container: Object) -> str:
    """Give the user that a container's image names, "" for none."""
    image = engine.images.find(pod["spec"]["nodeName"], container["image"]) or {}
    return str(get(image, "Config", "User", default=""))


def owned(files: Files, group: int, read_only: bool) -> Files:
    """Give the files of a volume as they are when a pod's fsGroup owns them."""
    return {path: _owned(entry, group, read_only) for path, entry in files.items()}


def _owned(entry: Entry, group: int, read_only: bool) -> Entry:
    if entry["type"] == "link":
        return {**entry, "gid": group}
    mode = int(entry["mode"]) | (GROUP_R if read_only else GROUP_RW)
    if entry["type"] == "dir":
        mode |= SETGID | GROUP_X
    return {**entry, "gid": group, "mode": mode}
