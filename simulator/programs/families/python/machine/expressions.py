"""Compiles expressions."""

from __future__ import annotations

import ast
from typing import Any

from . import operations as op
from .emit import Emitter
from .scopes import Comprehension, Names, names_of, stored, yields

BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<",
    ast.RShift: ">>", ast.MatMult: "@",
}  # fmt: skip
COMPARE = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
MARK_BINARY, MARK_ITEM, MARK_CALL = 1, 2, 3


class Expressions(Emitter):
    """The part of the compiler that deals with expressions."""

    def value(self, node: ast.expr) -> None:
        """Compile an expression: its value lands on the stack."""
        handler: Any = getattr(self, f"_{type(node).__name__}", None)
        if handler is None:
            raise SyntaxError(f"unsupported expression {type(node).__name__}")
        outer = self.span
        self.at(node)
        handler(node)
        self.span = outer

    def _Constant(self, node: ast.Constant) -> None:
        if node.value is Ellipsis:
            self.emit(op.const, op.ELLIPSIS)
        elif isinstance(node.value, complex):
            self.emit(op.no_complex)
        else:
            self.emit(op.const, node.value)

    def _Name(self, node: ast.Name) -> None:
        self.load(node.id)

    def _BinOp(self, node: ast.BinOp) -> None:
        self.value(node.left)
        self.value(node.right)
        self.at(node, MARK_BINARY)
        self.emit(op.BINARY.get(BINARY[type(node.op)], op.binary), BINARY[type(node.op)])

    def _UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self.value(node.operand)
            self.emit(op.invert)
            return
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            number = node.operand.value
            if type(number) in (int, float):
                self.emit(op.const, -number)  # type: ignore[operator]
                return
        self.value(node.operand)
        self.emit(op.unary, UNARY[type(node.op)])

    def _BoolOp(self, node: ast.BoolOp) -> None:
        jump = op.jump_if_false_or_pop if isinstance(node.op, ast.And) else op.jump_if_true_or_pop
        ends = []
        for part in node.values[:-1]:
            self.value(part)
            ends.append(self.emit(jump, 0))
        self.value(node.values[-1])
        self.land(*ends)

    def _Compare(self, node: ast.Compare) -> None:
        self.value(node.left)
        ends = []
        for number, (kind, right) in enumerate(zip(node.ops, node.comparators, strict=True)):
            last = number == len(node.ops) - 1
            self.value(right)
            self.at(node, MARK_BINARY)
            if not last:
                self.emit(op.under)  # a b -> b a b
            self._comparison(kind)
            if not last:
                ends.append(self.emit(op.jump_if_false_or_pop, 0))
        if ends:
            done = self.emit(op.jump, 0)
            self.land(*ends)
            self.emit(op.drop_second)
            self.land(done)

    def _comparison(self, kind: ast.cmpop) -> None:
        if isinstance(kind, ast.Is | ast.IsNot):
            self.emit(op.is_, isinstance(kind, ast.IsNot))
        elif isinstance(kind, ast.In | ast.NotIn):
            self.emit(op.contains, isinstance(kind, ast.NotIn))
        else:
            word = COMPARE[type(kind)]
            self.emit(op.COMPARE[word], word)

    def _IfExp(self, node: ast.IfExp) -> None:
        self.value(node.test)
        other = self.emit(op.jump_if_false, 0)
        self.value(node.body)
        end = self.emit(op.jump, 0)
        self.land(other)
        self.value(node.orelse)
        self.land(end)

    def _NamedExpr(self, node: ast.NamedExpr) -> None:
        self.value(node.value)
        self.emit(op.dup)
        self.store(node.target.id)

    def _Attribute(self, node: ast.Attribute) -> None:
        self.value(node.value)
        self.at(node)
        self.emit(op.load_attr, self.mangle(node.attr))

    def mangle(self, name: str) -> str:
        """Give a private name of a class its real one."""
        if not name.startswith("__") or name.endswith("__") or "." in name:
            return name
        owner = getattr(self, "class_name", "").lstrip("_")
        return f"_{owner}{name}" if owner else name

    def _Subscript(self, node: ast.Subscript) -> None:
        self.value(node.value)
        self.value(node.slice)
        self.at(node, MARK_ITEM)
        self.emit(op.load_item)

    def _Slice(self, node: ast.Slice) -> None:
        for part in (node.lower, node.upper, node.step):
            if part is None:
                self.emit(op.const, None)
            else:
                self.value(part)
        self.emit(op.build_slice)

    # Displays

    def _sequence(self, items: list[ast.expr], build: Any) -> None:
        if any(isinstance(item, ast.Starred) for item in items):
            self.emit(op.build_list, 0)
            for item in items:
                if isinstance(item, ast.Starred):
                    self.value(item.value)
                    self.emit(op.list_extend)
                else:
                    self.value(item)
                    self.emit(op.list_append, 1)
            self.emit(op.from_list, build)
            return
        for item in items:
            self.value(item)
        self.emit({"list": op.build_list, "tuple": op.build_tuple}.get(build, op.build_set),
                  len(items))  # fmt: skip

    def _List(self, node: ast.List) -> None:
        self._sequence(node.elts, "list")

    def _Tuple(self, node: ast.Tuple) -> None:
        if all(isinstance(item, ast.Constant) for item in node.elts) and not any(
            isinstance(item.value, complex) or item.value is ...
            for item in node.elts if isinstance(item, ast.Constant)
        ):  # fmt: skip
            self.emit(op.const, tuple(item.value for item in node.elts))  # type: ignore[attr-defined]
            return
        self._sequence(node.elts, "tuple")

    def _Set(self, node: ast.Set) -> None:
        self._sequence(node.elts, "set")

    def _Dict(self, node: ast.Dict) -> None:
        self.emit(op.build_map)
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self.value(value)
                self.emit(op.map_update)
            else:
                self.value(key)
                self.value(value)
                self.emit(op.map_add, 1)

    def _JoinedStr(self, node: ast.JoinedStr) -> None:
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.value(part.value)
                self.at(part.value)
                if part.format_spec is not None:
                    self.value(part.format_spec)
                self.emit(op.format_value, (part.conversion, part.format_spec is not None))
            else:
                self.value(part)
        self.emit(op.build_text, len(node.values))

    def _FormattedValue(self, node: ast.FormattedValue) -> None:
        self._JoinedStr(ast.JoinedStr(values=[node]))

    # Calls

    def _Call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Name) and function.id == "super" and not node.args:
            outer = self.scope.outer("__class__")
            if outer is not None and self.code.info.positional:
                self.emit(op.load_super, (outer, self.code.info.positional[0]))
                return
        plain = not any(isinstance(one, ast.Starred) for one in node.args) and all(
            one.arg for one in node.keywords
        )
        if isinstance(function, ast.Attribute) and plain:
            self.value(function.value)
            self.at(function)
            self.emit(op.load_method, self.mangle(function.attr))
            method = 1
        else:
            self.value(function)
            method = 0
        if plain:
            for argument in node.args:
                self.value(argument)
            for keyword in node.keywords:
                self.value(keyword.value)
            self.at(node, MARK_CALL)
            names = tuple(str(one.arg) for one in node.keywords)
            self.emit(op.call, (len(node.args), names, method))
            return
        self._sequence(node.args, "list")
        self.emit(op.build_map)
        for keyword in node.keywords:
            if keyword.arg is None:
                self.value(keyword.value)
                self.emit(op.keywords_update)
            else:
                self.emit(op.const, keyword.arg)
                self.value(keyword.value)
                self.emit(op.map_add, 1)
        self.at(node, MARK_CALL)
        self.emit(op.call_spread)

    def _Await(self, node: ast.Await) -> None:
        self.value(node.value)
        self.at(node)
        self.emit(op.get_awaitable)
        self.emit(op.const, None)
        self.emit(op.yield_from)

    def _Yield(self, node: ast.Yield) -> None:
        if node.value is None:
            self.emit(op.const, None)
        else:
            self.value(node.value)
        self.emit(op.yield_)

    def _YieldFrom(self, node: ast.YieldFrom) -> None:
        self.value(node.value)
        self.emit(op.get_iter)
        self.emit(op.const, None)
        self.emit(op.yield_from)

    def _Lambda(self, node: ast.Lambda) -> None:
        self.function("<lambda>", node, node.body)

    # Comprehensions

    def _ListComp(self, node: ast.ListComp) -> None:
        self.emit(op.build_list, 0)
        self._comprehension(node, op.list_append, [node.elt])

    def _SetComp(self, node: ast.SetComp) -> None:
        self.emit(op.build_set, 0)
        self._comprehension(node, op.set_add, [node.elt])

    def _DictComp(self, node: ast.DictComp) -> None:
        self.emit(op.build_map)
        self._comprehension(node, op.map_add, [node.key, node.value])

    def _comprehension(self, node: Comprehension, add: Any, parts: list[ast.expr]) -> None:
        self.value(node.generators[0].iter)
        self.rename([name for one in node.generators for name in stored(one.target)])

        def inside() -> None:
            for part in parts:
                self.value(part)
            self.emit(add, len(node.generators) + 1)

        self._clauses(node.generators, 0, inside)
        self.unrename()

    def _clauses(self, clauses: list[ast.comprehension], number: int, inside: Any) -> None:
        """Compile the loops; the first one's iterable is on the stack already."""
        clause = clauses[number]
        if number:
            self.value(clause.iter)
        self.emit(op.get_async_iter if clause.is_async else op.get_iter)
        start = self.here
        end = self.loop_step(bool(clause.is_async))
        self.target(clause.target)
        for test in clause.ifs:
            self.value(test)
            self.emit(op.jump_if_false, start)
        if number + 1 < len(clauses):
            self._clauses(clauses, number + 1, inside)
        else:
            inside()
        self.emit(op.jump, start)
        self.land(end)
        if clause.is_async:
            self.emit(op.async_end)

    def loop_step(self, is_async: bool) -> int:
        """Fetch the next item or leave the loop; answers the jump to be aimed."""
        if not is_async:
            return self.emit(op.for_iter, 0)
        jump = self.emit(op.async_next, 0)
        self.emit(op.const, None)
        self.emit(op.yield_from)
        self.emit(op.pop_block)
        return jump

    def _GeneratorExp(self, node: ast.GeneratorExp) -> None:
        from .compiler import Compiler

        self.value(node.generators[0].iter)
        self.emit(op.get_async_iter if node.generators[0].is_async else op.get_iter)
        scope = Names("function", self.scope if self.scope.kind != "class" else self.scope.up)
        for one in node.generators:
            scope.names.update(stored(one.target))
        scope.names.add(".0")
        inner = Compiler(self.units, scope, "<genexpr>", f"{self.qualname}.<locals>.<genexpr>")
        inner.span = self.span
        inner.code.info.positional = [".0"]
        inner.code.info.kind = "async" if any(g.is_async for g in node.generators) else "generator"
        inner.emit(op.load_fast, ".0")

        def inside() -> None:
            inner.value(node.elt)
            inner.emit(op.yield_)
            inner.emit(op.pop)

        inner._clauses(node.generators, 0, inside)
        inner.emit(op.const, None)
        inner.emit(op.return_value)
        self.emit(op.make_function, (inner.number, 0, (), (), self.scope.kind == "class"))
        self.emit(op.swap)
        self.emit(op.call, (1, (), 0))

    # Functions

    def function(self, name: str, node: Any, body: list[ast.stmt] | ast.expr) -> None:
        """Compile a function; the object lands on the stack."""
        from .compiler import Compiler

        arguments: ast.arguments = node.args
        for default in arguments.defaults:
            self.value(default)
        named = []
        for one, default_ in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if default_ is not None:
                self.value(default_)
                named.append(one.arg)
        notes = self._annotations(node) if not isinstance(node, ast.Lambda) else ()
        around = self.scope.up if self.scope.kind == "class" else self.scope
        scope = Names("function", around)
        names_of(body, scope)
        prefix = self.qualname if self.scope.kind == "class" else f"{self.qualname}.<locals>"
        inner = Compiler(self.units, scope, name, f"{prefix}.{name}" if self.qualname else name)
        inner.class_name = getattr(self, "class_name", "")
        inner.at(node)
        inner.arguments(arguments)
        is_async = isinstance(node, ast.AsyncFunctionDef)
        spec = inner.code.info
        spec.kind = ("async" if is_async else "generator") if yields(body) else (
            "coroutine" if is_async else "")  # fmt: skip
        if isinstance(body, list):
            spec.doc = ast.get_docstring(node)
            inner.body(body)
            inner.emit(op.const, None)
        else:
            inner.value(body)
        inner.emit(op.return_value)
        detail = (inner.number, len(arguments.defaults), tuple(named), notes,
                  self.scope.kind == "class")  # fmt: skip
        self.emit(op.make_function, detail)

    def _annotations(self, node: Any) -> tuple[str, ...]:
        """Push what the annotations of a function give; answers their names."""
        args: ast.arguments = node.args
        rows = [*args.posonlyargs, *args.args, *([args.vararg] if args.vararg else []),
                *args.kwonlyargs, *([args.kwarg] if args.kwarg else [])]  # fmt: skip
        notes = [(row.arg, row.annotation) for row in rows if row.annotation is not None]
        if node.returns is not None:
            notes.append(("return", node.returns))
        for _, note in notes:
            self.annotation(note)
        return tuple(name for name, _ in notes)

    def annotation(self, note: ast.expr) -> None:
        """Push an annotation's value; under the future import its text when it has none."""
        if not getattr(self, "lazy_notes", False):
            self.value(note)
            return
        block = self.emit(op.setup_try, 0)
        self.value(note)
        self.emit(op.pop_block)
        done = self.emit(op.jump, 0)
        self.land(block)
        self.emit(op.pop)
        self.emit(op.const, ast.unparse(note))
        self.land(done)

    def target(self, node: ast.expr) -> None:
        """Bind a target to what is on the stack (see Compiler)."""
        raise NotImplementedError
