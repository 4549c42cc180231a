"""Every lesson is solvable, and no goal is met by doing nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.goals import CONTEXT
from webapp.lessons import Lesson, LessonError, all_lessons, check_lesson
from webapp.lessons.parse import BLOCKS, read_lesson

LESSONS = all_lessons()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_the_authors_solution_meets_every_goal_and_idleness_meets_none(lesson: Lesson) -> None:
    report = check_lesson(lesson)
    assert report.problems == []
    assert sum(step["goals"] for step in report.steps) > 0


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_every_step_has_something_to_read_and_something_to_do(lesson: Lesson) -> None:
    for step in lesson.steps:
        kinds = [block["kind"] for block in step.blocks]
        assert "prose" in kinds and "check" in kinds and "hints" in kinds, step.title


def test_lessons_are_numbered_without_gaps_and_require_only_earlier_ones() -> None:
    assert [lesson.number for lesson in LESSONS] == list(range(1, len(LESSONS) + 1))
    seen: set[str] = set()
    for lesson in LESSONS:
        assert set(lesson.requires) <= seen
        seen.add(lesson.slug)


FRONT = "---\ntitle: T\nsummary: S\nminutes: 1\nscenario: laptop\n---\n"
STEP = "## One\n\nRead.\n\n"
GOOD_CHECK = "```check\n- {id: a, goal: g, expr: 'containers.size() > 0'}\n```\n"
SOLUTION = "```solution\n- docker ps\n```\n"


def lesson_of(tmp_path: Path, text: str) -> Lesson:
    """Read a lesson from its text."""
    folder = tmp_path / "99-made-up"
    folder.mkdir()
    (folder / "lesson.md").write_text(text, encoding="utf-8")
    return read_lesson(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# no front matter\n", "lesson.md, line 1: a lesson begins with front matter"),
        ("---\ntitle: T\n---\n", "'summary' is a required property"),
        (FRONT.replace("laptop", "nowhere") + STEP, "no scenario 'nowhere'"),
        (FRONT, "at least one step"),
        (FRONT + STEP + GOOD_CHECK, "has checks but no solution"),
        (
            FRONT + STEP + "```check\n- {id: a, goal: g, expr: 'containers.size( > 0'}\n```\n",
            "expr",
        ),
        (FRONT + STEP + "```check\n- {id: a, goal: g, expr: '1 > 0'}\n```\n", "nothing of the lab"),
        (FRONT + STEP + "```check\n\t- a\n```\n", "lesson.md, line 1"),
    ],
)
def test_a_broken_lesson_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(LessonError) as refusal:
        lesson_of(tmp_path, text)
    assert words in str(refusal.value)


def test_the_self_test_finds_a_solution_that_does_not_solve(tmp_path: Path) -> None:
    lesson = lesson_of(tmp_path, FRONT + STEP + GOOD_CHECK + SOLUTION)
    assert "its solution does not meet ['1/a']" in check_lesson(lesson).problems[0]


def test_the_self_test_finds_a_goal_that_nobody_has_to_do_anything_for(tmp_path: Path) -> None:
    check = "```check\n- {id: a, goal: g, expr: 'machines.size() > 0'}\n```\n"
    problems = check_lesson(lesson_of(tmp_path, FRONT + STEP + check + SOLUTION)).problems
    assert any("nobody did anything" in problem for problem in problems)


def test_a_goal_that_holds_for_a_while_is_not_met_by_a_moment(tmp_path: Path) -> None:
    check = (
        "```check\n- {id: a, goal: g, holds: 10s,"
        " expr: \"containers.exists(c, c.state == 'running')\"}\n```\n"
    )
    short = "```solution\n- docker run alpine sleep 3\n- wait: 20s\n```\n"
    long = "```solution\n- docker run -d alpine sleep 30\n- wait: 20s\n```\n"
    front = FRONT.replace("---\n## ", "---\n").replace(
        "scenario: laptop\n", "scenario: laptop\nwith: {images: {laptop: ['alpine:latest']}}\n"
    )
    for name, solution, solved in (("98-x", short, False), ("97-x", long, True)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "lesson.md").write_text(front + STEP + check + solution, encoding="utf-8")
        assert (check_lesson(read_lesson(folder)).problems == []) is solved


def test_the_authors_guide_names_all_that_a_check_may_use() -> None:
    guide = (Path(__file__).parents[1] / "lessons" / "README.md").read_text(encoding="utf-8")
    documented = {line.split("`")[1] for line in guide.splitlines() if line.startswith("| `")}
    assert set(CONTEXT) <= documented
    assert set(BLOCKS) <= documented


def test_a_command_right_after_a_block_is_still_a_command(tmp_path: Path) -> None:
    hint = "```hint\nLook.\n```\n\n    docker ps\n\n"
    step = lesson_of(tmp_path, FRONT + STEP + hint + GOOD_CHECK + SOLUTION).steps[0]
    assert "<pre><code>docker ps" in step.blocks[2]["html"]


def test_a_workspace_is_added_to_the_files_of_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "99-made-up" / "workspace").mkdir(parents=True)
    (tmp_path / "99-made-up" / "workspace" / "mine.txt").write_text("mine")
    text = (FRONT + STEP + GOOD_CHECK + SOLUTION).replace("laptop", "three-nodes")
    (tmp_path / "99-made-up" / "lesson.md").write_text(text, encoding="utf-8")
    files = read_lesson(tmp_path / "99-made-up").scenario.data["files"]
    assert files["mine.txt"] == "mine" and "shop.yaml" in files
