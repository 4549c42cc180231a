"""The order and the omissions of compose's own output: which fields a thing has, one after another.

Imitates how compose-go 2.6's types are marshalled (types.go): fields come in the order of the
structures, an empty one is left out, `x-` fields come last.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import Any

_HOOK = "command user privileged working_dir environment"
_GRANT = "source target uid gid mode!"
_ROLLOUT = "parallelism! delay failure_action monitor max_failure_ratio order"
_RESOURCE = "cpus memory pids devices=[device_request] generic_resources=[generic_resource]"

STRUCTURES = {
    "project": "name services!={service} networks={network} volumes={volume} secrets={secret} "
    "configs={config}",
    "service": "profiles annotations attach! build=build! develop=develop! blkio_config=blkio! "
    "cap_add cap_drop cgroup_parent cgroup cpu_count cpu_percent cpu_period cpu_quota "
    "cpu_rt_period cpu_rt_runtime cpus cpuset cpu_shares command! configs=[grant] container_name "
    "credential_spec=credential! depends_on={dependency} deploy=deploy! device_cgroup_rules "
    "devices=[device] dns dns_opt dns_search domainname entrypoint! provider=provider! environment "
    "env_file expose extends=extends! external_links extra_hosts group_add gpus=[device_request] "
    "hostname healthcheck=health! image init! ipc isolation labels label_file links "
    "logging=logging! mem_limit mem_reservation memswap_limit mem_swappiness mac_address "
    "network_mode networks={joined} oom_kill_disable oom_score_adj pid pids_limit platform "
    "ports=[port] privileged pull_policy read_only restart runtime scale! secrets=[grant] "
    "security_opt shm_size stdin_open stop_grace_period! stop_signal storage_opt sysctls tmpfs tty "
    "ulimits={ulimit} use_api_socket user userns_mode uts volumes=[mount] volumes_from working_dir "
    "post_start=[hook] pre_stop=[hook]",
    "build": "context dockerfile dockerfile_inline entitlements args ssh labels cache_from "
    "cache_to no_cache additional_contexts pull extra_hosts isolation network target "
    "secrets=[grant] shm_size tags ulimits={ulimit} platforms privileged",
    "develop": "watch=[trigger]",
    "trigger": "path! action! target exec=hook ignore include",
    "hook": _HOOK,
    "grant": _GRANT,
    "blkio": "weight weight_device device_read_bps device_read_iops device_write_bps "
    "device_write_iops",
    "credential": "config file registry",
    "dependency": "condition restart required!",
    "deploy": "mode replicas! labels update_config=rollout! rollback_config=rollout! "
    "resources=resources restart_policy=restart_policy! placement=placement endpoint_mode",
    "rollout": _ROLLOUT,
    "resources": "limits=resource! reservations=resource!",
    "resource": _RESOURCE,
    "device_request": "capabilities driver count device_ids options",
    "generic_resource": "discrete_resource_spec!",
    "restart_policy": "condition delay! max_attempts! window!",
    "placement": "constraints preferences max_replicas_per_node",
    "device": "source target permissions",
    "provider": "type options",
    "extends": "file service",
    "health": "test timeout! interval! retries! start_period! start_interval! disable",
    "logging": "driver options",
    "joined": "aliases driver_opts gw_priority interface_name ipv4_address ipv6_address "
    "link_local_ips mac_address priority",
    "port": "name mode host_ip target published protocol app_protocol",
    "mount": "type source target read_only consistency bind=bind! volume=inside! tmpfs=memory! "
    "image=inside!",
    "bind": "selinux propagation create_host_path recursive",
    "inside": "labels nocopy subpath",
    "memory": "size mode",
    "ulimit": "single soft! hard!",
    "network": "name driver driver_opts ipam=ipam external internal attachable labels "
    "enable_ipv4! enable_ipv6!",
    "ipam": "driver config=[pool]",
    "pool": "subnet gateway ip_range aux_addresses",
    "volume": "name driver driver_opts external labels",
    "secret": "name file environment content external labels driver driver_opts template_driver",
    "config": "name file environment content external labels driver driver_opts template_driver",
}  # fmt: skip
"""Fields by structure. A `!` keeps what is empty; `=name` is another structure, `=[name]` a list
and `={name}` a mapping of it."""

Document = dict[str, Any]


def arrange(value: Any, name: str, as_json: bool = False) -> Any:
    """Give a thing with its fields in order and without the empty ones.

    as_json: structures that are no pointers stay although empty, and command and entrypoint are
    null where there is none, as Go's JSON has them.
    """
    if not isinstance(value, dict):
        return value
    found: Document = {}
    for spec in STRUCTURES[name].split():
        key, _, shape = spec.partition("=")
        kept = spec.endswith("!") or key.endswith("!")
        key, shape = key.rstrip("!"), shape.rstrip("!")
        item = value.get(key)
        if as_json and key in ("command", "entrypoint") and name in ("service", "hook"):
            found[key] = item
            continue
        if as_json and shape.isidentifier() and not kept:
            found[key] = arrange(item or {}, shape, True)
            continue
        if item is None:
            continue
        item = _inner(item, shape, as_json)
        if kept or item not in (False, 0, "", [], {}):
            found[key] = item
    more = {
        key: _plain(value[key], as_json)
        for key in value
        if key.startswith("x-") and key != "x-#value"
    }
    return found if as_json and name != "project" else {**found, **_by_name(more, as_json)}


def _inner(item: Any, shape: str, as_json: bool) -> Any:
    if shape.startswith("["):
        return [arrange(one, shape[1:-1], as_json) for one in item]
    if shape.startswith("{"):
        rows = {key: arrange(row, shape[1:-1], as_json) for key, row in item.items()}
        return _by_name(rows, as_json)
    return arrange(item, shape, as_json) if shape else _plain(item, as_json)


def _plain(item: Any, as_json: bool) -> Any:
    if isinstance(item, dict):
        return _by_name({key: _plain(row, as_json) for key, row in item.items()}, as_json)
    if isinstance(item, list):
        return [_plain(one, as_json) for one in item]
    return int(item) if isinstance(item, float) and item.is_integer() else item


def _by_name(rows: Document, as_json: bool) -> Document:
    key: Callable[[str], Any] = str if as_json else cmp_to_key(_natural)
    return {name: rows[name] for name in sorted(rows, key=key)}


def _natural(one: str, other: str) -> int:
    """Compare names as yaml.v3 does: numbers by their value, letters after other signs."""
    digits = False
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a == b:
            digits = a.isdigit()
            continue
        if a.isalpha() and b.isalpha():
            return -1 if a < b else 1
        if a.isalpha() or b.isalpha():
            return -1 if (a.isalpha() if digits else b.isalpha()) else 1
        return _by_number(one, other, at) or (-1 if a < b else 1)
    return len(one) - len(other)


def _by_number(one: str, other: str, at: int) -> int:
    """Compare the numbers that stand at a place; 0 where they are equal."""
    head = ""
    if "0" in (one[at], other[at]):
        before = one[:at]
        run = before[len(before.rstrip("0123456789")) :]
        head = "1" if run.strip("0") else ""
    ends = [at + len(text[at:]) - len(text[at:].lstrip("0123456789")) for text in (one, other)]
    a, b = (int(head + text[at:end] or "0") for text, end in zip((one, other), ends, strict=True))
    return (a > b) - (a < b) or ends[0] - ends[1]
