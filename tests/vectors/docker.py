"""Adapters for the Docker tables: the Dockerfile front end and `.dockerignore`."""

from __future__ import annotations

from typing import Any

from simulator.docker.check import stand_in
from simulator.docker.dockerfile import DockerfileError, check, expand, parse, plan, split_words
from simulator.docker.dockerfile.instructions import read_stages
from simulator.docker.dockerfile.lint import Linter
from simulator.docker.dockerignore import Matcher, read
from tests.vectors.registry import Answer, table


def _lines(error: DockerfileError) -> list[int] | None:
    """The tables give an error's first line twice, also where the instruction has more lines."""
    return None if error.first_line is None else [error.first_line, error.first_line]


def _failed(error: DockerfileError) -> Answer:
    return {"error": error.message, "error_lines": _lines(error)}


def _node(node: Any) -> dict[str, Any]:
    shown = {"instruction": node.instruction, "start": node.first_line, "end": node.last_line}
    if node.flags:
        shown["flags"] = node.flags
    if node.args:
        shown["args"] = node.args
    if node.json:
        shown["json"] = True
    if node.heredocs:
        shown["heredocs"] = [
            {"name": h.name, "expand": h.expand, "chomp": h.chomp, "content": h.content}
            for h in node.heredocs
        ]
    return shown


@table("parser_accept_reject")
def parser(given: dict[str, Any]) -> Answer:
    try:
        document = parse(given["dockerfile"])
    except DockerfileError as error:
        return _failed(error)
    answer: Answer = {"escape": document.escape, "nodes": [_node(n) for n in document.nodes]}
    try:
        read_stages(document.nodes, Linter())
    except DockerfileError as error:
        answer["instruction_error"] = error.message
        answer["error_lines"] = _lines(error)
    return answer


@table("shell_word_expansion")
def word(given: dict[str, Any]) -> Answer:
    try:
        return {"result": expand(given["word"], given.get("env", []), given.get("escape", "\\"))}
    except DockerfileError as error:
        return _failed(error)


@table("shell_words_split")
def words(given: dict[str, Any]) -> Answer:
    try:
        escape = given.get("escape", "\\")
        return {"result": split_words(given["word"], given.get("env", []), escape)}
    except DockerfileError as error:
        return _failed(error)


@table("arg_env_scoping", "build_config_history_errors", multisets=("steps",))
def build(given: dict[str, Any]) -> Answer:
    try:
        made = plan(
            given["dockerfile"],
            build_args=given.get("build_args", {}),
            target=given.get("target", ""),
            resolve=stand_in,
        )
    except DockerfileError as error:
        return _failed(error)
    return {
        "config": made.result.config,
        "history": made.result.history,
        "steps": [step.name for step in made.steps],
    }


@table("lint_rules", multisets=("warnings",))
def lint(given: dict[str, Any]) -> Answer:
    warnings, error = check(
        given["dockerfile"],
        build_args=given.get("build_args", {}),
        target=given.get("target", ""),
        ignore=read(given.get("dockerignore") or ""),
        resolve=stand_in,
    )
    answer: Answer = _failed(error) if error else {}
    answer["warnings"] = [{"rule": w.rule, "line": w.line, "detail": w.detail} for w in warnings]
    return answer


@table("dockerignore_file")
def ignore_file(given: dict[str, Any]) -> Answer:
    try:
        return {"patterns": read(given["text"])}
    except DockerfileError as error:
        return _failed(error)


@table("dockerignore_match")
def ignore_match(given: dict[str, Any]) -> Answer:
    try:
        return {"ignored": Matcher(given["patterns"]).matches(given["path"])}
    except DockerfileError as error:
        return _failed(error)
