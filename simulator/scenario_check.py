"""Checks a scenario; every complaint names file, line, field and what is allowed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from .errors import BadScenario
from .faults import KINDS
from .timing import duration_us, parse_start

SCHEMA = Path(__file__).parent / "scenarios" / "schema.json"
MAX_BYTES = 512 << 10

Place = tuple[str | int, ...]
Lines = dict[Place, int]


def check_text(text: str, source: str) -> dict[str, Any]:
    """Read and check a scenario's YAML; raises BadScenario."""
    if len(text) > MAX_BYTES:
        raise BadScenario(f"{source}: longer than {MAX_BYTES >> 10} KiB")
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise BadScenario(f"{source}{line}: {problem}") from error
    lines: Lines = {}
    try:
        if tree is not None:
            _number(tree, (), lines)
        return check_data(data, source, lines)
    except RecursionError as error:
        raise BadScenario(f"{source}: nested too deeply, or within itself") from error


def check_data(data: Any, source: str, lines: Lines | None = None) -> dict[str, Any]:
    """Check a scenario that is plain data already; raises BadScenario."""
    error = jsonschema.exceptions.best_match(_validator().iter_errors(data))
    if error is not None:
        raise _complaint(source, tuple(error.absolute_path), lines or {}, _words(error))
    for path, problem in (*_not_numbers(data, ()), *_wrong(data)):
        raise _complaint(source, path, lines or {}, problem)
    return {**data, "machines": _counted(data["machines"])}


def _wrong(data: dict[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    """Find what a schema cannot say."""
    wrong: list[tuple[tuple[str | int, ...], str]] = []
    names = [row["name"] for row in _counted(data["machines"])]
    twice = (
        next((name for name in names if names.count(name) > 1), None) if len(names) < 500 else None
    )
    if twice is not None:
        wrong.append((("machines",), f"two machines are named {twice!r}"))
    if data.get("machine") and data["machine"] not in names:
        wrong.append(
            (("machine",), f"no machine {data['machine']!r}; machines: {', '.join(names)}")
        )
    for part in ("faults", "traffic"):
        for index, row in enumerate(data.get(part) or []):
            try:
                duration_us(row.get("at") or 0)
            except ValueError as error:
                wrong.append(((part, index, "at"), str(error)))
    for index, row in enumerate(data.get("faults") or []):
        kind = row["fault"].get("kind")
        if kind not in KINDS:
            text = f"unknown fault {kind!r}; faults: {', '.join(KINDS)}"
            wrong.append((("faults", index, "fault", "kind"), text))
        elif kind in ("power-off", "power-on") and row["fault"].get("target") not in names:
            text = f"no machine {row['fault'].get('target')!r}; machines: {', '.join(names)}"
            wrong.append((("faults", index, "fault", "target"), text))
    if data.get("start"):
        try:
            parse_start(data["start"])
        except ValueError:
            wrong.append((("start",), "not an RFC 3339 time, for example 2026-01-05T09:00:00Z"))
    if data.get("cluster") is not None:
        roles = {row.get("role") for row in data["machines"]}
        if not {"control-plane", "worker"} <= roles:
            text = "a cluster needs machines of the roles control-plane and worker"
            wrong.append((("cluster",), text))
        wrong += _soft_without_grace(data["cluster"].get("kubelet") or {})
    return wrong


def _soft_without_grace(kubelet: dict[str, Any]) -> list[tuple[Place, str]]:
    """Refuse what a kubelet refuses to start with (ParseThresholdConfig)."""
    graces = kubelet.get("evictionSoftGracePeriod") or {}
    text = "grace period must be specified for the soft eviction threshold "
    return [
        (("cluster", "kubelet", "evictionSoft"), text + signal)
        for signal in kubelet.get("evictionSoft") or {}
        if signal not in graces
    ]


def _not_numbers(data: Any, path: Place) -> Iterator[tuple[Place, str]]:
    """Find `.nan` and `.inf`, which are numbers to YAML."""
    if isinstance(data, float) and not math.isfinite(data):
        yield path, "must be a finite number"
    rows: Any = data.items() if isinstance(data, dict) else ()
    for key, value in enumerate(data) if isinstance(data, list) else rows:
        yield from _not_numbers(value, (*path, key))


def _counted(machines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write out rows with a count: NAME-1, NAME-2 ..."""
    found = []
    for row in machines:
        count = row.get("count")
        base = {key: value for key, value in row.items() if key != "count"}
        if count is None:
            found.append(base)
        else:
            found += [{**base, "name": f"{row['name']}-{n}"} for n in range(1, count + 1)]
    return found


@cache
def _validator() -> Any:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _complaint(source: str, path: tuple[str | int, ...], lines: Lines, problem: str) -> BadScenario:
    while path and path not in lines:
        if not lines:
            break
        path = path[:-1]
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    line = f", line {lines[path]}" if path in lines else ""
    return BadScenario(f"{source}{line}: {field.lstrip('.') or 'scenario'}: {problem}")


def _words(error: Any) -> str:
    """Say a schema's complaint with the values that are allowed."""
    if error.validator == "enum":
        allowed = ", ".join(str(value) for value in error.validator_value)
        return f"{error.instance!r} is not one of: {allowed}"
    if error.validator == "additionalProperties":
        allowed = ", ".join(error.schema.get("properties", {}))
        return f"{error.message}; allowed: {allowed}"
    text = str(error.message)
    if len(text) > 200:
        text = f"must be {error.validator} {error.validator_value}"
    about = error.schema.get("description") if isinstance(error.schema, dict) else None
    return f"{text} ({about})" if about else text


def _number(node: yaml.Node, path: tuple[str | int, ...], lines: Lines) -> None:
    """Note the line of every field."""
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _number(value, (*path, str(key.value)), lines)
            lines[(*path, str(key.value))] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _number(value, (*path, index), lines)
