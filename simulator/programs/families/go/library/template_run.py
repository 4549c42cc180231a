"""Templates of text/template carried out on a program's values.

A value here is (its type, it) with interfaces taken off, or None for nil and for what is absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..formats import Formatter
from ..language import program_of
from ..types import find_method
from ..values import items_of, zero_maker
from . import caller
from .encoding import JsonError, Writer
from .template_escape import Place, escaped, walked
from .template_parse import Node, shown
from .template_pipes import Pipes
from .template_values import ExecError, Value, followed, truth

MOST = 1 << 22
DEEPEST = 200
SPECIAL = frozenset(["HTML", "HTMLAttr", "JS", "JSStr", "CSS", "URL", "Srcset"])


class Stop(Exception):
    """{{break}} or {{continue}}."""


class Run(Pipes):
    """One call of Execute: trees has (name of the text, text, nodes) by name."""

    def __init__(
        self, vm: Any, trees: dict[str, tuple[str, str, Any]], known: dict[str, Any], html: bool,
        strict: bool,
    ) -> None:  # fmt: skip
        self.vm, self.trees, self.known = vm, trees, known
        self.html, self.strict = html, strict
        self.program = program_of(vm)
        self.call_method = caller(vm)
        self.writer = Formatter(self.program, self.call_method)
        self.out: list[str] = []
        self.size = 0
        self.place = Place()
        self.tree = ""
        self.depth = 0
        self.root: Value = None

    # Errors

    def wrong(self, node: Node, words: str) -> ExecError:
        """Make an error of a place in the template."""
        name, text, _ = self.trees[self.tree]
        at = int(node[-1])
        line, column = 1 + text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)
        if node[0] in ("command", "pipe"):
            context = node[2] if node[0] == "command" else node[4]
        elif node[0] == "template":
            context = f'{{{{template "{node[1]}"{" " + node[2][4] if node[2] else ""}}}}}'
        else:
            context = shown(node)
        return ExecError(
            f'template: {name}:{line}:{column}: executing "{self.tree}" at <{context}>: {words}'
        )

    # Nodes

    def template(self, name: str, data: Value) -> None:
        """Carry a template out."""
        if self.depth >= DEEPEST:
            raise ExecError(f"template: {name}: exceeded maximum template depth (100000)")
        outer, root, self.tree, self.root = self.tree, self.root, name, data
        self.depth += 1
        self.body(self.trees[name][2], data, [("$", data)])
        self.depth -= 1
        self.tree, self.root = outer, root

    def write(self, words: str) -> None:
        """Write to the output."""
        self.out.append(words)
        self.size += len(words)
        if self.size > MOST:
            raise MemoryError

    def body(self, nodes: Any, dot: Value, variables: list[Any]) -> None:
        """Carry nodes out."""
        height = len(variables)
        for node in nodes:
            kind = node[0]
            if kind == "text":
                words = node[1]
                if self.html:
                    self.place, words = walked(self.place, words)
                self.write(words)
            elif kind == "action":
                value = self.pipe(node[1], dot, variables)
                if not node[1][1]:
                    self.print(node[1], value)
            elif kind in ("if", "with"):
                self._if(node, dot, variables)
            elif kind == "range":
                self._range(node, dot, variables)
            elif kind == "template":
                self._template(node, dot, variables)
            else:
                raise Stop(kind)
        del variables[height:]

    def _if(self, node: Node, dot: Value, variables: list[Any]) -> None:
        height = len(variables)
        value = self.pipe(node[1], dot, variables)
        if truth(value):
            self.body(node[2], value if node[0] == "with" else dot, variables)
        else:
            self.body(node[3], dot, variables)
        del variables[height:]

    def _template(self, node: Node, dot: Value, variables: list[Any]) -> None:
        if node[1] not in self.trees and self.html:
            self.out.clear()  # html/template finds it out before it writes anything
            where = str(self.wrong(node, "")).partition(": executing")[0].partition(" ")[2]
            raise ExecError(f'html/template:{where}: no such template "{node[1]}"')
        if node[1] not in self.trees:
            raise self.wrong(node, f'template "{node[1]}" not defined')
        data = self.pipe(node[2], dot, variables) if node[2] is not None else None
        self.template(node[1], data)

    def _range(self, node: Node, dot: Value, variables: list[Any]) -> None:
        height = len(variables)
        pipe = node[1]
        value = self.pipe(pipe, dot, variables)
        names = pipe[1]
        count = 0
        for key, one in self._items(pipe, value):
            count += 1
            if names:
                pairs = [one] if len(names) == 1 else [key, one]
                for name, given in zip(names, pairs, strict=False):
                    variables.append((name, given))
            try:
                self.body(node[2], one, variables)
            except Stop as stop:
                if str(stop) == "break":
                    break
            finally:
                del variables[height:]
        del variables[height:]
        if not count:
            self.body(node[3], dot, variables)

    def _items(self, node: Node, value: Value) -> Iterator[tuple[Value, Value]]:
        value = followed(value)
        number = self.program.types["int"]
        if value is None:
            return
        kind, v = value
        if kind.kind in ("slice", "array"):
            rows = items_of(v, zero_maker(kind.elem)) if not isinstance(v, list) else v
            for at, one in enumerate(rows):
                yield (number, at), self.unboxed(kind.elem, one)
        elif kind.kind == "map":
            keys = list(v.d) if v is not None else []
            for key in sorted(keys, key=lambda one: (str(type(one)), one)):
                real = v.keys[key] if v.keys is not None else key
                yield self.unboxed(kind.of_key, real), self.unboxed(kind.elem, v.d[key])
        elif kind.is_int:
            for at in range(v):
                yield (kind, at), (kind, at)
        else:
            raise self.wrong(node, f"range can't iterate over {self.text(value)}")

    # Values

    def text(self, value: Value) -> str:
        """Write a value as fmt.Sprint does, pointers followed as templates do."""
        if value is None:
            return "<no value>"
        kind = value[0]
        own = find_method(kind, "Error") or find_method(kind, "String")
        if kind.kind == "pointer" and own is None:
            inner = followed(value)
            if inner is None:
                return "<nil>"
            value = inner
        return self.writer.print([self.boxed(value)])

    def print(self, node: Node, value: Value) -> None:
        """Write the value of an action."""
        if value is not None and value[0].kind in ("func", "chan"):
            raise self.wrong(node, f"can't print {node[4]} of type {value[0].text}")
        if not self.html:
            self.write(self.text(value))
            return
        self.write(self.escape(value))

    def escape(self, value: Value) -> str:
        """Escape a value for the place where it stands."""
        special = ""
        if value is not None and value[0].path == "html/template":
            special = value[0].name if value[0].name in SPECIAL else ""
        text = "" if value is None else self.text(value)
        script = ""
        inside = self.place.state == "js" or self.place.kind == "js"
        if inside and not self.place.string:
            script = self._script(value)
        self.place, words = escaped(self.place, text, special, script)
        return words

    def _script(self, value: Value) -> str:
        if value is None:
            return "null"
        try:
            text = Writer(self.vm).boxed(self.boxed(value))
        except JsonError as error:
            return f" /* {str(error).replace('*/', '* /')} */null "
        pads = text[:1].isalnum() or text[-1:].isalnum()
        return f" {text} " if pads else text
