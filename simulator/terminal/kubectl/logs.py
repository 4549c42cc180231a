"""kubectl logs and exec: what a container says, and a command inside it.

Source: kubectl v0.32 pkg/cmd/logs/logs.go, pkg/cmd/exec/exec.go, pkg/polymorphichelpers.
"""

from __future__ import annotations

from typing import Any

from simulator.kubernetes.api import selectors
from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.status import StatusError, bad_request
from simulator.plain import Object, get
from simulator.terminal.docker import session as typing
from simulator.timing import SECOND, since_start

from .command import SELECTOR, Command
from .errors import KubectlError
from .flags import Flag
from .session import Session

LABEL = "kubectl.kubernetes.io/default-container"
POLL_US = SECOND // 4
"""How often a followed log is looked at again."""

USAGE = (
    "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\n"
    "POD or TYPE/NAME is a required argument for the logs command"
)


def pods_of(session: Session, row: Kind, obj: Object) -> list[Object]:
    """Give the pods that a workload or service selects, the best one to look at first."""
    if row.kind == "Pod":
        return [obj]
    selector = get(obj, "spec", "selector")
    if row.kind in ("Service", "ReplicationController"):
        wanted = selectors.of_labels(selector) if selector else selectors.NOTHING
    elif selector is not None:
        wanted = selectors.of_object(selector)
    else:
        raise KubectlError(
            f"cannot get the logs from {row.kind}: selector for {row.kind} not implemented"
        )
    namespace = obj["metadata"]["namespace"]
    pods = session.engine.store.list("Pod", namespace)
    found = [pod for pod in pods if wanted.matches(pod["metadata"].get("labels"))]
    if not found:
        raise KubectlError("timed out waiting for the condition")
    return sorted(found, key=_rank)


def _rank(pod: Object) -> tuple[int, int, str]:
    """Prefer pods that are assigned, running and ready."""
    phase = {"Pending": 2, "Unknown": 1}.get(get(pod, "status", "phase", default=""), 0)
    ready = any(
        c["type"] == "Ready" and c["status"] == "True"
        for c in get(pod, "status", "conditions", default=[])
    )
    return (phase, 0 if ready else 1, pod["metadata"].get("creationTimestamp") or "")


def find(session: Session, word: str) -> tuple[Kind, Object]:
    """Find what `POD` or `TYPE/NAME` means."""
    kind, slash, name = word.partition("/")
    row = session.kind(kind) if slash else session.kind("pods")
    return row, session.get(row, name if slash else kind)


def containers_of(pod: Object) -> list[str]:
    """Name a pod's containers, app containers first."""
    spec = pod["spec"]
    groups = ("containers", "initContainers", "ephemeralContainers")
    return [c["name"] for group in groups for c in spec.get(group) or ()]


def pick_container(session: Session, pod: Object, asked: str, verb: str = "") -> str:
    """Choose the container: the one asked for, the default one, or the first."""
    names = containers_of(pod)
    if asked:
        if asked not in names:
            raise KubectlError(f"container {asked} is not valid for pod {pod['metadata']['name']}")
        return asked
    default = (pod["metadata"].get("annotations") or {}).get(LABEL)
    if default in names:
        return str(default)
    apps = [c["name"] for c in pod["spec"]["containers"]]
    if len(names) > 1:
        inits = [c["name"] for c in pod["spec"].get("initContainers") or ()]
        listed = ", ".join([*apps, *(f"{name} (init)" for name in inits)])
        session.err(f'Defaulted container "{apps[0]}" out of: {listed}\n')
    return str(apps[0])


def run(session: Session) -> int | None:
    """Print the log of a container; with -f, go on printing it."""
    if not session.args and not session.flag("selector"):
        raise KubectlError(USAGE + "\nSee 'kubectl logs -h' for help and examples")
    if session.args and session.flag("selector"):
        raise KubectlError("only a selector (-l) or a POD name is allowed")
    if len(session.args) > 2:
        raise KubectlError(USAGE + "\nSee 'kubectl logs -h' for help and examples")
    if session.flag("tail") < -1:
        raise KubectlError("--tail must be greater than or equal to -1")
    session.check_server()
    streams = _streams(session)
    session.state["streams"] = streams
    code = 0
    for stream in streams:
        code = max(code, _print(session, stream))
    if not session.flag("follow") or not streams:
        return code
    return _again(session)


