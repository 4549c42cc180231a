"""Compiles the match statement: each pattern leaves true or false on the stack."""

from __future__ import annotations

import ast

from . import operations as op
from .emit import Emitter


class Patterns(Emitter):
    """The part of the compiler that deals with patterns; their subjects are in hidden names."""

    def value(self, node: ast.expr) -> None:
        """Compile an expression (see Expressions)."""
        raise NotImplementedError

    def body(self, statements: list[ast.stmt]) -> None:
        """Compile statements (see Compiler)."""
        raise NotImplementedError

    def _hidden(self) -> str:
        self.renames += 1
        return f".match{self.renames}"

    def _load_hidden(self, name: str) -> None:
        self.emit(op.load_fast, name)

    def _Match(self, node: ast.Match) -> None:
        subject = self._hidden()
        self.value(node.subject)
        self.emit(op.store_fast, subject)
        ends = []
        for case in node.cases:
            self.at(case.pattern)
            self.pattern(case.pattern, subject)
            missed = [self.emit(op.jump_if_false, 0)]
            if case.guard is not None:
                self.value(case.guard)
                missed.append(self.emit(op.jump_if_false, 0))
            self.body(case.body)
            ends.append(self.emit(op.jump, 0))
            self.land(*missed)
        self.land(*ends)

    def pattern(self, node: ast.pattern, subject: str) -> None:
        """Compile one pattern."""
        if isinstance(node, ast.MatchValue):
            self.emit(op.load_fast, subject)
            self.value(node.value)
            self.emit(op.COMPARE["=="], "==")
        elif isinstance(node, ast.MatchSingleton):
            self.emit(op.load_fast, subject)
            self.emit(op.const, node.value)
            self.emit(op.is_, False)
        elif isinstance(node, ast.MatchAs):
            self._as(node, subject)
        elif isinstance(node, ast.MatchOr):
            ends = []
            for one in node.patterns[:-1]:
                self.pattern(one, subject)
                ends.append(self.emit(op.jump_if_true_or_pop, 0))
            self.pattern(node.patterns[-1], subject)
            self.land(*ends)
        elif isinstance(node, ast.MatchSequence):
            stars = [n for n, one in enumerate(node.patterns) if isinstance(one, ast.MatchStar)]
            detail = (len(node.patterns), stars[0] if stars else -1)
            self.emit(op.load_fast, subject)
            self.emit(op.match_sequence, detail)
            self._parts([(one.name if isinstance(one, ast.MatchStar) else one)
                         for one in node.patterns])  # fmt: skip
        elif isinstance(node, ast.MatchMapping):
            self.emit(op.load_fast, subject)
            for key in node.keys:
                self.value(key)
            self.emit(op.match_mapping, (len(node.keys), node.rest is not None))
            self._parts([*node.patterns, *([node.rest] if node.rest is not None else [])])
        elif isinstance(node, ast.MatchClass):
            self.emit(op.load_fast, subject)
            self.value(node.cls)
            self.emit(op.match_class, (len(node.patterns), tuple(node.kwd_attrs)))
            self._parts([*node.patterns, *node.kwd_patterns])

    def _as(self, node: ast.MatchAs, subject: str) -> None:
        if node.pattern is None:
            if node.name is not None:
                self.emit(op.load_fast, subject)
                self.store(node.name)
            self.emit(op.const, True)
            return
        self.pattern(node.pattern, subject)
        missed = self.emit(op.jump_if_false_or_pop, 0)
        self.emit(op.load_fast, subject)
        self.store(str(node.name))
        self.emit(op.const, True)
        self.land(missed)

    def _parts(self, parts: list[ast.pattern | str | None]) -> None:
        """Match the parts of what is on the stack: a list of them, or None when it is not fit."""
        held = self._hidden()
        self.emit(op.dup)
        self.emit(op.store_fast, held)
        self.emit(op.const, None)
        self.emit(op.is_, True)
        ends = [self.emit(op.jump_if_false_or_pop, 0)]
        for number, one in enumerate(parts):
            if one is None:
                continue
            self.emit(op.load_fast, held)
            self.emit(op.const, number)
            self.emit(op.load_item)
            if isinstance(one, str):
                self.store(one)
                continue
            name = self._hidden()
            self.emit(op.store_fast, name)
            self.pattern(one, name)
            ends.append(self.emit(op.jump_if_false_or_pop, 0))
        self.emit(op.const, True)
        self.land(*ends)
