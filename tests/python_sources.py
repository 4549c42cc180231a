"""Random small Python programs that print: the real CPython says what they ought to print."""

from __future__ import annotations

import random

TYPES = ("int", "str", "list", "dict", "set")


def program(luck: random.Random) -> str:
    """Write a program of functions, a class, loops and containers; each line it prints counts."""
    lines = ["values = {}"]
    for number in range(luck.randrange(3, 8)):
        lines += _statement(luck, number)
    lines.append("print(sorted(values.items(), key=lambda row: row[0]))")
    return "\n".join(lines) + "\n"


def _statement(luck: random.Random, number: int) -> list[str]:
    name = f"v{number}"
    kind = luck.choice(("plain", "loop", "function", "class", "generator", "try", "text"))
    if kind == "plain":
        return [f"values[{name!r}] = {_number(luck, 3)}", f"print({_container(luck)})"]
    if kind == "loop":
        return [f"total = {luck.randrange(5)}", f"for i in range({luck.randrange(2, 12)}):",
                f"    if i % {luck.randrange(1, 5)} == {luck.randrange(3)}:",
                f"        {luck.choice(('continue', 'total += i', 'break', 'total -= 1'))}",
                f"    total {luck.choice(('+=', '-=', '*=', '^='))} i + {luck.randrange(9)}",
                "else:", "    print('whole')", f"values[{name!r}] = total"]  # fmt: skip
    if kind == "function":
        return [f"def f{number}(a, b={luck.randrange(9)}, *rest, c={luck.randrange(9)}, **more):",
                f"    return {_number(luck, 2, ('a', 'b', 'c', 'len(rest)'))}, rest, more",
                f"values[{name!r}] = f{number}({luck.randrange(9)}, "
                f"{luck.choice(('', '2, 3, ', 'c=4, ', 'z=5, '))})"]  # fmt: skip
    if kind == "class":
        return [f"class C{number}:", f"    size = {luck.randrange(9)}",
                "    def __init__(self, n): self.n = n",
                f"    def __add__(self, other): return C{number}(self.n + other.n)",
                "    def __repr__(self): return f'<{self.n}:{self.size}>'",
                f"    def __lt__(self, other): return self.n {luck.choice('<>')} other.n",
                "    @property", f"    def more(self): return self.n * {luck.randrange(9)}",
                f"print(sorted([C{number}(3), C{number}({luck.randrange(9)}), C{number}(1)]), "
                f"(C{number}(1) + C{number}(2)).more)"]  # fmt: skip
    if kind == "generator":
        return [f"def g{number}(n):", "    while n > 0:", "        got = yield n",
                f"        n -= {luck.randrange(1, 4)} if got is None else got",
                f"print(list(g{number}({luck.randrange(2, 15)})), "
                f"[x * y for x in g{number}(4) for y in (1, 2) if x])"]  # fmt: skip
    if kind == "try":
        return ["try:", f"    print({_risky(luck)})",
                "except (ValueError, KeyError, IndexError) as error:",
                "    print(type(error).__name__, error)", "except Exception as error:",
                "    print('other', type(error).__name__, error)", "finally:",
                f"    values[{name!r}] = {luck.randrange(9)}"]  # fmt: skip
    word = "".join(luck.choice("abc XyZ12") for _ in range(luck.randrange(1, 12)))
    return [f"s = {word!r}",
            f"print(s.{luck.choice(TEXTS)}, s[{luck.randrange(-3, 3)}:], s[::-1]"
            f", f'{{s!r:>{luck.randrange(1, 20)}}}', '%5s|%-6r' % (s, len(s)))"]  # fmt: skip


TEXTS = ("upper()", "split()", "strip()", "title()", "replace('a', 'zz')", "find('b')",
         "partition(' ')", "center(15, '.')", "isalnum()", "count('a')", "swapcase()",
         "encode()", "zfill(9)", "startswith(('a', 'X'))")  # fmt: skip


def _number(luck: random.Random, depth: int, names: tuple[str, ...] = ()) -> str:
    if depth == 0 or luck.random() < 0.2:
        return luck.choice((str(luck.randrange(-20, 20)), f"{luck.randrange(90) / 8}", *names))
    left, right = _number(luck, depth - 1, names), _number(luck, depth - 1, names)
    word = luck.choice(("+", "-", "*", "and", "or", "<", "==", "//max", "%max", "if"))
    if word == "if":
        return f"({left} if {right} else {left} + 1)"
    if word.endswith("max"):
        return f"({left} {word[:-3]} max(1, abs({right})))"
    return f"({left} {word} {right})"


def _container(luck: random.Random) -> str:
    items = [str(luck.randrange(9)) for _ in range(luck.randrange(6))]
    inside = ", ".join(items)
    return luck.choice((
        f"[{inside}] + [1] * {luck.randrange(4)}", f"sorted([{inside}], reverse=True)",
        f"sorted({{{inside or '0'}}} {luck.choice('&|-^')} {{1, 2, 3}})",
        f"{{x: x * x for x in [{inside}]}}", f"dict(zip('abcdef', [{inside}]))",
        f"[*map(lambda x: x + 1, [{inside}])], sum([{inside}]), list(enumerate([{inside}]))",
        f"max([{inside}], default=None), tuple(reversed([{inside}]))", f"[[{inside}]][0][-2:]",
    ))  # fmt: skip


def _risky(luck: random.Random) -> str:
    return luck.choice((
        f"[1, 2, 3][{luck.randrange(6)}]", f"{{'a': 1}}[{luck.choice(('a', 'b'))!r}]",
        f"int({luck.choice(('12', 'x', ' 3 ', ''))!r})",
        f"{luck.randrange(9)} % {luck.randrange(2)}",
        "'a' + 1", "len(5)", "[].pop()", "{}['k']", "None.x", "float('z')", "'a'.join([1])",
        "next(iter([]))", "(1, 2) + [3]", "sorted([1, 'a'])", "chr(-1)", "{[]}",
    ))  # fmt: skip
