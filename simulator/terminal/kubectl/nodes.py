"""kubectl taint, cordon, uncordon, drain, top.

Source: kubectl v0.32 pkg/cmd/{taint,drain,top}.
"""

from __future__ import annotations

import re
from typing import Any

from simulator.kubernetes.api.kinds import builtin
from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object, get
from simulator.timing import SECOND

from . import writing
from .command import ALL, DRY_RUN, OUTPUT, SELECTOR, Command
from .errors import KubectlError
from .flags import Flag
from .session import Session
from .top import top_node, top_pod

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
RETRY_US = 5 * SECOND
MIRROR = "kubernetes.io/config.mirror"


# taint


def taint(session: Session) -> int:
    """Change the taints of nodes."""
    words = session.args
    if not words:
        raise KubectlError("one or more resources must be specified as <resource> <name>")
    names = [w for w in words[1:] if not re.search(r"[=:]|-$", w)]
    changes = [w for w in words[1:] if w not in names]
    if not changes:
        raise KubectlError("at least one taint update is required")
    session.check_server()
    row = session.kind(words[0].partition("/")[0])
    if row.kind != "Node":
        raise KubectlError(f"invalid resource type {row.plural}, only node(s) is supported")
    add, remove = _taints(changes)
    if "/" in words[0]:
        names.append(words[0].partition("/")[2])
    objects = session.select(row) if session.flag("all") or session.flag("selector") else []
    errors: list[Exception] = []
    for name in names:
        try:
            objects.append(session.get(row, name))
        except StatusError as error:
            errors.append(error)
    for obj in objects:
        try:
            _taint_one(session, obj, add, remove)
        except (StatusError, KubectlError) as error:
            errors.append(error)
    return writing.finish(session, errors)


def _taints(words: list[str]) -> tuple[list[Object], list[tuple[str, str]]]:
    add: list[Object] = []
    remove: list[tuple[str, str]] = []
    for word in words:
        body, minus = (word[:-1], True) if word.endswith("-") else (word, False)
        head, colon, effect = body.partition(":")
        key, equals, value = head.partition("=")
        if colon and effect not in EFFECTS:
            raise KubectlError(
                f"invalid taint effect: {effect}, unsupported taint effect"
                if effect
                else f"invalid taint spec: {word}"
            )
        if minus:
            remove.append((key, effect))
        elif not colon:
            raise KubectlError(f"invalid taint spec: {word}")
        else:
            add.append(
                {"key": key, "effect": effect, **({"value": value} if equals and value else {})}
            )
    return add, remove


def _taint_one(
    session: Session, obj: Object, add: list[Object], remove: list[tuple[str, str]]
) -> None:
    name = obj["metadata"]["name"]
    have = [*(obj["spec"].get("taints") or ())]
    same = {(t["key"], t["effect"]) for t in have}
    taken = [t for t in add if (t["key"], t["effect"]) in same]
    if taken and not session.flag("overwrite"):
        raise KubectlError(
            f"node {name} already has {taken[0]['key']} taint(s) "
            "with same effect(s) and --overwrite is false"
        )
    for key, effect in remove:
        if not any(t["key"] == key and effect in ("", t["effect"]) for t in have):
            raise KubectlError(f'taint "{key}{":" + effect if effect else ""}" not found')
    gone = [(t["key"], t["effect"]) for t in add]
    left = [
        t
        for t in have
        if (t["key"], t["effect"]) not in gone
        and not any(t["key"] == k and e in ("", t["effect"]) for k, e in remove)
    ]
    dry_run = writing.dry_run_of(session)
    if dry_run != "client":
        change = {"spec": {"taints": [*left, *add] or None}}
        session.api.patch(
            "Node", "", name, change, "merge", manager="kubectl-taint", dry_run=dry_run == "server"
        )
    word = "untainted" if remove and not add else "modified" if taken or remove else "tainted"
    session.out(f"node/{name} {word}{writing.suffix(dry_run)}\n")


# cordon, uncordon, drain


def cordon(session: Session) -> int:
    """Keep new pods from nodes."""
    return _cordon(session, True)


def uncordon(session: Session) -> int:
    """Let new pods onto nodes again."""
    return _cordon(session, False)


