"""kubectl delete: objects by name, by selector or by file; waits until they are gone.

Source: kubectl v0.32 pkg/cmd/delete/delete.go.
"""

from __future__ import annotations

from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object
from simulator.timing import SECOND

from . import output, writing
from .command import ALL, DRY_RUN, FILES, SELECTOR, Command
from .errors import KubectlError, from_source, text_of, text_of_all
from .flags import Flag
from .session import Session, targets

FORCED = (
    "Warning: Immediate deletion does not wait for confirmation that the running resource has "
    "been terminated. The resource may continue to run on the cluster indefinitely.\n"
)
CASCADES = {
    "background": "Background",
    "orphan": "Orphan",
    "foreground": "Foreground",
    "true": "Background",
    "false": "Orphan",
}


def run(session: Session) -> int | None:
    """Delete what was named, then wait for it to go."""
    session.check_server()
    found, errors = _find(session)
    grace = _grace(session)
    cascade = CASCADES.get(str(session.flag("cascade")))
    if cascade is None:
        value = session.flag("cascade")
        raise KubectlError(
            f'invalid cascade value ({value}). Must be "background", "foreground", or "orphan"'
        )
    dry_run = writing.dry_run_of(session)
    if grace == 0 and session.flag("force"):
        session.err(FORCED)
    waiting: list[list[str]] = []
    for row, obj, source in found:
        meta = obj["metadata"]
        place = meta.get("namespace") or ""
        try:
            if dry_run != "client":
                session.api.delete(
                    row.store, place, meta["name"], grace, cascade, dry_run=dry_run == "server"
                )
        except StatusError as error:
            if not (error.reason == "NotFound" and session.flag("ignore-not-found")):
                errors.append(from_source(error, "deleting", source))
            continue
        _say(session, row, meta["name"], grace, dry_run)
        waiting.append([row.store, place, meta["name"], meta.get("uid") or ""])
    if errors:
        session.err(text_of_all(errors))
    if not found and not errors and not session.flag("filename"):
        session.out("No resources found\n")
    session.state["code"] = 1 if errors else 0
    session.state["waiting"] = waiting
    session.state["end_us"] = _deadline(session)
    if not session.flag("wait") or dry_run != "none" or (grace == 0 and session.flag("force")):
        return int(session.state["code"])
    return step(session)


def _say(session: Session, row: Kind, name: str, grace: int | None, dry_run: str) -> None:
    if session.flag("output") == "name":
        session.out(output.names([(row, {"metadata": {"name": name}})]))
        return
    verb = "force deleted" if grace == 0 else "deleted"
    kind = f"{row.singular}.{row.group}" if row.group else row.singular
    session.out(f'{kind} "{name}" {verb}{writing.suffix(dry_run)}\n')


def _deadline(session: Session) -> int | None:
    seconds = session.flag("timeout")
    return session.now_us() + round(seconds * SECOND) if seconds else None


def _grace(session: Session) -> int | None:
    grace = session.flag("grace-period")
    if session.flag("now"):
        if grace >= 0:
            raise KubectlError("--now and --grace-period cannot be specified together")
        return 1
    if grace == 0 and not session.flag("force"):
        # As the real client: without --force, zero means "soon", and it waits.
        return 1
    if session.flag("force") and grace < 0:
        return 0
    if session.flag("force") and grace > 0:
        raise KubectlError("--force and --grace-period greater than 0 cannot be specified together")
    return None if grace < 0 else int(grace)


def _find(session: Session) -> tuple[list[tuple[Kind, Object, str]], list[Exception]]:
    errors: list[Exception] = []
    if session.flag("filename"):
        pairs, errors = writing.objects(session, "delete")
        return [(row, document.body, document.source) for row, document in pairs], errors
    if not session.args:
        raise KubectlError(
            "You must provide one or more resources by argument or filename.\n"
            "Example resource specifications include:\n"
            "   '-f rsrc.yaml'\n"
            "   '--filename=rsrc.json'\n"
            "   '<resource> <name>'\n"
            "   '<resource>'"
        )
    named = targets(session, session.args)
    if named:
        if session.flag("all"):
            raise KubectlError(
                "setting 'all' parameter but found a non empty selector. "
                if session.flag("selector")
                else "name cannot be provided when a selector is specified"
            )
        found = []
        for row, name in named:
            try:
                found.append((row, session.get(row, name), ""))
            except StatusError as error:
                if not session.flag("ignore-not-found"):
                    errors.append(error)
        return found, errors
    if (
        not session.flag("all")
        and not session.flag("selector")
        and not session.flag("field-selector")
    ):
        session.kinds(session.args[0])
        raise KubectlError("resource(s) were provided, but no name was specified")
    rows = session.kinds(session.args[0])
    everywhere = bool(session.flag("all-namespaces"))
    return [
        (row, obj, "")
        for row in rows
        if "delete" in row.verbs
        for obj in session.select(row, everywhere)
    ], errors


def step(session: Session) -> int | None:
    """Look whether all are gone."""
    left = []
    for kind, place, name, uid in session.state["waiting"]:
        obj = session.engine.store.get(kind, place, name)
        if obj is not None and (not uid or obj["metadata"]["uid"] == uid):
            left.append([kind, place, name, uid])
    session.state["waiting"] = left
    if not left:
        return int(session.state["code"])
    end_us = session.state["end_us"]
    if end_us is not None and session.now_us() >= end_us:
        kind, _, name, _ = left[0]
        row = session.api.row(kind)
        session.err(
            text_of(KubectlError(f"timed out waiting for the condition on {row.plural}/{name}"))
        )
        return 1
    for kind, place, name, _ in left:
        session.call.watch(kind, place, name)
    if end_us is not None:
        session.call.wake_after(end_us - session.now_us())
    return None


COMMANDS = (
    Command(
        "delete",
        "Delete objects and wait until they are gone",
        run,
        (
            *FILES,
            *SELECTOR,
            *DRY_RUN,
            *ALL,
            Flag("output", short="o", default=""),
            Flag("all-namespaces", "bool", "A", False),
            Flag("cascade", default="background", bare="background"),
            Flag("force", "bool", default=False),
            Flag("grace-period", "int", default=-1),
            Flag("ignore-not-found", "bool", default=False),
            Flag("now", "bool", default=False),
            Flag("timeout", "duration", default=0.0),
            Flag("wait", "bool", default=True),
            Flag("interactive", "bool", "i", False),
            Flag("raw", default=""),
        ),
        step,
        takes="kinds",
    ),
)
