"""kubectl debug: another container in a pod that runs, a copy of a pod, a pod on a node.

Source: kubectl v0.32 pkg/cmd/debug/debug.go.
"""

from __future__ import annotations

from typing import Any

from simulator.plain import Object, copy, get
from simulator.terminal.docker import session as typing
from simulator.timing import SECOND

from .command import Command
from .errors import KubectlError
from .flags import Flag
from .logs import container_status, find
from .session import Session

POLL_US = SECOND // 4
LEGACY = (
    "--profile=legacy is deprecated and will be removed in the future. It is recommended to "
    'explicitly specify a profile, for example "--profile=general".\n'
)
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def debug(session: Session) -> int | None:
    """Make the container or pod, and with -it type into it once it runs."""
    words, command = _split(session)
    if not words:
        raise KubectlError("NAME or TYPE/NAME is required for debug")
    if not session.flag("image") and not session.flag("copy-to"):
        raise KubectlError("you must specify --image, --set-image or both")
    if session.flag("target") and session.flag("copy-to"):
        raise KubectlError("--target is incompatible with --copy-to. Use --share-processes instead")
    session.check_server()
    row, obj = find(session, words[0])
    if session.flag("profile") == "legacy":
        session.err(LEGACY)
    if row.kind == "Node":
        pod, name = _on_node(session, obj, command)
    elif row.kind != "Pod":
        raise KubectlError(f"{row.kind.lower()} not supported by debug")
    elif session.flag("copy-to"):
        pod, name = _copied(session, obj, command)
    else:
        pod, name = _within(session, obj, command)
    meta = pod["metadata"]
    session.state.update(ns=meta["namespace"], pod=meta["name"], container=name)
    if not session.flag("stdin") and not session.flag("attach"):
        return 0
    session.err("If you don't see a command prompt, try pressing enter.\n")
    return waiting(session)


def _split(session: Session) -> tuple[list[str], list[str]]:
    dash = session.parsed.dash
    return (session.args, []) if dash is None else (session.args[:dash], session.args[dash:])


def _body(session: Session, name: str, command: list[str]) -> dict[str, Any]:
    """Give the container that is asked for."""
    made: dict[str, Any] = {"name": name, "image": session.flag("image")}
    if command:
        made["args" if session.flag("arguments-only") else "command"] = command
    for flag, field in (("stdin", "stdin"), ("tty", "tty")):
        if session.flag(flag):
            made[field] = True
    if session.flag("env"):
        pairs = [text.partition("=") for text in session.flag("env")]
        made["env"] = [{"name": key, "value": value} for key, _, value in pairs]
    if session.flag("image-pull-policy"):
        made["imagePullPolicy"] = session.flag("image-pull-policy")
    return made


def _name(session: Session) -> str:
    """Name the container: as asked, or by itself, which is told."""
    if session.flag("container"):
        return str(session.flag("container"))
    name = "debugger-" + session.engine.streams.stream("names", "debugger").name_suffix()
    session.err(f"Defaulting debug container name to {name}.\n")
    return name


def _within(session: Session, pod: Object, command: list[str]) -> tuple[Object, str]:
    """Add an ephemeral container to a pod."""
    target = session.flag("target")
    if target:
        session.err(
            f'Targeting container "{target}". If you don\'t see processes from this container it '
            "may be because the container runtime doesn't support this feature.\n"
        )
    name = _name(session)
    body = _body(session, name, command)
    if target:
        body["targetContainerName"] = target
    meta = pod["metadata"]
    session.allow("patch", "Pod", meta["namespace"], meta["name"], "ephemeralcontainers")
    return session.engine.api.add_ephemeral(meta["namespace"], meta["name"], body), name


def _copied(session: Session, pod: Object, command: list[str]) -> tuple[Object, str]:
    """Make a copy of a pod: without probes and labels, with another image, command or container."""
    spec = copy(pod["spec"])
    for field in ("nodeName", "ephemeralContainers"):
        spec.pop(field, None)
    for container in spec["containers"]:
        for probe in PROBES:
            container.pop(probe, None)
    for text in session.flag("set-image") or ():
        for pair in text.split(","):
            which, _, image = pair.partition("=")
            for container in spec["containers"]:
                if which in ("*", container["name"]):
                    container["image"] = image
    if session.flag("share-processes"):
        spec["shareProcessNamespace"] = True
    wanted = session.flag("container")
    known = next((one for one in spec["containers"] if one["name"] == wanted), None)
    name = str(wanted) if known else ""
    if known is not None:
        known.update({k: v for k, v in _body(session, name, command).items() if v})
        if command:
            known.pop("args", None)
    elif session.flag("image"):
        name = _name(session)
        spec["containers"].append(_body(session, name, command))
    else:
        name = spec["containers"][0]["name"]
    meta = pod["metadata"]
    named = {"name": session.flag("copy-to"), "namespace": meta["namespace"]}
    if meta.get("annotations"):
        named["annotations"] = dict(meta["annotations"])
    made = {"apiVersion": "v1", "kind": "Pod", "metadata": named, "spec": spec}
    if session.flag("replace"):
        session.api.delete("Pod", meta["namespace"], meta["name"])
    return session.api.create(made, "kubectl-debug"), name


