"""Bash's `[[ ... ]]`: patterns, regular expressions, `&&`, `||`, `!` and brackets in one test.

Source: "Conditional Constructs" of the Bash Reference Manual. Words in it are never split.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator import globs
from simulator.patterns import searched, to_regex

from .variables import Variables

Test = Callable[[list[str]], bool]
MAX_DEPTH = 50


def double_brackets(words: list[str], scope: Variables, test: Test) -> bool | None:
    """Tell whether what stands between `[[` and `]]` holds; None: it cannot be understood.

    test: answers what `test` knows too, such as ["-f", "/x"].
    """
    rest = list(words)
    try:
        holds = _Reader(scope, test).either(rest, 0)
    except IndexError:
        return None
    return None if rest else holds


class _Reader:
    def __init__(self, scope: Variables, test: Test) -> None:
        self.scope = scope
        self.test = test

    def either(self, words: list[str], depth: int) -> bool:
        holds = self.both(words, depth)
        while words and words[0] == "||":
            words.pop(0)
            other = self.both(words, depth)
            holds = holds or other
        return holds

    def both(self, words: list[str], depth: int) -> bool:
        holds = self.one(words, depth)
        while words and words[0] == "&&":
            words.pop(0)
            other = self.one(words, depth)
            holds = holds and other
        return holds

    def one(self, words: list[str], depth: int) -> bool:
        if depth > MAX_DEPTH:
            raise IndexError("nested too deeply")
        if words[0] == "!":
            words.pop(0)
            return not self.one(words, depth + 1)
        if words[0] == "(":
            words.pop(0)
            holds = self.either(words, depth + 1)
            words.pop(0)
            return holds
        if len(words) >= 3 and words[1] in _COMPARE:
            left, operator, right = words[:3]
            del words[:3]
            return _COMPARE[operator](self.scope, left, right)
        size = 3 if len(words) >= 3 and words[1].startswith("-") else 2
        size = 1 if size == 2 and not words[0].startswith("-") else size
        test, words[:size] = words[:size], []
        return self.test(test)


def _matches(scope: Variables, left: str, right: str) -> bool:
    """`=~`: an extended regular expression; its groups become BASH_REMATCH."""
    regex = to_regex(right)
    found = regex.search(searched(regex, left)) if regex is not None else None
    if found is None:
        return False
    groups = enumerate((found[0], *found.groups()))
    scope.set_array("BASH_REMATCH", {str(index): group or "" for index, group in groups})
    return True


_COMPARE: dict[str, Callable[[Variables, str, str], bool]] = {
    "=~": _matches,
    "==": lambda scope, left, right: globs.fits(left, right),
    "=": lambda scope, left, right: globs.fits(left, right),
    "!=": lambda scope, left, right: not globs.fits(left, right),
    "<": lambda scope, left, right: left < right,
    ">": lambda scope, left, right: left > right,
}
