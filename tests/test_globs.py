"""Patterns of file names and of `case`; what bash answers is the measure."""

from __future__ import annotations

import pytest

from simulator.globs import fits, quoted, replaced, trimmed


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*.py", ["a.py", ".py", "a/b.py"], ["a.pyc", "py"]),
        ("a?c", ["abc", "a?c"], ["ac", "abbc"]),
        ("[a-c]*", ["b", "cab"], ["d", ""]),
        ("[!a]b", ["bb", "!b"], ["ab", "b"]),
        ("[^a]b", ["bb"], ["ab"]),
        ("[]a]", ["]", "a"], ["[", "b"]),
        ("[[:digit:]][[:alpha:]]", ["1a"], ["aa", "11"]),
        ("[a-]", ["-", "a"], ["b"]),
        ("[b-a]", [], ["a", "b", "-"]),
        ("[ab", ["[ab"], ["a"]),
        ("\\*[\\]]", ["*]"], ["a]", "*\\"]),
        ("a*b*c", ["abc", "axbxbxc"], ["acb", "ab"]),
    ],
)
def test_a_pattern_matches_what_it_says(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [text for text in yes if not fits(text, pattern)] == []
    assert [text for text in no if fits(text, pattern)] == []


def test_a_quoted_text_matches_only_itself() -> None:
    text = "a*[b]?\\c"
    assert fits(text, quoted(text)) and not fits("aX[b]?\\c", quoted(text))


@pytest.mark.parametrize(
    ("operator", "result"), [("#", "b/c.tar.gz"), ("##", "c.tar.gz"), ("%", "a/b"), ("%%", "a")]
)
def test_the_shortest_or_longest_end_is_cut(operator: str, result: str) -> None:
    pattern = "*/" if operator[0] == "#" else "/*"
    assert trimmed("a/b/c.tar.gz", operator, pattern) == result


@pytest.mark.parametrize(
    ("where", "pattern", "result"),
    [
        ("/", "[0-9]", "vX2.3"),
        ("//", "[0-9]", "vXX.X"),
        ("//", "[0-9]*", "vX"),
        ("#", "v", "X12.3"),
        ("%", ".*", "v12X"),
        ("%", "v", "v12.3"),
        ("//", "", "v12.3"),
        ("#", "", "Xv12.3"),
    ],
)
def test_a_match_is_replaced_where_the_operator_says(where: str, pattern: str, result: str) -> None:
    assert replaced("v12.3", where, pattern, "X") == result
