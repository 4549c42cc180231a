"""Reading manifests: YAML as Go's sigs.k8s.io/yaml reads it, JSON, files, folders, stdin.

The loader is safe: bounded in size, depth and aliases, and it makes plain data only.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import yaml
from yaml.events import DocumentEndEvent

from simulator.kubernetes.api.decode import metadata_problem
from simulator.plain import Object
from simulator.yaml_bounds import excess
from simulator.yaml_tags import COLLECTIONS, TAG, mistaken

from .errors import KubectlError
from .scanning import Tabs
from .yaml_words import go_message

if TYPE_CHECKING:
    from simulator.terminal.program import Call

MAX_BYTES, MAX_DOCUMENTS = 1 << 20, 500
EXTENSIONS = (".json", ".yaml", ".yml")
_SPLIT = re.compile(r"^---(?:[ \t].*)?$\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """One object and the file it came from (`STDIN` for the standard input)."""

    body: Object
    source: str


class _Loader(Tabs):
    """YAML 1.1 as Go's yaml.v2 resolves it: no octals by `0o`, no sexagesimals, no timestamps."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag.rpartition(":")[2] not in ("timestamp", "int", "float", "value")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|0|[1-9][0-9_]*)$"),
    list("-+0123456789"),
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$"),
    list("-+0123456789."),
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"[yYnN]$"), list("yYnN"))


def _integer(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    text = node.value.replace("_", "")
    if not text.lstrip("+-").removeprefix("0b").removeprefix("0x"):
        return str(node.value)
    sign, digits = (-1, text[1:]) if text[0] == "-" else (1, text.lstrip("+"))
    if digits.startswith("0b"):
        return sign * int(digits[2:], 2)
    if digits.startswith("0x"):
        return sign * int(digits[2:], 16)
    if len(digits) > 1 and digits[0] == "0":
        return sign * int(digits.replace("o", ""), 8)
    return sign * int(digits)


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[str, Any]:
    loader.flatten_mapping(node)
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, bool):
            key = "true" if key else "false"
        elif isinstance(key, dict | list):
            raise _Problem(f"yaml: invalid map key: {_go_map_key(key)}")
        value = loader.construct_object(value_node, deep=True)
        if key is None:
            shown = json.dumps(value, separators=(", ", ":"))
            raise _Problem(f"unsupported map key of type: %!s(<nil>), key: <nil>, value: {shown}")
        result[str(key)] = value
    return result


def _sequence(loader: yaml.SafeLoader, node: yaml.SequenceNode) -> list[Any]:
    return [loader.construct_object(item, deep=True) for item in node.value]


