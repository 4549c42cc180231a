"""kubectl create KIND, run, expose: objects made from flags.

Source: kubectl v0.32 pkg/cmd/create/*.go, run/run.go, expose/expose.go.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object, copy, get

from . import writing
from .command import DRY_RUN, FIELD_MANAGER, FILES, OUTPUT, SELECTOR, VALIDATE, Command
from .errors import KubectlError
from .flags import Flag
from .logs import find
from .scale import chosen
from .session import Session

Make = Callable[[Session, str], Object]
HINT = "\nSee 'kubectl {} -h' for help and examples"


def one_name(session: Session) -> str:
    """Give the one NAME of a line."""
    if session.parsed.dash is not None:
        before = session.args[: session.parsed.dash]
    else:
        before = session.args
    if len(before) != 1:
        got = f"exactly one NAME is required, got {len(before)}"
        raise KubectlError(got + HINT.format(session.name))
    return before[0]


def needed(session: Session, *names: str) -> None:
    """Refuse a line without these flags."""
    missing = [f'"{name}"' for name in names if not session.changed(name)]
    if missing:
        raise KubectlError(f"required flag(s) {', '.join(missing)} not set")


def maker(make: Make, *flags: str) -> Callable[[Session], int]:
    """Turn a function that makes an object into a subcommand."""

    def run(session: Session) -> int:
        needed(session, *flags)
        return create(session, make(session, one_name(session)))

    return run


def create(session: Session, body: Object) -> int:
    """Create an object, or print what would be created."""
    session.check_server()
    dry_run = writing.dry_run_of(session)
    row = session.api.kind_of(body)
    if row.namespaced:
        if dry_run != "client" or session.flag("namespace"):
            body["metadata"]["namespace"] = session.namespace
    if dry_run == "client":
        writing.report(session, row, as_go(row.kind, body), "created", dry_run)
        return 0
    try:
        made = session.api.create(body, "kubectl-create", dry_run == "server")
    except StatusError as error:
        what = _NOUNS.get(row.kind)
        if what is None:
            raise
        what = f"{body['spec']['type']} service" if row.kind == "Service" else what
        raise KubectlError(f"failed to create {what}: {error.message}") from error
    writing.report(session, row, made, "created", dry_run)
    return 0


_NOUNS = {
    "Deployment": "deployment", "ConfigMap": "configmap", "Secret": "secret", "Service": "service",
    "Job": "job", "CronJob": "cronjob", "ServiceAccount": "serviceaccount", "Ingress": "ingress",
    "ResourceQuota": "quota", "PodDisruptionBudget": "poddisruptionbudgets",
    "PriorityClass": "priorityclass",
}  # fmt: skip
"""Kinds whose refusal the client puts into a sentence of its own."""


def as_go(kind: str, body: Object) -> Object:
    """Write an object as Go's types print it: with null timestamps and empty structs."""
    shown: Object = copy(body)
    shown["metadata"].setdefault("creationTimestamp", None)
    status: Any = {"Service": {"loadBalancer": {}}, "Ingress": {"loadBalancer": {}}}.get(kind, {})
    if kind == "PodDisruptionBudget":
        status = dict.fromkeys(
            ("currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"), 0
        )
    if kind in _WITH_STATUS:
        shown.setdefault("status", status)
    if kind == "Namespace":
        shown.setdefault("spec", {})
    if kind == "Deployment":
        shown["spec"].setdefault("strategy", {})
    for path in (
        ("spec", "template"),
        ("spec", "jobTemplate"),
        ("spec", "jobTemplate", "spec", "template"),
    ):
        template = get(shown, *path)
        if template is not None:
            template.setdefault("metadata", {}).setdefault("creationTimestamp", None)
            _empty_resources(template.get("spec") or {})
    if kind == "Pod":
        _empty_resources(shown["spec"])
    return shown


_WITH_STATUS = ("Deployment", "Service", "Namespace", "Job", "CronJob", "Pod", "ResourceQuota",
                "PodDisruptionBudget", "Ingress")  # fmt: skip


def _empty_resources(spec: Object) -> None:
    for one in spec.get("containers") or ():
        one.setdefault("resources", {})


def _object(api_version: str, kind: str, name: str, **body: Any) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **body}


def _command(session: Session) -> list[str]:
    dash = session.parsed.dash
    return session.args[dash:] if dash is not None else []