def _cordon(session: Session, closed: bool) -> int:
    nodes, errors = _nodes(session, "cordon" if closed else "uncordon")
    for node in nodes:
        _close(session, node, closed)
    return writing.finish(session, errors)


def _nodes(session: Session, verb: str) -> tuple[list[Object], list[Exception]]:
    names = [word.partition("/")[2] or word for word in session.args]
    if not names and not session.flag("selector"):
        raise KubectlError(
            f"USAGE: {verb} NODE [flags]\nSee 'kubectl {verb} -h' for help and examples"
        )
    session.check_server()
    errors: list[Exception] = []
    found: list[Object] = []
    if session.flag("selector"):
        found = session.select(builtin("Node"))
    for name in names:
        try:
            found.append(session.api.get("Node", "", name))
        except StatusError as error:
            errors.append(error)
    return found, errors


def _close(session: Session, node: Object, closed: bool) -> None:
    name = node["metadata"]["name"]
    dry_run = writing.dry_run_of(session)
    if bool(node["spec"].get("unschedulable")) == closed:
        session.out(
            f"node/{name} already "
            f"{'cordoned' if closed else 'uncordoned'}{writing.suffix(dry_run)}\n"
        )
        return
    if dry_run != "client":
        change = {"spec": {"unschedulable": True if closed else None}}
        session.api.patch(
            "Node",
            "",
            name,
            change,
            "strategic",
            manager="kubectl-cordon",
            dry_run=dry_run == "server",
        )
    session.out(f"node/{name} {'cordoned' if closed else 'uncordoned'}{writing.suffix(dry_run)}\n")


def drain(session: Session) -> int | None:
    """Cordon nodes and evict their pods, within what their budgets allow."""
    nodes, errors = _nodes(session, "drain")
    if errors:
        return writing.finish(session, errors)
    for node in nodes:
        _close(session, node, True)
    todo: list[list[str]] = []
    for node in nodes:
        pods, skipped, problems = _drainable(session, node["metadata"]["name"])
        if problems:
            listed = ", ".join(problems)
            name = node["metadata"]["name"]
            session.err(
                f'error: unable to drain node "{name}" due '
                f"to error: {listed}, continuing command...\n"
            )
            session.err(f"There are pending nodes to be drained:\n {name}\n{_causes(problems)}")
            return 1
        if skipped:
            session.err(f"Warning: ignoring DaemonSet-managed Pods: {', '.join(skipped)}\n")
        todo += [
            [p["metadata"]["namespace"], p["metadata"]["name"], p["metadata"]["uid"]] for p in pods
        ]
    session.state.update(
        todo=todo,
        waiting=[],
        nodes=[n["metadata"]["name"] for n in nodes],
        retry_us=session.now_us(),
        begun_us=session.now_us(),
        said=[],
    )
    if writing.dry_run_of(session) != "none":
        for place, name, _ in todo:
            session.out(
                f"evicting pod {place}/{name}{writing.suffix(writing.dry_run_of(session))}\n"
            )
        return 0
    return draining(session)


def _causes(problems: list[str]) -> str:
    return "".join(f"error: {problem}\n" for problem in problems)


def _drainable(session: Session, node: str) -> tuple[list[Object], list[str], list[str]]:
    """Sort a node's pods: to be evicted, left alone (daemon sets), and what forbids it."""
    pods: list[Object] = []
    daemons: list[str] = []
    bare: list[str] = []
    local: list[str] = []
    managed: list[str] = []
    for pod in session.engine.store.by("Pod", "node", node):
        meta = pod["metadata"]
        name = f"{meta['namespace']}/{meta['name']}"
        owner = next((o for o in meta.get("ownerReferences") or () if o.get("controller")), None)
        if MIRROR in (meta.get("annotations") or {}):
            continue
        done = get(pod, "status", "phase") in ("Succeeded", "Failed")
        if owner and owner["kind"] == "DaemonSet" and not done:
            (daemons if session.flag("ignore-daemonsets") else managed).append(name)
            continue
        if not done and owner is None and not session.flag("force"):
            bare.append(name)
        empty = any(v.get("emptyDir") is not None for v in pod["spec"].get("volumes") or ())
        if empty and not done and not session.flag("delete-emptydir-data"):
            local.append(name)
        pods.append(pod)
    problems = []
    if managed:
        problems.append(
            "cannot delete DaemonSet-managed Pods (use "
            f"--ignore-daemonsets to ignore): {', '.join(managed)}"
        )
    if bare:
        problems.append(
            (
                "cannot delete cannot delete Pods that declare "
                "no controller (use --force to override): "
            )
            + ", ".join(bare)
        )
    if local:
        problems.append(
            "cannot delete Pods with local storage (use "
            f"--delete-emptydir-data to override): {', '.join(local)}"
        )
    return pods, daemons, problems


