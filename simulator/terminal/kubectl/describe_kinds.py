"""kubectl describe for services, configuration, storage, autoscaling and the rest."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.kubernetes.api.table_rows import selector_text, shortened
from simulator.kubernetes.api.table_rows_more import access_modes
from simulator.kubernetes.storage_class import class_of
from simulator.plain import Object, get

from .describe_text import events, labels, moment, notes
from .tabwriter import tabulate

if TYPE_CHECKING:
    from .session import Session


def _names(obj: Object) -> str:
    meta = obj["metadata"]
    out = f"Name:\t{meta['name']}\n"
    return out + (f"Namespace:\t{meta['namespace']}\n" if meta.get("namespace") else "")


def _marks(obj: Object) -> str:
    meta = obj["metadata"]
    return labels("Labels", meta.get("labels")) + notes("Annotations", meta.get("annotations"))


def service(session: Session, obj: Object) -> str:
    """Describe a Service."""
    spec = obj["spec"]
    out = _names(obj) + _marks(obj)
    selector = ",".join(f"{k}={v}" for k, v in sorted((spec.get("selector") or {}).items()))
    out += f"Selector:\t{selector or '<none>'}\nType:\t{spec.get('type')}\n"
    if spec.get("ipFamilyPolicy"):
        out += f"IP Family Policy:\t{spec['ipFamilyPolicy']}\n"
    if spec.get("ipFamilies"):
        out += f"IP Families:\t{','.join(spec['ipFamilies'])}\n"
    out += f"IP:\t{spec.get('clusterIP') or ''}\n"
    out += f"IPs:\t{','.join(spec.get('clusterIPs') or ()) or '<none>'}\n"
    if spec.get("externalIPs"):
        out += f"External IPs:\t{','.join(spec['externalIPs'])}\n"
    if spec.get("externalName"):
        out += f"External Name:\t{spec['externalName']}\n"
    ingress = get(obj, "status", "loadBalancer", "ingress", default=[])
    if ingress:
        found = ", ".join(one.get("ip") or one.get("hostname") or "" for one in ingress)
        out += f"LoadBalancer Ingress:\t{found}\n"
    for port in spec.get("ports") or ():
        name = port.get("name") or "<unset>"
        out += f"Port:\t{name}\t{port['port']}/{port['protocol']}\n"
        out += f"TargetPort:\t{port.get('targetPort')}/{port['protocol']}\n"
        if port.get("nodePort"):
            out += f"NodePort:\t{name}\t{port['nodePort']}/{port['protocol']}\n"
        out += f"Endpoints:\t{_endpoints(session, obj, port)}\n"
    out += f"Session Affinity:\t{spec.get('sessionAffinity')}\n"
    if spec.get("externalTrafficPolicy"):
        out += f"External Traffic Policy:\t{spec['externalTrafficPolicy']}\n"
    if spec.get("internalTrafficPolicy"):
        out += f"Internal Traffic Policy:\t{spec['internalTrafficPolicy']}\n"
    return tabulate(out + events(session, obj["metadata"]["uid"]))


def _endpoints(session: Session, obj: Object, port: dict[str, Any]) -> str:
    """Name the ready addresses behind a port of a Service."""
    meta = obj["metadata"]
    found: list[str] = []
    for slice_ in session.engine.store.list("EndpointSlice", meta["namespace"]):
        if (slice_["metadata"].get("labels") or {}).get("kubernetes.io/service-name") != meta[
            "name"
        ]:
            continue
        for one in slice_.get("ports") or ():
            if (one.get("name") or "") != (port.get("name") or ""):
                continue
            for point in slice_.get("endpoints") or ():
                if get(point, "conditions", "ready", default=True):
                    found += [f"{address}:{one.get('port')}" for address in point["addresses"]]
    text = shortened(found)
    return "" if text == "<none>" else text


def config_map(session: Session, obj: Object) -> str:
    """Describe a ConfigMap."""
    out = _names(obj) + _marks(obj) + "\nData\n====\n"
    for key, text in sorted((obj.get("data") or {}).items()):
        out += f"{key}:\n----\n{text}\n\n"
    out += "\nBinaryData\n====\n"
    for key, text in sorted((obj.get("binaryData") or {}).items()):
        out += f"{key}: {len(base64.b64decode(text))} bytes\n"
    return tabulate(out + "\n" + events(session, obj["metadata"]["uid"]))


def secret(session: Session, obj: Object) -> str:
    """Describe a Secret, without telling it."""
    out = _names(obj) + _marks(obj) + f"\nType:  {obj.get('type')}\n\nData\n====\n"
    for key, text in sorted((obj.get("data") or {}).items()):
        out += f"{key}:\t{len(base64.b64decode(text))} bytes\n"
    return tabulate(out)


def service_account(session: Session, obj: Object) -> str:
    """Describe a ServiceAccount."""
    out = _names(obj) + _marks(obj)
    pull = ", ".join(s["name"] for s in obj.get("imagePullSecrets") or ())
    out += f"Image pull secrets:\t{pull or '<none>'}\n"
    mountable = ", ".join(s["name"] for s in obj.get("secrets") or ())
    out += f"Mountable secrets:\t{mountable or '<none>'}\nTokens:\t<none>\n"
    return tabulate(out + events(session, obj["metadata"]["uid"]))


def claim(session: Session, obj: Object) -> str:
    """Describe a PersistentVolumeClaim."""
    meta, spec = obj["metadata"], obj["spec"]
    phase = get(obj, "status", "phase", default="")
    if meta.get("deletionTimestamp"):
        phase = f"Terminating (lasts {session.clock.since(meta['deletionTimestamp'])})"
    capacity = (
        get(obj, "status", "capacity", "storage", default="") if spec.get("volumeName") else ""
    )
    modes = access_modes(get(obj, "status", "accessModes")) if spec.get("volumeName") else ""
    out = _names(obj) + f"StorageClass:\t{class_of(obj)}\nStatus:\t{phase}\n"
    out += f"Volume:\t{spec.get('volumeName') or ''}\n" + _marks(obj)
    out += f"Finalizers:\t[{' '.join(meta.get('finalizers') or ())}]\n"
    out += f"Capacity:\t{capacity}\nAccess Modes:\t{modes}\n"
    out += f"VolumeMode:\t{spec.get('volumeMode') or ''}\n"
    users = [
        pod["metadata"]["name"]
        for pod in session.engine.store.list("Pod", meta["namespace"])
        if any(
            get(v, "persistentVolumeClaim", "claimName") == meta["name"]
            for v in pod["spec"].get("volumes") or ()
        )
    ]
    out += "Used By:\t" + ("\n\t".join(users) or "<none>") + "\n"
    return tabulate(out + events(session, meta["uid"]))


def volume(session: Session, obj: Object) -> str:
    """Describe a PersistentVolume."""
    meta, spec = obj["metadata"], obj["spec"]
    owner = spec.get("claimRef") or {}
    out = f"Name:\t{meta['name']}\n" + _marks(obj)
    out += f"Finalizers:\t[{' '.join(meta.get('finalizers') or ())}]\n"
    out += f"StorageClass:\t{class_of(obj)}\n"
    out += f"Status:\t{get(obj, 'status', 'phase', default='')}\n"
    out += f"Claim:\t{owner['namespace']}/{owner['name']}\n" if owner else "Claim:\t\n"
    out += f"Reclaim Policy:\t{spec.get('persistentVolumeReclaimPolicy') or ''}\n"
    out += f"Access Modes:\t{access_modes(spec.get('accessModes'))}\n"
    out += f"VolumeMode:\t{spec.get('volumeMode') or ''}\n"
    out += f"Capacity:\t{get(spec, 'capacity', 'storage', default='')}\n"
    terms = get(spec, "nodeAffinity", "required", "nodeSelectorTerms", default=[])
    out += "Node Affinity:\n" if terms else "Node Affinity:\t<none>\n"
    if terms:
        out += "  Required Terms:\n"
        for n, term in enumerate(terms):
            text = ", ".join(
                f"{e['key']} {str(e['operator']).lower()} [{', '.join(e.get('values') or ())}]"
                for e in term.get("matchExpressions") or ()
            )
            out += f"    Term {n}:\t{text}\n"
    out += "Message:\t\nSource:\n" + _source(spec)
    return tabulate(out + events(session, meta["uid"]))


_DISK = "VolumeID FSType Partition=0 ReadOnly=false"
SOURCES = {
    "hostPath": ("HostPath (bare host directory volume)", "Path HostPathType:type"),
    "local": ("LocalVolume (a persistent volume backed by local storage on a node)", "Path"),
    "nfs": ("NFS (an NFS mount that lasts the lifetime of a pod)", "Server Path ReadOnly=false"),
    "csi": (
        "CSI (a Container Storage Interface (CSI) volume source)",
        "Driver FSType VolumeHandle ReadOnly=false",
    ),
    "azureFile": (
        "AzureFile (an Azure File Service mount on the host and bind mount to the pod)",
        "SecretName SecretNamespace ShareName ReadOnly=false",
    ),
    "awsElasticBlockStore": ("AWSElasticBlockStore (a Persistent Disk resource in AWS)", _DISK),
    "gcePersistentDisk": (
        "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)",
        _DISK.replace("VolumeID", "PDName:pdName"),
    ),
}
"""Volume sources: what they are, and their fields as `Title[:field][=what stands for none]`."""


def _source(spec: Object) -> str:
    kind = next((one for one in SOURCES if spec.get(one) is not None), "")
    if not kind:
        return "    Type:\t<unknown>\n"
    what, fields = SOURCES[kind]
    out = f"    Type:\t{what}\n"
    for field in fields.split():
        left, _, missing = field.partition("=")
        title, _, name = left.partition(":")
        name = name or ("fsType" if title == "FSType" else title[0].lower() + title[1:])
        value = spec[kind].get(name, missing)
        out += f"    {title}:\t{str(value).lower() if isinstance(value, bool) else value}\n"
    return out


def storage_class(session: Session, obj: Object) -> str:
    """Describe a StorageClass."""
    annotations = obj["metadata"].get("annotations") or {}
    default = annotations.get("storageclass.kubernetes.io/is-default-class") == "true"
    out = f"Name:\t{obj['metadata']['name']}\nIsDefaultClass:\t{'Yes' if default else 'No'}\n"
    shown = ",".join(f"{k}={v}" for k, v in sorted(annotations.items()))
    out += f"Annotations:\t{shown or '<none>'}\nProvisioner:\t{obj.get('provisioner')}\n"
    parameters = ",".join(f"{k}={v}" for k, v in sorted((obj.get("parameters") or {}).items()))
    out += f"Parameters:\t{parameters or '<none>'}\n"
    expansion = obj.get("allowVolumeExpansion")
    out += f"AllowVolumeExpansion:\t{'<unset>' if expansion is None else yes_no(expansion)}\n"
    options = "\n  ".join(obj.get("mountOptions") or ())
    out += f"MountOptions:\t{options or '<none>'}\nReclaimPolicy:\t{obj.get('reclaimPolicy')}\n"
    out += f"VolumeBindingMode:\t{obj.get('volumeBindingMode')}\n"
    return tabulate(out + events(session, obj["metadata"]["uid"]))


def yes_no(value: Any) -> str:
    """Write a truth in upstream's capitals."""
    return "True" if value else "False"