def _streams(session: Session) -> list[dict[str, Any]]:
    """Find the pod and container of each log to be shown."""
    asked = session.flag("container") or (session.args[1] if len(session.args) > 1 else "")
    if session.flag("selector"):
        pods = session.select(session.kind("pods"))
        if not pods:
            session.err(f"No resources found in {session.namespace} namespace.\n")
        tail = session.flag("tail") if session.changed("tail") else 10
    else:
        row, obj = find(session, session.args[0])
        pods = pods_of(session, row, obj)
        if row.kind != "Pod" and not session.flag("all-pods"):
            if len(pods) > 1:
                session.err(f"Found {len(pods)} pods, using pod/{pods[0]['metadata']['name']}\n")
            pods = pods[:1]
        tail = session.flag("tail")
    out = []
    for pod in pods:
        meta = pod["metadata"]
        session.allow("get", "Pod", meta["namespace"], meta["name"], "log")
        names = (
            containers_of(pod)
            if session.flag("all-containers")
            else [pick_container(session, pod, asked)]
        )
        for name in names:
            out.append(
                {
                    "ns": pod["metadata"]["namespace"],
                    "pod": pod["metadata"]["name"],
                    "uid": pod["metadata"]["uid"],
                    "container": name,
                    "tail": tail,
                    "shown": 0,
                    "id": "",
                }
            )
    return out


def container_status(pod: Object, name: str) -> Object:
    """Give a container's status within its pod's."""
    state = pod.get("status") or {}
    for group in ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"):
        for one in state.get(group) or ():
            if one["name"] == name:
                return one  # type: ignore[no-any-return]
    return {}


def container_id(pod: Object, name: str, previous: bool) -> str:
    """Give the id of a container whose log can be read; raises the kubelet's complaint."""
    status = container_status(pod, name)
    where = pod["metadata"]["name"]
    if previous:
        ended = get(status, "lastState", "terminated", "containerID", default="")
        if not ended:
            raise bad_request(f'previous terminated container "{name}" in pod "{where}" not found')
        return str(ended).rpartition("/")[2]
    waiting = get(status, "state", "waiting", "reason")
    if waiting and not (waiting == "CrashLoopBackOff" or status.get("containerID")):
        raise bad_request(
            _waiting(name, where, waiting, get(status, "state", "waiting", "message", default=""))
        )
    found = status.get("containerID") or get(
        status, "state", "terminated", "containerID", default=""
    )
    if not found:
        raise bad_request(
            f'container "{name}" in pod "{where}" is waiting to start: ContainerCreating'
        )
    return str(found).rpartition("/")[2]


def _waiting(name: str, pod: str, reason: str, message: str) -> str:
    head = f'container "{name}" in pod "{pod}" is waiting to start'
    if reason in ("ImagePullBackOff", "ErrImagePull"):
        return f"{head}: trying and failing to pull image"
    if reason in ("ContainerCreating", "PodInitializing"):
        return f"{head}: {reason}"
    return f"{head}: {message or reason}"


def _print(session: Session, stream: dict[str, Any]) -> int:
    """Print what a log has that was not printed yet."""
    pod = session.engine.store.get("Pod", stream["ns"], stream["pod"])
    if pod is None:
        raise StatusError(404, "NotFound", f'pods "{stream["pod"]}" not found')
    node = pod["spec"].get("nodeName")
    if not node:
        return 0
    found = container_id(pod, stream["container"], bool(session.flag("previous")))
    if found != stream["id"]:
        stream.update(id=found, shown=0)
    lines = session.engine.docker.logs(node, found)
    fresh = lines[stream["shown"] :]
    if stream["shown"] == 0:
        fresh = _limited(session, fresh, stream["tail"])
    stream["shown"] = len(lines)
    head = f"[pod/{stream['pod']}/{stream['container']}] " if session.flag("prefix") else ""
    for at_us, _, text in fresh:
        stamp = session.engine.timestamp_nano(at_us) + " " if session.flag("timestamps") else ""
        session.out(f"{head}{stamp}{text.rstrip(chr(10))}\n")
    return 0


def _limited(session: Session, lines: list[Any], tail: int) -> list[Any]:
    since = session.flag("since")
    if since:
        lines = [line for line in lines if line[0] >= session.now_us() - round(since * SECOND)]
    moment = session.flag("since-time")
    if moment:
        at_us = since_start(session.engine.start, moment)
        lines = [line for line in lines if line[0] >= (at_us or 0)]
    return lines[len(lines) - tail :] if 0 <= tail < len(lines) else lines


