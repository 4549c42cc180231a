"""PodSecurity: the standards that a namespace's labels ask of the pods in it.

Source: kubernetes staging/src/k8s.io/pod-security-admission, policy/check_*.go and
admission/admission.go.

# Simplified: The checks are those of the latest version, whichever version a namespace's label
# names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from simulator.plain import Object, get

from . import status
from .status import FieldError

if TYPE_CHECKING:
    from .server import ApiServer

Body = dict[str, Any]
Check = Callable[[Body], str]

LABEL = "pod-security.kubernetes.io/"
LEVELS = ("privileged", "baseline", "restricted")
_VERSION = re.compile(r"latest|v1\.(0|[1-9][0-9]*)")
_CAPABILITIES = ("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
                 "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID",
                 "SYS_CHROOT")  # fmt: skip
_SYSCTLS = ("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
            "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem")  # fmt: skip
_VOLUMES = ("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image",
            "persistentVolumeClaim", "projected", "secret")  # fmt: skip
_SELINUX = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")


def refuse(api: ApiServer, pod: Object) -> None:
    """Refuse a new pod that is not as its namespace wants it; Forbidden."""
    meta = pod["metadata"]
    space = api.store.get("Namespace", "", meta["namespace"]) or {}
    labels = get(space, "metadata", "labels", default={})
    level = labels.get(f"{LABEL}enforce") or "privileged"
    if level not in LEVELS:
        level = "restricted"
    wrong = violations(level, pod["spec"])
    if wrong:
        version = labels.get(f"{LABEL}enforce-version") or "latest"
        why = f'violates PodSecurity "{level}:{version}": {", ".join(wrong)}'
        raise status.forbidden("pods", "", meta.get("name") or "", why)


def warn(api: ApiServer, spec: Body, namespace: str) -> None:
    """Warn of a pod, or of a template of pods, that is not as its namespace would like it."""
    space = api.store.get("Namespace", "", namespace) or {}
    labels = get(space, "metadata", "labels", default={})
    level = labels.get(f"{LABEL}warn") or "privileged"
    wrong = violations(level if level in LEVELS else "restricted", spec)
    if wrong:
        version = labels.get(f"{LABEL}warn-version") or "latest"
        text = f'would violate PodSecurity "{level}:{version}": {", ".join(wrong)}'
        api.warn(text)


def label_problems(namespace: Object) -> list[FieldError]:
    """Say which of a namespace's labels name no level and no version."""
    labels = get(namespace, "metadata", "labels", default={})
    out = []
    for mode in ("enforce", "audit", "warn"):
        path, level = f"metadata.labels[{LABEL}{mode}]", labels.get(LABEL + mode)
        if level is not None and level not in LEVELS:
            why = f"must be one of {', '.join(LEVELS)}"
            out.append(status.invalid_value(path, level, why))
        version = labels.get(f"{LABEL}{mode}-version")
        if version is not None and not _VERSION.fullmatch(version):
            why = 'must be "latest" or "v1.x"'
            path = f"metadata.labels[{LABEL}{mode}-version]"
            out.append(status.invalid_value(path, version, why))
    return out


def violations(level: str, spec: Body) -> list[str]:
    """Say how a pod differs from a level, `what (details)` each."""
    out = []
    checks: tuple[tuple[str, Check], ...] = ()
    if level == "baseline":
        checks = _BASELINE
    elif level == "restricted":
        checks = tuple(one for one in _BASELINE if one[1] not in _STRICTER) + _RESTRICTED
    for reason, check in checks:
        detail = check(spec)
        if detail:
            out.append(f"{reason} ({detail})")
    return out


def _containers(spec: Body) -> list[Body]:
    """Give the containers in the order in which upstream looks at them."""
    return [
        one
        for group in ("initContainers", "containers", "ephemeralContainers")
        for one in spec.get(group) or ()
    ]


def _quoted(words: Iterable[Any]) -> str:
    return ", ".join(f'"{word}"' for word in words)


def _named(names: list[str], word: str = "container") -> str:
    return f"{word if len(names) == 1 else f'{word}s'} {_quoted(names)}" if names else ""


def _where(spec: Body, wrong: Callable[[Body], bool]) -> list[str]:
    """Name the containers whose security context is wrong."""
    return [
        str(one.get("name") or "")
        for one in _containers(spec)
        if wrong(one.get("securityContext") or {})
    ]