def autoscaler(session: Session, obj: Object) -> str:
    """Describe a HorizontalPodAutoscaler."""
    spec, state = obj["spec"], obj.get("status") or {}
    target = spec["scaleTargetRef"]
    out = _names(obj) + _marks(obj)
    out += f"CreationTimestamp:\t{moment(obj['metadata']['creationTimestamp'])}\n"
    out += f"Reference:\t{target['kind']}/{target['name']}\n"
    out += "Metrics:\t( current / target )\n"
    current = state.get("currentMetrics") or []
    for n, metric in enumerate(spec.get("metrics") or ()):
        out += _metric(metric, current[n] if n < len(current) else {})
    out += (
        f"Min replicas:\t{spec.get('minReplicas', '<unset>')}\nMax "
        f"replicas:\t{spec['maxReplicas']}\n"
    )
    out += _behavior(spec.get("behavior"))
    out += (
        f"{target['kind']} pods:\t{state.get('currentReplicas', 0)} current / "
        f"{state.get('desiredReplicas', 0)} desired\n"
    )
    if state.get("conditions"):
        out += "Conditions:\n  Type\tStatus\tReason\tMessage\n  ----\t------\t------\t-------\n"
        out += "".join(
            f"  {c['type']}\t{c['status']}\t{c.get('reason', '')}\t{c.get('message', '')}\n"
            for c in state["conditions"]
        )
    return tabulate(out + events(session, obj["metadata"]["uid"]))


