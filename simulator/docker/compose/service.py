"""One service of a compose file with every value in the type that compose gives it.

Imitates how compose-go decodes a document into its types: durations and sizes are written anew,
commands are split into words, pairs become mappings.
"""

from __future__ import annotations

from typing import Any

from . import syntax
from .errors import ComposeError

Service = dict[str, Any]

_DURATIONS = ("interval", "timeout", "start_period", "start_interval")
_SIZES = ("mem_limit", "mem_reservation", "memswap_limit", "shm_size", "mem_swappiness")
_WHOLE = ("cpu_count", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares",
          "oom_score_adj", "pids_limit", "scale")  # fmt: skip


def decoded(name: str, raw: Service) -> Service:
    """Give a service, already in long form, with its values read; raises ComposeError."""
    service: Service = {key: value for key, value in raw.items() if value is not None}
    service.pop("extends", None)
    place = f"services[{name}]"
    if "build" in service:
        service["build"] = _build(service["build"], f"{place}.build")
    for key in ("command", "entrypoint"):
        if key in service:
            service[key] = syntax.words(service[key], f"{place}.{key}")
    for key in ("dns_search", "tmpfs"):
        if key in service:
            service[key] = syntax.strings(service[key])
    for key, act in (("environment", syntax.pairs), ("sysctls", syntax.labels),
                     ("labels", syntax.labels), ("annotations", syntax.labels)):  # fmt: skip
        if key in service:
            service[key] = act(service[key])
    for key in _SIZES:
        if key in service:
            service[key] = str(_size(service[key], f"{place}.{key}"))
    for key in _WHOLE:
        if isinstance(service.get(key), float):
            service[key] = int(service[key])
    for key in ("expose", "group_add"):
        if key in service:
            service[key] = [syntax.text(item) for item in service[key]]
    if "stop_grace_period" in service:
        service["stop_grace_period"] = _duration(service["stop_grace_period"],
                                                 f"{place}.stop_grace_period")  # fmt: skip
    if "extra_hosts" in service:
        service["extra_hosts"] = _hosts(service["extra_hosts"], f"{place}.extra_hosts")
    if "ulimits" in service:
        service["ulimits"] = _ulimits(service["ulimits"])
    if isinstance(service.get("cpus"), int | float):
        service["cpus"] = float(service["cpus"])
    _lists(service, place)
    _groups(service, place)
    return service


def _lists(service: Service, place: str) -> None:
    """Read ports, mounts, grants and hooks."""
    if "ports" in service:
        service["ports"] = [
            {**row, "target": int(row["target"]), **(
                {"published": syntax.text(row["published"])} if "published" in row else {})}
            for row in service["ports"]
        ]  # fmt: skip
    if "volumes" in service:
        service["volumes"] = [_mount(row, place) for row in service["volumes"]]
    for key in ("secrets", "configs"):
        if key in service:
            service[key] = [grant(row) for row in service[key]]
    for key in ("post_start", "pre_stop"):
        if key in service:
            service[key] = [_hook(row, f"{place}.{key}") for row in service[key]]
    if "gpus" in service:
        service["gpus"] = [_request(row, f"{place}.gpus") for row in service["gpus"]]


def _groups(service: Service, place: str) -> None:
    """Read what has fields of its own."""
    if "healthcheck" in service:
        service["healthcheck"] = _healthcheck(service["healthcheck"], f"{place}.healthcheck")
    if "deploy" in service:
        service["deploy"] = _deploy(service["deploy"], f"{place}.deploy")
    if "logging" in service:
        options = service["logging"].get("options")
        texts = {key: syntax.text(one) or "" for key, one in (options or {}).items()}
        service["logging"] = {**service["logging"], "options": texts}
    if "provider" in service:
        rows = service["provider"].get("options") or {}
        options = {
            key: [syntax.text(one) for one in (row if isinstance(row, list) else [row])]
            for key, row in rows.items()
        }
        service["provider"] = {**service["provider"], "options": options}
    watch = (service.get("develop") or {}).get("watch")
    if watch:
        rows = [_trigger(row, f"{place}.develop.watch") for row in watch]
        service["develop"] = {**service["develop"], "watch": rows}


def _trigger(row: Service, place: str) -> Service:
    trigger = dict(row)
    for key in ("ignore", "include"):
        if key in trigger:
            trigger[key] = syntax.strings(trigger[key])
    if trigger.get("exec"):
        trigger["exec"] = _hook(trigger["exec"], f"{place}.exec")
    return trigger


def _hook(row: Service, place: str) -> Service:
    hook = {**row, "command": syntax.words(row.get("command"), f"{place}.command")}
    if "environment" in hook:
        hook["environment"] = syntax.pairs(hook["environment"])
    return hook


def _size(value: Any, place: str) -> int:
    if isinstance(value, int):
        return int(value)
    return -1 if str(value) == "-1" else syntax.size(value, place)


def _duration(value: Any, place: str) -> str:
    return syntax.duration_text(syntax.duration_ns(str(value), place))


