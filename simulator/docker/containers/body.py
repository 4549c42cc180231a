"""Turns the body of `POST /containers/create` and an image's config into a container object.

Imitates moby's daemon/create.go and the runconfig merge. The object's fields are those of
`docker inspect`; what only this simulator knows is under "drydock".
"""

from __future__ import annotations

import re
from typing import Any

from simulator.plain import Object, copy

from .errors import DockerError

API_VERSION = "docker/v1"
ZERO_TIME = "0001-01-01T00:00:00Z"

Body = dict[str, Any]

HOST_CONFIG: Body = {
    "Binds": None,
    "ContainerIDFile": "",
    "LogConfig": {"Type": "json-file", "Config": {}},
    "NetworkMode": "bridge",
    "PortBindings": {},
    "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
    "AutoRemove": False,
    "VolumeDriver": "",
    "VolumesFrom": None,
    "ConsoleSize": [0, 0],
    "CapAdd": None,
    "CapDrop": None,
    "CgroupnsMode": "private",
    "Dns": [],
    "DnsOptions": [],
    "DnsSearch": [],
    "ExtraHosts": None,
    "GroupAdd": None,
    "IpcMode": "private",
    "Cgroup": "",
    "Links": None,
    "OomScoreAdj": 0,
    "PidMode": "",
    "Privileged": False,
    "PublishAllPorts": False,
    "ReadonlyRootfs": False,
    "SecurityOpt": None,
    "UTSMode": "",
    "UsernsMode": "",
    "ShmSize": 67108864,
    "Runtime": "runc",
    "Isolation": "",
    "CpuShares": 0,
    "Memory": 0,
    "NanoCpus": 0,
    "CgroupParent": "",
    "BlkioWeight": 0,
    "BlkioWeightDevice": [],
    "BlkioDeviceReadBps": [],
    "BlkioDeviceWriteBps": [],
    "BlkioDeviceReadIOps": [],
    "BlkioDeviceWriteIOps": [],
    "CpuPeriod": 0,
    "CpuQuota": 0,
    "CpuRealtimePeriod": 0,
    "CpuRealtimeRuntime": 0,
    "CpusetCpus": "",
    "CpusetMems": "",
    "Devices": [],
    "DeviceCgroupRules": None,
    "DeviceRequests": None,
    "MemoryReservation": 0,
    "MemorySwap": 0,
    "MemorySwappiness": None,
    "OomKillDisable": None,
    "PidsLimit": None,
    "Ulimits": [],
    "CpuCount": 0,
    "CpuPercent": 0,
    "IOMaximumIOps": 0,
    "IOMaximumBandwidth": 0,
    "MaskedPaths": [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys",
        "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
        "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ],
    "ReadonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
}  # fmt: skip
"""What `docker inspect` shows of a container for which nothing was asked."""

STATE: Body = {
    "Status": "created",
    "Running": False,
    "Paused": False,
    "Restarting": False,
    "OOMKilled": False,
    "Dead": False,
    "Pid": 0,
    "ExitCode": 0,
    "Error": "",
    "StartedAt": ZERO_TIME,
    "FinishedAt": ZERO_TIME,
}

NETWORK_SETTINGS: Body = {
    "Bridge": "",
    "SandboxID": "",
    "SandboxKey": "",
    "Ports": {},
    "HairpinMode": False,
    "LinkLocalIPv6Address": "",
    "LinkLocalIPv6PrefixLen": 0,
    "SecondaryIPAddresses": None,
    "SecondaryIPv6Addresses": None,
    "EndpointID": "",
    "Gateway": "",
    "GlobalIPv6Address": "",
    "GlobalIPv6PrefixLen": 0,
    "IPAddress": "",
    "IPPrefixLen": 0,
    "IPv6Gateway": "",
    "MacAddress": "",
    "Networks": {},
}

OWN: Body = {
    "pod": None,
    "networkOf": None,
    "phase": "",
    "run": 0,
    "manual_stop": False,
    "wasRunning": False,
    "createdUs": 0,
    "startedUs": None,
    "readyUs": None,
    "finishedUs": None,
    "restartUs": None,
    "backoffUs": 0,
    "startError": None,
}
"""What only the simulator knows of a container; runs are counted, times are microseconds."""

MIN_MEMORY = 6 << 20


def check_config(body: Body, host: Body) -> None:
    """Refuse what does not go together; raises DockerError. Source: moby runconfig, daemon."""
    folder = str(body.get("WorkingDir") or "")
    if folder and not folder.startswith("/"):
        raise DockerError(
            400,
            f"the working directory '{folder}' is invalid, it needs to be an absolute path",
        )
    shared = str(host.get("NetworkMode") or "").startswith("container:")
    if shared and body.get("Hostname"):
        raise DockerError(400, "conflicting options: hostname and the network mode")
    if shared and (host.get("PortBindings") or host.get("PublishAllPorts")):
        raise DockerError(
            400, "conflicting options: port publishing and the container type network mode"
        )
    if shared and body.get("ExposedPorts"):
        raise DockerError(
            400, "conflicting options: port exposing and the container type network mode"
        )


def check_host_config(host: Body, cpus: float) -> None:
    """Refuse limits that the daemon refuses; raises DockerError."""
    memory = int(host.get("Memory") or 0)
    if 0 < memory < MIN_MEMORY:
        raise DockerError(400, "Minimum memory limit allowed is 6MB")
    _check_memory(host, memory)
    nano = int(host.get("NanoCpus") or 0)
    _check_cpus(host, nano, int(cpus))
    if nano < 0 or nano > cpus * 1_000_000_000:
        raise DockerError(
            400,
            f"range of CPUs is from 0.01 to {cpus:.2f}, as there are only {int(cpus)} CPUs "
            "available",
        )
    policy = host.get("RestartPolicy") or {}
    name, retries = policy.get("Name") or "no", int(policy.get("MaximumRetryCount") or 0)
    if name not in ("no", "always", "unless-stopped", "on-failure"):
        raise DockerError(
            400,
            f"invalid restart policy: unknown policy '{name}'; use one of 'no', 'always', "
            "'on-failure', or 'unless-stopped'",
        )
    if retries < 0:
        raise DockerError(400, "invalid restart policy: maximum retry count cannot be negative")
    if retries and name != "on-failure":
        raise DockerError(
            400,
            "invalid restart policy: maximum retry count can only be used with 'on-failure'",
        )
    if host.get("AutoRemove") and name not in ("no", ""):
        raise DockerError(400, "can't create 'AutoRemove' container with restart policy")


def _check_memory(host: Body, memory: int) -> None:
    swap, kept = int(host.get("MemorySwap") or 0), int(host.get("MemoryReservation") or 0)
    if memory and 0 < swap < memory:
        raise DockerError(
            400, "Minimum memoryswap limit should be larger than memory limit, see usage"
        )
    if not memory and swap > 0:
        raise DockerError(
            400, "You should always set the Memory limit when using Memoryswap limit, see usage"
        )
    if 0 < kept < MIN_MEMORY:
        raise DockerError(400, "Minimum memory reservation allowed is 6MB")
    if memory and kept > memory:
        raise DockerError(
            400,
            "Minimum memory limit can not be less than memory reservation limit, see usage",
        )


def _check_cpus(host: Body, nano: int, cpus: int) -> None:
    """Refuse shares of the processor. Source: moby verifyPlatformContainerResources."""
    period, quota = int(host.get("CpuPeriod") or 0), int(host.get("CpuQuota") or 0)
    for value, word in ((period, "CPU Period"), (quota, "CPU Quota")):
        if nano > 0 and value > 0:
            raise DockerError(400, f"Conflicting options: Nano CPUs and {word} cannot both be set")
    if period and not 1000 <= period <= 1_000_000:
        raise DockerError(
            400, "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. "
            "1000000)"
        )  # fmt: skip
    if 0 < quota < 1000:
        raise DockerError(400, "CPU cfs quota can not be less than 1ms (i.e. 1000)")
    wished = str(host.get("CpusetCpus") or "")
    numbers = [int(n) for part in wished.split(",") for n in part.split("-") if n.isdigit()]
    if wished and not re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", wished):
        raise DockerError(400, f"Invalid value {wished} for cpuset cpus")
    if numbers and max(numbers) >= cpus:
        there = f"0-{cpus - 1}" if cpus > 1 else "0"
        raise DockerError(
            400, f"Requested CPUs are not available - requested {wished}, available: {there}"
        )
    if host.get("BlkioWeight") and not 10 <= int(host["BlkioWeight"]) <= 1000:
        raise DockerError(400, "Range of blkio weight is from 10 to 1000")
    adjust = int(host.get("OomScoreAdj") or 0)
    if not -1000 <= adjust <= 1000:
        raise DockerError(400, f"Invalid value {adjust}, range for oom score adj is [-1000, 1000]")
    if host.get("Runtime") not in (None, "", "runc", "io.containerd.runc.v2"):
        raise DockerError(400, f"unknown or invalid runtime name: {host['Runtime']}")


def merge_config(body: Body, image: Body) -> Body:
    """Merge what was asked with the image's config, as moby's `runconfig.Merge` does."""
    config = {key: copy(body.get(key)) for key in ("Cmd", "Entrypoint", "Labels", "Volumes")}
    config["Env"] = merge_env(image.get("Env") or [], body.get("Env") or [])
    entrypoint, cmd = body.get("Entrypoint"), body.get("Cmd")
    if not entrypoint:
        if not cmd:
            config["Cmd"] = copy(image.get("Cmd"))
        config["Entrypoint"] = copy(image.get("Entrypoint")) if entrypoint is None else None
    if entrypoint and entrypoint[0] == "":
        config["Entrypoint"] = None
    config["Labels"] = {**(image.get("Labels") or {}), **(body.get("Labels") or {})}
    config["Volumes"] = {**(image.get("Volumes") or {}), **(body.get("Volumes") or {})} or None
    ports = {**(image.get("ExposedPorts") or {}), **(body.get("ExposedPorts") or {})}
    bound = (body.get("HostConfig") or {}).get("PortBindings") or {}
    ports.update({port: {} for port in bound})
    merged: Body = {
        "Hostname": body.get("Hostname") or "",
        "Domainname": body.get("Domainname") or "",
        "User": body.get("User") or image.get("User") or "",
        "AttachStdin": bool(body.get("AttachStdin")),
        "AttachStdout": bool(body.get("AttachStdout")),
        "AttachStderr": bool(body.get("AttachStderr")),
    }
    if ports:
        merged["ExposedPorts"] = dict(sorted(ports.items()))
    merged.update(
        Tty=bool(body.get("Tty")),
        OpenStdin=bool(body.get("OpenStdin")),
        StdinOnce=bool(body.get("StdinOnce")),
        Env=config["Env"],
        Cmd=config["Cmd"],
    )
    health = merge_healthcheck(body.get("Healthcheck"), image.get("Healthcheck"))
    if health:
        merged["Healthcheck"] = health
    merged.update(
        Image=body["Image"],
        Volumes=config["Volumes"],
        WorkingDir=body.get("WorkingDir") or image.get("WorkingDir") or "",
        Entrypoint=config["Entrypoint"],
        OnBuild=None,
        Labels=config["Labels"],
    )
    for key in ("StopSignal", "StopTimeout"):
        value = body.get(key) if body.get(key) is not None else image.get(key)
        if value is not None and value != "":
            merged[key] = value
    return merged


def merge_env(image: list[str], asked: list[str]) -> list[str]:
    """List the asked variables first and then those of the image that were not set again."""
    names = {item.partition("=")[0] for item in asked}
    asked = [item for item in asked if "=" in item]
    return [*asked, *[item for item in image if item.partition("=")[0] not in names]]


def merge_healthcheck(asked: Body | None, image: Body | None) -> Body | None:
    """Fill in what was not asked from the image's HEALTHCHECK."""
    if not asked:
        return copy(image) if image else None
    merged: Body = copy(asked)
    for key, value in (image or {}).items():
        if not merged.get(key):
            merged[key] = copy(value)
    return merged


def new_container(
    machine: str, container_id: str, name: str, created: str, image: Body, config: Body, host: Body
) -> Object:
    """Make the store object of a container that was just created."""
    argv = [*(config["Entrypoint"] or []), *(config["Cmd"] or [])]
    folder = f"/var/lib/docker/containers/{container_id}"
    return {
        "apiVersion": API_VERSION,
        "kind": "Container",
        "metadata": {"name": container_id, "namespace": machine},
        "Id": container_id,
        "Created": created,
        "Path": argv[0],
        "Args": argv[1:],
        "State": copy(STATE),
        "Image": image["Id"],
        "ResolvConfPath": f"{folder}/resolv.conf",
        "HostnamePath": f"{folder}/hostname",
        "HostsPath": f"{folder}/hosts",
        "LogPath": f"{folder}/{container_id}-json.log",
        "Name": f"/{name}",
        "RestartCount": 0,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": None,
        "HostConfig": host,
        "GraphDriver": {"Data": {"ID": container_id}, "Name": "overlay2"},
        "Mounts": [],
        "Config": config,
        "NetworkSettings": copy(NETWORK_SETTINGS),
        "drydock": {
            **copy(OWN),
            "platform": image["drydock"]["platform"],
            "layers": list(image["RootFS"]["Layers"]),
        },
    }
