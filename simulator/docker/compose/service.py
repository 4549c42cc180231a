"""One service of a compose file in its long form: every short syntax read, every path absolute."""

from __future__ import annotations

from typing import Any

from . import syntax
from .errors import ComposeError

Service = dict[str, Any]

_SWITCHES = ("init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty", "attach")
_DURATIONS = ("interval", "timeout", "start_period", "start_interval")
_SIZES = ("mem_limit", "mem_reservation", "memswap_limit", "shm_size")


def long_form(name: str, raw: Service | None, folder: str) -> Service:
    """Bring a service, already checked against the schema, into its long form; ComposeError."""
    if raw is None:
        raise ComposeError(f"services.{name} must be a mapping")
    service: Service = {key: value for key, value in raw.items() if not key.startswith("x-")}
    if "build" in service:
        service["build"] = _build(service["build"], folder)
    for key in ("command", "entrypoint"):
        if key in service:
            service[key] = syntax.words(service[key], f"services.{name}.{key}")
    for key in ("dns", "dns_search", "tmpfs"):
        if key in service:
            service[key] = syntax.strings(service[key])
    for key in ("environment", "sysctls"):
        if key in service:
            service[key] = syntax.pairs(service[key])
    for key in ("labels", "annotations"):
        if key in service:
            service[key] = syntax.labels(service[key])
    for key in _SWITCHES:
        if key in service:
            service[key] = syntax.boolean(service[key], f"services.{name}.{key}")
    for key in _SIZES:
        if key in service and str(service[key]) != "-1":
            service[key] = str(syntax.size(service[key], f"services.{name}.{key}"))
    if "cpus" in service:
        service["cpus"] = syntax.number(service["cpus"], f"services[{name}].cpus")
    if "scale" in service:
        service["scale"] = syntax.integer(service["scale"], f"services[{name}].scale")
    if "expose" in service:
        service["expose"] = [syntax.text(item) for item in service["expose"]]
    if "env_file" in service:
        service["env_file"] = _env_files(service["env_file"], folder)
    if "depends_on" in service:
        service["depends_on"] = _depends_on(service["depends_on"], name)
    if "networks" in service:
        service["networks"] = _networks(service["networks"])
    if "ports" in service:
        service["ports"] = syntax.ports(service["ports"], name)
    if "volumes" in service:
        service["volumes"] = [syntax.volume(item, folder, name) for item in service["volumes"]]
    if "healthcheck" in service:
        service["healthcheck"] = _healthcheck(service["healthcheck"], name)
    if service.get("deploy"):
        service["deploy"] = _deploy(service["deploy"], name)
    if "stop_grace_period" in service:
        place = f"services[{name}].stop_grace_period"
        nanos = syntax.duration_ns(service["stop_grace_period"], place)
        service["stop_grace_period"] = syntax.duration_text(nanos)
    if "extra_hosts" in service:
        service["extra_hosts"] = _hosts(service["extra_hosts"])
    for key in ("secrets", "configs"):
        if key in service:
            service[key] = [{"source": one} if isinstance(one, str) else one
                            for one in service[key]]  # fmt: skip
    return service


def _build(value: Any, folder: str) -> Service:
    build: Service = {"context": value} if isinstance(value, str) else dict(value)
    context = str(build.get("context") or ".")
    if "://" not in context and not context.startswith("git@"):
        context = syntax.host_path(context, folder)
    build["context"] = context
    if "dockerfile_inline" not in build:
        build.setdefault("dockerfile", "Dockerfile")
    if "args" in build:
        build["args"] = syntax.pairs(build["args"])
    if "labels" in build:
        build["labels"] = syntax.labels(build["labels"])
    for key in ("no_cache", "pull", "privileged"):
        if key in build:
            build[key] = syntax.boolean(build[key], f"build.{key}")
    return build


def _env_files(value: Any, folder: str) -> list[Service]:
    rows = value if isinstance(value, list) else [value]
    found: list[Service] = []
    for row in rows:
        entry = {"path": row} if isinstance(row, str) else dict(row)
        entry["path"] = syntax.host_path(str(entry["path"]), folder)
        entry["required"] = syntax.boolean(entry.get("required", True), "env_file.required")
        found.append(entry)
    return found


def _depends_on(value: Any, name: str) -> Service:
    if isinstance(value, list):
        return {one: {"condition": "service_started", "required": True} for one in value}
    found: Service = {}
    for one, row in value.items():
        entry: Service = {"condition": row["condition"], "required": row.get("required", True)}
        if "restart" in row:
            entry["restart"] = syntax.boolean(row["restart"], f"services.{name}.depends_on")
        found[one] = entry
    return found


def _networks(value: Any) -> Service:
    return dict.fromkeys(value) if isinstance(value, list) else dict(value)


def _healthcheck(value: Service, name: str) -> Service:
    check = dict(value)
    if "disable" in check:
        check["disable"] = syntax.boolean(check["disable"], f"services.{name}.healthcheck.disable")
    if isinstance(check.get("test"), str):
        check["test"] = ["CMD-SHELL", check["test"]]
    for key in _DURATIONS:
        if key in check:
            place = f"services[{name}].healthcheck.{key}"
            check[key] = syntax.duration_text(syntax.duration_ns(check[key], place))
    if "retries" in check:
        place = f"services[{name}].healthcheck.retries"
        check["retries"] = syntax.integer(check["retries"], place)
    return check


def _deploy(value: Service, name: str) -> Service:
    deploy = dict(value)
    if "replicas" in deploy:
        place = f"services[{name}].deploy.replicas"
        deploy["replicas"] = syntax.integer(deploy["replicas"], place)
    if "labels" in deploy:
        deploy["labels"] = syntax.labels(deploy["labels"])
    resources = {key: dict(row) for key, row in (deploy.get("resources") or {}).items()
                 if not key.startswith("x-")}  # fmt: skip
    for row in resources.values():
        if "cpus" in row:
            row["cpus"] = syntax.number(row["cpus"], f"services[{name}].deploy.resources.cpus")
        if "memory" in row:
            row["memory"] = str(syntax.size(row["memory"], "memory"))
        if "pids" in row:
            row["pids"] = syntax.integer(row["pids"], f"services[{name}].deploy.resources.pids")
    if resources:
        deploy["resources"] = resources
    return deploy


def _hosts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(row).replace(":", "=", 1) if "=" not in str(row) else str(row)
                for row in value]  # fmt: skip
    return [f"{host}={address}" for host, row in value.items() for address in syntax.strings(row)]


def scale(service: Service) -> int:
    """Say how many containers a service asks for."""
    if "scale" in service:
        return int(service["scale"])
    replicas = (service.get("deploy") or {}).get("replicas")
    return 1 if replicas is None else int(replicas)