def _metric(metric: dict[str, Any], current: dict[str, Any]) -> str:
    kind = metric["type"]
    source = metric.get(kind[0].lower() + kind[1:]) or {}
    now = (current.get(kind[0].lower() + kind[1:]) or {}).get("current") or {}
    target = source.get("target") or {}
    name = source.get("name") or get(source, "metric", "name", default="")
    if target.get("averageUtilization") is not None:
        have = "<unknown>"
        if now.get("averageUtilization") is not None:
            have = f"{now['averageUtilization']}% ({now.get('averageValue', '0')})"
        return (
            f"  resource {name} on pods  (as a percentage of request):\t{have} / "
            f"{target['averageUtilization']}%\n"
        )
    wanted = target.get("averageValue") or target.get("value")
    have = now.get("averageValue") or now.get("value") or "<unknown>"
    what = f"resource {name} on pods" if kind == "Resource" else f'"{name}"'
    return f"  {what}:\t{have} / {wanted}\n"


def _behavior(behavior: Any) -> str:
    if not behavior:
        return ""
    out = "Behavior:\n"
    for title, side in (("Scale Up", "scaleUp"), ("Scale Down", "scaleDown")):
        rules = behavior.get(side)
        if not rules:
            continue
        out += f"  {title}:\n"
        if rules.get("stabilizationWindowSeconds") is not None:
            out += f"    Stabilization Window: {rules['stabilizationWindowSeconds']} seconds\n"
        if rules.get("policies"):
            out += f"    Select Policy: {rules.get('selectPolicy', 'Max')}\n    Policies:\n"
            out += "".join(
                (
                    f"      - Type: {p['type']}\tValue: "
                    f"{p['value']}\tPeriod: {p['periodSeconds']} seconds\n"
                )
                for p in rules["policies"]
            )
    return out


