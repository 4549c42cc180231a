"""kubectl attach, and `kubectl run` with -i or --attach: the main process of a container.

Source: kubectl v0.32 pkg/cmd/attach/attach.go, pkg/cmd/run/run.go.
"""

from __future__ import annotations

from typing import Any

from simulator.kubernetes.api.status import StatusError, bad_request
from simulator.plain import Object, get
from simulator.terminal.docker import session as typing

from .command import Command
from .errors import KubectlError
from .flags import Flag
from .logs import container_status, find, pick_container, pods_of
from .session import Session

HINT = "If you don't see a command prompt, try pressing enter.\n"


def attach(session: Session) -> int | None:
    """Attach to a container that runs."""
    if not session.args:
        raise KubectlError("at least 1 argument is required for attach")
    if len(session.args) > 2:
        raise KubectlError("expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw "
                           f"{len(session.args)}: {session.args}".replace("'", ""))  # fmt: skip
    session.check_server()
    word = "/".join(session.args)
    row, obj = find(session, word)
    pod = pods_of(session, row, obj)[0]
    phase = get(pod, "status", "phase")
    if phase in ("Succeeded", "Failed"):
        raise KubectlError(
            f"cannot attach a container in a completed pod; current phase is {phase}"
        )
    name = pick_container(session, pod, session.flag("container") or "")
    return begin(session, pod, name)


def begin(session: Session, pod: Object, name: str) -> int | None:
    """Look on from now, and pass on what is typed."""
    status, node = container_status(pod, name), pod["spec"].get("nodeName")
    if not node:
        raise bad_request(f"pod {pod['metadata']['name']} does not have a host assigned")
    key = str(status.get("containerID") or "").rpartition("/")[2]
    found = session.engine.store.get("Container", node, key)
    if get(status, "state", "running") is None or found is None:
        raise StatusError(500, "InternalError", "unable to upgrade connection: container "
                          f"{name} not found in pod {pod['metadata']['name']}_"
                          f"{pod['metadata']['namespace']}")  # fmt: skip
    session.call.state.update(node=node, key=key, name=name, pod=pod["metadata"]["name"])
    docker = session.engine.docker
    session.call.state["position"] = docker.log.position(key)
    tty = bool(found["Config"]["Tty"])
    wants = bool(session.flag("stdin"))
    if session.flag("tty") and not tty:
        session.err(f"error: Unable to use a TTY - container {name} did not allocate one\n")
    raw = bool(tty and session.flag("tty") and wants)
    if wants and found["Config"]["OpenStdin"] and session.call.stdin_tty:
        if not session.flag("quiet"):
            session.err(HINT)
        typing.begin(session.call, node, key, "log", raw, typing.NO_KEYS)
    session.call.state["raw"] = raw
    return look(session)


def look(session: Session) -> int | None:
    """Print what is new, until the container ends."""
    state: dict[str, Any] = session.call.state
    docker = session.engine.docker
    for _, stream, text in docker.log.after(state["key"], state["position"]):
        (session.out if stream == "stdout" else session.err)(text)
    state["position"] = docker.log.position(state["key"])
    container = session.engine.store.get("Container", state["node"], state["key"])
    if container is not None and container["State"]["Running"]:
        docker.log.follow(state["node"], state["key"])
        for kind in ("Container", "LogFollow"):
            session.call.watch(kind, state["node"], state["key"])
        return None
    docker.log.unfollow(state["node"], state["key"])
    if state["raw"] and not state.get("ran"):
        session.out(f"Session ended, resume using 'kubectl attach {state['pod']} -c "
                    f"{state['name']} -i -t' command when the pod is running\n")  # fmt: skip
    state["code"] = int(container["State"]["ExitCode"]) if container is not None else 0
    return 0


def run_attached(session: Session, pod: Object) -> int | None:
    """Wait until the pod that `kubectl run` has made runs, then attach to it."""
    meta = pod["metadata"]
    session.call.state.update(ran=True, ns=meta["namespace"], pod=meta["name"])
    return run_step(session)


def run_step(session: Session) -> int | None:
    """Go on: wait for the pod, look on, and with --rm delete it at the end."""
    state: dict[str, Any] = session.call.state
    pod = session.engine.store.get("Pod", state["ns"], state["pod"])
    if pod is None:
        return int(state.get("code", 0))
    if "key" not in state:
        name = pod["spec"]["containers"][0]["name"]
        status = container_status(pod, name)
        if get(status, "state", "terminated") is not None:
            return _ended_early(session, pod, status)
        if get(status, "state", "running") is None:
            session.call.watch("Pod", state["ns"], state["pod"])
            return None
        code = begin(session, pod, name)
    else:
        code = look(session)
    return None if code is None else _finish(session, int(state["code"]))


def _ended_early(session: Session, pod: Object, status: Object) -> int:
    """Print the log of a container that ended before anybody could attach."""
    key = str(status["state"]["terminated"].get("containerID") or "").rpartition("/")[2]
    for _, _, text in session.engine.docker.log.read(key):
        session.out(text)
    return _finish(session, int(status["state"]["terminated"]["exitCode"]))


def _finish(session: Session, code: int) -> int:
    state = session.call.state
    if session.flag("rm"):
        session.api.delete("Pod", state["ns"], state["pod"], None)
        session.out(f'pod "{state["pod"]}" deleted\n')
    if code:
        session.err(f"pod {state['ns']}/{state['pod']} terminated (Error)\n")
    return code


COMMANDS = (
    Command(
        "attach",
        "Attach to a container that runs",
        attach,
        (
            Flag("container", short="c", default=""),
            Flag("stdin", "bool", "i", False),
            Flag("tty", "bool", "t", False),
            Flag("quiet", "bool", "q", False),
            Flag("pod-running-timeout", "duration", default=60.0),
        ),
        look,
        takes="pods",
    ),
)
