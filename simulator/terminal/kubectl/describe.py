"""kubectl describe: one object and what belongs to it, in words.

Source: kubectl v0.32 pkg/describe/describe.go; one function a kind, see DESCRIBERS.
"""

from __future__ import annotations

from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.status import StatusError, not_found
from simulator.plain import Object

from . import (
    describe_generic,
    describe_kinds,
    describe_limits,
    describe_network,
    describe_nodes,
    describe_pods,
    describe_rbac,
    describe_workloads,
    writing,
)
from .command import FILES, SELECTOR, Command
from .errors import KubectlError, text_of_all
from .flags import Flag
from .session import Session, targets

DESCRIBERS = {
    "Pod": describe_pods.pod,
    "Node": describe_nodes.node,
    **describe_workloads.DESCRIBERS,
    **describe_kinds.DESCRIBERS,
    **describe_rbac.DESCRIBERS,
    **describe_limits.DESCRIBERS,
    **describe_network.DESCRIBERS,
}


def run(session: Session) -> int:
    """Describe the objects of a line."""
    if not session.args and not session.flag("filename"):
        raise KubectlError(
            'You must specify the type of resource to describe. Use "kubectl api-resources" for a '
            "complete list of supported resources."
        )
    session.check_server()
    found, errors = _find(session)
    for n, (row, obj) in enumerate(found):
        if n:
            session.out("\n\n")
        session.out(text(session, row, obj))
    if errors:
        session.err(text_of_all(errors))
        return 1
    if not found:
        if session.flag("all-namespaces") or not session.args:
            session.err("No resources found\n")
        else:
            session.err(f"No resources found in {session.namespace} namespace.\n")
    return 0


def text(session: Session, row: Kind, obj: Object) -> str:
    """Describe one object."""
    describer = DESCRIBERS.get(row.kind)
    if describer is not None and not row.custom:
        return describer(session, obj)
    return describe_generic.anything(session, obj)


def _find(session: Session) -> tuple[list[tuple[Kind, Object]], list[Exception]]:
    errors: list[Exception] = []
    found: list[tuple[Kind, Object]] = []
    if session.flag("filename"):
        pairs, errors = writing.objects(session, "describe")
        for row, document in pairs:
            meta = document.body["metadata"]
            try:
                found.append((row, session.api.get(row.store, meta.get("namespace"), meta["name"])))
            except StatusError as error:
                errors.append(error)
        return found, errors
    named = targets(session, session.args)
    if not named:
        everywhere = bool(session.flag("all-namespaces"))
        rows = session.kinds(session.args[0])
        return [(row, o) for row in rows for o in session.select(row, everywhere)], errors
    for row, name in named:
        try:
            found.append((row, session.get(row, name)))
        except StatusError as error:
            near = [o for o in session.select(row) if o["metadata"]["name"].startswith(name)]
            found += [(row, obj) for obj in near]
            if not near:
                errors.append(
                    error if error.reason != "NotFound" else not_found(row.plural, row.group, name)
                )
    return found, errors


COMMANDS = (
    Command(
        "describe",
        "Tell about objects in words, with their events",
        run,
        (
            *FILES,
            *SELECTOR,
            Flag("all-namespaces", "bool", "A", False),
            Flag("show-events", "bool", default=True),
            Flag("chunk-size", "int", default=500),
        ),
        reads=True,
        takes="kinds",
    ),
)
