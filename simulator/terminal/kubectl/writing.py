"""kubectl apply, create -f, replace: manifests to objects.

Source: kubectl v0.32 pkg/cmd/apply/apply.go, create/create.go, replace/replace.go.
"""

from __future__ import annotations

import json
from typing import Any

from simulator.kubernetes.api import patched
from simulator.kubernetes.api.convert import to_stored
from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.names import path_segment_problems
from simulator.kubernetes.api.schema import struct_of
from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object, copy

from . import manifests, output, serverside
from .command import ALL, DRY_RUN, FIELD_MANAGER, FILES, OUTPUT, SELECTOR, VALIDATE, Command
from .errors import KubectlError, from_source, text_of_all
from .flags import Flag
from .manifests import Document
from .merging import LAST_APPLIED, difference, three_way, with_last_applied
from .session import Session, full_name

APPLIER, CREATOR, REPLACER = "kubectl-client-side-apply", "kubectl-create", "kubectl-replace"


def dry_run_of(session: Session) -> str:
    """Give the kind of dry run: "none", "client" or "server"."""
    value = str(session.flag("dry-run") or "none")
    if value == "unchanged":
        session.err(
            "W kubectl: --dry-run is deprecated and can be replaced with --dry-run=client.\n"
        )
        return "client"
    if value in ("true", "false"):
        return "client" if value == "true" else "none"
    if value not in ("none", "client", "server"):
        raise KubectlError(
            f'Invalid dry-run value ({value}). Must be "none", "server", or "client".'
        )
    return value


def suffix(dry_run: str) -> str:
    """Give what is printed behind what was not really done."""
    return {"client": " (dry run)", "server": " (server dry run)"}.get(dry_run, "")


def objects(session: Session, verb: str) -> tuple[list[tuple[Kind, Document]], list[Exception]]:
    """Read `-f` and find the kinds; every object gets its namespace."""
    if session.flag("kustomize"):
        raise KubectlError("-k is not part of this lab's kubectl: use -f with the files themselves")
    if not session.flag("filename"):
        raise KubectlError("must specify one of -f and -k")
    session.check_server()
    names, recursive = session.flag("filename"), bool(session.flag("recursive"))
    documents, errors = manifests.read(session.call, names, recursive)
    found: list[tuple[Kind, Document]] = []
    for document in documents:
        try:
            found.append(_tolerated(session, *_mapped(session, document)))
        except KubectlError as error:
            errors.append(error)
    if not documents and not errors:
        raise KubectlError(f"no objects passed to {verb}")
    if session.flag("selector"):
        found = [pair for pair in found if _selected(session, pair[1].body)]
    return found, errors


def _tolerated(session: Session, row: Kind, document: Document) -> tuple[Kind, Document]:
    """Drop unknown fields where `--validate` says so, with a warning or without."""
    asked = str(session.flag("validate") or "strict")
    if asked in ("strict", "true"):
        return row, document
    if asked not in ("warn", "ignore", "false"):
        raise KubectlError(
            f'invalid - validate option "{asked}"; must be one of: strict (or true), warn, ignore '
            "(or false)"
        )
    body, unknown = session.api.tolerate(row, document.body)
    if asked == "warn":
        session.err("".join(f'Warning: unknown field "{path}"\n' for path in unknown))
    return row, Document(body, document.source)


def _selected(session: Session, body: Object) -> bool:
    from simulator.kubernetes.api.selectors import parse

    return parse(session.flag("selector")).matches((body.get("metadata") or {}).get("labels"))


def _mapped(session: Session, document: Document) -> tuple[Kind, Document]:
    body: Object = copy(document.body)
    meta = body.setdefault("metadata", {})
    meta = body["metadata"] = meta or {}
    try:
        row = session.api.kind_of(body)
    except StatusError:
        raise KubectlError(
            f'resource mapping not found for name: "{meta.get("name") or ""}" namespace: '
            f'"{meta.get("namespace") or ""}" from "{document.source}": no matches for kind '
            f'"{body["kind"]}" in version "{body["apiVersion"]}"\nensure CRDs are installed first'
        ) from None
    if row.namespaced:
        given, asked = meta.get("namespace"), session.flag("namespace")
        if asked and given and given != asked:
            raise KubectlError(
                f'the namespace from the provided object "{given}" does not match the namespace '
                f"\"{asked}\". You must pass '--namespace={given}' to perform this operation."
            )
        meta["namespace"] = given or session.namespace
    return row, Document(body, document.source)