def _on_node(session: Session, node: Object, command: list[str]) -> tuple[Object, str]:
    """Run a pod on a node that sees the node's files below /host."""
    name, place = str(session.flag("container") or "debugger"), node["metadata"]["name"]
    pod = f"node-debugger-{place}-" + session.engine.streams.stream("names", "node").name_suffix()
    session.err(f"Creating debugging pod {pod} with container {name} on node {place}.\n")
    body = _body(session, name, command)
    body["volumeMounts"] = [{"name": "host-root", "mountPath": "/host"}]
    spec = {
        "nodeName": place,
        "hostIPC": True,
        "hostNetwork": True,
        "hostPID": True,
        "restartPolicy": "Never",
        "containers": [body],
        "tolerations": [{"operator": "Exists"}],
        "volumes": [{"name": "host-root", "hostPath": {"path": "/"}}],
    }
    meta = {"name": pod, "namespace": session.namespace,
            "labels": {"app.kubernetes.io/managed-by": "kubectl-debug"}}  # fmt: skip
    made = {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}
    return session.api.create(made, "kubectl-debug"), name


def waiting(session: Session) -> int | None:
    """Wait until the container runs; then type into a shell of it, or show what it says.

    # Simplified: kubectl debug -it opens another shell in the container, where the real one is
    # connected to the container's first process.
    """
    state = session.state
    if "exec" in state:
        return _typing(session)
    pod = session.engine.store.get("Pod", state["ns"], state["pod"])
    if pod is None:
        raise KubectlError(f'pods "{state["pod"]}" not found')
    status = container_status(pod, state["container"])
    found = str(status.get("containerID") or "").rpartition("/")[2]
    waits = get(status, "state", "waiting", "reason", default="")
    if waits in ("ErrImagePull", "ImagePullBackOff", "CreateContainerConfigError"):
        text = get(status, "state", "waiting", "message", default="")
        raise KubectlError(f"{waits}: {text}" if text else waits)
    there = session.engine.store.get("Container", get(pod, "spec", "nodeName", default=""), found)
    over = there is not None and there["drydock"].get("finishedUs") is not None
    if found and (over or get(status, "state", "terminated") is not None):
        rows = session.engine.docker.logs(pod["spec"]["nodeName"], found)
        session.out("".join(str(row[2]) for row in rows))
        return 0
    if get(status, "state", "running") is None:
        session.call.wake_after(POLL_US)
        return None
    if _split(session)[1] and not session.call.stdin_tty:
        session.call.wake_after(POLL_US)  # what the command says is shown when it has ended
        return None
    return _open(session, pod["spec"]["nodeName"], found)


def _open(session: Session, node: str, found: str) -> int | None:
    typed = bool(session.call.stdin_tty)
    tty = bool(session.flag("tty") and typed)
    docker = session.engine.docker
    exec_id = docker.exec_start(node, found, ["sh"], stdin="", open=typed, tty=tty)
    session.state.update({"exec": exec_id, "shown": 0, "node": node})
    if typed and docker.exec_state(exec_id)["Running"]:
        typing.begin(session.call, node, found, f"exec:{exec_id}", tty, typing.NO_KEYS)
    return _typing(session)


def _typing(session: Session) -> int | None:
    from .logs import executing

    return executing(session)


COMMANDS: tuple[Command, ...] = (
    Command(
        "debug",
        "Add a container to a pod that runs, or copy it, to look into it",
        debug,
        (
            Flag("image", default=""),
            Flag("target", default=""),
            Flag("container", short="c", default=""),
            Flag("copy-to", default=""),
            Flag("set-image", "list"),
            Flag("share-processes", "bool", default=True),
            Flag("replace", "bool", default=False),
            Flag("same-node", "bool", default=False),
            Flag("env", "list"),
            Flag("arguments-only", "bool", default=False),
            Flag("attach", "bool", default=False),
            Flag("stdin", "bool", "i", False),
            Flag("tty", "bool", "t", False),
            Flag("quiet", "bool", "q", False),
            Flag("profile", default="legacy"),
            Flag("image-pull-policy", default=""),
        ),
        step=waiting,
        takes="pods",
    ),
)
