"""Reads the YAML of a compose file as Go's yaml.v3 does: plain data, safely, within limits.

Other than YAML 1.1, `yes` and `on` are texts, `22:22` is no number and a key may stand only once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from simulator.yaml_bounds import excess
from simulator.yaml_tags import COLLECTIONS, TAG, mistaken

from .errors import ComposeError

MAX_BYTES = 1 << 20
MAX_NODES = 200_000
MAX_INTEGER = (1 << 63) - 1
Path = tuple[str, ...]
"""Keys from the top of a document down to a value."""

_INT = re.compile(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|0|[1-9][0-9_]*)$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_BOOL = re.compile(r"(true|True|TRUE|false|False|FALSE)$")
_NULL = re.compile(r"(~|null|Null|NULL|)$")
_MERGE = re.compile(r"<<$")

_WORDS = (
    (r"mapping values are not allowed here", "mapping values are not allowed in this context"),
    (r"expected <block end>, but found.*", "did not find expected key"),
    (r"expected ',' or '(.)', but got.*", "did not find expected ',' or '{0}'"),
    (r"found undefined alias ['\"](.*)['\"]", "unknown anchor '{0}' referenced"),
    (r"found character .* that cannot start.*", "found character that cannot start any token"),
    (r"expected the node content, but found.*", "did not find expected node content"),
    (r"special characters are not allowed.*", "control characters are not allowed"),
)
"""How libyaml's Go port words what PyYAML found."""


class _Problem(Exception):
    """Text that is no YAML that compose takes."""


class _Loader(yaml.SafeLoader):
    """YAML as yaml.v3 resolves it into plain values."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", _BOOL, "tTfF"),
    ("null", _NULL, "~nN\0"),
    ("int", _INT, "-+0123456789"),
    ("float", _FLOAT, "-+0123456789."),
    ("merge", _MERGE, "<"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", _pattern, [c if c != "\0" else "" for c in _first]
    )


def _integer(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    text = node.value.replace("_", "")
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    return _fitting(sign * _magnitude(digits), node)


def _fitting(value: int, node: yaml.ScalarNode) -> Any:
    """Give a whole number, as a float beyond 63 bits and as a text beyond those."""
    if -MAX_INTEGER <= value <= MAX_INTEGER:
        return value
    return node.value if value.bit_length() > 1000 else float(value)


def _magnitude(digits: str) -> int:
    base = {"0b": 2, "0x": 16, "0o": 8}.get(digits[:2])
    if base is not None:
        return int(digits[2:] or "0", base)
    return int(digits or "0", 8 if len(digits) > 1 and digits[0] == "0" else 10)


def _float(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    value = float(node.value)
    return value if value - value == 0 else node.value


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[str, Any]:
    _refuse_doubles(node)
    loader.flatten_mapping(node)
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, dict | list):
            raise _Problem("yaml: invalid map key: " + repr(key))
        name = key if isinstance(key, str) else str(key_node.value)
        result[name] = loader.construct_object(value_node, deep=True)
    return result


def _refuse_doubles(node: yaml.MappingNode) -> None:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        line = key.start_mark.line + 1
        if key.value in seen:
            raise _Problem(
                f'yaml: unmarshal errors:\n  line {line}: mapping key "{key.value}" already '
                f"defined at line {seen[key.value]}"
            )
        seen[key.value] = line


def _sequence(loader: yaml.SafeLoader, node: yaml.SequenceNode) -> list[Any]:
    return [loader.construct_object(item, deep=True) for item in node.value]


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    """Read a value with a tag that compose does not know as if it had none."""
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node)
    if isinstance(node, yaml.SequenceNode):
        return _sequence(loader, node)
    return node.value


_SCALARS: dict[str, Callable[[yaml.SafeLoader, yaml.ScalarNode], Any]] = {
    f"{TAG}bool": yaml.SafeLoader.construct_yaml_bool,
    f"{TAG}int": _integer,
    f"{TAG}float": _float,
    f"{TAG}null": lambda loader, node: None,
    f"{TAG}timestamp": lambda loader, node: node.value,
    f"{TAG}str": lambda loader, node: node.value,
}


def _typed(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    """Read a value whose tag is known: a text must look like it, and a collection has no type."""
    if not isinstance(node, yaml.ScalarNode) or node.tag in COLLECTIONS:
        return _tagged(loader, "", node)
    if wrong := mistaken(loader, node):
        raise _Problem(wrong)
    return _SCALARS[node.tag](loader, node)


for _name in _SCALARS:
    _Loader.add_constructor(_name, _typed)
for _name in COLLECTIONS:
    _Loader.add_constructor(_name, _typed)
_Loader.add_multi_constructor("!", _tagged)


def _take_tags(loader: yaml.SafeLoader, root: yaml.Node) -> list[Path]:
    """Carry out `!reset` and `!override`; answers the paths where what lies below is dropped.

    A `!reset` value is dropped itself, an `!override` value stays. Source: compose-go
    loader/reset.go.
    """
    found: list[Path] = []
    stack: list[tuple[yaml.Node, Path]] = [(root, ())]
    for _ in range(MAX_NODES):
        if not stack:
            break
        node, path = stack.pop()
        if isinstance(node, yaml.SequenceNode):
            stack += [(item, (*path, str(n))) for n, item in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            continue
        kept = []
        for key, value in node.value:
            place = (*path, str(key.value))
            if value.tag in ("!reset", "!override"):
                found.append(place)
            if value.tag == "!reset":
                continue
            if value.tag == "!override":
                value.tag = _own_tag(loader, value)
            kept.append((key, value))
            stack.append((value, place))
        node.value = kept
    return found


def _own_tag(loader: yaml.SafeLoader, node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        found = loader.resolve(  # type: ignore[no-untyped-call]
            yaml.ScalarNode, node.value, (node.style is None, True)
        )
        return str(found)
    return f"tag:yaml.org,2002:{'map' if isinstance(node, yaml.MappingNode) else 'seq'}"


def _documents(text: str) -> Iterator[tuple[Any, list[Path]]]:
    loader = _Loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            assert node is not None
            paths = _take_tags(loader, node)
            yield loader.construct_document(node), paths
    finally:
        loader.dispose()


def read(text: str, path: str) -> list[tuple[dict[str, Any], list[Path]]]:
    """Read a compose file: each document, and the paths that it clears in what lies below.

    Raises ComposeError.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise ComposeError(f"failed to parse {path}: the file is larger than 1 MiB")
    try:
        _look(text)
        documents = list(_documents(text))
    except _Problem as problem:
        raise ComposeError(f"failed to parse {path}: {problem}") from None
    except yaml.YAMLError as error:
        raise ComposeError(_words(error)) from None
    except (RecursionError, ValueError):
        raise ComposeError(f"failed to parse {path}: yaml: invalid value") from None
    if not all(isinstance(document, dict) for document, _ in documents):
        raise ComposeError("top-level object must be a mapping")
    return documents