def report(session: Session, row: Kind, obj: Object, done: str, dry_run: str = "none") -> None:
    """Say what was done, or print the object where `-o` asks for it; warnings first."""
    session.warn()
    format = session.flag("output") or ""
    if format == "name":
        session.out(output.names([(row, obj)]))
    elif format:
        session.out(output.printer(session, format)(obj))
        if format == "yaml" and session.state.setdefault("printed", 0):
            pass
    else:
        session.out(f"{full_name(row, obj['metadata']['name'])} {done}{suffix(dry_run)}\n")


def finish(session: Session, errors: list[Exception]) -> int:
    """Print the errors and give the exit code."""
    if errors:
        session.err(text_of_all(errors))
    return 1 if errors else 0


# create -f, replace


def create_files(session: Session) -> int:
    """Create the objects of the files."""
    found, errors = objects(session, "create")
    dry_run = dry_run_of(session)
    for row, document in found:
        body = document.body
        if session.flag("save-config"):
            body = with_last_applied(body)
        try:
            if dry_run == "client":
                made = body
            else:
                made = session.api.create(body, _manager(session, CREATOR), dry_run == "server")
        except StatusError as error:
            errors.append(from_source(error, "creating", document.source))
            continue
        report(session, row, made, "created", dry_run)
    return finish(session, errors)


def replace(session: Session) -> int:
    """Replace objects with those of the files."""
    found, errors = objects(session, "replace")
    dry_run = dry_run_of(session)
    for row, document in found:
        body = document.body
        meta = body["metadata"]
        try:
            live = session.api.get(row.store, meta.get("namespace"), meta.get("name") or "")
            if session.flag("force"):
                session.api.delete(row.store, meta.get("namespace"), meta["name"], grace_s=0)
                session.out(f'{full_name(row, "").rstrip("/")} "{meta["name"]}" deleted\n')
                made = session.api.create(body, _manager(session, REPLACER))
            elif dry_run == "client":
                made = body
            else:
                if LAST_APPLIED in (live["metadata"].get("annotations") or {}):
                    body = with_last_applied(body)
                made = session.api.update(
                    body, "", _manager(session, REPLACER), dry_run == "server"
                )
        except StatusError as error:
            errors.append(from_source(error, "replacing", document.source))
            continue
        report(session, row, made, "replaced", dry_run)
    return finish(session, errors)


def _manager(session: Session, default: str) -> str:
    return str(session.flag("field-manager") or default)


# apply


def apply(session: Session) -> int:
    """Create what is not there, and bring what is there to what the files say."""
    if session.args:
        raise KubectlError(
            f"Unexpected args: {_go_list(session.args)}\nSee "
            "'kubectl apply -h' for help and examples"
        )
    found, errors = objects(session, "apply")
    dry_run = dry_run_of(session)
    for row, document in found:
        try:
            _apply_one(session, row, document, dry_run)
        except (StatusError, KubectlError) as error:
            errors.append(error)
    if session.flag("prune"):
        raise KubectlError("--prune is not part of this lab's kubectl")
    return finish(session, errors)


def _go_list(words: list[str]) -> str:
    return "[" + " ".join(words) + "]"


def _apply_one(session: Session, row: Kind, document: Document, dry_run: str) -> None:
    body = document.body
    meta = body["metadata"]
    if session.flag("server-side"):
        made = serverside.apply(session, row, document, dry_run)
        report(session, row, made, "serverside-applied", dry_run)
        return
    if meta.get("generateName") and not meta.get("name"):
        raise KubectlError(f"from {meta['generateName']}: cannot use generate name with apply")
    where = identity(row, body)
    if not meta.get("name"):
        raise KubectlError(
            f"error when retrieving current configuration of:\n{where}\nfrom server for: "
            f'"{document.source}": resource name may not be empty'
        )
    for word, text in (("resource name", meta["name"]), ("namespace", meta.get("namespace"))):
        wrong = path_segment_problems(str(text or ""))
        if wrong:
            raise KubectlError(
                f"error when retrieving current configuration of:\n{where}\nfrom server for: "
                f'"{document.source}": invalid {word} "{text}": {_go_list(wrong)}'
            )
    try:
        live = session.api.get(row.store, meta.get("namespace"), meta["name"])
    except StatusError as error:
        if error.reason != "NotFound":
            text = f"error when retrieving current configuration of:\n{where}\nfrom server for: "
            text += f'"{document.source}": {error.message}'
            raise StatusError(error.code, error.reason, text, error.details) from error
        _create(session, row, document, dry_run)
        return
    _patch(session, row, document, live, dry_run)


