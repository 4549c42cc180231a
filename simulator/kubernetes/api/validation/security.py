"""Security contexts of pods and containers.

Source: pkg/apis/core/validation/validation.go, ValidateSecurityContext and its neighbours.
"""

from __future__ import annotations

import re
from typing import Any

from ..status import FieldValue, duplicate, field_forbidden, invalid_value, required, unsupported
from .common import Body, Problems, body, go_pointer, items
from .volumes import descending

IDS = "must be between 0 and 2147483647, inclusive"
PROFILES = ("Localhost", "RuntimeDefault", "Unconfined")
_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SYSCTL = rf"^({_SEGMENT}[\./])*{_SEGMENT}$"


def pod_context(spec: Body, path: str) -> Problems:
    """Check the security context of a pod."""
    context = body(spec.get("securityContext"))
    out: Problems = []
    for name in ("fsGroup", "runAsUser", "runAsGroup"):
        out += _identity(context.get(name), f"{path}.{name}")
    for n, group in enumerate(context.get("supplementalGroups") or ()):
        out += _identity(group, f"{path}.supplementalGroups[{n}]")
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        why = "ShareProcessNamespace and HostPID cannot both be enabled"
        out.append(invalid_value(f"{path}.shareProcessNamespace", True, why))
    out += _sysctls(spec, context, f"{path}.sysctls")
    policy, allowed = context.get("fsGroupChangePolicy"), ("Always", "OnRootMismatch")
    if policy is not None and policy not in allowed:
        out.append(unsupported(f"{path}.fsGroupChangePolicy", policy, allowed))
    out += _seccomp(context.get("seccompProfile"), f"{path}.seccompProfile")
    return out + _app_armor(context.get("appArmorProfile"), f"{path}.appArmorProfile")


def container_context(context: Body, path: str, host_users: bool) -> Problems:
    """Check the security context of a container."""
    out = _identity(context.get("runAsUser"), f"{path}.runAsUser")
    out += _identity(context.get("runAsGroup"), f"{path}.runAsGroup")
    mount = context.get("procMount")
    if mount is not None and mount not in ("Default", "Unmasked"):
        out.append(unsupported(f"{path}.procMount", mount, ("Default", "Unmasked")))
    if mount == "Unmasked" and host_users:
        why = "`hostUsers` must be false to use `Unmasked`"
        out.append(invalid_value(f"{path}.procMount", mount, why))
    out += _seccomp(context.get("seccompProfile"), f"{path}.seccompProfile")
    if context.get("allowPrivilegeEscalation") is False:
        if context.get("privileged"):
            why = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
            out.append(invalid_value(path, _go_context(context), why))
        if "CAP_SYS_ADMIN" in (body(context.get("capabilities")).get("add") or ()):
            why = (
                "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` "
                "CAP_SYS_ADMIN"
            )
            out.append(invalid_value(path, _go_context(context), why))
    return out + _app_armor(context.get("appArmorProfile"), f"{path}.appArmorProfile")


_CONTEXT = {
    "capabilities": "core.Capabilities",
    "privileged": "bool",
    "seLinuxOptions": "core.SELinuxOptions",
    "windowsOptions": "core.WindowsSecurityContextOptions",
    "runAsUser": "int64",
    "runAsGroup": "int64",
    "runAsNonRoot": "bool",
    "readOnlyRootFilesystem": "bool",
    "allowPrivilegeEscalation": "bool",
    "procMount": "core.ProcMountType",
    "seccompProfile": "core.SeccompProfile",
    "appArmorProfile": "core.AppArmorProfile",
}


def _go_context(context: Body) -> FieldValue:
    names = {"seLinuxOptions": "SELinuxOptions"}
    inside = ", ".join(
        f"{names.get(name, name[0].upper() + name[1:])}:{go_pointer(kind, context.get(name))}"
        for name, kind in _CONTEXT.items()
    )
    return FieldValue(f"core.SecurityContext{{{inside}}}")


def _identity(value: Any, path: str) -> Problems:
    if value is None or 0 <= value < 1 << 31:
        return []
    return [invalid_value(path, value, IDS)]