def _setters(spec: Body, wrong: Callable[[Body], bool]) -> str:
    """Name whose security context is wrong: the pod, its containers, or both."""
    found = ["pod"] if wrong(spec.get("securityContext") or {}) else []
    names = _where(spec, wrong)
    return " and ".join([*found, *([_named(names)] if names else [])])


def _capabilities(spec: Body) -> str:
    def bad(context: Body) -> list[str]:
        added = get(context, "capabilities", "add", default=[])
        return [one for one in added if one not in _CAPABILITIES]

    names = _where(spec, lambda context: bool(bad(context)))
    found = sorted({c for one in _containers(spec) for c in bad(one.get("securityContext") or {})})
    if not names:
        return ""
    return f"{_named(names)} must not include {_quoted(found)} in securityContext.capabilities.add"


def _host_namespaces(spec: Body) -> str:
    return ", ".join(
        f"{name}=true" for name in ("hostNetwork", "hostPID", "hostIPC") if spec.get(name)
    )


def _host_paths(spec: Body) -> str:
    found = [one["name"] for one in spec.get("volumes") or () if one.get("hostPath") is not None]
    return _named(found, "volume")


def _host_ports(spec: Body) -> str:
    names, ports = [], set()
    for one in _containers(spec):
        mine = {str(p["hostPort"]) for p in one.get("ports") or () if p.get("hostPort")}
        ports |= mine
        names += [one["name"]] if mine else []
    if not names:
        return ""
    use, word = "uses" if len(names) == 1 else "use", "hostPort" if len(ports) == 1 else "hostPorts"
    return f"{_named(names)} {use} {word} {', '.join(sorted(ports))}"


def _privileged(spec: Body) -> str:
    names = _where(spec, lambda context: context.get("privileged") is True)
    return f"{_named(names)} must not set securityContext.privileged=true" if names else ""


def _proc_mount(spec: Body) -> str:
    def bad(context: Body) -> bool:
        return context.get("procMount") not in (None, "Default")

    names = _where(spec, bad)
    if not names:
        return ""
    found = [get(one, "securityContext", "procMount") for one in _containers(spec)]
    values = _quoted(sorted({one for one in found if one not in (None, "Default")}))
    return f"{_named(names)} must not set securityContext.procMount to {values}"


def _seccomp(spec: Body) -> str:
    return _bad_seccomp(spec, (None, "RuntimeDefault", "Localhost"))


def _bad_seccomp(spec: Body, allowed: tuple[str | None, ...]) -> str:
    def kind(context: Body) -> Any:
        return get(context, "seccompProfile", "type")

    who = _setters(spec, lambda context: kind(context) not in allowed)
    if not who:
        return ""
    contexts = [spec, *_containers(spec)]
    found = {kind(one.get("securityContext") or {}) for one in contexts} - set(allowed)
    values = _quoted(sorted(found))
    return f"{who} must not set securityContext.seccompProfile.type to {values}"


def _selinux(spec: Body) -> str:
    def bad(context: Body) -> list[str]:
        options = context.get("seLinuxOptions") or {}
        kind = options.get("type") or ""
        out = [f'type "{kind}"'] if kind not in _SELINUX else []
        return out + [f"{name} may not be set" for name in ("user", "role") if options.get(name)]

    who = _setters(spec, lambda context: bool(bad(context)))
    if not who:
        return ""
    contexts = [spec, *_containers(spec)]
    found = [text for one in contexts for text in bad(one.get("securityContext") or {})]
    kinds = sorted({text[5:] for text in found if text.startswith("type")})
    values = "; ".join(
        [
            *([f"type{'s' * (len(kinds) > 1)} {', '.join(kinds)}"] if kinds else []),
            *(one for one in ("user may not be set", "role may not be set") if one in found),
        ]
    )
    return f"{who} set forbidden securityContext.seLinuxOptions: {values}"


def _sysctls(spec: Body) -> str:
    given = get(spec, "securityContext", "sysctls", default=[])
    return ", ".join(one["name"] for one in given if one["name"] not in _SYSCTLS)


def _host_process(spec: Body) -> str:
    who = _setters(spec, lambda context: bool(get(context, "windowsOptions", "hostProcess")))
    return f"{who} must not set securityContext.windowsOptions.hostProcess=true" if who else ""


