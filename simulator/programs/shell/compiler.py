"""Compiles a parsed script into numbered steps, so that a position in it is one integer.

Steps: ["run", node, checked], ["pipe", blocks, negated, checked], ["not"], ["bg", block],
["jump", to], ["unless", to] (status not 0), ["when", to] (status 0), ["status", n],
["for", slot, words], ["next", slot, name, to, words], ["case", subject],
["match", subject, patterns, to], ["def", name, block], ["math", expression, checked],
["sub", block, redirects, own variables, checked], ["end"]. A block is a list of steps; block 0 is
the script itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from simulator.shell.parser import Node, parse

Step = list[Any]
Blocks = list[list[Step]]


@lru_cache(maxsize=256)
def compile_script(text: str) -> Blocks:
    """Compile a script; raises ShellSyntaxError. The answer is shared: do not change it."""
    compiler = _Compiler()
    compiler.block(parse(text))
    return compiler.blocks


class _Compiler:
    def __init__(self) -> None:
        self.blocks: Blocks = []
        self.loops: list[tuple[int, list[Step]]] = []
        self.slots = 0

    def block(self, node: Node) -> int:
        """Compile a node as a block of its own; answers the block's number."""
        number = len(self.blocks)
        steps: list[Step] = []
        self.blocks.append(steps)
        outer, self.loops = self.loops, []
        self.node(node, steps, True)
        self.loops = outer
        steps.append(["end"])
        return number

    def node(self, node: Node, out: list[Step], checked: bool) -> None:
        """Add a node's steps; `checked` says that `set -e` minds its status."""
        kind = node[0]
        if kind == "seq":
            for child in node[1]:
                self.node(child, out, checked)
        elif kind == "simple":
            self._simple(node, out, checked)
        elif kind == "pipe" and len(node[1]) == 1:
            self.node(node[1][0], out, False)
            out.append(["not"])
        elif kind == "pipe":
            blocks = [self.block(one) for one in node[1]]
            out.append(["pipe", blocks, node[2], checked and not node[2]])
        elif kind in ("and", "or"):
            self._chain(node, out, checked)
        elif kind == "bg":
            out.append(["bg", self.block(node[1])])
        elif kind == "if":
            self._if(node, out, checked)
        elif kind == "loop":
            self._loop(node, out, checked)
        elif kind == "for":
            self._for(node, out, checked)
        elif kind == "cfor":
            self._counting_for(node, out, checked)
        elif kind == "math":
            out.append(["math", node[1], checked])
        elif kind == "case":
            self._case(node, out, checked)
        elif kind == "func":
            out.append(["def", node[1], self.block(node[2])])
        elif kind == "group" and not node[2]:
            self.node(node[1], out, checked)
        else:
            out.append(["sub", self.block(node[1]), node[2], kind == "subshell", checked])

    def _chain(self, node: Node, out: list[Step], checked: bool) -> None:
        """Add `a && b || c ...`, which nests to the left, without going down into it."""
        links: list[Node] = []
        while node[0] in ("and", "or"):
            links.append(node)
            node = node[1]
        self.node(node, out, False)
        for link in reversed(links):
            jump: Step = ["unless" if link[0] == "and" else "when", 0]
            out.append(jump)
            self.node(link[2], out, checked and link is links[0])
            jump[1] = len(out)

    def _simple(self, node: Node, out: list[Step], checked: bool) -> None:
        word = _literal(node[2][0]) if node[2] else ""
        if word in ("break", "continue") and self.loops:
            levels = _literal(node[2][1]) if len(node[2]) > 1 else "1"
            depth = min(int(levels) if levels.isdigit() else 1, len(self.loops)) or 1
            start, breaks = self.loops[-depth]
            jump: Step = ["jump", start]
            if word == "break":
                breaks.append(jump)
            out.append(jump)
        else:
            out.append(["run", node, checked])

    def _if(self, node: Node, out: list[Step], checked: bool) -> None:
        ends: list[Step] = []
        for condition, body in node[1]:
            self.node(condition, out, False)
            skip: Step = ["unless", 0]
            out.append(skip)
            self.node(body, out, checked)
            ends.append(["jump", 0])
            out.append(ends[-1])
            skip[1] = len(out)
        if node[2] is not None:
            self.node(node[2], out, checked)
        else:
            out.append(["status", 0])
        for jump in ends:
            jump[1] = len(out)

    def _loop(self, node: Node, out: list[Step], checked: bool) -> None:
        start = len(out)
        self.node(node[1], out, False)
        leave: Step = ["when" if node[3] else "unless", 0]
        out.append(leave)
        self._repeat(node[2], out, checked, start, leave)

    def _repeat(self, body: Node, out: list[Step], checked: bool, start: int, leave: Step) -> None:
        """Put a loop's body, its way back to `start`, and the place that `leave` goes to."""
        self.loops.append((start, []))
        self.node(body, out, checked)
        out.append(["jump", start])
        leave[1] = len(out)
        out.append(["status", 0])
        for jump in self.loops.pop()[1]:
            jump[1] = len(out)

    def _for(self, node: Node, out: list[Step], checked: bool) -> None:
        self.slots += 1
        slot = str(self.slots)
        out.append(["for", slot, node[2]])
        start = len(out)
        advance: Step = ["next", slot, node[1], 0, node[2]]
        out.append(advance)
        self.loops.append((start, []))
        self.node(node[3], out, checked)
        out.append(["jump", start])
        advance[3] = len(out)
        for jump in self.loops.pop()[1]:
            jump[1] = len(out)

    def _counting_for(self, node: Node, out: list[Step], checked: bool) -> None:
        """`for ((first; condition; step))`: the step stands first, where `continue` jumps to."""
        first, condition, step = node[1]
        out.append(["math", first, False])
        enter: Step = ["jump", 0]
        out.append(enter)
        start = len(out)
        out.append(["math", step, False])
        enter[1] = len(out)
        out.append(["math", condition if condition.strip() else "1", False])
        leave: Step = ["unless", 0]
        out.append(leave)
        self._repeat(node[2], out, checked, start, leave)

    def _case(self, node: Node, out: list[Step], checked: bool) -> None:
        ends: list[Step] = []
        out.append(["case", node[1]])
        for patterns, body in node[2]:
            match: Step = ["match", node[1], patterns, 0]
            out.append(match)
            self.node(body, out, checked)
            ends.append(["jump", 0])
            out.append(ends[-1])
            match[3] = len(out)
        out.append(["status", 0])
        for jump in ends:
            jump[1] = len(out)


def _literal(word: list[Any]) -> str:
    return str(word[0][1]) if len(word) == 1 and word[0][0] == "lit" and not word[0][2] else ""
