"""kubectl get: tables, wide tables, YAML, JSON, names, JSONPath, columns; and watching them.

Source: kubectl v0.32 pkg/cmd/get/get.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from simulator.errors import Gone
from simulator.kubernetes.api import selectors, usage
from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.status import StatusError, no_resource
from simulator.kubernetes.api.tables import Table, table_of
from simulator.plain import Object

from . import manifests, output
from .command import FILES, OUTPUT, SELECTOR, Command
from .errors import KubectlError, text_of, text_of_all
from .flags import Flag
from .raw import raw
from .session import Session, full_name, targets
from .tabwriter import table

Found = list[tuple[Kind, Object]]
SUBRESOURCES = ("status", "scale", "resize")
SCALE = Kind("Scale", "scales", "autoscaling")


def run(session: Session) -> int | None:
    """Print what was asked for; with `-w`, go on printing what changes."""
    sub = session.flag("subresource")
    if sub and sub not in SUBRESOURCES:
        known = " ".join(SUBRESOURCES)
        raise KubectlError(f'invalid subresource value: "{sub}". Must be one of [{known}]')
    if session.flag("raw"):
        return raw(session)
    if not session.args and not session.flag("filename"):
        session.err(
            'You must specify the type of resource to get. Use "kubectl api-resources" for a '
            "complete list of supported resources.\n\n"
        )
        raise KubectlError(
            'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed '
            "description of that resource (e.g. kubectl explain pods).\n"
            "See 'kubectl get -h' for help and examples"
        )
    session.check_server()
    if session.flag("watch") or session.flag("watch-only"):
        return _watch(session)
    found, errors = collect(session)
    _print(session, found, errors)
    if errors:
        session.err(text_of_all(errors))
    return 1 if errors else 0


def collect(session: Session) -> tuple[Found, list[Exception]]:
    """Find the objects that a line means, and what could not be found."""
    everywhere = bool(session.flag("all-namespaces"))
    errors: list[Exception] = []
    found: Found = []
    if session.flag("filename"):
        documents, errors = manifests.read(session.call, session.flag("filename"))
        for document in documents:
            row = session.api.kind_of(document.body)
            meta = document.body.get("metadata") or {}
            place = meta.get("namespace") or session.namespace
            try:
                found.append((row, session.api.get(row.store, place, meta.get("name") or "")))
            except StatusError as error:
                errors.append(error)
        return found, errors
    pairs = targets(session, session.args)
    if pairs:
        if session.flag("selector"):
            raise KubectlError(
                ("selectors and the all flag cannot be used when passing resource/name arguments")
                if "/" in session.args[0]
                else "name cannot be provided when a selector is specified"
            )
        if everywhere:
            raise KubectlError("a resource cannot be retrieved by name across all namespaces")
        for row, name in pairs:
            try:
                found.append(_one(session, row, name))
            except StatusError as error:
                if not (session.flag("ignore-not-found") and error.reason == "NotFound"):
                    errors.append(error)
        return found, errors
    for row in session.kinds(session.args[0]):
        if "list" not in row.verbs:
            errors.append(
                StatusError(
                    405,
                    "MethodNotAllowed",
                    "the server does not allow this method on the requested resource",
                )
            )
            continue
        found += [(row, obj) for obj in listed(session, row, everywhere)]
    return found, errors


def _one(session: Session, row: Kind, name: str) -> tuple[Kind, Object]:
    """Give one object, or the subresource of it that is asked for."""
    sub = session.flag("subresource")
    if row.group == usage.GROUP:
        return row, usage.one(session.engine, row, session.place(row), name)
    if sub == "scale":
        scale = session.api.get_scale(row.store, session.place(row), name)
        return SCALE, {key: value for key, value in scale.items() if key != "of"}
    if sub == "status" and not row.status:
        raise no_resource()
    return row, session.get(row, name)


def listed(session: Session, row: Kind, everywhere: bool) -> list[Object]:
    """Give the objects of a kind in the order of `get`; events oldest first by store order."""
    if row.group == usage.GROUP:
        return usage.objects(session.engine, row, None if everywhere else session.namespace)
    return session.select(row, everywhere)


def _print(session: Session, found: Found, errors: list[Exception]) -> None:
    format = session.flag("output") or ""
    if session.flag("template") and not format:
        format = "go-template=" + session.flag("template")
    if format in ("", "wide"):
        print_tables(session, found, wide=format == "wide")
        if not found and not errors and not session.flag("ignore-not-found"):
            _nothing(session)
        return
    if session.flag("sort-by"):
        found = _sorted(session.flag("sort-by"), found)
    if format == "name":
        session.out(output.names(found))
        return
    objects = [obj for _, obj in found]
    if format.startswith("custom-columns"):
        if objects or not errors:
            headers = not session.flag("no-headers")
            session.out(output.custom_columns(format.partition("=")[2], objects, headers))
        return
    show = output.printer(session, format)
    if len(targets(session, session.args)) == 1 and not session.flag("filename"):
        if objects:
            session.out(show(objects[0]))
        return
    if objects or not errors:
        session.out(show(output.as_list(objects)))


def _nothing(session: Session) -> None:
    rows = session.kinds(session.args[0]) if session.args else []
    if session.flag("all-namespaces") or not any(row.namespaced for row in rows):
        session.err("No resources found\n")
    else:
        session.err(f"No resources found in {session.namespace} namespace.\n")


def print_tables(session: Session, found: Found, wide: bool) -> None:
    """Print one table a kind; several kinds name theirs (`pod/web`)."""
    if session.flag("sort-by"):
        found = _sorted(session.flag("sort-by"), found)
    groups: list[tuple[Kind, list[Object]]] = []
    for row, obj in found:
        if groups and groups[-1][0] is row:
            groups[-1][1].append(obj)
        else:
            groups.append((row, [obj]))
    several = _several(session, found)
    for n, (row, objects) in enumerate(groups):
        if n:
            session.out("\n")
        session.out(as_table(session, row, objects, wide, several))


def _several(session: Session, found: Found) -> bool:
    """Tell whether names need their kind before them: when the line could mean several kinds."""
    if session.flag("show-kind"):
        return True
    if session.args and not targets(session, session.args):
        return len(session.kinds(session.args[0])) > 1
    return len({row.store for row, _ in found}) > 1


def as_table(
    session: Session,
    row: Kind,
    objects: list[Object],
    wide: bool,
    named: bool = False,
    widths: list[int] | None = None,
    headers: bool = True,
) -> str:
    """Set objects of one kind as a table."""
    table_ = _table(session, row)
    everywhere = bool(session.flag("all-namespaces")) and row.namespaced
    label_columns = [c for part in session.flag("label-columns") or () for c in part.split(",")]
    rows: list[list[str]] = []
    if headers and not session.flag("no-headers"):
        head = table_.columns(wide)
        head += [column.rpartition("/")[2].upper() for column in label_columns]
        head += ["LABELS"] if session.flag("show-labels") else []
        rows.append(["NAMESPACE", *head] if everywhere else head)
    name_at = table_.names.index("NAME") if "NAME" in table_.names else -1
    for obj in objects:
        cells = [_one_line(cell) for cell in table_.row(obj, session.clock, wide)]
        if named and name_at >= 0:
            cells[name_at] = full_name(row, cells[name_at])
        labels = obj["metadata"].get("labels") or {}
        cells += [labels.get(column, "") for column in label_columns]
        if session.flag("show-labels"):
            cells.append(",".join(f"{k}={v}" for k, v in sorted(labels.items())) or "<none>")
        rows.append([obj["metadata"].get("namespace") or "", *cells] if everywhere else cells)
    return table(rows, widths)


def _one_line(cell: str) -> str:
    first, newline, _ = cell.partition("\n")
    return first + "..." if newline else first


def _table(session: Session, row: Kind) -> Table:
    definition = None
    if row.custom:
        name = f"{row.plural}.{row.group}"
        definition = session.engine.store.get("CustomResourceDefinition", "", name)
    return table_of(row, definition)


def _sorted(path: str, found: Found) -> Found:
    from simulator.kubernetes.api.jsonpath import JsonPathError, values

    template = output._relaxed(path)

    def key(pair: tuple[Kind, Object]) -> tuple[int, Any]:
        try:
            got = values(template, pair[1], lenient=True)
        except JsonPathError as error:
            raise KubectlError(str(error)) from error
        value = got[0] if got else None
        if isinstance(value, bool | int | float):
            return (1, value)
        text = "" if value is None else str(value)
        return (0, [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", text)])

    return sorted(found, key=key)


# Watching


def _watch(session: Session) -> int | None:
    """Print the table, then one line for each change, until interrupted."""
    rows = session.kinds(session.args[0].partition("/")[0]) if session.args else []
    if len(rows) != 1:
        raise KubectlError("you may only specify a single resource type")
    found, errors = collect(session)
    if errors:
        session.err(text_of(errors[0]))
        return 1
    format = session.flag("output") or ""
    session.state["widths"] = []
    session.state["headed"] = False
    if not session.flag("watch-only"):
        _show(session, found, format)
    session.state["seen"] = session.engine.store.version
    _wait(session, rows[0])
    return None


def _wait(session: Session, row: Kind) -> None:
    names = [name for _, name in targets(session, session.args)]
    place = "" if session.flag("all-namespaces") else session.place(row) or ""
    session.call.watch(row.store, place, names[0] if len(names) == 1 else "")


def _show(session: Session, found: Found, format: str) -> None:
    if not found:
        return
    if format not in ("", "wide"):
        show = output.printer(session, format) if format != "name" else None
        for row, obj in found:
            session.out(show(obj) if show else output.names([(row, obj)]))
            if format == "yaml":
                session.out("---\n")
        return
    row = found[0][0]
    headers = not session.state["headed"]
    session.state["headed"] = True
    session.out(
        as_table(
            session,
            row,
            [o for _, o in found],
            format == "wide",
            False,
            session.state["widths"],
            headers,
        )
    )


def step(session: Session) -> int | None:
    """Print the changes since the last wake."""
    row = session.kinds(session.args[0].partition("/")[0])[0]
    names = {name for _, name in targets(session, session.args)}
    place = None if session.flag("all-namespaces") else session.place(row)
    changes = _changes(session, row, session.state["seen"])
    session.state["seen"] = session.engine.store.version
    chosen = _selection(session)
    for obj in changes:
        meta = obj["metadata"]
        if not chosen(obj) or (names and meta["name"] not in names):
            continue
        if place is None or meta.get("namespace") == place:
            _show(session, [(row, obj)], session.flag("output") or "")
    _wait(session, row)
    return None


def _changes(session: Session, row: Kind, since: int) -> list[Object]:
    """Give the objects that changed after a version, in order.

    A lab that goes on from a keyframe remembers no changes: then what is there now has to do.
    """
    try:
        return [obj for _, _, obj in session.engine.store.since(since, row.store)]
    except Gone:
        now = session.engine.store.list(row.store)
        fresh = [obj for obj in now if int(obj["metadata"]["resourceVersion"]) > since]
        return sorted(fresh, key=lambda obj: int(obj["metadata"]["resourceVersion"]))


def _selection(session: Session) -> Callable[[Object], bool]:
    """Give the test that the line's selectors make."""
    labels = selectors.parse(session.flag("selector") or "")
    fields = selectors.parse_fields(session.flag("field-selector") or "")

    def chosen(obj: Object) -> bool:
        return labels.matches(obj["metadata"].get("labels")) and selectors.matches_fields(
            fields, obj
        )

    return chosen


def _reads(flags: dict[str, Any]) -> bool:
    return not (flags.get("watch") or flags.get("watch-only"))


COMMANDS = (
    Command(
        "get",
        "List objects, as tables or in full",
        run,
        (
            *OUTPUT,
            *SELECTOR,
            *FILES,
            Flag("all-namespaces", "bool", "A", False),
            Flag("watch", "bool", "w", False),
            Flag("watch-only", "bool", default=False),
            Flag("output-watch-events", "bool", default=False),
            Flag("show-labels", "bool", default=False),
            Flag("show-kind", "bool", default=False),
            Flag("no-headers", "bool", default=False),
            Flag("sort-by", default=""),
            Flag("label-columns", "list", "L"),
            Flag("ignore-not-found", "bool", default=False),
            Flag("chunk-size", "int", default=500),
            Flag("raw", default=""),
            Flag("server-print", "bool", default=True),
            Flag("subresource", default=""),
        ),
        step,
        _reads,
        "kinds",
    ),
)
