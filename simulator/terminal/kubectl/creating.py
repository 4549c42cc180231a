"""Making objects from flags: names, what is needed, printing and creating.

Source: kubectl v0.32 pkg/cmd/create/create.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object, copy, get

from . import writing
from .errors import KubectlError
from .session import Session

Make = Callable[[Session, str], Object]
HINT = "\nSee 'kubectl {} -h' for help and examples"


def one_name(session: Session) -> str:
    """Give the one NAME of a line."""
    before = session.args[: session.parsed.dash]
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
    if row.namespaced and (dry_run != "client" or session.flag("namespace")):
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
    "Deployment": "deployment",
    "ConfigMap": "configmap",
    "Secret": "secret",
    "Service": "service",
    "Job": "job",
    "CronJob": "cronjob",
    "ServiceAccount": "serviceaccount",
    "Ingress": "ingress",
    "ResourceQuota": "quota",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "PriorityClass": "priorityclass",
}
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


_WITH_STATUS = (
    "Deployment",
    "Service",
    "Namespace",
    "Job",
    "CronJob",
    "Pod",
    "ResourceQuota",
    "PodDisruptionBudget",
    "Ingress",
)


def _empty_resources(spec: Object) -> None:
    for one in spec.get("containers") or ():
        one.setdefault("resources", {})


def make_object(api_version: str, kind: str, name: str, **body: Any) -> Object:
    """Give an object of a kind, named, with a body."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **body}


def words_after_dash(session: Session) -> list[str]:
    """Give the words behind `--`."""
    dash = session.parsed.dash
    return session.args[dash:] if dash is not None else []
