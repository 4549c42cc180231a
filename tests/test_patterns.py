"""Regular expressions that students type are answered soon, or refused."""

from __future__ import annotations

import time

import pytest

from simulator.patterns import searched, to_regex


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+b", "(a|a)*b", "((a*))*b", "(a?)*b", "([ab]|[ac])*d", "(.a*)*b", "((a|b)c*)+d", "a**"],
)
def test_a_pattern_that_could_take_for_ever_is_refused(pattern: str) -> None:
    assert to_regex(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^v?[0-9]+(\\.[0-9]+)*$", "v1.2.3"),
        ("(a|b)+c", "abac"),
        ("(foo|bar)$", "xbar"),
        ("[[:digit:]]{3}-(x)?", "123-"),
        ("(/[a-z]+)+", "/usr/bin"),
        ("^[[a&&b||c~~]$", "["),
        ("^[^[]$", "&"),
    ],
)
def test_usual_patterns_are_understood(pattern: str, text: str) -> None:
    regex = to_regex(pattern)
    assert regex is not None
    assert regex.search(text)


def test_a_basic_pattern_has_its_signs_escaped() -> None:
    regex = to_regex("a\\(b\\)+", extended=False)
    assert regex is not None
    assert regex.search("ab+")


@pytest.mark.parametrize("pattern", ["a*a*b", "a*a*a*a*a*a*b", ".*.*.*x"])
def test_many_repetitions_see_only_so_much_of_a_line(pattern: str) -> None:
    regex = to_regex(pattern)
    assert regex is not None
    start = time.process_time()
    assert not regex.search(searched(regex, "a" * 65_536))
    assert time.process_time() - start < 5.0
