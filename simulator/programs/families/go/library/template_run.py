"""Templates of text/template carried out on a program's values.

A value here is (its type, it) with interfaces taken off, or None for nil and for what is absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..formats import Formatter
from ..functions import find_code
from ..language import program_of
from ..types import INTS, Type, find_field, find_method
from ..values import Func, Map, Ref, Slice, Struct, items_of, new_list, zero_maker
from . import caller
from . import template_functions as functions
from .encoding import JsonError, Writer
from .template_escape import Place, escaped, walked
from .template_parse import Node, shown

Value = tuple[Type, Any] | None
MOST = 1 << 22
DEEPEST = 200
SPECIAL = frozenset(["HTML", "HTMLAttr", "JS", "JSStr", "CSS", "URL", "Srcset"])


class ExecError(Exception):
    """What went wrong while a template was carried out."""


class Stop(Exception):
    """{{break}} or {{continue}}."""


class Run:
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

    def unboxed(self, kind: Type, v: Any) -> Value:
        """Take the interface off a value."""
        if kind.is_interface:
            return None if v is None else (self.program.find_type(v[0]), v[1])
        return (kind, v)

    def boxed(self, value: Value) -> Any:
        """Put a value into an interface."""
        return None if value is None else (value[0].key, value[1])

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

    # Pipes

    def pipe(self, node: Node, dot: Value, variables: list[Any]) -> Value:
        """Work a pipeline out."""
        value: Value = None
        final: list[Value] = []
        for command in node[3]:
            value = self.command(command, dot, variables, final)
            final = [value]
        for name in node[1]:
            if node[2]:
                at = max(i for i, row in enumerate(variables) if row[0] == name)
                variables[at] = (name, value)
            else:
                variables.append((name, value))
        return value

    def command(
        self, node: Node, dot: Value, variables: list[Any], final: list[Value]
    ) -> Value:  # fmt: skip
        """Work a command out; final: the value of the command before it."""
        first, rest = node[1][0], node[1][1:]
        kind = first[0]
        if kind == "word":
            return self._function(node, first[1], rest, dot, variables, final)
        if kind in ("field", "variable", "chain"):
            return self._fields(first, dot, variables, rest, final)
        if rest or final:
            if kind == "pipe" and not rest:
                raise self.wrong(node, "can't give argument to non-function " + shown(first))
            raise self.wrong(node, f"can't give argument to non-function {shown(first)}")
        return self.operand(first, dot, variables)

    def operand(self, node: Node, dot: Value, variables: list[Any]) -> Value:
        """Work an operand out."""
        kind, types = node[0], self.program.types
        if kind == "dot":
            return dot
        if kind == "nil":
            raise self.wrong(node, "nil is not a command")
        if kind == "bool":
            return (types["bool"], node[1])
        if kind == "string":
            return (types["string"], node[1])
        if kind == "number":
            return (types["int" if isinstance(node[1], int) else "float64"], node[1])
        if kind == "pipe":
            return self.pipe(node, dot, variables)
        if kind == "word":
            return self._function(node, node[1], (), dot, variables, [])
        return self._fields(node, dot, variables, (), [])

    def _fields(
        self, node: Node, dot: Value, variables: list[Any], rest: Any, final: list[Value]
    ) -> Value:  # fmt: skip
        kind = node[0]
        if kind == "field":
            value, names = dot, node[1]
        elif kind == "variable":
            value = next(one for name, one in reversed(variables) if name == node[1])
            names = node[2]
        else:
            value, names = self.operand(node[1], dot, variables), node[2]
        if not names and (rest or final):
            raise self.wrong(node, f"can't give argument to non-function {shown(node)}")
        args = [self._argument(one, dot, variables) for one in rest] + final
        for at, name in enumerate(names):
            last = at == len(names) - 1
            value = self.field(node, value, name, args if last else [])
        return value

    def _argument(self, node: Node, dot: Value, variables: list[Any]) -> Value:
        return None if node[0] == "nil" else self.operand(node, dot, variables)

    def field(self, node: Node, value: Value, name: str, args: list[Value]) -> Value:
        """Read a field, an element of a map, or call a method."""
        if value is None:
            raise self.wrong(node, f"nil data; no entry for key \"{name}\"" if self.strict else
                             f"nil pointer evaluating interface {{}}.{name}")  # fmt: skip
        kind, v = value
        method = find_method(kind, name)
        if method is not None and name[:1].isupper():
            return self._method(node, value, name, args)
        inner = followed(value)
        if inner is None:
            raise self.wrong(node, f"nil pointer evaluating {kind.text}.{name}")
        base, v = inner
        if args:
            raise self.wrong(node, f"{name} has arguments but cannot be invoked as function")
        if base.kind == "struct":
            return self._struct_field(node, kind, base, v, name)
        if base.kind == "map" and base.of_key.is_string:
            if v is not None and name in v.d:
                return self.unboxed(base.elem, v.d[name])
            if self.strict:
                raise self.wrong(node, f'map has no entry for key "{name}"')
            return None if base.elem.is_interface else (base.elem, zero_maker(base.elem)())
        raise self.wrong(node, f"can't evaluate field {name} in type {kind.text}")

    def _struct_field(self, node: Node, kind: Type, base: Type, v: Struct, name: str) -> Value:
        found = find_field(base, name)
        if found is None:
            raise self.wrong(node, f"can't evaluate field {name} in type {kind.text}")
        if not name[:1].isupper():
            raise self.wrong(node, f"{name} is an unexported field of struct type {kind.text}")
        for index, _ in found[0]:
            if v is None:
                raise self.wrong(node, f"nil pointer evaluating {kind.text}.{name}")
            v = v.f[index]
        return self.unboxed(found[1], v)

    # Calls

    def _method(self, node: Node, value: Any, name: str, args: list[Value]) -> Value:
        kind, v = value
        row = find_method(kind, name)
        assert row is not None
        signature = row[2] if isinstance(row[2], Type) else self.program.signature_of(
            row[2], row[1])  # fmt: skip
        given = self._given(node, name, signature, args)
        if kind.kind == "pointer" and v is None and not row[2]["pointer"]:
            raise self.wrong(node, f"nil pointer evaluating {kind.text}.{name}")
        _, code = find_code(self.program, (kind.key, v), name)
        result = self.call_method((kind.key, v), name, *given) if code is not None else None
        return self._result(node, name, signature, result)

    def _given(self, node: Node, name: str, signature: Type, args: list[Value]) -> list[Any]:
        """Make the arguments of a call fit its parameters."""
        params = signature.params
        fixed = len(params) - (1 if signature.variadic else 0)
        if len(args) < fixed or (len(args) > fixed and not signature.variadic):
            least = "at least " if signature.variadic else ""
            raise self.wrong(
                node, f"wrong number of args for {name}: want {least}{fixed} got {len(args)}"
            )
        given = [self._fit(node, one, want) for one, want in zip(args, params, strict=False)][
            :fixed
        ]
        if signature.variadic:
            last = params[-1].elem
            given.append(new_list([self._fit(node, one, last) for one in args[fixed:]]))
        return given

    def _fit(self, node: Node, value: Value, want: Type) -> Any:
        if want.is_interface:
            return self.boxed(value)
        if value is None:
            if want.nilable:
                return None
            raise self.wrong(node, f"invalid value; expected {want.text}")
        kind, v = value
        if kind.key == want.key:
            return v
        if want.is_float and kind.kind == "int":
            return float(v)
        if want.kind in INTS and kind.kind in INTS:
            return v
        if kind.kind == "pointer" and kind.elem.key == want.key and v is not None:
            return v.v if isinstance(v, Ref) else v
        if want.kind == "pointer" and want.elem.key == kind.key and isinstance(v, Struct):
            return v
        if kind.under.key == want.under.key:
            return v
        raise self.wrong(node, f"wrong type for value; expected {want.text}; got {kind.text}")

    def _result(self, node: Node, name: str, signature: Type, result: Any) -> Value:
        results = signature.results
        if not results:
            raise self.wrong(node, f'can\'t call method/function "{name}" with 0 results')
        if len(results) == 2 and isinstance(result, tuple):
            if result[1] is not None:
                words = self.call_method(result[1], "Error")
                raise self.wrong(node, f"error calling {name}: {words}")
            result = result[0]
        return self.unboxed(results[0], result)

    def _function(
        self, node: Node, name: str, rest: Any, dot: Value, variables: list[Any],
        final: list[Value],
    ) -> Value:  # fmt: skip
        if name in ("and", "or") and name not in self.known:
            value: Value = None
            for one in [*rest, *final]:
                given = one if final and one is final[0] else self._argument(one, dot, variables)
                value = given
                if truth(value) == (name == "or"):
                    break
            return value
        args = [self._argument(one, dot, variables) for one in rest] + final
        own = self.known.get(name)
        if own is not None:
            kind = self.program.find_type(own[0])
            return self.call(node, name, kind, own[1], args)
        try:
            made: Value = functions.BUILTINS[name](self, args)
            return made
        except functions.Misuse as error:
            raise self.wrong(node, f"error calling {name}: {error}") from None

    def call(self, node: Node, name: str, kind: Type, function: Func, args: list[Value]) -> Value:
        """Call a function of the program."""
        given = self._given(node, name, kind, args)
        if function is None:
            raise self.wrong(node, f"call of nil function {name}")
        result = self.vm.call_now(function, given, {})
        return self._result(node, name, kind, result)


def followed(value: Value) -> Value:
    """Follow pointers; None at a nil one."""
    while value is not None and value[0].kind == "pointer":
        kind, v = value
        if v is None:
            return None
        value = (kind.elem, v if kind.elem.kind in ("struct", "array") else v.v)
    return value


def truth(value: Value) -> bool:
    """Tell whether a value is not the zero value of its type, nor empty."""
    if value is None:
        return False
    kind, v = value
    if kind.kind == "struct":
        return True
    if isinstance(v, Slice):
        return v.n > 0
    if isinstance(v, Map):
        return bool(v.d)
    return v is not None and v not in ("", 0, False, [])