def deployment(session: Session, name: str) -> Object:
    """Make a Deployment from images."""
    images = [one for part in session.flag("image") or () for one in part.split(",")]
    command = _command(session)
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
    made = _object("apps/v1", "Deployment", name)
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
        made = _object("v1", "Service", name)
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


def config_data(session: Session) -> dict[str, str]:
    """Read --from-literal, --from-file and --from-env-file."""
    data: dict[str, str] = {}
    workspace, cwd = session.engine.workspace, session.call.cwd

    def add(key: str, text: str) -> None:
        if key in data:
            raise KubectlError(
                f"cannot add key {key}, another key by that name already exists in Data for "
                "ConfigMap"
            )
        data[key] = text

    for literal in session.flag("from-literal") or ():
        key, equals, value = literal.partition("=")
        if not equals or not key:
            raise KubectlError(f"invalid literal source {literal}, expected key=value")
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        add(key, value)
    for source in session.flag("from-file") or ():
        key, equals, path = source.partition("=")
        path = path if equals else source
        if workspace.is_folder(cwd, path):
            for name, text in workspace.under(cwd, path).items():
                if "/" not in name:
                    add(name, text)
            continue
        text_ = workspace.read(cwd, path)
        if text_ is None:
            raise KubectlError(f"error reading {path}: no such file or directory")
        add(key if equals else path.rpartition("/")[2], text_)
    for path in session.flag("from-env-file") or ():
        text_ = workspace.read(cwd, path)
        if text_ is None:
            raise KubectlError(f"error reading {path}: no such file or directory")
        for line in text_.splitlines():
            line = line.strip()
            if line and not line.startswith("#"):
                key, _, value = line.partition("=")
                add(key, value)
    return data


def config_map(session: Session, name: str) -> Object:
    """Make a ConfigMap."""
    data = config_data(session)
    return _object("v1", "ConfigMap", name, **({"data": data} if data else {}))


def secret_generic(session: Session, name: str) -> Object:
    """Make a Secret of any keys."""
    data = {k: _base64(text) for k, text in config_data(session).items()}
    made = _object("v1", "Secret", name, **({"data": data} if data else {}))
    if session.flag("type"):
        made["type"] = session.flag("type")
    return made


def secret_tls(session: Session, name: str) -> Object:
    """Make a Secret of a certificate and its key."""
    data = {}
    for flag, key in (("cert", "tls.crt"), ("key", "tls.key")):
        path = session.flag(flag)
        if not path:
            raise KubectlError("key and cert must be specified")
        text = session.engine.workspace.read(session.call.cwd, path)
        if text is None:
            raise KubectlError(f"open {path}: no such file or directory")
        data[key] = _base64(text)
    return _object("v1", "Secret", name, data=data, type="kubernetes.io/tls")


def secret_registry(session: Session, name: str) -> Object:
    """Make a Secret to log in to a registry with."""
    import json

    user, password = session.flag("docker-username"), session.flag("docker-password")
    if not user or not password:
        raise KubectlError(
            "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required"
        )
    entry = {"username": user, "password": password}
    if session.flag("docker-email"):
        entry["email"] = session.flag("docker-email")
    entry["auth"] = _base64(f"{user}:{password}")
    text = json.dumps({"auths": {session.flag("docker-server"): entry}}, separators=(",", ":"))
    data = {".dockerconfigjson": _base64(text)}
    return _object("v1", "Secret", name, data=data, type="kubernetes.io/dockerconfigjson")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def namespace(session: Session, name: str) -> Object:
    """Make a Namespace."""
    return _object("v1", "Namespace", name)


def service_account(session: Session, name: str) -> Object:
    """Make a ServiceAccount."""
    return _object("v1", "ServiceAccount", name)


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
        made = _object("batch/v1", "Job", name, spec=template["spec"])
        notes = {"cronjob.kubernetes.io/instantiate": "manual"}
        made["metadata"]["annotations"] = {
            **notes, **(get(template, "metadata", "annotations", default={}))
        }  # fmt: skip
        labels = get(template, "metadata", "labels")
        if labels:
            made["metadata"]["labels"] = labels
        meta = obj["metadata"]
        made["metadata"]["ownerReferences"] = [
            {"apiVersion": "batch/v1", "kind": "CronJob", "name": meta["name"], "uid": meta["uid"],
             "controller": True}
        ]  # fmt: skip
        return made
    return _object("batch/v1", "Job", name, spec={"template": _job_pods(session, name, "Never")})