def grant(row: Service) -> Service:
    """Read a use of a secret or a config; its mode is octal."""
    if "mode" not in row:
        return row
    mode = row["mode"]
    if isinstance(mode, str):
        try:
            mode = int(mode, 8)
        except ValueError:
            raise ComposeError(
                f'strconv.ParseInt: parsing "{mode}": invalid syntax'
            ) from None  # fmt: skip
    return {**row, "mode": f"0{int(mode):o}"}


def _mount(row: Service, place: str) -> Service:
    mount = dict(row)
    if (mount.get("tmpfs") or {}).get("size"):
        bytes_ = _size(mount["tmpfs"]["size"], f"{place}.volumes.tmpfs.size")
        mount["tmpfs"] = {**mount["tmpfs"], "size": str(bytes_)}
    return mount


def _request(row: Service, place: str) -> Service:
    count = row.get("count")
    if isinstance(count, str):
        if count.lower() != "all" and not count.lstrip("-").isdecimal():
            raise syntax.wrong(f"{place}.count", f'invalid value "{count}", the only value '
                               "allowed is 'all' or a number")  # fmt: skip
        return {**row, "count": -1 if count.lower() == "all" else int(count)}
    return row


def _ulimits(value: Service) -> Service:
    return {key: row if isinstance(row, dict) else int(row) for key, row in value.items()}


def _build(value: Service, place: str) -> Service:
    build: Service = {key: row for key, row in value.items() if row is not None}
    if "args" in build:
        build["args"] = syntax.pairs(build["args"])
    if "labels" in build:
        build["labels"] = syntax.labels(build["labels"])
    if "ssh" in build:
        rows = build["ssh"]
        build["ssh"] = [f"{key}: {rows[key]}" if rows[key] else key for key in sorted(rows)]
    if "secrets" in build:
        build["secrets"] = [grant(row) for row in build["secrets"]]
    if "shm_size" in build:
        build["shm_size"] = str(_size(build["shm_size"], f"{place}.shm_size"))
    if "extra_hosts" in build:
        build["extra_hosts"] = _hosts(build["extra_hosts"], f"{place}.extra_hosts")
    return build


def _healthcheck(value: Service, place: str) -> Service:
    check = {key: row for key, row in value.items() if row is not None}
    if isinstance(check.get("test"), str):
        check["test"] = ["CMD-SHELL", check["test"]]
    for key in _DURATIONS:
        if key in check:
            check[key] = _duration(check[key], f"{place}.{key}")
    if "retries" in check:
        check["retries"] = int(check["retries"])
        if check["retries"] < 0:
            raise ComposeError("decoding failed due to the following error(s):\n\ncannot parse "
                               f"'{place}.retries', {check['retries']} overflows uint")  # fmt: skip
    return check


def _deploy(value: Service, place: str) -> Service:
    deploy = {key: row for key, row in value.items() if row is not None}
    if "labels" in deploy:
        deploy["labels"] = syntax.labels(deploy["labels"])
    for key, names in (("restart_policy", ("delay", "window")),
                       ("update_config", ("delay", "monitor")),
                       ("rollback_config", ("delay", "monitor"))):  # fmt: skip
        for name in names:
            if (deploy.get(key) or {}).get(name):
                span = _duration(deploy[key][name], f"{place}.{key}.{name}")
                deploy[key] = {**deploy[key], name: span}
    resources = deploy.get("resources")
    if resources:
        deploy["resources"] = {
            key: _resource(row, f"{place}.resources.{key}") if isinstance(row, dict) else row
            for key, row in resources.items()
        }
    return deploy


def _resource(value: Service, place: str) -> Service:
    row = dict(value)
    if "cpus" in row:
        text = str(row["cpus"])
        try:
            row["cpus"] = float(text)
        except ValueError:
            why = f'strconv.ParseFloat: parsing "{text}": invalid syntax'
            raise syntax.wrong(f"{place}.cpus", why) from None
        if row["cpus"] - row["cpus"] != 0:
            raise syntax.wrong(f"{place}.cpus", f"{text} is no number of CPUs")
    if "memory" in row:
        row["memory"] = str(_size(row["memory"], f"{place}.memory"))
    if "pids" in row:
        row["pids"] = int(row["pids"])
    if row.get("devices"):
        row["devices"] = [_request(one, f"{place}.devices") for one in row["devices"]]
    return row


def _hosts(value: Any, place: str) -> list[str]:
    found: list[str] = []
    if isinstance(value, dict):
        for host, row in value.items():
            found += [f"{host}={one}" for one in (syntax.strings(row) or [""])]
    else:
        for row in value:
            sign = "=" if "=" in str(row) else ":"
            host, cut, address = str(row).partition(sign)
            if not cut:
                raise syntax.wrong(place, f"invalid additional host, missing IP: {row}")
            found += [f"{host}={one}" for one in address.split(",")]
    for row in found:
        host = row.partition("=")[0]
        if not host or ":" in host:
            raise syntax.wrong(place, f"bad host name '{host}'")
    return sorted(row.replace("=[", "=").removesuffix("]") if "=[" in row else row for row in found)


def scale(service: Service) -> int:
    """Say how many containers a service asks for."""
    if service.get("scale") is not None:
        return int(service["scale"])
    replicas = (service.get("deploy") or {}).get("replicas")
    return 1 if replicas is None else int(replicas)
