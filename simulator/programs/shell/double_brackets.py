"""Bash's `[[ ... ]]`: patterns, regular expressions, `&&`, `||`, `!` and brackets in one test.

Source: "Conditional Constructs" of the Bash Reference Manual. Words in it are never split.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator import globs
from simulator.patterns import searched, to_regex

from ..utilities import Context, run_utility

if TYPE_CHECKING:
    from .runner import Runner


def double_brackets(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    """Answer 0 when the test holds, 1 when not, 2 when it cannot be understood."""
    words = argv[1:-1] if argv[-1] == "]]" else argv[1:]
    rest = list(words)
    try:
        holds = _either(r, rest)
    except IndexError:
        rest = ["?"]
    if rest:
        r.err(f"{r.state['name']}: conditional expression: syntax error\n")
        return 2
    return 0 if holds else 1


def _either(r: Runner, words: list[str]) -> bool:
    holds = _both(r, words)
    while words and words[0] == "||":
        words.pop(0)
        other = _both(r, words)
        holds = holds or other
    return holds


def _both(r: Runner, words: list[str]) -> bool:
    holds = _one(r, words)
    while words and words[0] == "&&":
        words.pop(0)
        other = _one(r, words)
        holds = holds and other
    return holds


def _one(r: Runner, words: list[str]) -> bool:
    if words[0] == "!":
        words.pop(0)
        return not _one(r, words)
    if words[0] == "(":
        words.pop(0)
        holds = _either(r, words)
        words.pop(0)
        return holds
    if len(words) >= 3 and words[1] in _COMPARE:
        left, operator, right = words[:3]
        del words[:3]
        return _COMPARE[operator](r, left, right)
    size = 3 if len(words) >= 3 and words[1].startswith("-") else 2
    size = 1 if size == 2 and not words[0].startswith("-") else size
    test, words[:size] = words[:size], []
    return _utility(r, test)


def _utility(r: Runner, words: list[str]) -> bool:
    argv = ["test", *words]
    return run_utility(Context(r.p, argv, None, r.out, r.err, r.p.env)) == 0


def _matches(r: Runner, left: str, right: str) -> bool:
    """`=~`: an extended regular expression; its groups become BASH_REMATCH."""
    regex = to_regex(right)
    found = regex.search(searched(regex, left)) if regex is not None else None
    if found is None:
        return False
    groups = enumerate((found[0], *found.groups()))
    r.set_array("BASH_REMATCH", {str(index): group or "" for index, group in groups})
    return True


_COMPARE: dict[str, Callable[[Runner, str, str], bool]] = {
    "=~": _matches,
    "==": lambda r, left, right: globs.fits(left, right),
    "=": lambda r, left, right: globs.fits(left, right),
    "!=": lambda r, left, right: not globs.fits(left, right),
    "<": lambda r, left, right: left < right,
    ">": lambda r, left, right: left > right,
}
