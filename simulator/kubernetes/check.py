"""Apply a file of manifests to a fresh lab: what `manage.py lab check-manifests` says of each.

Every image has a stand-in (`hub.stand_ins`), so that manifests from anywhere can be tried.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from simulator.lab import Lab
from simulator.plain import Object, copy
from simulator.scenario import Scenario
from simulator.terminal.kubectl import manifests
from simulator.terminal.kubectl.errors import KubectlError, text_of
from simulator.terminal.kubectl.merging import with_last_applied
from simulator.timing import MINUTE

from .api.kinds import Kind
from .api.status import StatusError
from .readiness import why_not_ready

BOOT_US = 1 * MINUTE
"""The cluster settles before anything is applied."""
WAIT_US = 10 * MINUTE

Row = dict[str, Any]
Check = Callable[[str, str, Scenario], Row]


def guarded(check: Check, text: str, name: str, scenario: Scenario) -> Row:
    """Check a file; a defect of the simulation becomes a row, so that other files are told of.

    check: `check_manifests`. The row has the defect as why its file is not ready.
    """
    try:
        return check(text, name, scenario)
    except Exception as error:
        logging.getLogger(__name__).exception("%s: the simulation failed", name)
        why = f"the simulation failed: {type(error).__name__}: {error}"
        row: Row = {"file": name, "applied": [], "refused": [], "ready": []}
        return {**row, "not_ready": [{"object": name, "why": why}]}


def check_manifests(text: str, name: str, scenario: Scenario) -> Row:
    """Apply a file as `kubectl apply -f` does, wait ten simulated minutes, and look.

    Returns file, applied ["Kind/name"], refused [{object, message, kubectl}], ready ["Kind/name"]
    and not_ready [{object, why}]. message: the API server's words; kubectl: what kubectl prints.
    """
    hub = {**(scenario.data.get("hub") or {}), "stand_ins": True}
    lab = Lab(Scenario({**scenario.data, "hub": hub}), 1)
    lab.advance(BOOT_US)
    applied: list[tuple[Kind, Object]] = []
    refused: list[Row] = []
    parts, broken = _parts(text, name)
    for source, body in sorted(parts, key=lambda part: _is_served(lab, part[1])):
        made, problem = _apply(lab, name, source, body)
        if problem is not None:
            refused.append(problem)
        elif made not in applied:
            applied.append(made)  # type: ignore[arg-type]
    lab.advance(lab.now_us + WAIT_US)
    found: Row = {"file": name, "applied": [_shown(*one) for one in applied]}
    found.update(refused=[*refused, *broken], ready=[], not_ready=[])
    for one in applied:
        why = _why(lab, *one)
        if why:
            found["not_ready"].append({"object": _shown(*one), "why": why})
        else:
            found["ready"].append(_shown(*one))
    return found


def _parts(text: str, name: str) -> tuple[list[tuple[str, Object]], list[Row]]:
    """Read a file: (text, object) of each object up to the first that cannot be read."""
    parts: list[tuple[str, Object]] = []
    pieces = [text]
    if not text.lstrip().startswith("{"):  # the mark keeps KYAML's first brace from meaning JSON
        pieces = [f"---\n{piece}" for piece in manifests.split(text)]
    for piece in pieces:
        try:
            found = [document.body for document in manifests.load(piece, name)]
        except KubectlError as error:
            shown = text_of(error)
            who = _title(manifests.outline(piece)) or name
            return parts, [{"object": who, "message": shown.strip(), "kubectl": shown}]
        if len(found) == 1:
            parts.append((piece, found[0]))
        else:
            parts += [(json.dumps(body), body) for body in found]
    return parts, []


def _title(body: Any) -> str:
    """Give "Kind/name" of what a document holds; "" when it does not say both."""
    meta = body.get("metadata") if isinstance(body, dict) else None
    name = meta.get("name") if isinstance(meta, dict) else None
    return f"{body['kind']}/{name}" if name and body.get("kind") else ""


def _is_served(lab: Lab, body: Object) -> bool:
    """Tell whether the kind of an object is known: kubectl asks before it applies anything."""
    try:
        lab.engine.api.kind_of(body)
    except StatusError:
        return False
    return True


def _apply(
    lab: Lab, name: str, source: str, body: Object
) -> tuple[tuple[Kind, Object] | None, Row | None]:
    """Apply one object as typed at the terminal: what was made, or who refused it and how."""
    meta = body.get("metadata") or {}
    path = f"manifests/{name}"
    lab.do({"file": {"path": path, "text": source}})
    verb = "create" if meta.get("generateName") and not meta.get("name") else "apply"
    line = f"kubectl {verb} -f '/home/student/{path}'"
    output = lab.do({"terminal": line})
    shown = str(output["output"]).replace(f"/home/student/{path}", name)
    if output["exit_code"] != 0:
        who = f"{body['kind']}/{meta.get('name') or meta.get('generateName') or ''}"
        message = _server_message(lab, body) if _is_served(lab, body) else ""
        message = message or shown.strip()
        return None, {"object": who, "message": message, "kubectl": shown}
    kind = lab.engine.api.kind_of(body)
    named = shown.split()[0].partition("/")[2] if verb == "create" else meta["name"]
    place = meta.get("namespace") or "default" if kind.namespaced else ""
    ends = bool((body.get("spec") or {}).get("ttlSecondsAfterFinished"))
    return (kind, {"name": named, "namespace": place, "ends": ends}), None


def _server_message(lab: Lab, body: Object) -> str:
    """Ask the API server again, without doing it, for its own words of a refusal; "" for none."""
    api = lab.engine.api
    body = copy(body)
    meta = body["metadata"] = body.get("metadata") or {}
    try:
        kind = api.kind_of(body)
        if kind.namespaced:
            meta.setdefault("namespace", "default")
        if api.engine.store.get(kind.store, meta.get("namespace") or "", meta.get("name") or ""):
            api.patch(
                kind.store, meta.get("namespace"), meta["name"], with_last_applied(body),
                type="strategic", dry_run=True,
            )  # fmt: skip
        else:
            api.create(with_last_applied(body), "kubectl-client-side-apply", dry_run=True)
    except StatusError as error:
        return error.message
    return ""


def _shown(kind: Kind, meta: Object) -> str:
    return f"{kind.kind}/{meta['name']}"


def _why(lab: Lab, kind: Kind, meta: Object) -> str:
    obj = lab.engine.store.get(kind.store, meta["namespace"], meta["name"])
    if obj is None:  # a Job with a time to live is gone when it has done its work
        return "" if meta["ends"] else "it is gone"
    return why_not_ready(lab.engine, obj)