def _again(session: Session) -> int | None:
    """Come back soon, unless every container has ended."""
    running = False
    for stream in session.state["streams"]:
        pod = session.engine.store.get("Pod", stream["ns"], stream["pod"])
        if pod is None or pod["metadata"]["uid"] != stream["uid"]:
            continue
        status = container_status(pod, stream["container"])
        running = running or get(status, "state", "running") is not None
        session.call.watch("Pod", stream["ns"], stream["pod"])
    if not running:
        return 0
    session.call.wake_after(POLL_US)
    return None


def follow(session: Session) -> int | None:
    """Print what is new."""
    for stream in session.state["streams"]:
        try:
            _print(session, stream)
        except StatusError:
            continue
    return _again(session)


def execute(session: Session) -> int | None:
    """Run a command inside a container."""
    before, command = _split(session)
    if not before:
        raise KubectlError("pod, type/name or --filename must be specified")
    if not command:
        raise KubectlError("you must specify at least one command for the container")
    session.check_server()
    row, obj = find(session, before[0])
    pod = pods_of(session, row, obj)[0]
    meta = pod["metadata"]
    session.allow("create", "Pod", meta["namespace"], meta["name"], "exec")
    phase = get(pod, "status", "phase")
    if phase in ("Succeeded", "Failed"):
        raise KubectlError(
            f"cannot exec into a container in a completed pod; current phase is {phase}"
        )
    name = pick_container(session, pod, session.flag("container") or "")
    status = container_status(pod, name)
    node = pod["spec"].get("nodeName")
    if not node:
        raise bad_request(f"pod {pod['metadata']['name']} does not have a host assigned")
    found = str(status.get("containerID") or "").rpartition("/")[2]
    if get(status, "state", "running") is None or not found:
        raise StatusError(
            500,
            "InternalError",
            f'unable to upgrade connection: container not found ("{name}")' if meta else "",
        )
    docker = session.engine.docker
    typed = session.flag("stdin") and session.call.stdin_tty
    if session.flag("tty") and not typed:
        session.err("Unable to use a TTY - input is not a terminal or the right kind of file\n")
    tty = bool(session.flag("tty") and typed)
    text = session.call.stdin if session.flag("stdin") else ""
    session.state["exec"] = docker.exec_start(node, found, command, stdin=text, open=typed, tty=tty)
    session.state.update(shown=0, node=node)
    if typed and docker.exec_state(session.state["exec"])["Running"]:
        typing.begin(
            session.call, node, found, f"exec:{session.state['exec']}", tty, typing.NO_KEYS
        )
    return executing(session)


def executing(session: Session) -> int | None:
    """Print what the command has said since, until it ends."""
    exec_id = session.state["exec"]
    docker = session.engine.docker
    state = docker.exec_state(exec_id)
    output = str(state["Output"])
    session.out(output[session.state["shown"] :])
    session.state["shown"] = len(output)
    if state["Running"]:
        session.call.watch("Exec", session.state["node"], exec_id)
        return None
    docker.exec_forget(exec_id)
    code = int(state["ExitCode"] or 0)
    if code:
        session.err(f"command terminated with exit code {code}\n")
    return code


def _split(session: Session) -> tuple[list[str], list[str]]:
    dash = session.parsed.dash
    if dash is None:
        if len(session.args) > 1:
            raise KubectlError(
                "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] "
                "instead\nSee 'kubectl exec -h' for help and examples"
            )
        return session.args, []
    return session.args[:dash], session.args[dash:]


def _reads_logs(flags: dict[str, object]) -> bool:
    return not flags.get("follow")


COMMANDS = (
    Command(
        "logs",
        "Print what a container says",
        run,
        (
            *SELECTOR,
            Flag("follow", "bool", "f", False),
            Flag("previous", "bool", "p", False),
            Flag("container", short="c", default=""),
            Flag("tail", "int", default=-1),
            Flag("since", "duration", default=0.0),
            Flag("since-time", default=""),
            Flag("timestamps", "bool", default=False),
            Flag("prefix", "bool", default=False),
            Flag("all-containers", "bool", default=False),
            Flag("all-pods", "bool", default=False),
            Flag("limit-bytes", "int", default=0),
            Flag("max-log-requests", "int", default=5),
            Flag("ignore-errors", "bool", default=False),
            Flag("pod-running-timeout", "duration", default=20.0),
        ),
        follow,
        _reads_logs,
        "pods",
    ),
    Command(
        "exec",
        "Run a command inside a container",
        execute,
        (
            Flag("container", short="c", default=""),
            Flag("stdin", "bool", "i", False),
            Flag("tty", "bool", "t", False),
            Flag("quiet", "bool", "q", False),
            Flag("filename", "list", "f"),
            Flag("pod-running-timeout", "duration", default=60.0),
        ),
        executing,
        takes="pods",
    ),
)
