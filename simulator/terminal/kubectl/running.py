"""kubectl run and expose.   Source: kubectl v0.32 pkg/cmd/run/run.go, pkg/cmd/expose/expose.go."""

from __future__ import annotations

from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object, get

from . import attaching, writing
from .creating import HINT, as_go, create, make_object
from .errors import KubectlError
from .scale import chosen
from .session import Session


def run(session: Session) -> int | None:
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
    pod = make_object("v1", "Pod", name)
    labels = dict(p.split("=", 1) for p in (session.flag("labels") or "").split(",") if "=" in p)
    pod["metadata"]["labels"] = labels or {"run": name}
    if session.flag("annotations"):
        pairs = [text.partition("=") for text in session.flag("annotations")]
        pod["metadata"]["annotations"] = {key: value for key, _, value in pairs}
    pod["spec"] = {"containers": [one], "restartPolicy": restart, "dnsPolicy": "ClusterFirst"}
    attached = session.flag("stdin") or session.flag("attach")
    if session.flag("stdin"):
        one.update(stdin=True, stdinOnce=True)
    if session.flag("tty"):
        if not session.flag("stdin"):
            raise KubectlError("-i/--stdin is required for containers with -t/--tty=true")
        one["tty"] = True
    code = _made(session, pod, bool(attached))
    if session.flag("expose") and session.flag("port"):
        number = int(session.flag("port"))
        service_ = make_object("v1", "Service", name)
        ports = [{"port": number, "protocol": "TCP", "targetPort": number}]
        service_["spec"] = {"ports": ports, "selector": labels or {"run": name}}
        code = max(code, create(session, service_))
    if code or not attached or writing.dry_run_of(session) != "none":
        return code
    place = pod["metadata"].get("namespace") or session.namespace
    made = session.engine.store.get("Pod", place, name)
    return attaching.run_attached(session, made) if made is not None else code


def _made(session: Session, pod: Object, attached: bool) -> int:
    """Create the pod; somebody who attaches to it is not told that it was made."""
    before = len(session.call.chunks)
    code = create(session, pod)
    if attached and not code and writing.dry_run_of(session) == "none":
        del session.call.chunks[before:]
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
                "couldn't retrieve selectors via --selector flag or "
                "introspection: the pod has no labels and cannot be exposed"
            )
    else:
        spec = obj["spec"].get("selector") or {}
        selector = spec.get("matchLabels") or {} if kind in can[:2] else spec
    made = make_object("v1", "Service", session.flag("name") or meta["name"])
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