def _job_pods(session: Session, name: str, restart: str) -> Object:
    one: Object = {"image": session.flag("image"), "name": name}
    command = _command(session)
    if command:
        one["command"] = command
    return {"spec": {"containers": [one], "restartPolicy": restart}}


def cron_job(session: Session, name: str) -> Object:
    """Make a CronJob."""
    restart = session.flag("restart") or "OnFailure"
    inner = {"metadata": {"name": name}, "spec": {"template": _job_pods(session, name, restart)}}
    spec = {"schedule": session.flag("schedule"), "jobTemplate": inner}
    return _object("batch/v1", "CronJob", name, spec=spec)


def quota(session: Session, name: str) -> Object:
    """Make a ResourceQuota."""
    hard = dict(
        part.split("=", 1) for part in (session.flag("hard") or "").split(",") if "=" in part
    )
    return _object("v1", "ResourceQuota", name, spec={"hard": hard} if hard else {})


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
    return _object("policy/v1", "PodDisruptionBudget", name,
                   spec={**spec, "selector": {"matchLabels": labels}})  # fmt: skip


def priority_class(session: Session, name: str) -> Object:
    """Make a PriorityClass."""
    made = _object("scheduling.k8s.io/v1", "PriorityClass", name, value=session.flag("value"),
                   preemptionPolicy=session.flag("preemption-policy"))  # fmt: skip
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
    return _object("networking.k8s.io/v1", "Ingress", name, spec=spec)


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
        return _object("rbac.authorization.k8s.io/v1", kind, name, rules=rules)

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
        return _object(f"{group}/v1", made, name, roleRef=reference, subjects=subjects)

    return make


# run, expose


def run(session: Session) -> int:
    """Run an image as one pod."""
    if not session.changed("image"):
        raise KubectlError('required flag(s) "image" not set')
    if not session.flag("image"):
        raise KubectlError("--image is required")
    restart = session.flag("restart")
    if restart not in ("Always", "OnFailure", "Never"):
        raise KubectlError(f"invalid restart policy: {restart}" + HINT.format("run"))
    if not session.args:
        raise KubectlError("NAME is required for run" + HINT.format("run"))
    if session.flag("rm") and not (session.flag("stdin") or session.flag("attach")):
        raise KubectlError("--rm should only be used for attached containers")
    name = session.args[0]
    words = session.args[1:]
    one: Object = {"image": session.flag("image"), "name": name}
    if words:
        one["command" if session.flag("command") else "args"] = words
    if session.flag("env"):
        pairs = [text.partition("=") for text in session.flag("env")]
        one["env"] = [{"name": key, "value": value} for key, _, value in pairs]
    if session.flag("port"):
        one["ports"] = [{"containerPort": int(session.flag("port"))}]
    if session.flag("image-pull-policy"):
        one["imagePullPolicy"] = session.flag("image-pull-policy")
    pod = _object("v1", "Pod", name)
    labels = dict(p.split("=", 1) for p in (session.flag("labels") or "").split(",") if "=" in p)
    pod["metadata"]["labels"] = labels or {"run": name}
    if session.flag("annotations"):
        pairs = [text.partition("=") for text in session.flag("annotations")]
        pod["metadata"]["annotations"] = {key: value for key, _, value in pairs}
    pod["spec"] = {"containers": [one], "restartPolicy": restart, "dnsPolicy": "ClusterFirst"}
    code = create(session, pod)
    if session.flag("expose") and session.flag("port"):
        number = int(session.flag("port"))
        service_ = _object("v1", "Service", name)
        ports = [{"port": number, "protocol": "TCP", "targetPort": number}]
        service_["spec"] = {"ports": ports, "selector": labels or {"run": name}}
        code = max(code, create(session, service_))
    return code


def expose(session: Session) -> int:
    """Make a Service for the pods of something."""
    session.check_server()
    found, errors = chosen(session, "expose")
    for row, obj in found:
        body = _exposed(session, row.kind, obj)
        dry_run = writing.dry_run_of(session)
        services = session.kind("services")
        try:
            if dry_run != "client":
                body = session.api.create(body, "kubectl-expose", dry_run == "server")
        except StatusError as error:
            errors.append(error)
            continue
        shown = as_go("Service", body) if dry_run == "client" else body
        writing.report(session, services, shown, "exposed", dry_run)
    return writing.finish(session, errors)


