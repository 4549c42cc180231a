"""Reads a lesson folder: lesson.md (CommonMark with YAML front matter) and workspace/.

Steps are the `##` sections. Fenced blocks named check, hint, predict, solution and note are the
lesson's; all other Markdown is prose. There is no Python in a lesson. The format is described by
`schema.json` beside this file and by the authors' guide; every complaint names file and line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from markdown_it import MarkdownIt

from simulator import BadScenario, Scenario, check_expression

ROOT = Path(__file__).resolve().parents[2] / "lessons"
BLOCKS = ("check", "hint", "predict", "solution", "note")


class LessonError(Exception):
    """A lesson that cannot be used, with file and line."""


@dataclass(frozen=True, slots=True)
class Step:
    """One `##` section. `blocks` is what partials/_step.html draws."""

    index: int
    title: str
    blocks: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    solution: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson, ready to show and to check."""

    slug: str
    number: int
    title: str
    summary: str
    minutes: int
    objectives: list[str]
    requires: list[str]
    seed: int
    speed: float
    intro: str
    steps: list[Step]
    scenario: Scenario
    front: dict[str, Any] = field(default_factory=dict)


def all_lessons() -> list[Lesson]:
    """Read all shipped lessons, in order."""
    return [load_lesson(path.name) for path in sorted(ROOT.glob("[0-9][0-9]-*")) if path.is_dir()]


@cache
def load_lesson(slug: str) -> Lesson:
    """Read a shipped lesson by its slug; raises LessonError."""
    if not slug or "/" in slug or slug.startswith("."):
        raise LessonError(f"no lesson {slug!r}")
    return read_lesson(ROOT / slug)


def read_lesson(folder: Path) -> Lesson:
    """Read a lesson folder; raises LessonError."""
    path = folder / "lesson.md"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LessonError(f"{path.name}: cannot be read: {error}") from error
    front, body, offset = _front(text, path.name)
    steps, intro = _steps(body, offset, path.name)
    if not steps:
        raise LessonError(f"{path.name}: a lesson needs at least one step (a ## heading)")
    number, _, _ = folder.name.partition("-")
    return Lesson(
        slug=folder.name,
        number=int(number) if number.isdigit() else 0,
        title=front["title"],
        summary=front["summary"],
        minutes=front["minutes"],
        objectives=front.get("objectives") or [],
        requires=front.get("requires") or [],
        seed=front.get("seed", 1),
        speed=float(front.get("speed", 1)),
        intro=intro,
        steps=steps,
        scenario=_scenario(front, folder, steps, path.name),
        front=front,
    )


def _front(text: str, name: str) -> tuple[dict[str, Any], str, int]:
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        raise LessonError(f"{name}, line 1: a lesson begins with front matter between lines of ---")
    end = next(i for i, line in enumerate(lines[1:], 1) if line.strip() == "---")
    data = _yaml("\n".join(lines[1:end]), name, 2)
    _check("front", data, name, 2)
    return data, "\n".join(lines[end + 1 :]), end + 1


def _steps(body: str, offset: int, name: str) -> tuple[list[Step], str]:
    """Cut the body at its ## headings and its named fences."""
    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse(body)
    lines = body.splitlines()
    sections: list[dict[str, Any]] = [{"title": "", "parts": [], "line": 0}]
    prose_from = 0
    for index, token in enumerate(tokens):
        if token.level != 0 or token.map is None:
            continue
        start, end = token.map
        heading = token.type == "heading_open" and token.tag == "h2"
        info = token.info.strip() if token.type == "fence" else ""
        if not heading and info not in BLOCKS:
            continue
        _prose(sections[-1], lines[prose_from:start], markdown)
        prose_from = end
        if heading:
            title = tokens[index + 1].content
            sections.append({"title": title, "parts": [], "line": start + offset + 1})
        else:
            sections[-1]["parts"].append((info, token.content, start + offset + 2))
    _prose(sections[-1], lines[prose_from:], markdown)
    intro = "".join(part[1] for part in sections[0]["parts"] if part[0] == "prose")
    return [_step(i, s, name, markdown) for i, s in enumerate(sections[1:], 1)], intro