def draining(session: Session) -> int | None:
    """Evict what can be evicted now, and wait for the rest."""
    state = session.state
    now = session.now_us()
    grace = session.flag("grace-period")
    if now >= state["retry_us"]:
        later = []
        for place, name, uid in state["todo"]:
            if [place, name] not in state["said"]:
                session.out(f"evicting pod {place}/{name}\n")
                state["said"].append([place, name])
            elif state["todo"]:
                session.out(f"evicting pod {place}/{name}\n")
            try:
                if session.flag("disable-eviction"):
                    session.api.delete("Pod", place, name, None if grace < 0 else grace)
                else:
                    session.api.evict(place, name, None if grace < 0 else grace)
                state["waiting"].append([place, name, uid])
            except StatusError as error:
                if error.reason == "NotFound":
                    continue
                if error.code != 429:
                    raise
                session.err(
                    f'error when evicting pods/"{name}" -n "{place}" '
                    f"(will retry after 5s): {error.message}\n"
                )
                later.append([place, name, uid])
        state["todo"] = later
        state["retry_us"] = now + RETRY_US
    left = []
    for place, name, uid in state["waiting"]:
        pod = session.engine.store.get("Pod", place, name)
        if pod is not None and pod["metadata"]["uid"] == uid:
            left.append([place, name, uid])
            session.call.watch("Pod", place, name)
        else:
            session.out(f"pod/{name} evicted\n")
    state["waiting"] = left
    if not left and not state["todo"]:
        for name in state["nodes"]:
            session.out(f"node/{name} drained\n")
        return 0
    seconds = session.flag("timeout")
    if seconds and now >= state["begun_us"] + round(seconds * SECOND):
        session.err(
            "There are pending pods when an error occurred: global timeout reached: "
            + f"{seconds:g}s\n"
        )
        return 1
    session.call.wake_after(max(1, state["retry_us"] - now) if state["todo"] else RETRY_US)
    return None


_TOP: tuple[Any, ...] = (
    *SELECTOR,
    Flag("no-headers", "bool", default=False),
    Flag("sort-by", default=""),
    Flag("use-protocol-buffers", "bool", default=True),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "taint",
        "Set or remove the taints of nodes",
        taint,
        (*OUTPUT, *SELECTOR, *DRY_RUN, *ALL, Flag("overwrite", "bool", default=False)),
        takes="kinds",
    ),
    Command("cordon", "Keep new pods from a node", cordon, (*SELECTOR, *DRY_RUN), takes="nodes"),
    Command(
        "uncordon", "Let new pods onto a node again", uncordon, (*SELECTOR, *DRY_RUN), takes="nodes"
    ),
    Command(
        "drain",
        "Empty a node, within what disruption budgets allow",
        drain,
        (
            *SELECTOR,
            *DRY_RUN,
            Flag("ignore-daemonsets", "bool", default=False),
            Flag("delete-emptydir-data", "bool", default=False),
            Flag("force", "bool", default=False),
            Flag("grace-period", "int", default=-1),
            Flag("timeout", "duration", default=0.0),
            Flag("disable-eviction", "bool", default=False),
            Flag("pod-selector", default=""),
        ),
        draining,
        takes="nodes",
    ),
    Command(
        "top node",
        "Show what nodes use",
        top_node,
        (*_TOP, Flag("show-capacity", "bool", default=False)),
        reads=True,
        takes="nodes",
        aliases=("top nodes", "top no"),
    ),
    Command(
        "top pod",
        "Show what pods use",
        top_pod,
        (
            *_TOP,
            Flag("all-namespaces", "bool", "A", False),
            Flag("containers", "bool", default=False),
            Flag("sum", "bool", default=False),
        ),
        reads=True,
        takes="pods",
        aliases=("top pods", "top po"),
    ),
)
