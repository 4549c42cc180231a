"""A file looked at while it is written: the right line, in the words of the tool that reads it."""

from __future__ import annotations

from simulator import lint

GOOD = 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n'


def test_a_good_dockerfile_has_no_problems() -> None:
    assert lint("shop/Dockerfile", GOOD) == []


def test_an_unknown_instruction_is_an_error_in_its_line() -> None:
    (problem,) = lint("shop/Dockerfile", "FROM python:3.12-slim\n\nRUNN pip install flask\n")
    assert (problem["line"], problem["severity"]) == (3, "error")
    assert problem["message"] == "unknown instruction: RUNN (did you mean RUN?)"


def test_a_build_check_is_a_warning_with_its_rule() -> None:
    (problem,) = lint("Dockerfile.dev", "FROM python:3.12-slim\nCMD python app.py\n")
    assert (problem["line"], problem["severity"]) == (2, "warning")
    assert problem["rule"] == "JSONArgsRecommended"


def test_a_tab_in_yaml_is_found_in_its_line_of_the_whole_file() -> None:
    (problem,) = lint("a.yaml", "apiVersion: v1\nkind: Pod\n---\napiVersion: v1\n\tkind: Pod\n")
    assert (problem["line"], problem["severity"]) == (5, "error")
    assert problem["message"] == "found character that cannot start any token"


def test_an_object_without_a_kind_is_said() -> None:
    (problem,) = lint("a.yml", "\napiVersion: v1\nmetadata: {name: x}\n")
    assert (problem["line"], problem["message"]) == (2, "kind not set")


def test_other_files_and_other_yaml_are_left_alone() -> None:
    assert lint("app.py", "def (") == []
    assert lint("values.yaml", "replicas: 3\n") == []
    assert lint("chart/templates/a.yaml", "{{ if }}\n\t") == []
    assert lint("Dockerfile", "") == []


def test_text_that_is_far_too_deep_or_long_ends_soon() -> None:
    assert lint("a.yaml", "[" * 50_000)[0]["message"] == "exceeded max depth"
    assert lint("a.yaml", "a: b\n" * 100_000) == []
