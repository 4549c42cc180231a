"""Texts that a compose file gives where a number or a switch is meant, as variables make them.

Imitates compose-go's loader/interpolate.go: the texts are cast right after their variables are
filled in, before the schema looks at them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import ComposeError
from .interpolate import Warnings
from .places import Place, at, shown

_ATOI = "strconv.Atoi"
_PARSE_INT = "strconv.ParseInt"
_LIMIT = 1 << 63


class _Wrong(Exception):
    """A text that is not what is meant; its words are Go's."""


def _whole(function: str) -> Callable[[str, Warnings], int]:
    def cast(text: str, warnings: Warnings) -> int:
        if not re.fullmatch(r"[-+]?[0-9]+", text, re.A):
            raise _Wrong(f'{function}: parsing "{text}": invalid syntax')
        if len(text) > 19 and not -_LIMIT <= int(text[:40]) < _LIMIT:
            raise _Wrong(f'{function}: parsing "{text}": value out of range')
        return int(text)

    return cast


def _decimal(text: str, warnings: Warnings) -> float:
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?", text, re.A):
        raise _Wrong(f'strconv.ParseFloat: parsing "{text}": invalid syntax')
    return float(text)


def _switch(text: str, warnings: Warnings) -> bool:
    word = text.lower()
    if word in ("true", "false"):
        return word == "true"
    if word not in ("y", "yes", "on", "n", "no", "off"):
        raise _Wrong(f"invalid boolean: {text}")
    meant = word in ("y", "yes", "on")
    note = f'"{text}" for boolean is not supported by YAML 1.2, please use `{str(meant).lower()}`'
    warnings.append(note)
    return meant


_SWITCHES = (
    "services.*.init services.*.healthcheck.disable services.*.oom_kill_disable "
    "services.*.privileged services.*.read_only services.*.stdin_open services.*.tty "
    "services.*.volumes.[].read_only services.*.volumes.[].volume.nocopy networks.*.external "
    "networks.*.internal networks.*.attachable networks.*.enable_ipv4 networks.*.enable_ipv6 "
    "volumes.*.external secrets.*.external configs.*.external"
)
_WHOLE = (
    "services.*.deploy.replicas services.*.deploy.update_config.parallelism "
    "services.*.deploy.rollback_config.parallelism services.*.deploy.restart_policy.max_attempts "
    "services.*.deploy.placement.max_replicas_per_node services.*.healthcheck.retries "
    "services.*.ports.[].target services.*.scale services.*.ulimits.* services.*.ulimits.*.hard "
    "services.*.ulimits.*.soft"
)
_LONG = (
    "services.*.cpu_count services.*.cpu_period services.*.cpu_quota services.*.cpu_rt_period "
    "services.*.cpu_rt_runtime services.*.cpu_shares services.*.oom_score_adj "
    "services.*.pids_limit"
)
_DECIMAL = (
    "services.*.cpu_percent services.*.cpus services.*.deploy.update_config.max_failure_ratio "
    "services.*.deploy.rollback_config.max_failure_ratio"
)
_CASTS: dict[str, Callable[[str, Warnings], Any]] = {
    **dict.fromkeys(_SWITCHES.split(), _switch), **dict.fromkeys(_WHOLE.split(), _whole(_ATOI)),
    **dict.fromkeys(_LONG.split(), _whole(_PARSE_INT)), **dict.fromkeys(_DECIMAL.split(), _decimal),
}  # fmt: skip


def cast(value: Any, warnings: Warnings, place: Place = ()) -> Any:
    """Give a document with its texts cast to what is meant; raises ComposeError."""
    if isinstance(value, dict):
        return {key: cast(item, warnings, (*place, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [cast(item, warnings, (*place, "[]")) for item in value]
    act = at(_CASTS, place) if isinstance(value, str) else None
    if act is None:
        return value
    try:
        return act(value, warnings)
    except _Wrong as wrong:
        raise ComposeError(
            f"error while interpolating {shown(place)}: failed to cast to expected type: {wrong}"
        ) from None
