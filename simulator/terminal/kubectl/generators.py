"""kubectl create for workloads, services, budgets and roles: one function a kind.

Source: kubectl v0.32 pkg/cmd/create/create_*.go.
"""

from __future__ import annotations

import re

from simulator.plain import Object, copy, get

from .creating import Make, make_object, words_after_dash
from .errors import KubectlError
from .logs import find
from .session import Session


def deployment(session: Session, name: str) -> Object:
    """Make a Deployment from images."""
    images = [one for part in session.flag("image") or () for one in part.split(",")]
    command = words_after_dash(session)
    if command and len(images) > 1:
        raise KubectlError("cannot specify multiple --image options and command")
    labels = {"app": name}
    containers = []
    for n, image in enumerate(images):
        one: Object = {"image": image, "name": _container_name(image)}
        if command:
            one["command"] = command
        if n == 0 and session.flag("port") >= 0:
            one["ports"] = [{"containerPort": session.flag("port")}]
        containers.append(one)
    made = make_object("apps/v1", "Deployment", name)
    made["metadata"]["labels"] = dict(labels)
    made["spec"] = {
        "replicas": session.flag("replicas"),
        "selector": {"matchLabels": dict(labels)},
        "template": {"metadata": {"labels": dict(labels)}, "spec": {"containers": containers}},
    }
    return made


def _container_name(image: str) -> str:
    name = re.split(r"[:@]", image.rpartition("/")[2])[0]
    return re.sub(r"[^-a-z0-9]", "-", name.lower()).strip("-") or "container"


def service(kind: str) -> Make:
    """Give what makes a Service of a type."""

    def make(session: Session, name: str) -> Object:
        made = make_object("v1", "Service", name)
        made["metadata"]["labels"] = {"app": name}
        spec: Object = {"type": kind, "selector": {"app": name}}
        if kind == "ExternalName":
            spec["externalName"] = session.flag("external-name")
        ports = [_tcp(text) for part in session.flag("tcp") or () for text in part.split(",")]
        if kind == "ClusterIP" and session.flag("clusterip"):
            spec["clusterIP"] = session.flag("clusterip")
        if not ports and kind != "ExternalName" and spec.get("clusterIP") != "None":
            raise KubectlError("at least one tcp port specifier must be provided")
        if kind == "NodePort" and session.flag("node-port"):
            ports[0]["nodePort"] = session.flag("node-port")
        if ports:
            spec["ports"] = ports
        made["spec"] = spec
        return made

    return make


def _tcp(text: str) -> Object:
    port, colon, target = text.partition(":")
    if not port.isdigit():
        raise KubectlError(f'strconv.ParseInt: parsing "{port}": invalid syntax')
    number = int(port)
    if not 1 <= number <= 65535:
        raise KubectlError("invalid port number: must be between 1 and 65535, inclusive")
    where: int | str = number
    if colon:
        where = int(target) if target.isdigit() else target
    return {"name": text.replace(":", "-"), "port": number, "protocol": "TCP", "targetPort": where}


def namespace(session: Session, name: str) -> Object:
    """Make a Namespace."""
    return make_object("v1", "Namespace", name)


def service_account(session: Session, name: str) -> Object:
    """Make a ServiceAccount."""
    return make_object("v1", "ServiceAccount", name)


def job(session: Session, name: str) -> Object:
    """Make a Job from an image, or from a CronJob."""
    source = session.flag("from")
    if not session.flag("image") and not source:
        raise KubectlError("either --image or --from must be specified")
    if source:
        row, obj = find(session, source)
        if row.kind != "CronJob":
            raise KubectlError(f"from must be an existing cronjob, but got {row.kind}")
        template: Object = copy(obj["spec"]["jobTemplate"])
        made = make_object("batch/v1", "Job", name, spec=template["spec"])
        notes = {"cronjob.kubernetes.io/instantiate": "manual"}
        made["metadata"]["annotations"] = {
            **notes,
            **(get(template, "metadata", "annotations", default={})),
        }
        labels = get(template, "metadata", "labels")
        if labels:
            made["metadata"]["labels"] = labels
        meta = obj["metadata"]
        made["metadata"]["ownerReferences"] = [
            {
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "name": meta["name"],
                "uid": meta["uid"],
                "controller": True,
            }
        ]
        return made
    return make_object(
        "batch/v1", "Job", name, spec={"template": _job_pods(session, name, "Never")}
    )


def _job_pods(session: Session, name: str, restart: str) -> Object:
    one: Object = {"image": session.flag("image"), "name": name}
    command = words_after_dash(session)
    if command:
        one["command"] = command
    return {"spec": {"containers": [one], "restartPolicy": restart}}


def cron_job(session: Session, name: str) -> Object:
    """Make a CronJob."""
    restart = session.flag("restart") or "OnFailure"
    inner = {"metadata": {"name": name}, "spec": {"template": _job_pods(session, name, restart)}}
    spec = {"schedule": session.flag("schedule"), "jobTemplate": inner}
    return make_object("batch/v1", "CronJob", name, spec=spec)