def _app_armor(spec: Body) -> str:
    def kind(context: Body) -> Any:
        return get(context, "appArmorProfile", "type")

    allowed = (None, "RuntimeDefault", "Localhost")
    who = _setters(spec, lambda context: kind(context) not in allowed)
    if not who:
        return ""
    contexts = [spec, *_containers(spec)]
    found = {kind(one.get("securityContext") or {}) for one in contexts} - set(allowed)
    return f"{who} must not set AppArmor profile type to {_quoted(sorted(found))}"


def _escalation(spec: Body) -> str:
    names = _where(spec, lambda context: context.get("allowPrivilegeEscalation") is not False)
    if not names:
        return ""
    return f"{_named(names)} must set securityContext.allowPrivilegeEscalation=false"


def _drop_all(spec: Body) -> str:
    def added(context: Body) -> list[str]:
        given = get(context, "capabilities", "add", default=[])
        return [one for one in given if one != "NET_BIND_SERVICE"]

    def keeps(context: Body) -> bool:
        return "ALL" not in get(context, "capabilities", "drop", default=[])

    out = []
    names = _where(spec, keeps)
    if names:
        out.append(f'{_named(names)} must set securityContext.capabilities.drop=["ALL"]')
    names = _where(spec, lambda context: bool(added(context)))
    if names:
        found = {c for one in _containers(spec) for c in added(one.get("securityContext") or {})}
        values = _quoted(sorted(found))
        out.append(f"{_named(names)} must not include {values} in securityContext.capabilities.add")
    return "; ".join(out)


def _volume_types(spec: Body) -> str:
    names, kinds = [], set()
    for one in spec.get("volumes") or ():
        kind = next((key for key in one if key != "name"), "unknown")
        if kind not in _VOLUMES:
            names.append(one["name"])
            kinds.add(kind)
    if not names:
        return ""
    use, word = "uses" if len(names) == 1 else "use", "restricted volume type"
    word = word if len(kinds) == 1 else f"{word}s"
    return f"{_named(names, 'volume')} {use} {word} {_quoted(sorted(kinds))}"


def _non_root(spec: Body) -> str:
    who = _setters(spec, lambda context: context.get("runAsNonRoot") is False)
    if who:
        return f"{who} must not set securityContext.runAsNonRoot=false"
    if get(spec, "securityContext", "runAsNonRoot"):
        return ""
    names = _where(spec, lambda context: context.get("runAsNonRoot") is None)
    return f"pod or {_named(names)} must set securityContext.runAsNonRoot=true" if names else ""


def _root_user(spec: Body) -> str:
    who = _setters(spec, lambda context: context.get("runAsUser") == 0)
    return f"{who} must not set runAsUser=0" if who else ""


def _seccomp_set(spec: Body) -> str:
    wrong = _bad_seccomp(spec, (None, "RuntimeDefault", "Localhost"))
    if wrong or get(spec, "securityContext", "seccompProfile", "type"):
        return wrong
    names = _where(spec, lambda context: context.get("seccompProfile") is None)
    if not names:
        return ""
    kinds = '"RuntimeDefault" or "Localhost"'
    return f"pod or {_named(names)} must set securityContext.seccompProfile.type to {kinds}"


_BASELINE: tuple[tuple[str, Check], ...] = (
    ("forbidden AppArmor profile", _app_armor),
    ("non-default capabilities", _capabilities),
    ("host namespaces", _host_namespaces),
    ("hostPath volumes", _host_paths),
    ("hostPort", _host_ports),
    ("privileged", _privileged),
    ("procMount", _proc_mount),
    ("seLinuxOptions", _selinux),
    ("seccompProfile", _seccomp),
    ("forbidden sysctls", _sysctls),
    ("hostProcess", _host_process),
)
"""The checks of "baseline" in upstream's order, which is that of their names."""
_STRICTER = (_capabilities, _host_paths, _seccomp)
"""Checks of "baseline" that "restricted" has in a stricter form."""
_RESTRICTED: tuple[tuple[str, Check], ...] = (
    ("allowPrivilegeEscalation != false", _escalation),
    ("unrestricted capabilities", _drop_all),
    ("restricted volume types", _volume_types),
    ("runAsNonRoot != true", _non_root),
    ("runAsUser=0", _root_user),
    ("seccompProfile", _seccomp_set),
)
