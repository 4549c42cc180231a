"""The mounts of a container, as `mount`, `df` and /proc/mounts show them.

Sources: the default mounts of moby (oci/defaults.go) and the masked paths of a container.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from . import machine

if TYPE_CHECKING:
    from ..process import Process

PARTITIONS = {"nvme": "/dev/nvme0n1p2", "sd": "/dev/mmcblk0p2"}
NO_EXEC = "nosuid,nodev,noexec,relatime"
SMALL = 65536
"""KiB of Docker's /dev and of the usual /dev/shm."""
FLAGS = ("rw", "ro", "nosuid", "nodev", "noexec", "relatime")
"""Options that belong to a mount, not to its file system."""


class Mount(NamedTuple):
    """One mount; source: what lies behind it, the same for mounts of one file system."""

    device: str
    place: str
    kind: str
    options: str
    source: str
    size: int = 0
    used: int = 0
    """KiB, both; 0 for file systems without a size."""


def mounts(p: Process) -> list[Mount]:
    """List the mounts in the order in which the runtime makes them."""
    host = p.container["HostConfig"]
    privileged = bool(host.get("Privileged"))
    writes = "rw" if privileged else "ro"
    shm = int(host.get("ShmSize") or SMALL << 10) >> 10
    root = "ro" if host.get("ReadonlyRootfs") else "rw"
    folder = f"/var/lib/docker/overlay2/{p.container['Id']}"
    layers = f"lowerdir={folder}-init/diff,upperdir={folder}/diff,workdir={folder}/work"
    found = [
        _on_disk(p, "overlay", "/", "overlay", f"{root},relatime,{layers}", "overlay"),
        Mount("proc", "/proc", "proc", f"rw,{NO_EXEC}", "proc"),
        Mount("tmpfs", "/dev", "tmpfs", "rw,nosuid,size=65536k,mode=755,inode64", "dev", SMALL),
        Mount("devpts", "/dev/pts", "devpts",
              "rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666", "pts"),
        Mount("sysfs", "/sys", "sysfs", f"{writes},{NO_EXEC}", "sysfs"),
        Mount("cgroup", "/sys/fs/cgroup", "cgroup2", f"{writes},{NO_EXEC}", "cgroup"),
        Mount("mqueue", "/dev/mqueue", "mqueue", f"rw,{NO_EXEC}", "mqueue"),
        Mount("shm", "/dev/shm", "tmpfs", f"rw,{NO_EXEC},size={shm}k,inode64", "shm", shm),
    ]  # fmt: skip
    found += _asked(p)
    for path in ("/etc/resolv.conf", "/etc/hostname", "/etc/hosts"):
        if not any(one.place == path for one in found):
            found.append(_on_disk(p, partition(p), path, "ext4", "rw,relatime", "disk"))
    if p.on_terminal:
        found.append(Mount("devpts", "/dev/console", "devpts", "rw,nosuid,noexec,relatime,gid=5,"
                           "mode=620,ptmxmode=666", "pts"))  # fmt: skip
    return found if privileged else found + _masked(p)


def _asked(p: Process) -> list[Mount]:
    """List what was asked for: volumes, bind mounts, tmpfs."""
    found = []
    claims = _claims(p)
    for row in p.engine.docker.mounts.of(p.container):
        place, mode = str(row["Destination"]), "rw" if row["RW"] else "ro"
        if row["Type"] == "tmpfs":
            found.append(_tmpfs(p, place, mode, str(row.get("Mode") or "")))
        elif place in claims:
            found.append(claims[place])
        else:
            found.append(_on_disk(p, partition(p), place, "ext4", f"{mode},relatime", "disk"))
    return found