def quota(session: Session, name: str) -> Object:
    """Make a ResourceQuota."""
    hard = dict(
        part.split("=", 1) for part in (session.flag("hard") or "").split(",") if "=" in part
    )
    return make_object("v1", "ResourceQuota", name, spec={"hard": hard} if hard else {})


def budget(session: Session, name: str) -> Object:
    """Make a PodDisruptionBudget."""
    if not session.flag("selector"):
        raise KubectlError("a selector must be specified")
    spec: Object = {}
    for flag, field in (("min-available", "minAvailable"), ("max-unavailable", "maxUnavailable")):
        text = session.flag(flag)
        if text:
            spec[field] = int(text) if text.isdigit() else text
    if len(spec) != 1:
        many = "min-available and max-unavailable cannot be both specified"
        raise KubectlError(
            many if spec else "one of min-available or max-unavailable must be specified"
        )
    labels = dict(part.split("=", 1) for part in session.flag("selector").split(","))
    return make_object(
        "policy/v1", "PodDisruptionBudget", name, spec={**spec, "selector": {"matchLabels": labels}}
    )


def priority_class(session: Session, name: str) -> Object:
    """Make a PriorityClass."""
    made = make_object(
        "scheduling.k8s.io/v1",
        "PriorityClass",
        name,
        value=session.flag("value"),
        preemptionPolicy=session.flag("preemption-policy"),
    )
    if session.flag("global-default"):
        made["globalDefault"] = True
    if session.flag("description"):
        made["description"] = session.flag("description")
    return made


def ingress(session: Session, name: str) -> Object:
    """Make an Ingress from rules `host/path=service:port`."""
    hosts: dict[str, list[Object]] = {}
    for rule in session.flag("rule") or ():
        match = re.fullmatch(r"([^/=]*)(/[^=*]*)?(\*)?=([^:]+):([^,]+)(?:,tls(?:=.*)?)?", rule)
        if match is None:
            raise KubectlError(
                f"rule {rule} is invalid and should be in format host/path=svcname:svcport"
                "[,tls[=secret]]"
            )
        host, path, star, target, port = match.groups()
        where = {"number": int(port)} if port.isdigit() else {"name": port}
        hosts.setdefault(host, []).append(
            {
                "backend": {"service": {"name": target, "port": where}},
                "path": path or "/",
                "pathType": "Prefix" if star else "Exact",
            }
        )
    spec: Object = {}
    if session.flag("class"):
        spec["ingressClassName"] = session.flag("class")
    spec["rules"] = [
        {**({"host": host} if host else {}), "http": {"paths": paths}}
        for host, paths in hosts.items()
    ]
    return make_object("networking.k8s.io/v1", "Ingress", name, spec=spec)


def role(cluster: bool) -> Make:
    """Give what makes a Role or ClusterRole."""

    def make(session: Session, name: str) -> Object:
        verbs = [v for part in session.flag("verb") or () for v in part.split(",")]
        words = [r for part in session.flag("resource") or () for r in part.split(",")]
        if not verbs:
            raise KubectlError("at least one verb must be specified")
        if not words:
            raise KubectlError("at least one resource must be specified")
        by_group: dict[str, list[str]] = {}
        for word in words:
            row = session.kind(word.partition("/")[0])
            by_group.setdefault(row.group, []).append(row.plural)
        rules = [{"apiGroups": [g], "resources": r, "verbs": verbs} for g, r in by_group.items()]
        kind = "ClusterRole" if cluster else "Role"
        return make_object("rbac.authorization.k8s.io/v1", kind, name, rules=rules)

    return make


def role_binding(cluster: bool) -> Make:
    """Give what makes a RoleBinding or ClusterRoleBinding."""

    def make(session: Session, name: str) -> Object:
        group = "rbac.authorization.k8s.io"
        kind = "ClusterRole" if session.flag("clusterrole") else "Role"
        to = session.flag("clusterrole") or session.flag("role")
        if not to:
            raise KubectlError("exactly one of clusterrole or role must be specified")
        subjects: list[Object] = []
        for flag, word in (("user", "User"), ("group", "Group")):
            for one in session.flag(flag) or ():
                subjects.append({"apiGroup": group, "kind": word, "name": one})
        for one in session.flag("serviceaccount") or ():
            place, colon, account = one.partition(":")
            if not colon:
                raise KubectlError("serviceaccount must be <namespace>:<name>")
            subjects.append({"kind": "ServiceAccount", "name": account, "namespace": place})
        reference = {"apiGroup": group, "kind": kind, "name": to}
        made = "ClusterRoleBinding" if cluster else "RoleBinding"
        return make_object(f"{group}/v1", made, name, roleRef=reference, subjects=subjects)

    return make