def _exposed(session: Session, kind: str, obj: Object) -> Object:
    meta = obj["metadata"]
    can = ("Deployment", "ReplicaSet", "ReplicationController", "Service", "Pod")
    if kind not in can:
        raise KubectlError(f"cannot expose a {kind}")
    if session.flag("selector"):
        selector = dict(p.split("=", 1) for p in session.flag("selector").split(","))
    elif kind == "Pod":
        selector = meta.get("labels") or {}
        if not selector:
            raise KubectlError(
                "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed"
            )
    else:
        spec = obj["spec"].get("selector") or {}
        selector = spec.get("matchLabels") or {} if kind in can[:2] else spec
    made = _object("v1", "Service", session.flag("name") or meta["name"])
    made["metadata"]["namespace"] = meta["namespace"]
    if meta.get("labels"):
        made["metadata"]["labels"] = dict(meta["labels"])
    made["spec"] = {"ports": _ports(session, kind, obj), "selector": dict(selector)}
    if session.flag("type"):
        made["spec"]["type"] = session.flag("type")
    if session.flag("cluster-ip"):
        made["spec"]["clusterIP"] = session.flag("cluster-ip")
    return made


def _ports(session: Session, kind: str, obj: Object) -> list[Object]:
    target = session.flag("target-port")
    spec = obj["spec"] if kind == "Pod" else get(obj, "spec", "template", "spec", default={})
    if session.flag("port"):
        numbers = [(int(text), "") for text in str(session.flag("port")).split(",")]
    elif kind == "Service":
        numbers = [(p["port"], p.get("name") or "") for p in obj["spec"].get("ports") or ()]
    else:
        numbers = [
            (p["containerPort"], "")
            for c in spec.get("containers") or ()
            for p in c.get("ports") or ()
        ]
    if not numbers:
        raise KubectlError(
            "couldn't find port via --port flag or introspection" + HINT.format("expose")
        )
    ports = []
    for n, (number, name) in enumerate(numbers):
        where: int | str = number
        if target:
            where = int(target) if target.isdigit() else target
        port: Object = {
            "port": number,
            "protocol": session.flag("protocol") or "TCP",
            "targetPort": where,
        }
        if name or len(numbers) > 1:
            port["name"] = name or f"port-{n + 1}"
        ports.append(port)
    return ports


_MAKE = (*OUTPUT, *DRY_RUN, *FIELD_MANAGER, *VALIDATE, Flag("save-config", "bool", default=False))
_TCP = (Flag("tcp", "list"),)
_DATA = (Flag("from-literal", "list"), Flag("from-file", "list"), Flag("from-env-file", "list"),
         Flag("append-hash", "bool", default=False))  # fmt: skip
_ROLE = (Flag("verb", "list"), Flag("resource", "list"), Flag("resource-name", "list"))
_BIND = (Flag("role", default=""), Flag("clusterrole", default=""), Flag("user", "list"),
         Flag("group", "list"), Flag("serviceaccount", "list"))  # fmt: skip


def _kind(
    name: str, summary: str, make: Make, flags: tuple[Flag, ...] = (), aliases: tuple[str, ...] = (),
    need: tuple[str, ...] = (),
) -> Command:  # fmt: skip
    return Command(f"create {name}", summary, maker(make, *need), (*_MAKE, *flags),
                   aliases=tuple(f"create {alias}" for alias in aliases))  # fmt: skip


def _create(session: Session) -> int:
    """Create the objects of files."""
    if session.args:
        words = " ".join(session.args)
        raise KubectlError(f"Unexpected args: [{words}]" + HINT.format("create"))
    return writing.create_files(session)


_FIRST = Flag("image", "list")

