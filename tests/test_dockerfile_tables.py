"""The Dockerfile front end against BuildKit's own answers (tests/data/dockerfile)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator.docker.check import check_dockerfile, stand_in
from simulator.docker.dockerfile import (
    DockerfileError,
    Node,
    check,
    expand,
    parse,
    plan,
    split_words,
)
from simulator.docker.dockerfile.instructions import read_stages
from simulator.docker.dockerfile.lint import Linter
from simulator.docker.dockerfile.state import PATH
from simulator.docker.dockerignore import Matcher, read

DATA = Path(__file__).parent / "data" / "dockerfile"


def rows(table: str) -> list[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((DATA / f"{table}.yaml").read_text(encoding="utf-8"), loader)


def named(table: str) -> Any:
    return [pytest.param(row, id=str(row["name"])) for row in rows(table)]


@pytest.mark.parametrize(
    ("env", "word", "answer"),
    [
        pytest.param(group["env"], word, answer, id=f"{word!r}-{number}")
        for number, group in enumerate(rows("words"))
        for word, answer in group["words"]
    ],
)
def test_a_word_expands_as_in_buildkit(env: dict[str, str], word: str, answer: Any) -> None:
    try:
        told: Any = expand(word, env)
    except DockerfileError as error:
        told = {"error": error.message}
    assert told == answer


@pytest.mark.parametrize("row", rows("split"), ids=lambda row: row["word"])
def test_a_word_splits_as_in_buildkit(row: dict[str, Any]) -> None:
    try:
        told: Any = {"result": split_words(row["word"], row["env"])}
    except DockerfileError as error:
        told = {"error": error.message}
    assert told == {key: row[key] for key in told}


def written(node: Node) -> list[Any]:
    lines = node.first_line if node.first_line == node.last_line else None
    extra: dict[str, Any] = {}
    if node.flags:
        extra["flags"] = node.flags
    if node.json:
        extra["json"] = True
    if node.heredocs:
        extra["heredocs"] = [
            {"chomp": h.chomp, "content": h.content, "expand": h.expand, "name": h.name}
            for h in node.heredocs
        ]
    where = lines or f"{node.first_line}-{node.last_line}"
    return [where, node.instruction, *node.args, *([extra] if extra else [])]


@pytest.mark.parametrize("row", named("grammar"))
def test_a_dockerfile_is_cut_as_in_buildkit(row: dict[str, Any]) -> None:
    try:
        document = parse(row["dockerfile"])
    except DockerfileError as error:
        assert (error.message, error.first_line) == (row.get("error"), row["line"])
        return
    assert [written(node) for node in document.nodes] == row["nodes"]
    assert document.escape == row.get("escape", "\\")
    refused = None
    try:
        read_stages(document.nodes, Linter())
    except DockerfileError as error:
        refused = error.message
        assert error.first_line == row["line"]
    assert refused == row.get("refused")


@pytest.mark.parametrize("row", named("builds"))
def test_a_build_gives_the_image_that_buildkit_gives(row: dict[str, Any]) -> None:
    try:
        made = plan(row["dockerfile"], build_args=row.get("build_args"), resolve=stand_in)
    except DockerfileError as error:
        assert error.message == row.get("error")
        assert error.first_line == row.get("line", error.first_line)
        return
    assert "error" not in row
    assert made.result.config == {"Env": [PATH], **row.get("config", {})}
    history = [f"{0 if h['empty_layer'] else 1} {h['created_by']}" for h in made.result.history]
    assert history == row["history"]
    assert sorted(step.name for step in made.steps) == sorted(row["steps"])


@pytest.mark.parametrize("row", named("checks"))
def test_build_checks_warn_as_in_buildkit(row: dict[str, Any]) -> None:
    warnings, error = check(row["dockerfile"], resolve=stand_in)
    told = sorted(f"{w.line} {w.rule}: {w.detail}" for w in warnings)
    assert told == sorted(row["warnings"])
    assert (error.message if error else None) == row.get("error")


@pytest.mark.parametrize("row", named("wrong"))
def test_an_odd_dockerfile_is_answered_as_by_buildkit(row: dict[str, Any]) -> None:
    told = check_dockerfile(row["dockerfile"], "x")
    warnings = [f"{w['line']} {w['rule']}: {w['detail']}" for w in told["warnings"]]
    error, layers, *expected = row["told"]
    assert (told["error"], told["layers_added"]) == (error, layers)
    assert sorted(warnings) == sorted(expected)


@pytest.mark.parametrize("row", rows("ignore"), ids=lambda row: " ".join(row["patterns"]))
def test_dockerignore_hides_what_docker_hides(row: dict[str, Any]) -> None:
    if "error" in row:
        with pytest.raises(DockerfileError, match=row["error"]):
            Matcher(row["patterns"])
        return
    matcher = Matcher(row["patterns"])
    assert [path for path in row.get("hidden", []) if not matcher.matches(path)] == []
    assert [path for path in row.get("shown", []) if matcher.matches(path)] == []


def test_dockerignore_patterns_are_cleaned() -> None:
    text = "\ufeff# note\n\n /build/ \n!  /keep/../keep/x\n\\#x\n!\na//b\r\n"
    assert read(text) == ["build", "!keep/x", "\\#x", "!", "a/b"]