def disruption_budget(session: Session, obj: Object) -> str:
    """Describe a PodDisruptionBudget."""
    spec, state = obj["spec"], obj.get("status") or {}
    out = _names(obj)
    if spec.get("minAvailable") is not None:
        out += f"Min available:\t{spec['minAvailable']}\n"
    elif spec.get("maxUnavailable") is not None:
        out += f"Max unavailable:\t{spec['maxUnavailable']}\n"
    out += f"Selector:\t{selector_text(spec.get('selector'))}\nStatus:\n"
    for title, field in (
        ("Allowed disruptions", "disruptionsAllowed"),
        ("Current", "currentHealthy"),
        ("Desired", "desiredHealthy"),
        ("Total", "expectedPods"),
    ):
        out += f"    {title}:\t{state.get(field, 0)}\n"
    return tabulate(out + events(session, obj["metadata"]["uid"]))


def ingress(session: Session, obj: Object) -> str:
    """Describe an Ingress."""
    spec, meta = obj["spec"], obj["metadata"]
    found = get(obj, "status", "loadBalancer", "ingress", default=[])
    out = f"Name:\t{meta['name']}\n" + labels("Labels", meta.get("labels"))
    out += f"Namespace:\t{meta['namespace']}\n"
    out += f"Address:\t{','.join(one.get('ip') or one.get('hostname') or '' for one in found)}\n"
    out += f"Ingress Class:\t{spec.get('ingressClassName') or '<none>'}\n"
    given = spec.get("defaultBackend")
    default = _backend(session, meta["namespace"], given) if given else "<default>"
    out += f"Default backend:\t{default}\n"
    if spec.get("tls"):
        out += "TLS:\n"
        for one in spec["tls"]:
            hosts = ",".join(one.get("hosts") or ())
            name = one.get("secretName")
            out += f"  {name} terminates {hosts}\n" if name else f"  SNI routes {hosts}\n"
    out += "Rules:\n  Host\tPath\tBackends\n  ----\t----\t--------\n"
    rules = [rule for rule in spec.get("rules") or () if rule.get("http")]
    for rule in rules:
        out += f"  {rule.get('host') or '*'}\t\n"
        for path in rule["http"].get("paths") or ():
            where = _backend(session, meta["namespace"], path["backend"])
            out += f"  \t{path.get('path') or ''} \t{where}\n"
    out += "" if rules else f"  *\t*\t{default}\n"
    out += notes("Annotations", meta.get("annotations"))
    return tabulate(out + events(session, meta["uid"]))


def _backend(session: Session, namespace: str, backend: Object) -> str:
    """Name what a rule leads to: a port of a Service and the addresses behind it."""
    named = backend.get("service")
    if not named:
        other = backend.get("resource") or {}
        group = other.get("apiGroup") or "<none>"
        return f"APIGroup: {group}, Kind: {other.get('kind')}, Name: {other.get('name')}"
    wanted = named.get("port") or {}
    text = f"{named['name']}:{wanted.get('name') or wanted.get('number')}"
    found = session.engine.store.get("Service", namespace, named["name"])
    if found is None:
        return f'{text} (<error: services "{named["name"]}" not found>)'
    port: Object = {}
    for one in found["spec"].get("ports") or ():
        if one["port"] == wanted.get("number") or one.get("name", "") == wanted.get("name"):
            port = one
    return f"{text} ({_endpoints(session, found, port)})"


DESCRIBERS: dict[str, Callable[[Session, Object], str]] = {
    "Service": service,
    "ConfigMap": config_map,
    "Secret": secret,
    "ServiceAccount": service_account,
    "PersistentVolumeClaim": claim,
    "PersistentVolume": volume,
    "StorageClass": storage_class,
    "HorizontalPodAutoscaler": autoscaler,
    "PodDisruptionBudget": disruption_budget,
    "Ingress": ingress,
}