def _tmpfs(p: Process, place: str, mode: str, options: str) -> Mount:
    from simulator.kubernetes.api.quantity import bytes_of

    words = [word for word in options.split(",") if word not in ("", "rw", "ro")]
    size, shown = _half(p), ""
    for word in words:
        if word.startswith("size="):
            size = bytes_of(word[5:].upper().replace("K", "Ki").replace("M", "Mi")
                            .replace("G", "Gi")) >> 10  # fmt: skip
            shown = f",size={size}k"
    used = sum(int(entry.get("size") or 0) for path, entry in p.view.files.items()
               if path.startswith(place.rstrip("/") + "/")) >> 10  # fmt: skip
    return Mount("tmpfs", place, "tmpfs", f"{mode},{NO_EXEC}{shown},inode64", place, size, used)


def _masked(p: Process) -> list[Mount]:
    """List what hides or protects parts of /proc and /sys from a container."""
    host, half = p.container["HostConfig"], _half(p)
    found = [Mount("proc", path, "proc", f"ro,{NO_EXEC}", "proc")
             for path in host.get("ReadonlyPaths") or ()]  # fmt: skip
    dev = "rw,nosuid,size=65536k,mode=755,inode64"
    for path in host.get("MaskedPaths") or ():
        if path in ("/proc/acpi", "/proc/scsi", "/sys/firmware"):
            found.append(Mount("tmpfs", path, "tmpfs", "ro,relatime,inode64", path, half))
        elif path in ("/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/timer_list"):
            found.append(Mount("tmpfs", path, "tmpfs", dev, "dev", SMALL))
    return found


def partition(p: Process) -> str:
    """Name the machine's disk, as far as Docker's files lie on it."""
    return PARTITIONS.get(str(machine.spec(p).get("diskKind")), "/dev/sda1")


def _on_disk(p: Process, device: str, place: str, kind: str, options: str, source: str) -> Mount:
    disk, name = p.engine.machines.disk, str(p.box["machine"])
    total = disk.capacity(name) >> 10
    return Mount(device, place, kind, options, source, total, min(total, disk.used(name) >> 10))


def _half(p: Process) -> int:
    """Give the usual size of a tmpfs in KiB: half of the memory."""
    return int(machine.spec(p)["memory"]) >> 11


def _claims(p: Process) -> dict[str, Mount]:
    """Give the volumes of claims by the place where they are mounted."""
    import re

    from simulator.kubernetes.api.quantity import bytes_of

    found: dict[str, Mount] = {}
    store = p.engine.store
    for index, mount in enumerate(p.container["Mounts"]):
        match = re.search(r"/volumes/kubernetes\.io~csi/([^/]+)/mount$", str(mount["Source"]))
        volume: dict[str, Any] = (store.get("PersistentVolume", "", match[1]) if match else None
                                  ) or {}  # fmt: skip
        ref = volume.get("spec", {}).get("claimRef")
        if not ref:
            continue
        claim = store.get("PersistentVolumeClaim", ref["namespace"], ref["name"]) or {}
        size = bytes_of((claim.get("status") or {}).get("capacity", {}).get("storage"))
        place = str(mount["Destination"])
        below = place.rstrip("/") + "/"
        used = sum(int(entry.get("size") or 0) for path, entry in p.view.files.items()
                   if path.startswith(below))  # fmt: skip
        found[place] = Mount(f"/dev/rbd{index}", place, "ext4", "rw,relatime", place,
                             max(size >> 10, 1), used >> 10)  # fmt: skip
    return found


def table(p: Process) -> str:
    """Write /proc/mounts."""
    return "".join(f"{one.device} {one.place} {one.kind} {one.options} 0 0\n" for one in mounts(p))


def details(p: Process) -> str:
    """Write /proc/self/mountinfo."""
    lines = []
    for number, one in enumerate(mounts(p), 700):
        flags = ",".join(word for word in one.options.split(",") if word in FLAGS)
        rest = one.options.partition(",")[2] or "rw"
        lines.append(f"{number} {699 if one.place == '/' else 700} 0:{number - 650} / {one.place} "
                     f"{flags} - {one.kind} {one.device} {rest}\n")  # fmt: skip
    return "".join(lines)
