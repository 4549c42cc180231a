"""Pipelines of templates: operands, fields, calls of methods and functions."""

from __future__ import annotations

from typing import Any

from ..functions import find_code
from ..types import INTS, Type, find_field, find_method
from ..values import Func, Ref, Struct, new_list, zero_maker
from . import template_functions as functions
from .template_parse import Node, shown
from .template_values import ExecError, Value, followed, truth


class Pipes:
    """The part of a template's run that works values out; the rest is `template_run.Run`."""

    vm: Any
    program: Any
    known: dict[str, Any]
    strict: bool
    call_method: Any

    def wrong(self, node: Node, words: str) -> ExecError:
        """Make an error of a place in the template (see Run)."""
        raise NotImplementedError

    def unboxed(self, kind: Type, v: Any) -> Value:
        """Take the interface off a value."""
        if kind.is_interface:
            return None if v is None else (self.program.find_type(v[0]), v[1])
        return (kind, v)

    def boxed(self, value: Value) -> Any:
        """Put a value into an interface."""
        return None if value is None else (value[0].key, value[1])

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
