"""Whether a project makes sense as a whole: what is referred to exists, nothing contradicts.

Imitates compose-go's `checkConsistency`.
"""

from __future__ import annotations

from typing import Any

from .errors import ComposeError
from .service import scale

Document = dict[str, Any]
INVALID = "invalid compose project"
TESTS = ("CMD", "CMD-SHELL", "NONE")


def check(data: Document) -> None:
    """Refuse a project that makes no sense; raises ComposeError."""
    for name in sorted(data["services"]):
        one = data["services"][name]
        if not one.get("image") and not one.get("build") and not one.get("provider"):
            raise ComposeError(
                f'service "{name}" has neither an image nor a build context specified: {INVALID}'
            )
        _check_build(name, one, data)
        _check_networks(name, one, data)
        _check_health(one)
        _check_dependencies(name, one, data)
        _check_sources(name, one, data)
        _check_scale(name, one)
        _check_doubles(name, one)
        _check_watch(name, one)
        _check_targets(name, one)


def check_names(services: Document) -> None:
    """Refuse two services with one container name; only what runs or prints the project asks."""
    seen: dict[str, None] = {}
    for name in sorted(services):
        own = services[name].get("container_name")
        if own and own in seen:
            raise ComposeError(
                f'services.{name}: container name "{own}" is already in use by service {{}}"'
            )
        if own:
            seen[own] = None


def _check_build(name: str, one: Document, data: Document) -> None:
    build = one.get("build")
    if not build:
        return
    if build.get("dockerfile") and build.get("dockerfile_inline"):
        raise ComposeError(f'service "{name}" declares mutualy exclusive dockerfile and '
                           f"dockerfile_inline: {INVALID}")  # fmt: skip
    for key, context in (build.get("additional_contexts") or {}).items():
        kind, _, other = str(context or "").partition(":")
        if kind != "service":
            continue
        word = "unknown" if other not in data["services"] else "non-buildable"
        if word == "unknown" or not data["services"][other].get("build"):
            raise ComposeError(f'service "{name}" declares {word} service "{other}" as additional '
                               f"contexts {key}")  # fmt: skip
    platforms, own = build.get("platforms") or [], one.get("platform")
    if platforms and own and own not in platforms:
        raise ComposeError(
            f'service.build.platforms MUST include service.platform "{own}": {INVALID}'
        )


def _check_networks(name: str, one: Document, data: Document) -> None:
    if one.get("network_mode") and one.get("networks"):
        raise ComposeError(
            f"service {name} declares mutually exclusive `network_mode` and `networks`: {INVALID}"
        )
    for network in sorted(one.get("networks") or {}):
        if network not in data["networks"]:
            raise ComposeError(f'service "{name}" refers to undefined network {network}: {INVALID}')


def _check_health(one: Document) -> None:
    test = (one.get("healthcheck") or {}).get("test")
    if test and test[0] not in TESTS:
        raise ComposeError('healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"')


def _check_dependencies(name: str, one: Document, data: Document) -> None:
    for needed, entry in sorted((one.get("depends_on") or {}).items()):
        if needed in data["services"] or (needed in data["disabled"] and not entry["required"]):
            continue
        raise ComposeError(f'service "{name}" depends on undefined service "{needed}": {INVALID}')


def _check_sources(name: str, one: Document, data: Document) -> None:
    for mount in one.get("volumes") or []:
        source = mount.get("source")
        if mount["type"] == "volume" and source and source not in data["volumes"]:
            raise ComposeError(f'service "{name}" refers to undefined volume {source}: {INVALID}')
    build = (one.get("build") or {}).get("secrets")
    for rows, section, word in ((build, "secrets", "build secret"),
                                (one.get("configs"), "configs", "config"),
                                (one.get("secrets"), "secrets", "secret")):  # fmt: skip
        for grant in rows or []:
            if grant.get("source") not in data[section]:
                raise ComposeError(
                    f'service "{name}" refers to undefined {word} {grant.get("source")}: {INVALID}'
                )


def _check_scale(name: str, one: Document) -> None:
    replicas = (one.get("deploy") or {}).get("replicas")
    for key, count in (("scale", one.get("scale")), ("deploy.replicas", replicas)):
        if count is not None and int(count) < 0:
            raise ComposeError(f"services.{name}.{key}: must be greater than or equal to 0")
    if one.get("scale") is not None and replicas is not None and one["scale"] != replicas:
        raise ComposeError(_distinct(name, "scale", "deploy.replicas"))
    if scale(one) > 1 and one.get("container_name"):
        key = "deploy.replicas" if one.get("scale") is None else "scale"
        raise ComposeError(
            f"services.{key}: can't set container_name and {name} as container name must be "
            f"unique: {INVALID}"
        )


def _distinct(name: str, one: str, other: str) -> str:
    return f"services.{name}: can't set distinct values on '{one}' and '{other}': {INVALID}"


def _check_doubles(name: str, one: Document) -> None:
    """Refuse a limit that is said twice and differently."""
    resources = (one.get("deploy") or {}).get("resources") or {}
    for key, group, field in (("cpus", "limits", "cpus"), ("mem_limit", "limits", "memory"),
                              ("mem_reservation", "reservations", "memory"),
                              ("pids_limit", "limits", "pids")):  # fmt: skip
        if not one.get(key) or not isinstance(resources.get(group), dict):
            continue
        if float(one[key]) != float(resources[group].get(field) or 0):
            raise ComposeError(_distinct(name, key, f"deploy.resources.{group}.{field}"))


def _check_watch(name: str, one: Document) -> None:
    for row in (one.get("develop") or {}).get("watch") or []:
        if not row.get("target") and row["action"] not in ("rebuild", "restart"):
            raise ComposeError(f"services.{name}.develop.watch: target is required for non-rebuild "
                               f"actions: {INVALID}")  # fmt: skip


def _check_targets(name: str, one: Document) -> None:
    places = [("tmpfs", at, text.partition(":")[0])
              for at, text in enumerate(one.get("tmpfs") or [])]  # fmt: skip
    places += [("volumes", at, row["target"]) for at, row in enumerate(one.get("volumes") or [])]
    seen: dict[str, str] = {}
    for key, at, target in places:
        here = f"services.{name}.{key}[{at}]"
        if target in seen:
            raise ComposeError(f"{here}: target {target} already mounted as {seen[target]}")
        seen[target] = here