COMMANDS: tuple[Command, ...] = (
    Command("create", "Create a resource from a file or from stdin", _create,
            (*FILES, *SELECTOR, *_MAKE, Flag("edit", "bool", default=False), Flag("raw", default="")),
            takes="files"),
    _kind("deployment", "Create a deployment with the specified name", deployment,
          (_FIRST, Flag("replicas", "int", "r", 1), Flag("port", "int", default=-1)), ("deploy",), ("image",)),
    _kind("configmap", "Create a config map from a local file, directory or literal value",
          config_map, _DATA, ("cm",)),
    _kind("secret generic", "Create a secret from a local file, directory, or literal value",
          secret_generic, (*_DATA, Flag("type", default=""))),
    _kind("secret tls", "Create a TLS secret", secret_tls, (Flag("cert", default=""), Flag("key", default=""))),
    _kind("secret docker-registry", "Create a secret for use with a Docker registry", secret_registry,
          (Flag("docker-server", default="https://index.docker.io/v1/"), Flag("docker-username", default=""),
           Flag("docker-password", default=""), Flag("docker-email", default=""), Flag("from-file", "list"))),
    _kind("namespace", "Create a namespace with the specified name", namespace, (), ("ns",)),
    _kind("serviceaccount", "Create a service account with the specified name", service_account, (), ("sa",)),
    _kind("service clusterip", "Create a ClusterIP service", service("ClusterIP"),
          (*_TCP, Flag("clusterip", default="")), ("svc clusterip",)),
    _kind("service nodeport", "Create a NodePort service", service("NodePort"),
          (*_TCP, Flag("node-port", "int", default=0)), ("svc nodeport",)),
    _kind("service loadbalancer", "Create a LoadBalancer service", service("LoadBalancer"), _TCP,
          ("svc loadbalancer",)),
    _kind("service externalname", "Create an ExternalName service", service("ExternalName"),
          (*_TCP, Flag("external-name", default="")), ("svc externalname",), ("external-name",)),
    _kind("job", "Create a job with the specified name", job,
          (Flag("image", default=""), Flag("from", default=""))),
    _kind("cronjob", "Create a cron job with the specified name", cron_job,
          (Flag("image", default=""), Flag("schedule", default=""), Flag("restart", default="")), ("cj",),
          ("image", "schedule")),
    _kind("quota", "Create a quota with the specified name", quota,
          (Flag("hard", default=""), Flag("scopes", default="")), ("resourcequota",)),
    _kind("poddisruptionbudget", "Create a pod disruption budget with the specified name", budget,
          (Flag("selector", default=""), Flag("min-available", default=""), Flag("max-unavailable", default="")),
          ("pdb",)),
    _kind("priorityclass", "Create a priority class with the specified name", priority_class,
          (Flag("value", "int", default=0), Flag("global-default", "bool", default=False),
           Flag("description", default=""), Flag("preemption-policy", default="PreemptLowerPriority")), ("pc",)),
    _kind("ingress", "Create an ingress with the specified name", ingress,
          (Flag("rule", "list"), Flag("class", default=""), Flag("default-backend", default="")), ("ing",)),
    _kind("role", "Create a role with single rule", role(False), _ROLE),
    _kind("clusterrole", "Create a cluster role", role(True), _ROLE),
    _kind("rolebinding", "Create a role binding for a particular role or cluster role", role_binding(False), _BIND),
    _kind("clusterrolebinding", "Create a cluster role binding for a particular cluster role", role_binding(True),
          _BIND),
    Command("run", "Run a particular image on the cluster", run,
            (*_MAKE, Flag("image", default=""), Flag("restart", default="Always"), Flag("port", default=""),
             Flag("env", "list"), Flag("labels", short="l", default=""), Flag("annotations", "list"),
             Flag("command", "bool", default=False), Flag("image-pull-policy", default=""),
             Flag("expose", "bool", default=False), Flag("stdin", "bool", "i", False),
             Flag("tty", "bool", "t", False), Flag("rm", "bool", default=False),
             Flag("attach", "bool", default=False), Flag("quiet", "bool", "q", False),
             Flag("overrides", default=""))),
    Command("expose", "Take a replication controller, service, deployment or pod and expose it as a new "
            "Kubernetes service", expose,
            (*FILES, *OUTPUT, *DRY_RUN, *FIELD_MANAGER, Flag("selector", default=""), Flag("port", default=""),
             Flag("target-port", default=""), Flag("type", default=""), Flag("name", default=""),
             Flag("protocol", default=""), Flag("cluster-ip", default=""), Flag("labels", short="l", default="")),
            takes="kinds"),
)  # fmt: skip