def identity(row: Kind, body: Object) -> str:
    """Name an object as long errors do."""
    meta = body["metadata"]
    version = f"{row.group}/{row.version}"
    return (
        f'Resource: "{version}, Resource={row.plural}", '
        f'GroupVersionKind: "{version}, Kind={row.kind}"\n'
        f'Name: "{meta.get("name") or ""}", Namespace: "{meta.get("namespace") or ""}"'
    )


def _create(session: Session, row: Kind, document: Document, dry_run: str) -> None:
    body = with_last_applied(document.body)
    try:
        made = body
        if dry_run != "client":
            made = session.api.create(body, _manager(session, APPLIER), dry_run == "server")
    except StatusError as error:
        raise from_source(error, "creating", document.source) from error
    report(session, row, made, "created", dry_run)


def _patch(session: Session, row: Kind, document: Document, live: Object, dry_run: str) -> None:
    """Bring what is there to what a file says.

    # Simplified: The patch that a refused `kubectl apply` shows is written as a JSON merge patch,
    # where the real one is a strategic merge patch for all but custom kinds.
    """
    live = {**live, "kind": row.kind}
    annotations = live["metadata"].get("annotations") or {}
    if LAST_APPLIED not in annotations:
        session.err(
            f"Warning: resource {row.plural}/{live['metadata']['name']} is missing the "
            f"{LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should "
            "only be used on resources created declaratively by either kubectl create "
            "--save-config or kubectl apply. The missing annotation will be patched "
            "automatically.\n"
        )
    wanted = with_last_applied(document.body)
    merged = merged_with(row, live, wanted)
    change = difference(live, merged)
    if not change:
        report(session, row, live, "unchanged", dry_run)
        return
    if dry_run == "client":
        report(session, row, merged, "configured", dry_run)
        return
    try:
        type_ = "merge" if row.custom else "strategic"
        merged = patched.look(session.api, row, merged, change, type_, strict=True)
        made = session.api.update(merged, "", _manager(session, APPLIER), dry_run == "server")
    except StatusError as error:
        error = from_source(error, "patching", document.source)
        shown = json.dumps(change, separators=(",", ":"), sort_keys=True)
        verb = f"applying patch:\n{shown}\nto:\n{identity(row, live)}\nfor:"
        raise from_source(error, verb, document.source) from error
    report(session, row, made, "configured", dry_run)


def merged_with(row: Kind, live: Object, wanted: Object) -> Object:
    """Give the live object as an apply would leave it."""
    text = (live["metadata"].get("annotations") or {}).get(LAST_APPLIED)
    try:
        original: Any = json.loads(text) if text else {}
    except ValueError:
        original = {}
    struct = None if row.custom else struct_of(row.kind, row.api_version)
    if not row.custom:
        original = to_stored(row, original) if isinstance(original, dict) else {}
        wanted = to_stored(row, wanted)
    merged: Object = three_way(original, wanted, live, struct)
    return merged


_WRITE = (*FILES, *OUTPUT, *SELECTOR, *DRY_RUN, *FIELD_MANAGER, *VALIDATE)

COMMANDS = (
    Command(
        "apply",
        "Make the cluster what the files say",
        apply,
        (
            *_WRITE,
            *ALL,
            Flag("server-side", "bool", default=False),
            Flag("force-conflicts", "bool", default=False),
            Flag("force", "bool", default=False),
            Flag("prune", "bool", default=False),
            Flag("overwrite", "bool", default=True),
            Flag("wait", "bool", default=False),
            Flag("timeout", "duration", default=0.0),
            Flag("grace-period", "int", default=-1),
            Flag("cascade", default="background", bare="background"),
            Flag("prune-allowlist", "list"),
            Flag("openapi-patch", "bool", default=True),
        ),
        takes="files",
    ),
    Command(
        "replace",
        "Replace objects by those in files",
        replace,
        (
            *_WRITE,
            Flag("force", "bool", default=False),
            Flag("save-config", "bool", default=False),
            Flag("grace-period", "int", default=-1),
            Flag("timeout", "duration", default=0.0),
            Flag("cascade", default="background", bare="background"),
            Flag("wait", "bool", default=False),
        ),
        takes="files",
    ),
)
