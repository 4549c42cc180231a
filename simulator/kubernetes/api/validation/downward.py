"""Fields of the pod and resources of its containers that the downward API gives.

Source: pkg/apis/core/validation/validation.go, validateObjectFieldSelector and the like.
"""

from __future__ import annotations

import re

from ..names import qualified_name_problems
from ..quantity import parse
from ..status import invalid_value, required, unsupported
from .common import Body, Problems

ENV_FIELDS = ("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
              "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP",
              "status.podIPs")  # fmt: skip
_KNOWN = (*ENV_FIELDS, "metadata.annotations", "metadata.labels", "spec.restartPolicy",
          "spec.schedulerName", "status.phase")  # fmt: skip
RESOURCE_FIELDS = ("limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu",
                   "requests.ephemeral-storage", "requests.memory")  # fmt: skip
_HUGE = ("limits.hugepages-", "requests.hugepages-")
_SUBSCRIPT = re.compile(r"(.+)\['(.*)'\]")
_SIZES = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")


def field_selector(source: Body, path: str, allowed: tuple[str, ...]) -> Problems:
    """Refuse a field of the pod that cannot be had here."""
    text = str(source.get("fieldPath") or "")
    where = f"{path}.fieldPath"
    if not text:
        return [required(where)]
    match = _SUBSCRIPT.fullmatch(text)
    if match and match[1] in ("metadata.annotations", "metadata.labels"):
        name = match[2].lower() if match[1] == "metadata.annotations" else match[2]
        return [invalid_value(path, name, why) for why in qualified_name_problems(name)]
    if match:
        why = f"error converting fieldPath: field label does not support subscript: {text}"
        return [invalid_value(where, text, why)]
    if text not in _KNOWN:
        why = f"error converting fieldPath: field label not supported: {text}"
        return [invalid_value(where, text, why)]
    return [] if text in allowed else [unsupported(where, text, allowed)]


def resource_selector(source: Body, path: str, volume: bool = False) -> Problems:
    """Refuse a resource, or a unit of it, that cannot be had.   volume: for a file."""
    name = str(source.get("resource") or "")
    out: Problems = []
    if volume and not source.get("containerName"):
        out.append(required(f"{path}.containerName"))
    elif not name:
        out.append(required(f"{path}.resource"))
    elif name not in RESOURCE_FIELDS and not name.startswith(_HUGE):
        out.append(unsupported(f"{path}.resource", name, RESOURCE_FIELDS))
    divisor = parse(source.get("divisor") or "0")
    if not divisor.nanos:
        return out
    if name.endswith(".cpu") and str(divisor) not in ("1m", "1"):
        why = "only divisor's values 1m and 1 are supported with the cpu resource"
        out.append(invalid_value(f"{path}.divisor", name, why))
    kind = _kind(name)
    if kind and str(divisor) not in _SIZES:
        why = f"only divisor's values {', '.join(_SIZES)} are supported with the {kind} resource"
        out.append(invalid_value(f"{path}.divisor", name, why))
    return out


def _kind(name: str) -> str:
    if name.startswith(_HUGE):
        return "hugepages"
    ends = {".memory": "memory", ".ephemeral-storage": "local ephemeral storage"}
    return next((word for end, word in ends.items() if name.endswith(end)), "")
