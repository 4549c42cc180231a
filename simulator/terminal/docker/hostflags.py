"""The rarer flags of `docker run` and `docker create`, as parts of the body's HostConfig.

# Simplified: Flags that set namespaces, devices' rates, kernel parameters, ulimits, block I/O,
# real-time scheduling, capabilities, security profiles or annotations are checked and kept
# (`docker inspect` shows them), but change nothing in a container's modelled programs.
"""

from __future__ import annotations

from typing import Any

from .grammar import Line
from .values import size_of

Body = dict[str, Any]

TEXTS = {
    "cgroup-parent": "CgroupParent", "cgroupns": "CgroupnsMode", "cidfile": "ContainerIDFile",
    "cpuset-cpus": "CpusetCpus", "cpuset-mems": "CpusetMems", "ipc": "IpcMode",
    "isolation": "Isolation", "pid": "PidMode", "runtime": "Runtime", "userns": "UsernsMode",
    "uts": "UTSMode", "volume-driver": "VolumeDriver",
}  # fmt: skip
NUMBERS = {
    "blkio-weight": "BlkioWeight", "cpu-count": "CpuCount", "cpu-percent": "CpuPercent",
    "cpu-period": "CpuPeriod", "cpu-quota": "CpuQuota", "cpu-rt-period": "CpuRealtimePeriod",
    "cpu-rt-runtime": "CpuRealtimeRuntime", "io-maxiops": "IOMaximumIOps",
    "memory-swappiness": "MemorySwappiness", "oom-score-adj": "OomScoreAdj",
}  # fmt: skip
LISTS = {
    "device-cgroup-rule": "DeviceCgroupRules", "dns-option": "DnsOptions",
    "dns-search": "DnsSearch", "group-add": "GroupAdd", "link": "Links",
    "volumes-from": "VolumesFrom",
}  # fmt: skip
PAIRS = {"annotation": "Annotations", "storage-opt": "StorageOpt", "sysctl": "Sysctls"}
RATES = {"device-read-bps": "BlkioDeviceReadBps", "device-write-bps": "BlkioDeviceWriteBps",
         "device-read-iops": "BlkioDeviceReadIOps",
         "device-write-iops": "BlkioDeviceWriteIOps"}  # fmt: skip


def host_flags(line: Line) -> Body:
    """Read the rarer flags of a run or create line."""
    host: Body = {key: line.text(flag) for flag, key in TEXTS.items() if line.text(flag)}
    host.update({key: int(line.text(flag), 0) for flag, key in NUMBERS.items() if line.text(flag)})
    host.update({key: line.all(flag) for flag, key in LISTS.items() if line.all(flag)})
    for flag, key in PAIRS.items():
        if line.all(flag):
            host[key] = dict(text.partition("=")[::2] for text in line.all(flag))
    for flag, key in RATES.items():
        if line.all(flag):
            rows = [text.rpartition(":")[::2] for text in line.all(flag)]
            host[key] = [{"Path": path, "Rate": size_of(rate)} for path, rate in rows]
    if line.all("blkio-weight-device"):
        pairs = [text.rpartition(":")[::2] for text in line.all("blkio-weight-device")]
        host["BlkioWeightDevice"] = [{"Path": p, "Weight": int(w)} for p, w in pairs]
    for flag, key in (("io-maxbandwidth", "IOMaximumBandwidth"), ("kernel-memory", "KernelMemory")):
        if line.text(flag):
            host[key] = size_of(line.text(flag))
    if line.all("ulimit"):
        host["Ulimits"] = [_ulimit(text) for text in line.all("ulimit")]
    if line.all("device"):
        host["Devices"] = [_device(text) for text in line.all("device")]
    if line.text("gpus"):
        host["DeviceRequests"] = [_gpus(line.text("gpus"))]
    if line.on("oom-kill-disable"):
        host["OomKillDisable"] = True
    if line.text("log-driver") or line.all("log-opt"):
        options = dict(text.partition("=")[::2] for text in line.all("log-opt"))
        host["LogConfig"] = {"Type": line.text("log-driver") or "json-file", "Config": options}
    return host


def _ulimit(text: str) -> Body:
    name, _, limits = text.partition("=")
    soft, _, hard = limits.partition(":")
    return {"Name": name, "Hard": int(hard or soft), "Soft": int(soft)}


def _device(text: str) -> Body:
    path, _, rest = text.partition(":")
    inside, _, mode = rest.partition(":")
    if not mode and inside and not inside.startswith("/"):
        inside, mode = "", inside
    return {"PathOnHost": path, "PathInContainer": inside or path,
            "CgroupPermissions": mode or "rwm"}  # fmt: skip


def _gpus(text: str) -> Body:
    pairs = dict(part.partition("=")[::2] for part in text.split(","))
    count = pairs.get("count", next((key for key, value in pairs.items() if not value), "1"))
    return {"Driver": pairs.get("driver", ""), "Count": -1 if count == "all" else int(count),
            "DeviceIDs": None, "Capabilities": [["gpu"]], "Options": {}}  # fmt: skip
