"""Look at a file of the workspace while it is written: what is wrong with it, and in which line.

Dockerfiles are judged by the front end that builds them, manifests by the YAML that kubectl reads.
Nothing is carried out and no lab is needed. Other files have no problems.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

import yaml

from simulator.docker.check import stand_in
from simulator.docker.dockerfile import DockerfileError, check, plan
from simulator.terminal.kubectl.manifests import go_message
from simulator.yaml_bounds import excess

MAX_CHARACTERS = 100_000
"""Longer files are not looked at: nobody types them."""

Problem = dict[str, Any]

_DOCKERFILE = re.compile(r"(Docker|Container)file(\..+)?$|.+\.dockerfile$", re.IGNORECASE)
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


def _manifests(text: str) -> list[Problem]:
    try:
        if wrong := excess(yaml.parse(text, yaml.SafeLoader)):
            return [_problem(1, "error", "", wrong)]
        nodes = list(yaml.compose_all(text, yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        return [_problem(mark.line + 1 if mark else 1, "error", "", go_message(error))]
    return [problem for node in nodes if node is not None for problem in _object(node)]


def _object(node: yaml.Node) -> list[Problem]:
    """Find what every object needs and this one lacks; other YAML is left alone."""
    if not isinstance(node, yaml.MappingNode):
        return []
    keys = {key.value for key, _ in node.value}
    if not keys & {"apiVersion", "kind", "spec"} or "services" in keys:
        return []
    line = node.start_mark.line + 1
    lacks = [name for name in ("apiVersion", "kind") if name not in keys]
    return [_problem(line, "error", "", f"{name} not set") for name in lacks]
