"""The part of a create body that says how the host runs a container: limits, devices, namespaces.

Imitates docker compose's `getCreateConfigs` (create.go).
"""

from __future__ import annotations

from typing import Any

from . import syntax

Body = dict[str, Any]

_LISTS = {"cap_add": "CapAdd", "cap_drop": "CapDrop", "dns": "Dns", "dns_opt": "DnsOptions",
          "dns_search": "DnsSearch", "security_opt": "SecurityOpt", "group_add": "GroupAdd",
          "device_cgroup_rules": "DeviceCgroupRules"}  # fmt: skip
_TEXTS = {"ipc": "IpcMode", "pid": "PidMode", "uts": "UTSMode", "userns_mode": "UsernsMode",
          "cgroup": "CgroupnsMode", "cgroup_parent": "CgroupParent", "runtime": "Runtime",
          "isolation": "Isolation", "cpuset": "CpusetCpus"}  # fmt: skip
_NUMBERS = {"cpu_count": "CpuCount", "cpu_percent": "CpuPercent", "cpu_period": "CpuPeriod",
            "cpu_quota": "CpuQuota", "cpu_rt_period": "CpuRealtimePeriod",
            "cpu_rt_runtime": "CpuRealtimeRuntime", "cpu_shares": "CpuShares",
            "mem_reservation": "MemoryReservation", "memswap_limit": "MemorySwap",
            "mem_swappiness": "MemorySwappiness", "shm_size": "ShmSize",
            "oom_score_adj": "OomScoreAdj", "pids_limit": "PidsLimit"}  # fmt: skip
_MAPPINGS = {"sysctls": "Sysctls", "storage_opt": "StorageOpt", "annotations": "Annotations"}


def host_config(service: Body) -> Body:
    """Make the HostConfig of a service's container, without its mounts and networks."""
    host: Body = {
        "Privileged": bool(service.get("privileged")),
        "ReadonlyRootfs": bool(service.get("read_only")),
        "Init": service.get("init"),
        "RestartPolicy": _restart(service),
        "NetworkMode": "default",
        "PortBindings": _bindings(service),
    }
    _limits(service, host)
    for field, key in _LISTS.items():
        if service.get(field):
            host[key] = list(service[field])
    for field, key in _TEXTS.items():
        if service.get(field):
            host[key] = str(service[field])
    for field, key in _NUMBERS.items():
        if service.get(field):
            host[key] = int(service[field])
    for field, key in _MAPPINGS.items():
        if service.get(field):
            host[key] = {name: syntax.text(one) or "" for name, one in service[field].items()}
    if service.get("oom_kill_disable"):
        host["OomKillDisable"] = True
    if service.get("extra_hosts"):
        host["ExtraHosts"] = [row.replace("=", ":", 1) for row in service["extra_hosts"]]
    if service.get("ulimits"):
        host["Ulimits"] = [_ulimit(key, row) for key, row in sorted(service["ulimits"].items())]
    if service.get("devices"):
        host["Devices"] = [
            {"PathOnHost": row["source"], "PathInContainer": row.get("target") or row["source"],
             "CgroupPermissions": row.get("permissions") or "rwm"}
            for row in service["devices"]
        ]  # fmt: skip
    logging = service.get("logging") or {}
    if logging.get("driver") or logging.get("options"):
        host["LogConfig"] = {"Type": logging.get("driver") or "json-file",
                             "Config": dict(logging.get("options") or {})}  # fmt: skip
    return host


def _limits(service: Body, host: Body) -> None:
    """Set CPUs and memory: the service's own fields, or those of its deploy section."""
    resources = (service.get("deploy") or {}).get("resources") or {}
    limits, wished = resources.get("limits") or {}, resources.get("reservations") or {}
    memory = service.get("mem_limit") or limits.get("memory")
    if memory:
        host["Memory"] = int(memory)
    cpus = service.get("cpus") or limits.get("cpus")
    if cpus:
        host["NanoCpus"] = round(float(cpus) * 10**9)
    if wished.get("memory"):
        host["MemoryReservation"] = int(wished["memory"])
    if limits.get("pids"):
        host["PidsLimit"] = int(limits["pids"])


def _ulimit(name: str, row: Any) -> Body:
    if isinstance(row, dict):
        return {"Name": name, "Soft": int(row["soft"]), "Hard": int(row["hard"])}
    return {"Name": name, "Soft": int(row), "Hard": int(row)}


def _restart(service: Body) -> Body:
    policy = (service.get("deploy") or {}).get("restart_policy") or {}
    text = str(service.get("restart") or "")
    if not text and policy:
        condition = policy.get("condition", "any")
        text = {"none": "no", "any": "always"}.get(condition, condition)
        if text == "on-failure" and policy.get("max_attempts"):
            text += f":{policy['max_attempts']}"
    name, _, count = text.partition(":")
    return {"Name": name or "no", "MaximumRetryCount": int(count) if count.isdigit() else 0}


def _bindings(service: Body) -> Body:
    found: dict[str, list[Body]] = {}
    for port in service.get("ports") or []:
        published = str(port.get("published") or "")
        binding = {"HostIp": port.get("host_ip", ""), "HostPort": published}
        found.setdefault(f"{port['target']}/{port['protocol']}", []).append(binding)
    return found
