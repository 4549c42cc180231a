"""`awk`: programs over the records of texts. Source: POSIX.1-2024, awk; read by `awk_grammar`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import suppress

from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import TreeError

from .awk_expressions import Expressions
from .awk_functions import Given, format_text, number_of, text_of, truth
from .awk_grammar import AwkError, Node, Parser, unescape
from .text import inputs


class _Jump(Exception):
    """`next`, `exit`, `break` or `continue`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Awk(Expressions):
    """One run of a program."""

    def __init__(self, run: Run, program: str) -> None:
        super().__init__()
        self.run = run
        self.rules = Parser(program).rules()
        self.inside: dict[int, bool] = {}  # the ranges that have begun
        self.files: dict[str, str] = {}
        self.status = 0

    # Records

    def work(self, operands: list[str]) -> int:
        """Carry the program out over its files; returns its exit status."""
        with suppress(_Jump):
            self._begin_or_end("BEGIN")
            if any(p is None or p[0] != "BEGIN" for p, _ in self.rules):
                self._read(operands)
        with suppress(_Jump):
            self._begin_or_end("END")
        for path, text in self.files.items():
            try:
                self.run.write(path, text)
            except TreeError as error:
                return self.run.fail(str(error), 2)
        return self.status

    def _begin_or_end(self, when: str) -> None:
        for pattern, action in self.rules:
            if pattern is not None and pattern[0] == when and action is not None:
                self.do(action)

    def _read(self, operands: list[str]) -> None:
        files = [one for one in operands if not re.match(r"[A-Za-z_]\w*=", one)]
        for operand in operands if files else [*operands, "-"]:
            if operand not in files and operand != "-":
                self.assign(operand)
                continue
            text, status = inputs(self.run, [operand])
            self.status = self.status or (2 if status else 0)
            self.names.update(FILENAME="" if operand == "-" else operand, FNR=0.0)
            for record in self._records(text):
                for name in ("NR", "FNR"):
                    self.names[name] = number_of(self.names[name]) + 1
                self.set_record(record)
                self._one_record()

    def _records(self, text: str) -> Iterator[str]:
        mark = text_of(self.names["RS"])
        if not mark:
            yield from (one for one in re.split(r"\n\n+", text.strip("\n")) if one)
            return
        pieces = text.split(mark)
        yield from pieces[:-1] if pieces[-1] in ("", "\n") else pieces

    def _one_record(self) -> None:
        try:
            for pattern, action in self.rules:
                if self._chosen(pattern):
                    self.do(action or ["print", [], "", None])
        except _Jump as jump:
            if jump.kind != "next":
                raise

    def _chosen(self, pattern: Node | None) -> bool:
        if pattern is None:
            return True
        if pattern[0] in ("BEGIN", "END"):
            return False
        if pattern[0] != "range":
            return truth(self.value(pattern))
        _, first, last, key = pattern
        if not self.inside.get(key) and not truth(self.value(first)):
            return False
        self.inside[key] = not truth(self.value(last))
        return True

    def assign(self, operand: str) -> None:
        """Carry out `name=value` of the command line."""
        name, _, value = operand.partition("=")
        self.store(["var", name], Given(unescape(value)))

    # Statements

    def do(self, node: Node) -> None:
        """Carry a statement out."""
        self.charge()
        kind = node[0]
        if kind == "block":
            for one in node[1:]:
                self.do(one)
        elif kind == "eval":
            self.value(node[1])
        elif kind in ("print", "printf"):
            self._print(node)
        elif kind == "if":
            self.do(node[2] if truth(self.value(node[1])) else node[3])
        elif kind in ("while", "until", "each"):
            self._loop(node)
        elif kind == "delete":
            array = self.arrays.setdefault(node[1], {})
            if node[2] is None:
                array.clear()
            else:
                array.pop(self.key(node[2]), None)
        else:
            if kind == "exit" and node[1] is not None:
                number = number_of(self.value(node[1]))
                self.status = int(number) & 255 if math.isfinite(number) else 0
            raise _Jump(kind)

    def _loop(self, node: Node) -> None:
        try:
            if node[0] == "each":
                for key in list(self.arrays.get(node[2], {})):
                    self.store(["var", node[1]], Given(key))
                    self._pass(node[3])
            elif node[0] == "until":
                self._pass(node[1])
                while truth(self.value(node[2])):
                    self._pass(node[1])
            else:
                while truth(self.value(node[1])):
                    self._pass(node[2])
                    if node[3] is not None:
                        self.do(node[3])
        except _Jump as jump:
            if jump.kind != "break":
                raise

    def _pass(self, body: Node) -> None:
        try:
            self.do(body)
        except _Jump as jump:
            if jump.kind != "continue":
                raise

    def _print(self, node: Node) -> None:
        word, nodes, sign, target = node
        values = [self.value(one) for one in nodes]
        if word == "printf":
            text = self.short(format_text(values))
        else:
            shown = [text_of(one) for one in values] if nodes else [self.record]
            text = text_of(self.names["OFS"]).join(shown) + text_of(self.names["ORS"])
        path = text_of(self.value(target)) if target is not None else "/dev/stdout"
        if path in ("/dev/stdout", "-"):
            self.run.out(text)
        elif path == "/dev/stderr":
            self.run.err(text)
        elif path != "/dev/null":
            before = self.run.tree.text(path, self.run.cwd) or "" if sign == ">>" else ""
            self.files[path] = self.short(self.files.get(path, before) + text)


def awk(run: Run) -> int:
    """`awk [-F x] [-v name=value] [-f file | program] [file | name=value]...`.

    # Simplified: Of awk's language functions that a program defines, getline, pipes, chance and the
    # time are not modelled; a program with one of them prints nothing.
    """
    given: list[str] = []
    program: str | None = None
    args = list(run.argv[1:])
    while args and args[0].startswith("-") and args[0] not in ("-", "--"):
        word = args.pop(0)
        if word[1:2] not in ("F", "v", "f"):
            continue
        value = word[2:] or (args.pop(0) if args else "")
        if word[1] == "f":
            text, status = inputs(run, [value])
            if status:
                return 2
            program = (program or "") + text + "\n"
        else:
            given.append(f"FS={value}" if word[1] == "F" else value)
    if args[:1] == ["--"]:
        args.pop(0)
    if program is None and not args:
        return run.fail("no program text", 2)
    try:
        made = Awk(run, args.pop(0) if program is None else program)
        for one in given:
            made.assign(one)
        made.arrays["ENVIRON"] = {k: Given(v) for k, v in sorted(run.shell.environment().items())}
        return made.work(args)
    except ZeroDivisionError:
        return run.fail("division by zero", 2)
    except AwkError:
        return 0


MODELS = dict.fromkeys(("awk", "gawk", "mawk"), awk)
