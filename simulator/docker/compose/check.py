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
        _check_networks(name, one, data)
        _check_health(one)
        _check_dependencies(name, one, data)
        _check_mounts(name, one, data)
        if scale(one) < 0:
            raise ComposeError(f"services.{name}.scale: must be greater than or equal to 0")
        if scale(one) > 1 and one.get("container_name"):
            raise ComposeError(
                f'services.{name}: can\'t set container_name and {name} as container name must be '
                f"unique: {INVALID}"
            )  # fmt: skip


def _check_networks(name: str, one: Document, data: Document) -> None:
    if one.get("network_mode") and one.get("networks"):
        raise ComposeError(
            f"service {name} declares mutually exclusive `network_mode` and `networks`: {INVALID}"
        )
    for network in one.get("networks") or {}:
        if network not in data["networks"]:
            raise ComposeError(f'service "{name}" refers to undefined network {network}: {INVALID}')
    mode = str(one.get("network_mode") or "")
    other = mode.partition(":")[2]
    if mode.startswith("service:") and other not in data["services"]:
        raise ComposeError(f"service \"{other}\" not found for network_mode 'service:{other}'")


def _check_health(one: Document) -> None:
    test = (one.get("healthcheck") or {}).get("test")
    if test and test[0] not in TESTS:
        raise ComposeError('healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"')


def _check_dependencies(name: str, one: Document, data: Document) -> None:
    for needed, entry in (one.get("depends_on") or {}).items():
        if needed in data["services"] or (needed in data["disabled"] and not entry["required"]):
            continue
        raise ComposeError(f'service "{name}" depends on undefined service "{needed}": {INVALID}')


def _check_mounts(name: str, one: Document, data: Document) -> None:
    for mount in one.get("volumes") or []:
        source = mount.get("source")
        if mount["type"] == "volume" and source and source not in data["volumes"]:
            raise ComposeError(f'service "{name}" refers to undefined volume {source}: {INVALID}')
    for section, word in (("secrets", "secret"), ("configs", "config")):
        for grant in one.get(section) or []:
            if grant.get("source") not in data[section]:
                raise ComposeError(
                    f'service "{name}" refers to undefined {word} {grant.get("source")}: {INVALID}'
                )