def _sysctls(spec: Body, context: Body, path: str) -> Problems:
    out: Problems = []
    seen: set[str] = set()
    for n, one in items(context.get("sysctls")):
        where, name = f"{path}[{n}].name", str(one.get("name") or "")
        if not name:
            out.append(required(where))
        elif len(name) > 253 or not re.fullmatch(_SYSCTL, name, re.ASCII):
            why = f"must have at most 253 characters and match regex {_SYSCTL}"
            out.append(invalid_value(where, name, why))
        elif name in seen:
            out.append(duplicate(where, name))
        space = "net" if name.startswith("net.") else "ipc" if _is_ipc(name) else ""
        for kind, field in (("net", "hostNetwork"), ("ipc", "hostIPC")):
            if space == kind and spec.get(field):
                why = f"may not be specified when '{field}' is true"
                out.append(invalid_value(where, name, why))
        seen.add(name)
    return out


def _is_ipc(name: str) -> bool:
    return name.startswith(("kernel.shm", "kernel.msg", "fs.mqueue.")) or name == "kernel.sem"


def _seccomp(profile: Any, path: str) -> Problems:
    if profile is None:
        return []
    kind, file = body(profile).get("type"), body(profile).get("localhostProfile")
    out: Problems = []
    if not kind:
        out.append(required(f"{path}.type", "type is required when seccompProfile is set"))
    elif kind not in PROFILES:
        out.append(unsupported(f"{path}.type", kind, PROFILES))
    where = f"{path}.localhostProfile"
    if kind == "Localhost" and file is None:
        out.append(required(where, "must be set when seccomp type is Localhost"))
    elif kind == "Localhost":
        out += descending(str(file), where)
    elif file is not None:
        shown = FieldValue(
            f'core.SeccompProfile{{Type:"{kind or ""}", '
            f"LocalhostProfile:{go_pointer('string', file)}}}"
        )
        why = "can only be set when seccomp type is Localhost"
        out.append(invalid_value(where, shown, why))
    return out


def _app_armor(profile: Any, path: str) -> Problems:
    if profile is None:
        return []
    kind, file = body(profile).get("type"), body(profile).get("localhostProfile")
    where = f"{path}.localhostProfile"
    needed = "must be set when AppArmor type is Localhost"
    if not kind:
        return [required(f"{path}.type", "type is required when appArmorProfile is set")]
    if kind not in PROFILES:
        return [unsupported(f"{path}.type", kind, PROFILES)]
    if kind != "Localhost":
        why = "can only be set when AppArmor type is Localhost"
        return [] if file is None else [invalid_value(where, file, why)]
    if file is not None and file != file.strip():
        return [invalid_value(where, file, "must not be padded with whitespace")]
    return [] if file else [required(where, needed)]


def host_users(spec: Body, path: str) -> Problems:
    """Refuse namespaces of the host for a pod that has users of its own."""
    if spec.get("hostUsers") is not False:
        return []
    why = "when `pod.Spec.HostUsers` is false"
    fields = {"hostNetwork": "hostNetwork", "hostPID": "HostPID", "hostIPC": "HostIPC"}
    return [field_forbidden(f"{path}.{f}", why) for name, f in fields.items() if spec.get(name)]


def of_system(spec: Body, path: str) -> Problems:
    """Refuse what the operating system that a pod names does not have."""
    system = body(spec.get("os")).get("name")
    if system not in ("linux", "windows"):
        return []
    context = body(spec.get("securityContext"))
    where = f"{path}.securityContext"
    if system == "linux":
        fields: tuple[str, ...] = ("windowsOptions",)
        own, why = fields, "windows options cannot be set for a linux pod"
    else:
        fields, own, why = _POD_LINUX, _CONTAINER_LINUX, "cannot be set for a windows pod"
    out: Problems = []
    for field in fields:
        holder, at = (spec, path) if field.startswith("host") else (context, where)
        value = holder.get(field)
        if value not in (None, False, [], {}) or (
            value is False and field not in ("hostPID", "hostIPC")
        ):
            out.append(field_forbidden(f"{at}.{field}", why))
    for group in ("initContainers", "containers"):
        for n, one in items(spec.get(group)):
            given = body(one.get("securityContext"))
            out += [
                field_forbidden(f"{path}.{group}[{n}].securityContext.{field}", why)
                for field in own
                if given.get(field) is not None
            ]
    return out


_POD_LINUX = ("seLinuxOptions", "hostUsers", "hostPID", "hostIPC", "seccompProfile",
              "appArmorProfile", "fsGroup", "fsGroupChangePolicy", "sysctls",
              "shareProcessNamespace", "runAsUser", "runAsGroup", "supplementalGroups",
              "supplementalGroupsPolicy")  # fmt: skip
_CONTAINER_LINUX = ("seLinuxOptions", "seccompProfile", "appArmorProfile", "capabilities",
                    "readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation",
                    "procMount", "runAsUser", "runAsGroup")  # fmt: skip