def named(text: str) -> str:
    """Give the `name` that a file gives its project, "" for none.

    Compose looks for it before anything else, so a file that is no YAML is refused here.
    """
    found = ""
    try:
        _look(text)
        for root in yaml.compose_all(text, _Loader):
            if isinstance(root, yaml.MappingNode):
                for key, value in root.value:
                    if key.value == "name" and isinstance(value, yaml.ScalarNode):
                        found = value.value or found
            elif root is not None and root.tag != "tag:yaml.org,2002:null":
                line = root.start_mark.line + 1
                wrong = f"line {line}: {_cannot(root)} into cli.named"
                raise ComposeError(f"yaml: unmarshal errors:\n  {wrong}")
    except _Problem as problem:
        raise ComposeError(str(problem)) from None
    except yaml.YAMLError as error:
        raise ComposeError(_words(error)) from None
    except (RecursionError, ValueError):
        raise ComposeError("yaml: invalid value") from None
    return found


def _cannot(root: yaml.Node) -> str:
    tag = root.tag.replace("tag:yaml.org,2002:", "!!")
    if not isinstance(root, yaml.ScalarNode):
        return f"cannot unmarshal {tag}"
    shown = root.value if len(root.value) <= 10 else root.value[:7] + "..."
    return f"cannot unmarshal {tag} `{shown}`"


def _look(text: str) -> None:
    """Look at size and shape before anything is built."""
    wrong = excess(yaml.parse(text, yaml.SafeLoader))
    if wrong:
        raise _Problem(wrong)


def _words(error: yaml.YAMLError) -> str:
    problem = str(getattr(error, "problem", None) or error)
    for pattern, words in _WORDS:
        match = re.match(pattern, problem)
        if match:
            problem = words.format(*match.groups())
            break
    scans = isinstance(error, yaml.scanner.ScannerError)
    for name in ("context_mark", "problem_mark"):
        mark = getattr(error, name, None)
        if mark is not None and mark.line and "anchor" not in problem:
            return f"yaml: line {mark.line + scans}: {problem}"
    return f"yaml: {problem}"