def _float(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    """Read a number with a fraction; JSON, into which it is turned, writes 1.0 as 1."""
    text = node.value.replace("_", "")
    if not text.strip("+-."):
        return str(node.value)
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 1e21 else value


def _boolean(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> bool:
    return node.value.lower() in ("y", "yes", "true", "on")


def _go_map_key(value: Any) -> str:
    """Write a map that stands where a key must be (`{{ .Values.name }}`) as Go prints it."""
    if isinstance(value, dict):
        inside = ", ".join(f"{_go_any(key)}:{_go_any(item)}" for key, item in value.items())
        return f"map[interface {{}}]interface {{}}{{{inside}}}"
    return f"[]interface {{}}{{{', '.join(_go_any(item) for item in value)}}}"


def _go_any(value: Any) -> str:
    if value is None:
        return "interface {}(nil)"
    if isinstance(value, dict | list):
        return _go_map_key(value)
    return json.dumps(value)


def _tagged(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    """Read a value with a tag that nobody knows: as if it had none."""
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node)
    if isinstance(node, yaml.SequenceNode):
        return _sequence(loader, node)
    return node.value


_SCALARS: dict[str, Callable[[yaml.SafeLoader, yaml.ScalarNode], Any]] = {
    f"{TAG}bool": _boolean,
    f"{TAG}int": _integer,
    f"{TAG}float": _float,
    f"{TAG}null": lambda loader, node: None,
    f"{TAG}timestamp": lambda loader, node: node.value,
    f"{TAG}str": lambda loader, node: node.value,
}


def _typed(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    """Read a value whose tag is known: a text must look like it, and a collection has no type."""
    if not isinstance(node, yaml.ScalarNode):
        return _tagged(loader, node)
    if wrong := mistaken(loader, node):
        raise _Problem(wrong)
    return _SCALARS[node.tag](loader, node)


_Loader.add_constructor(None, _tagged)
for _name in _SCALARS:
    _Loader.add_constructor(_name, _typed)
for _name in COLLECTIONS:
    _Loader.add_constructor(_name, _tagged)


class _Problem(Exception):
    """Text that is no YAML that we take; the message is Go's."""


def load(text: str, source: str) -> list[Document]:
    """Read all documents of a text; raises KubectlError in kubectl's words."""
    if len(text.encode()) > MAX_BYTES:
        raise KubectlError(f"error parsing {source}: the file is larger than 1 MiB")
    if text.lstrip()[:1] == "{":
        return _load_json(text, source)
    found: list[Document] = []
    for part in split(text):
        try:
            body = _document(part)
        except _Problem as problem:
            raise KubectlError(
                f"error parsing {source}: error converting YAML to JSON: {problem}"
            ) from None
        if body is None:
            continue
        found += _objects(body, source)
        if len(found) > MAX_DOCUMENTS:
            raise KubectlError(f"error parsing {source}: more than {MAX_DOCUMENTS} objects")
    return found


def outline(text: str) -> Any:
    """Read a document that `load` may refuse; None for what is no YAML."""
    try:
        return _document(text)
    except _Problem:
        return None


def bodies(text: str) -> Iterator[tuple[yaml.Node, Any]]:
    """Give the documents of a text that parses: where each stands, and what it says.

    A document that holds what no object can hold ends it.
    """
    loader = _Loader(text)
    while loader.check_node():
        node = loader.get_node()
        if node is None:
            return
        try:
            yield node, loader.construct_document(node)
        except (_Problem, yaml.YAMLError, ValueError):
            return


def split(text: str) -> list[str]:
    """Give the texts of a stream's YAML documents, without empty ones."""
    return [part for part in _SPLIT.split(text) if part.strip()]


def _load_json(text: str, source: str) -> list[Document]:
    decoder = json.JSONDecoder()
    found: list[Document] = []
    at = 0
    while at < len(text):
        while at < len(text) and text[at].isspace():
            at += 1
        if at >= len(text):
            break
        try:
            body, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise KubectlError(f"error parsing {source}: {_json_problem(error)}") from None
        found += _objects(body, source)
    return found


def _json_problem(error: Exception) -> str:
    """Say what is wrong with a JSON text about as Go does."""
    if not isinstance(error, json.JSONDecodeError):
        return "json: exceeded max depth"
    at = error.pos
    if at >= len(error.doc):
        return "unexpected EOF"
    goals = {
        "Expecting property name": "looking for beginning of object key string",
        "Expecting ',' delimiter": "after object key:value pair",
        "Expecting ':' delimiter": "after object key",
        "Expecting value": "looking for beginning of value",
        "Illegal trailing comma": "looking for beginning of object key string",
    }
    goal = next((v for k, v in goals.items() if error.msg.startswith(k)), "in string literal")
    char = "\\'" if error.doc[at] == "'" else error.doc[at]
    return f"json: offset {at + 1}: invalid character '{char}' {goal}"


def _document(text: str) -> Any:
    """Read one YAML document, after a look at its size and shape."""
    try:
        events = yaml.parse(text, Tabs)  # what comes behind `...` is not read
        wrong = excess(takewhile(lambda event: not isinstance(event, DocumentEndEvent), events))
        if wrong:
            raise _Problem(wrong)
        return _Loader(text).get_data()
    except yaml.YAMLError as error:
        raise _Problem(go_message(error)) from None
    except RecursionError:
        raise _Problem("yaml: exceeded max depth") from None


_JSON_NAMES: dict[type, str] = {
    str: "string", list: "array", int: "number", float: "number", bool: "bool"
}  # fmt: skip


def _objects(body: Any, source: str) -> list[Document]:
    """Give the objects of a document: itself, or the items of a List."""
    wrong = _kind_problems(body)
    if wrong:
        text = wrong[0] if len(wrong) == 1 else f"[{', '.join(wrong)}]"
        raise KubectlError(
            f'error validating "{source}": error validating data: {text}; if you choose to '
            "ignore these errors, turn validation off with --validate=false"
        )
    if str(body["kind"]).endswith("List") and isinstance(body.get("items"), list):
        return [one for item in body["items"] for one in _objects(item, source)]
    meta = body.get("metadata")
    if meta is not None and not isinstance(meta, dict):
        raise KubectlError(
            f'unable to decode "{source}": json: cannot unmarshal {_JSON_NAMES[type(meta)]} into '
            "Go struct field metadataOnlyObject.metadata of type v1.ObjectMeta"
        )
    problem = metadata_problem(meta or {})
    if problem:
        raise KubectlError(f'unable to decode "{source}": {problem}')
    return [Document(body, source)]


def _kind_problems(body: Any) -> list[str]:
    """Say why an object's version or kind cannot be told.   Source: kubectl pkg/validation."""
    if not isinstance(body, dict) or not body:
        return ["invalid object to validate"]
    out = []
    for field in ("apiVersion", "kind"):
        value = body.get(field)
        if value is None or value == "":
            out.append(f"{field} not set")
        elif not isinstance(value, str):
            out.append(f"{field} isn't string type")
        elif field == "apiVersion" and value.count("/") > 1:
            out.append(f"unexpected GroupVersion string: {value}")
    return out


def read(
    call: Call, names: list[str], recursive: bool = False
) -> tuple[list[Document], list[Exception]]:
    """Read the objects of `-f`: files, folders, `-` for the standard input.

    What cannot be read does not keep the rest from being used: the errors come second.
    """
    found: list[Document] = []
    errors: list[Exception] = []
    for name in [one for part in names for one in part.split(",")]:
        try:
            found += _one(call, name, recursive)
        except KubectlError as error:
            errors.append(error)
    return found, errors


def _one(call: Call, name: str, recursive: bool) -> list[Document]:
    if name == "-":
        return load(call.stdin, "STDIN")
    if name.startswith(("http://", "https://")):
        host = name.split("/")[2]
        raise KubectlError(
            f'unable to read URL "{name}", no route to {host}: this lab has no Internet'
        )
    if call.engine.workspace.is_folder(call.cwd, name):
        return _folder(call, name, recursive)
    text = call.engine.workspace.read(call.cwd, name)
    if text is None:
        raise KubectlError(f'the path "{name}" does not exist')
    return load(text, name)


def _folder(call: Call, name: str, recursive: bool) -> list[Document]:
    files = call.engine.workspace.under(call.cwd, name)
    found: list[Document] = []
    seen = False
    for path, text in files.items():
        if ("/" in path and not recursive) or not path.endswith(EXTENSIONS):
            continue
        seen = True
        found += load(text, posixpath.join(name, path))
    if not seen:
        raise KubectlError(
            f"error reading [{name}]: recognized file extensions are [.json .yaml .yml]"
        )
    return found


def plain_yaml(text: str) -> Any:
    """Read one YAML value; raises ValueError with Go's words."""
    try:
        return _document(text)
    except _Problem as problem:
        raise ValueError(str(problem)) from None
