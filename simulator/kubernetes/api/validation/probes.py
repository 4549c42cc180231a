"""Probes and hooks.   Source: pkg/apis/core/validation/validation.go, validateHandler."""

from __future__ import annotations

from typing import Any

from ..names import header_problems
from ..status import field_forbidden, invalid_value, required, unsupported
from .common import Body, Problems, body, items, names, not_negative, port_number, port_or_name

PROBE_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
HOOK_HANDLERS = ("exec", "httpGet", "tcpSocket", "sleep")
SCHEMES = ("HTTP", "HTTPS")


def hooks_and_probes(one: Body, grace: Any, path: str) -> Problems:
    """Check what is done with a running container.   grace: the pod's grace period, seconds."""
    out: Problems = []
    lifecycle = body(one.get("lifecycle"))
    for hook in ("postStart", "preStop"):
        if lifecycle.get(hook) is not None:
            out += _handler(body(lifecycle[hook]), f"{path}.lifecycle.{hook}", HOOK_HANDLERS, grace)
    for kind in ("livenessProbe", "readinessProbe", "startupProbe"):
        if one.get(kind) is not None:
            out += _probe(body(one[kind]), f"{path}.{kind}", kind)
    return out


def _probe(probe: Body, path: str, kind: str) -> Problems:
    out = _handler(probe, path, PROBE_HANDLERS, None)
    out += not_negative(
        probe, path, "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold",
        "failureThreshold",
    )  # fmt: skip
    grace = probe.get("terminationGracePeriodSeconds")
    where = f"{path}.terminationGracePeriodSeconds"
    if grace is not None and grace <= 0:
        out.append(invalid_value(where, grace, "must be greater than 0"))
    threshold = probe.get("successThreshold", 1)
    if kind == "readinessProbe" and grace is not None:
        out.append(invalid_value(where, grace, "must not be set for readinessProbes"))
    if kind != "readinessProbe" and threshold != 1:
        out.append(invalid_value(f"{path}.successThreshold", threshold, "must be 1"))
    return out


def _handler(handler: Body, path: str, kinds: tuple[str, ...], grace: Any) -> Problems:
    """Check what a probe or hook does: exactly one thing."""
    given = [kind for kind in kinds if handler.get(kind) is not None]
    if not given:
        return [required(path, "must specify a handler type")]
    out = _action(given[0], body(handler[given[0]]), f"{path}.{given[0]}", grace)
    why = "may not specify more than 1 handler type"
    return out + [field_forbidden(f"{path}.{kind}", why) for kind in given[1:]]


def _action(kind: str, action: Body, path: str, grace: Any) -> Problems:
    if kind == "exec":
        return [] if action.get("command") else [required(f"{path}.command")]
    if kind == "grpc":
        return port_number(action.get("port"), f"{path}.port")
    if kind == "tcpSocket":
        return port_or_name(action.get("port"), f"{path}.port")
    if kind == "sleep":
        return _sleep(action.get("seconds") or 0, path, grace)
    out: Problems = [] if action.get("path") else [required(f"{path}.path")]
    out += port_or_name(action.get("port"), f"{path}.port")
    if action.get("scheme") not in SCHEMES:
        out.append(unsupported(f"{path}.scheme", action.get("scheme"), SCHEMES))
    for _, header in items(action.get("httpHeaders")):
        out += names(str(header.get("name") or ""), f"{path}.httpHeaders", header_problems)
    return out


def _sleep(seconds: int, path: str, grace: Any) -> Problems:
    if not isinstance(grace, int) or 0 < seconds <= grace:
        return []
    why = (
        f"must be greater than 0 and less than terminationGracePeriodSeconds ({grace}). Enable "
        "AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep."
    )
    return [invalid_value(path, seconds, why)]
