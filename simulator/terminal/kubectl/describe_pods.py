"""kubectl describe pod, and the pod template within other kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api.defaults.pod import qos_class
from simulator.plain import Object, get

from .describe_text import controller, events, labels, moment, notes, tolerations, yes
from .tabwriter import tabulate

if TYPE_CHECKING:
    from .session import Session

Part = dict[str, Any]

CLAIM = "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)"


def pod(session: Session, obj: Object) -> str:
    """Describe a pod."""
    meta, spec, state = obj["metadata"], obj["spec"], obj.get("status") or {}
    out = f"Name:\t{meta['name']}\nNamespace:\t{meta['namespace']}\n"
    if spec.get("priority") is not None:
        out += f"Priority:\t{spec['priority']}\n"
    if spec.get("priorityClassName"):
        out += f"Priority Class Name:\t{spec['priorityClassName']}\n"
    if spec.get("runtimeClassName"):
        out += f"Runtime Class Name:\t{spec['runtimeClassName']}\n"
    if spec.get("serviceAccountName"):
        out += f"Service Account:\t{spec['serviceAccountName']}\n"
    node = spec.get("nodeName")
    out += f"Node:\t{node}/{state.get('hostIP') or ''}\n" if node else "Node:\t<none>\n"
    if state.get("startTime"):
        out += f"Start Time:\t{moment(state['startTime'])}\n"
    out += labels("Labels", meta.get("labels")) + notes("Annotations", meta.get("annotations"))
    if meta.get("deletionTimestamp"):
        lasts = session.clock.since(meta["deletionTimestamp"])
        out += f"Status:\tTerminating (lasts {lasts})\n"
        out += f"Termination Grace Period:\t{meta.get('deletionGracePeriodSeconds', 0)}s\n"
    else:
        out += f"Status:\t{state.get('phase') or ''}\n"
    for field in ("reason", "message"):
        if state.get(field):
            out += f"{field.title()}:\t{state[field]}\n"
    out += f"IP:\t{state.get('podIP') or ''}\n" + _ips(state)
    if controller(obj):
        out += f"Controlled By:\t{controller(obj)}\n"
    if state.get("nominatedNodeName"):
        out += f"NominatedNodeName:\t{state['nominatedNodeName']}\n"
    out += _all_containers(obj)
    if state.get("conditions"):
        out += "Conditions:\n  Type\tStatus\n"
        out += "".join(f"  {c['type']} \t{c['status']} \n" for c in state["conditions"])
    out += volumes(spec.get("volumes"), "")
    out += f"QoS Class:\t{state.get('qosClass') or qos_class(spec)}\n"
    out += labels("Node-Selectors", spec.get("nodeSelector"))
    out += tolerations(spec.get("tolerations")) + _spread(spec, "")
    return tabulate(out + events(session, meta["uid"]))


def _ips(state: Part) -> str:
    found = state.get("podIPs") or []
    if not found:
        return "IPs:\t<none>\n"
    return "IPs:\n" + "".join(f"  IP:\t{one['ip']}\n" for one in found)


def _all_containers(obj: Object) -> str:
    spec, state = obj["spec"], obj.get("status") or {}
    out = ""
    if spec.get("initContainers"):
        statuses = state.get("initContainerStatuses") or []
        out += containers("Init Containers", spec["initContainers"], statuses, "", obj)
    out += containers(
        "Containers", spec.get("containers") or [], state.get("containerStatuses") or [], "", obj
    )
    if spec.get("ephemeralContainers"):
        statuses = state.get("ephemeralContainerStatuses") or []
        out += containers("Ephemeral Containers", spec["ephemeralContainers"], statuses, "", obj)
    return out


def template(template_: Part, extra_notes: Part | None = None) -> str:
    """Describe a pod template, cells still apart."""
    meta, spec = template_.get("metadata") or {}, template_.get("spec") or {}
    out = "Pod Template:\n" + labels("Labels", meta.get("labels"), "  ")
    annotations = {**(meta.get("annotations") or {}), **(extra_notes or {})}
    if annotations:
        out += notes("Annotations", annotations, "  ")
    if spec.get("serviceAccountName"):
        out += f"  Service Account:\t{spec['serviceAccountName']}\n"
    if spec.get("initContainers"):
        out += containers("Init Containers", spec["initContainers"], [], "  ", None)
    out += containers("Containers", spec.get("containers") or [], [], "  ", None)
    out += volumes(spec.get("volumes"), "  ") + _spread(spec, "  ")
    if spec.get("priorityClassName"):
        out += f"  Priority Class Name:\t{spec['priorityClassName']}\n"
    out += labels("Node-Selectors", spec.get("nodeSelector"), "  ")
    return out + tolerations(spec.get("tolerations"), "  ")


def pod_template_text(template_: Part, extra_notes: Part | None = None) -> str:
    """Describe a pod template."""
    return tabulate(template(template_, extra_notes))


def containers(title: str, items: list[Part], statuses: list[Part], space: str, of: Any) -> str:
    """Describe containers, with their state where there is one."""
    by_name = {status["name"]: status for status in statuses}
    out = f"{space}{title}:\n"
    for one in items:
        out += f"  {' ' if space else ''}{one['name']}:\n"
        out += _container(one, by_name.get(one["name"]), of)
    return out


def _container(one: Part, status: Part | None, of: Any) -> str:
    out = ""
    if status is not None:
        out += f"    Container ID:\t{status.get('containerID') or ''}\n"
    out += f"    Image:\t{one.get('image') or ''}\n"
    if status is not None:
        out += f"    Image ID:\t{status.get('imageID') or ''}\n"
    ports = ", ".join(
        f"{p['containerPort']}/{p.get('protocol', 'TCP')}" for p in one.get("ports") or ()
    )
    hosts = ", ".join(
        f"{p.get('hostPort', 0)}/{p.get('protocol', 'TCP')}" for p in one.get("ports") or ()
    )
    out += f"    Port{'s' if ',' in ports else ''}:\t{ports or '<none>'}\n"
    out += f"    Host Port{'s' if ',' in hosts else ''}:\t{hosts or '<none>'}\n"
    for title, words in (("Command", one.get("command")), ("Args", one.get("args"))):
        if words:
            lines = [line for word in words for line in str(word).split("\n")]
            out += f"    {title}:\n" + "".join(f"      {line}\n" for line in lines)
    if status is not None:
        out += _state("State", status.get("state") or {})
        if get(status, "lastState", "terminated") is not None:
            out += _state("Last State", status["lastState"])
        out += f"    Ready:\t{yes(status.get('ready'))}\n"
        out += f"    Restart Count:\t{status.get('restartCount', 0)}\n"
    resources = one.get("resources") or {}
    for title, amounts in (
        ("Limits", resources.get("limits")),
        ("Requests", resources.get("requests")),
    ):
        if amounts:
            out += f"    {title}:\n"
            out += "".join(f"      {name}:\t{amount}\n" for name, amount in sorted(amounts.items()))
    for title, field in (
        ("Liveness", "livenessProbe"),
        ("Readiness", "readinessProbe"),
        ("Startup", "startupProbe"),
    ):
        if one.get(field):
            out += f"    {title}:\t{_probe(one[field])}\n"
    return out + _env_from(one) + _environment(one, of) + _mounts(one)


def _state(title: str, state: Part) -> str:
    if state.get("running") is not None:
        started = moment(state["running"].get("startedAt"))
        return f"    {title}:\tRunning\n      Started:\t{started}\n"
    ended = state.get("terminated")
    if ended is None:
        reason = get(state, "waiting", "reason", default="")
        return f"    {title}:\tWaiting\n" + (f"      Reason:\t{reason}\n" if reason else "")
    out = f"    {title}:\tTerminated\n"
    if ended.get("reason"):
        out += f"      Reason:\t{ended['reason']}\n"
    if ended.get("message"):
        out += f"      Message:\t{ended['message']}\n"
    out += f"      Exit Code:\t{ended.get('exitCode', 0)}\n"
    if ended.get("signal"):
        out += f"      Signal:\t{ended['signal']}\n"
    out += f"      Started:\t{moment(ended.get('startedAt'))}\n"
    return out + f"      Finished:\t{moment(ended.get('finishedAt'))}\n"


def _probe(probe: Part) -> str:
    attributes = (
        f"delay={probe.get('initialDelaySeconds', 0)}s timeout={probe.get('timeoutSeconds', 1)}s "
        f"period={probe.get('periodSeconds', 10)}s #success={probe.get('successThreshold', 1)} "
        f"#failure={probe.get('failureThreshold', 3)}"
    )
    if probe.get("exec"):
        return f"exec [{' '.join(probe['exec'].get('command') or ())}] {attributes}"
    if probe.get("httpGet"):
        action = probe["httpGet"]
        host = f"{action.get('host') or ''}:{action.get('port')}"
        scheme = str(action.get("scheme") or "HTTP").lower()
        return f"http-get {scheme}://{host}{action.get('path') or ''} {attributes}"
    if probe.get("tcpSocket"):
        action = probe["tcpSocket"]
        return f"tcp-socket {action.get('host') or ''}:{action.get('port')} {attributes}"
    if probe.get("grpc"):
        service = probe["grpc"].get("service") or ""
        return f"grpc <pod>:{probe['grpc'].get('port')} {service} {attributes}"
    return f"unknown {attributes}"


def _env_from(one: Part) -> str:
    if not one.get("envFrom"):
        return ""
    out = "    Environment Variables from:\n"
    for source in one["envFrom"]:
        kind = "ConfigMap" if source.get("configMapRef") else "Secret"
        found = source.get("configMapRef") or source.get("secretRef") or {}
        prefix = f" with prefix '{source['prefix']}'" if source.get("prefix") else ""
        optional = str(bool(found.get("optional"))).lower()
        out += f"      {found.get('name')}\t{kind}{prefix}\tOptional: {optional}\n"
    return out


def _environment(one: Part, of: Any) -> str:
    variables = one.get("env") or []
    out = "    Environment:\n" if variables else "    Environment:\t<none>\n"
    for variable in variables:
        name, source = variable["name"], variable.get("valueFrom")
        if not source:
            lines = str(variable.get("value") or "").split("\n")
            out += f"      {name}:\t{lines[0]}\n" + "".join(f"      \t{s}\n" for s in lines[1:])
        elif source.get("fieldRef"):
            field = source["fieldRef"]
            value = _field(of, field["fieldPath"])
            out += (
                f"      {name}:\t{value} ({field.get('apiVersion', 'v1')}:{field['fieldPath']})\n"
            )
        elif source.get("resourceFieldRef"):
            field = source["resourceFieldRef"]
            amounts = one.get("resources") or {}
            side, _, resource = field["resource"].partition(".")
            value = get(amounts, side, resource, default="0")
            out += f"      {name}:\t{value} ({field['resource']})\n"
        else:
            kind = "secretKeyRef" if source.get("secretKeyRef") else "configMapKeyRef"
            where = "in secret" if kind == "secretKeyRef" else "of config map"
            key = source.get(kind) or {}
            optional = str(bool(key.get("optional"))).lower()
            out += (
                f"      {name}:\t<set to the key '{key.get('key')}' {where} '{key.get('name')}'>"
                f"\tOptional: {optional}\n"
            )
    return out


def _field(of: Any, path: str) -> str:
    if of is None:
        return ""
    steps = path.split(".")
    value = get(of, *steps, default="")
    return str(value) if not isinstance(value, dict | list) else ""


def _mounts(one: Part) -> str:
    mounts = one.get("volumeMounts") or []
    out = "    Mounts:\n" if mounts else "    Mounts:\t<none>\n"
    for mount in sorted(mounts, key=lambda m: m.get("mountPath") or ""):
        flags = ["ro" if mount.get("readOnly") else "rw"]
        if mount.get("subPath"):
            flags.append(f'path="{mount["subPath"]}"')
        out += f"      {mount.get('mountPath')} from {mount.get('name')} ({','.join(flags)})\n"
    return out


def volumes(items: Any, space: str) -> str:
    """Describe volumes."""
    if not items:
        return f"{space}Volumes:\t<none>\n"
    out = f"{space}Volumes:\n"
    for volume in items:
        out += f"  {' ' if space else ''}{volume['name']}:\n"
        out += "".join(f"    {key}:\t{value}\n" for key, value in _volume(volume))
    return out


def _volume(volume: Part) -> list[tuple[str, str]]:
    kind = next((key for key in volume if key != "name"), "")
    source = volume.get(kind) or {}
    optional = str(bool(source.get("optional"))).lower()
    if kind == "hostPath":
        return [
            ("Type", "HostPath (bare host directory volume)"),
            ("Path", source.get("path", "")),
            ("HostPathType", source.get("type") or ""),
        ]
    if kind == "emptyDir":
        return [
            ("Type", "EmptyDir (a temporary directory that shares a pod's lifetime)"),
            ("Medium", source.get("medium") or ""),
            ("SizeLimit", str(source.get("sizeLimit") or "<unset>")),
        ]
    if kind == "secret":
        return [
            ("Type", "Secret (a volume populated by a Secret)"),
            ("SecretName", source.get("secretName", "")),
            ("Optional", optional),
        ]
    if kind == "configMap":
        return [
            ("Type", "ConfigMap (a volume populated by a ConfigMap)"),
            ("Name", source.get("name", "")),
            ("Optional", optional),
        ]
    if kind == "persistentVolumeClaim":
        return [
            ("Type", CLAIM),
            ("ClaimName", source.get("claimName", "")),
            ("ReadOnly", str(bool(source.get("readOnly"))).lower()),
        ]
    if kind == "projected":
        return _projected(source)
    if kind == "nfs":
        return [
            ("Type", "NFS (an NFS mount that lasts the lifetime of a pod)"),
            ("Server", source.get("server", "")),
            ("Path", source.get("path", "")),
            ("ReadOnly", str(bool(source.get("readOnly"))).lower()),
        ]
    if kind == "downwardAPI":
        return [("Type", "DownwardAPI (a volume populated by information about the pod)")]
    return [("Type", kind)]


def _projected(source: Part) -> list[tuple[str, str]]:
    out = [("Type", "Projected (a volume that contains injected data from multiple sources)")]
    for part in source.get("sources") or ():
        if part.get("secret"):
            out.append(("SecretName", part["secret"].get("name", "")))
            out.append(("SecretOptionalName", _pointer(part["secret"].get("optional"))))
        elif part.get("downwardAPI"):
            out.append(("DownwardAPI", "true"))
        elif part.get("configMap"):
            out.append(("ConfigMapName", part["configMap"].get("name", "")))
            out.append(("ConfigMapOptional", _pointer(part["configMap"].get("optional"))))
        elif part.get("serviceAccountToken"):
            seconds = part["serviceAccountToken"].get("expirationSeconds", 3600)
            out.append(("TokenExpirationSeconds", str(seconds)))
    return out


def _pointer(value: Any) -> str:
    """Write a truth that may not be set as Go prints a pointer to it."""
    return "<nil>" if value is None else str(bool(value)).lower()


def _spread(spec: Part, space: str) -> str:
    found = spec.get("topologySpreadConstraints") or []
    if not found:
        return ""
    lines = []
    for one in sorted(found, key=lambda c: c.get("topologyKey") or ""):
        text = (
            f"{one['topologyKey']}:{one['whenUnsatisfiable']} "
            f"when max skew {one['maxSkew']} is exceeded"
        )
        if one.get("labelSelector") is not None:
            from simulator.kubernetes.api.table_rows import selector_text

            text += f" for selector {selector_text(one['labelSelector'])}"
        lines.append(text)
    return f"{space}Topology Spread Constraints:\t" + f"\n{space}\t".join(lines) + "\n"
