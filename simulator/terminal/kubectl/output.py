"""Printing objects: YAML and JSON as kubectl writes them, names, JSONPath, custom columns."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import yaml

from simulator.kubernetes.api.jsonpath import JsonPathError, render, values
from simulator.kubernetes.api.kinds import Kind
from simulator.plain import Object

from .errors import KubectlError
from .session import Session, full_name
from .tabwriter import table

FORMATS = (
    "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,"
    "jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml"
)


class _Dumper(yaml.SafeDumper):
    """YAML as sigs.k8s.io/yaml writes it: lists not indented, long texts not folded."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if re.search("[\x85\u2028\u2029]", text):
        style = '"'
    elif "\n" in text:
        style = "|" if not re.search(r"[ \t]\n|\t\n", text) and not text.startswith(" ") else '"'
    elif _needs_quotes(text):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _needs_quotes(text: str) -> bool:
    """Tell which plain words Go quotes although YAML 1.2 would not."""
    return bool(
        re.fullmatch(r"(?i)y|n|yes|no|on|off|true|false|null|~|", text)
        or re.fullmatch(r"[-+]?(\.\d+|\d[\d_]*(\.\d*)?)([eE][-+]?\d+)?", text)
        or re.fullmatch(r"[-+]?0[xob][0-9a-fA-F_]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", text)
        or re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?", text)
        or re.fullmatch(r"[-+]?\d[\d_]*(:[0-5]?\d)+(\.\d*)?", text)
        or text in ("=", "<<")
    )


_Dumper.add_representer(str, _text)
_Dumper.add_representer(
    type(None),
    lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "null"),
)


def to_yaml(value: Any) -> str:
    """Write a value as YAML, keys sorted."""
    return yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=True,
        default_flow_style=False,
        width=1 << 30,
        allow_unicode=True,
    )


def to_json(value: Any) -> str:
    """Write a value as JSON, indented by four, as kubectl does."""
    text = json.dumps(value, indent=4, sort_keys=True, ensure_ascii=False)
    return _go_json(text) + "\n"


def _go_json(text: str) -> str:
    """Escape what Go escapes in JSON."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def shown(obj: Object, managed: bool = False) -> Object:
    """Give an object as it is printed: managedFields only where they are asked for."""
    meta = obj.get("metadata") or {}
    if "." in str(obj.get("kind")):  # custom kinds are stored with their group
        obj = {**obj, "kind": obj["kind"].partition(".")[0]}
    if managed or "managedFields" not in meta:
        return obj
    return {**obj, "metadata": {k: v for k, v in meta.items() if k != "managedFields"}}


def as_list(objects: Sequence[Object]) -> Object:
    """Put objects into the List that kubectl prints."""
    return {
        "apiVersion": "v1",
        "items": list(objects),
        "kind": "List",
        "metadata": {"resourceVersion": ""},
    }


Printer = Callable[[Any], str]


def printer(session: Session, format: str) -> Printer:
    """Give what prints one value in a format; raises KubectlError for unknown ones."""
    managed = bool(session.flag("show-managed-fields"))
    name, equals, template = format.partition("=")
    if format in ("yaml", "json"):
        write = to_yaml if format == "yaml" else to_json

        def dump(value: Any) -> str:
            if value.get("kind") == "List" and "items" in value:
                return write({**value, "items": [shown(o, managed) for o in value["items"]]})
            return write(shown(value, managed))

        return dump
    if name in ("jsonpath", "jsonpath-as-json"):
        return _jsonpath(template, equals, name)
    if name in ("go-template", "template"):
        if not template:
            raise KubectlError("template format specified but no template given")
        return _go_template(template)
    raise KubectlError(
        f'unable to match a printer suitable for the output format "{format}", allowed formats '
        f"are: {FORMATS}"
    )


def _jsonpath(template: str, equals: str, name: str) -> Printer:
    if not template:
        if equals:
            return lambda value: ""
        raise KubectlError("template format specified but no template given")
    try:
        render(template, {}, lenient=True)
    except JsonPathError as error:
        raise KubectlError(f"error parsing jsonpath {template}, {error}") from error

    def show(value: Any) -> str:
        try:
            if name == "jsonpath-as-json":
                return to_json(values(template, value, lenient=True))
            return render(template, value, lenient=True)
        except JsonPathError as error:
            text = (
                f"error: error executing jsonpath {json.dumps(template)}: "
                f"Error executing template: {error}."
            )
            raise KubectlError(text) from error

    return show


def _go_template(template: str) -> Printer:
    from .gotemplate import TemplateError, execute

    def show(value: Any) -> str:
        try:
            return execute(template, value)
        except TemplateError as error:
            raise KubectlError(
                f"error executing template {json.dumps(template)}: {error}"
            ) from error

    return show


def names(rows: Sequence[tuple[Kind, Object]]) -> str:
    """Write the names of objects, one a line."""
    return "".join(f"{full_name(row, obj['metadata']['name'])}\n" for row, obj in rows)


def custom_columns(spec: str, objects: Sequence[Object], headers: bool = True) -> str:
    """Write the columns of `-o custom-columns=NAME:.path,...`."""
    if not spec:
        raise KubectlError("custom-columns format specified but no custom columns given")
    columns = []
    for part in spec.split(","):
        head, colon, path = part.partition(":")
        if not colon:
            raise KubectlError(
                f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
            )
        columns.append((head, _relaxed(path)))
    rows = [[head for head, _ in columns]] if headers else []
    for obj in objects:
        cells = []
        for _, path in columns:
            try:
                found = values(path, obj, lenient=True)
            except JsonPathError as error:
                raise KubectlError(str(error)) from error
            cells.append(",".join(_cell(value) for value in found) or "<none>")
        rows.append(cells)
    return table(rows)


def _relaxed(path: str) -> str:
    """Put a bare path into the braces and dots that JSONPath wants."""
    path = path.strip()
    path = path.removeprefix("{").removesuffix("}")
    if not path.startswith((".", "$", "[")):
        path = "." + path
    return "{" + path + "}"


def _cell(value: Any) -> str:
    if value is None:
        return "<none>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        inside = " ".join(f"{key}:{_cell(item)}" for key, item in sorted(value.items()))
        return f"map[{inside}]"
    if isinstance(value, list):
        return "[" + " ".join(_cell(item) for item in value) + "]"
    return str(value)