def _prose(section: dict[str, Any], lines: list[str], markdown: MarkdownIt) -> None:
    text = "\n".join(lines)
    if text.strip():
        section["parts"].append(("prose", markdown.render(text), 0))


def _step(index: int, section: dict[str, Any], name: str, markdown: MarkdownIt) -> Step:
    blocks: list[dict[str, Any]] = []
    checks: list[dict[str, Any]] = []
    solution: list[dict[str, Any]] = []
    for kind, content, line in section["parts"]:
        if kind == "prose":
            blocks.append({"kind": "prose", "html": content})
        elif kind == "note":
            blocks.append({"kind": "note", "html": markdown.render(content)})
        elif kind == "hint":
            if not blocks or blocks[-1]["kind"] != "hints":
                blocks.append({"kind": "hints", "hints": []})
            blocks[-1]["hints"].append(markdown.render(content))
        elif kind == "predict":
            blocks.append(_predict(content, name, line, len(blocks), markdown))
        elif kind == "check":
            rows = _yaml(content, name, line)
            _check("check", rows, name, line)
            _expressions(rows, name, line)
            checks += [{"step": index, **row} for row in rows]
            goals = [{"id": row["id"], "text": row["goal"]} for row in rows]
            blocks.append({"kind": "check", "goals": goals})
        else:
            rows = _yaml(content, name, line)
            _check("solution", rows, name, line)
            solution += [{"terminal": row} if isinstance(row, str) else row for row in rows]
    _whole(section, checks, solution, name)
    return Step(index, section["title"], blocks, checks, solution)


def _predict(
    content: str, name: str, line: int, place: int, markdown: MarkdownIt
) -> dict[str, Any]:
    row = _yaml(content, name, line)
    _check("predict", row, name, line)
    return {
        "kind": "predict",
        "id": row.get("id") or f"p{place}",
        "question": row["question"],
        "options": row.get("options") or [],
        "reveal": markdown.render(row["reveal"]) if row.get("reveal") else "",
    }


def _whole(
    section: dict[str, Any],
    checks: list[dict[str, Any]],
    solution: list[dict[str, Any]],
    name: str,
) -> None:
    where = f"{name}, line {section['line']}: step {section['title']!r}"
    ids = [row["id"] for row in checks]
    if len(set(ids)) != len(ids):
        raise LessonError(f"{where}: two checks have the same id")
    if checks and not solution:
        raise LessonError(f"{where}: has checks but no solution that could prove them")


def _expressions(rows: list[dict[str, Any]], name: str, line: int) -> None:
    for row in rows:
        for key in ("expr", "detail"):
            wrong = check_expression(row[key]) if row.get(key) else None
            if wrong:
                raise LessonError(f"{name}, line {line}: check {row['id']!r}, {key}: {wrong}")


def _scenario(front: dict[str, Any], folder: Path, steps: list[Step], name: str) -> Scenario:
    """Join the shipped scenario, the lesson's replacements, its files and its checks."""
    try:
        base = Scenario.load(front["scenario"]).data
        data = {**base, **(front.get("with") or {})}
        workspace = folder / "workspace"
        if workspace.is_dir():
            own = {
                str(path.relative_to(workspace)): path.read_text(encoding="utf-8")
                for path in sorted(workspace.rglob("*"))
                if path.is_file()
            }
            data["files"] = {**(data.get("files") or {}), **own}
        checks = [check for step in steps for check in step.checks]
        return Scenario.from_data({**data, "checks": checks}, f"{folder.name}/{name}")
    except BadScenario as error:
        raise LessonError(f"{name}: {error.message}") from error


def _yaml(text: str, name: str, line: int) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = line + (mark.line if mark else 0)
        raise LessonError(f"{name}, line {at}: {getattr(error, 'problem', error)}") from error


@cache
def _schema() -> dict[str, Any]:
    text = (Path(__file__).parent / "schema.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def _check(part: str, data: Any, name: str, line: int) -> None:
    schema = _schema()
    validator = jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{part}"})
    error = jsonschema.exceptions.best_match(validator.iter_errors(data))
    if error is not None:
        path = ".".join(str(step) for step in error.absolute_path)
        raise LessonError(f"{name}, line {line}: {part} {path}: {error.message}")
