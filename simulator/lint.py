"""Look at a file of the workspace while it is written: what is wrong with it, and in which line.

Dockerfiles are judged by the front end that builds them, manifests by the YAML that kubectl reads
and the API's strict decoding, compose files by compose. Nothing is carried out, and no lab is
needed. Other files have no problems.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

import yaml

from simulator.docker.check import stand_in
from simulator.docker.compose.errors import ComposeError
from simulator.docker.compose.project import load
from simulator.docker.dockerfile import DockerfileError, check, plan
from simulator.kubernetes.api import kinds
from simulator.kubernetes.api.decode import flaws
from simulator.terminal.kubectl.manifests import bodies
from simulator.terminal.kubectl.yaml_words import go_message
from simulator.yaml_bounds import excess

MAX_CHARACTERS = 100_000
"""Longer files are not looked at: nobody types them."""

Problem = dict[str, Any]

_DOCKERFILE = re.compile(r"(Docker|Container)file(\..+)?$|.+\.dockerfile$", re.IGNORECASE)
_COMPOSE = re.compile(r"(docker-)?compose[^/]*\.ya?ml$")
_STEP = re.compile(r"[^.\[\]]+|\[\d+\]")
_QUOTED = re.compile(r"""["']([^"']+)["']""")
_PLACE_OF_COMPOSE = re.compile(r"\b(services|networks|volumes|configs|secrets)(\.[\w-]+|\[\d+\])+")
_ELSEWHERE = re.compile(r"no such file or directory|couldn't find env file|^stat |cannot extend")
"""What compose says of files that are not looked at here."""
_PLACE = re.compile(r"^(dockerfile parse error on line \d+|yaml(: line \d+)?): ")


def lint(path: str, text: str) -> list[Problem]:
    """Give the problems of a file by line: {line (from 1), severity, rule, message}.

    severity: "error" (it would be refused) or "warning"; rule: BuildKit's name of the check, or "".
    """
    if len(text) > MAX_CHARACTERS or not text.strip():
        return []
    name = posixpath.basename(path)
    if _DOCKERFILE.match(name):
        found = _dockerfile(text)
    elif _COMPOSE.match(name):
        found = _composed(name, text)
    elif name.endswith((".yaml", ".yml")) and "/templates/" not in f"/{path}":
        found = _manifests(text)
    else:
        found = []
    return sorted(found, key=lambda problem: problem["line"])


def _problem(line: int | None, severity: str, rule: str, message: str) -> Problem:
    shown = _PLACE.sub("", message)
    return {"line": max(1, line or 1), "severity": severity, "rule": rule, "message": shown}


def _dockerfile(text: str) -> list[Problem]:
    found = []
    try:
        plan(text, resolve=stand_in, ignore=[])
    except DockerfileError as error:
        found.append(_problem(error.first_line, "error", "", error.message))
    warnings, _ = check(text, resolve=stand_in, ignore=[])
    found += [_problem(one.line, "warning", one.rule, one.detail) for one in warnings]
    return found


def _yaml(text: str) -> tuple[list[yaml.Node], list[Problem]]:
    """Give the documents of a text as they stand there, or why it is no YAML."""
    try:
        if wrong := excess(yaml.parse(text, yaml.SafeLoader)):
            return [], [_problem(1, "error", "", wrong)]
        nodes = list(yaml.compose_all(text, yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        return [], [_problem(mark.line + 1 if mark else 1, "error", "", go_message(error))]
    return [node for node in nodes if node is not None], []


def _manifests(text: str) -> list[Problem]:
    nodes, found = _yaml(text)
    for node in nodes:
        found += _object(node)
    if not found:
        for node, body in bodies(text):
            found += _strictly(node, body)
    return found


def _object(node: yaml.Node) -> list[Problem]:
    """Find what every object needs and this one lacks; other YAML is left alone."""
    if not isinstance(node, yaml.MappingNode):
        return []
    keys = {key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
    if not keys & {"apiVersion", "kind", "spec"} or "services" in keys:
        return []
    line = node.start_mark.line + 1
    lacks = [name for name in ("apiVersion", "kind") if name not in keys]
    return [_problem(line, "error", "", f"{name} not set") for name in lacks]


def _strictly(node: yaml.Node, body: Any) -> list[Problem]:
    """Find what the API server's strict decoding refuses of an object of a kind that it serves."""
    if not isinstance(body, dict):
        return []
    version, kind = body.get("apiVersion"), body.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        return []
    if kind.endswith("List") and isinstance(body.get("items"), list):
        _, inside = _child(node, "items") or (0, node)
        items = inside.value if isinstance(inside, yaml.SequenceNode) else []
        return [problem for one, item in zip(items, body["items"], strict=False)
                for problem in _strictly(one, item)]  # fmt: skip
    row = kinds.of_object(version, kind)
    if row is None:
        return _unserved(node, version, kind)
    return [_problem(_line_of(node, path), "error", "", words) for path, words in flaws(row, body)]


def _unserved(node: yaml.Node, version: str, kind: str) -> list[Problem]:
    """Say that a group of the server's own has no such kind; a custom one may have any."""
    if version.rpartition("/")[0] not in {row.group for row in kinds.BUILTIN}:
        return []
    message = f'no matches for kind "{kind}" in version "{version}"'
    return [_problem(_line_of(node, "kind"), "error", "", message)]


class _Alone:
    """A workspace in which there is this one file."""

    def __init__(self, path: str, text: str) -> None:
        self._path, self._text = path, text

    def read(self, cwd: str, path: str) -> str | None:
        """Give the text of the file that is looked at."""
        return self._text if posixpath.join(cwd, path) == self._path else None


def _composed(name: str, text: str) -> list[Problem]:
    nodes, found = _yaml(text)
    if found or not nodes:
        return found
    path = f"/project/{name}"
    try:
        load(_Alone(path, text), "/project", [path])
    except ComposeError as error:
        message = str(error).removeprefix(f"validating {path}: ").strip()
        if _ELSEWHERE.search(message):
            return []
        return [_problem(_line_of(nodes[0], _place_in(message)), "error", "", message)]
    return []


def _place_in(message: str) -> str:
    """Give the path of which compose complains: `services.web additional properties 'prots' ...`"""
    named = _QUOTED.findall(message)
    if message.startswith('service "'):
        return ".".join(["services", *named])
    place = _PLACE_OF_COMPOSE.search(message)
    path = place.group() if place else ""
    return ".".join([path, *named[:1]]) if "additional properties" in message else path


def _line_of(node: yaml.Node, path: str) -> int:
    """Give the line in which a path of an object stands, as far as it is there."""
    line = node.start_mark.line + 1
    for step in _STEP.findall(path):
        found = _child(node, step.strip("[]"))
        if found is None:
            break
        line, node = found
    return line


def _child(node: yaml.Node, step: str) -> tuple[int, yaml.Node] | None:
    """Find a key of a mapping or a place of a list: its line and its value."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        item = node.value[int(step)]
        return item.start_mark.line + 1, item
    return None
