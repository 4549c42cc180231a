"""Compiles calls: of functions, methods, function values; and generic functions."""

from __future__ import annotations

from typing import Any

from . import running
from .body import Operand, constant_fn, local_fn
from .builtin import Builtins
from .packages import Block, Obj
from .tree import Node, shown
from .types import Type, find_field, find_method
from .values import Fn, new_list


class Calls(Builtins):
    """The part of the compiler that deals with calls."""

    def _x_call(self, node: Node) -> Operand:
        x = node.x
        while x.kind == "paren":
            x = x.x
        if x.kind == "selector" and not self._of_a_package(x):
            found = self._method_call(node, x)
            if found is not None:
                return found
        operand = self.any_expr(x)
        if operand.mode == "type":
            return self._conversion_call(node, operand)
        if operand.mode == "builtin":
            return self.builtin(node, x.name)
        if operand.obj is not None and operand.obj.kind == "func" and operand.obj.node is not None:
            if operand.obj.node.bounds:
                return self._generic_call(node, operand.obj, getattr(operand, "args", []))
            if not operand.is_unknown:
                return self._known_call(node, operand)
        if operand.is_unknown:
            return self._unknown_call(node)
        if operand.type.kind != "func":
            return self.wrong(
                node, f"invalid operation: cannot call non-function {self.said(operand)}"
            )
        args = self.arguments(node, operand.type)
        self.line = node.line
        self.emit(running.call_value, (operand.fn, args))
        return self.result(node, operand.type)

    def _of_a_package(self, node: Node) -> bool:
        if node.x.kind != "name":
            return False
        obj = self.block.find(node.x.name)
        return obj is not None and obj.kind == "package"

    def _unknown_call(self, node: Node) -> Operand:
        for one in node.args:
            self.any_expr(one)
        return self.unknown(node)

    def _conversion_call(self, node: Node, operand: Operand) -> Operand:
        if len(node.args) != 1:
            text = "missing argument" if not node.args else "too many arguments"
            return self.wrong(node.end, f"{text} in conversion to {self.show(operand.type)}")
        return self.conversion(operand.type, self.single(node.args[0]), node)

    def _known_call(self, node: Node, operand: Operand) -> Operand:
        from .functions import function_number, native_name
        from .natives import native

        obj = operand.obj
        assert obj is not None and obj.package is not None and obj.node is not None
        args = self.arguments(node, operand.type)
        self.line = node.line
        if obj.node.body is None:
            function = native(native_name(obj.package.path, obj.name, None))
            if function is not None:
                self.emit(running.call_native, (function, args))
                return self.result(node, operand.type)
        self.emit(running.call, (function_number(self.program, obj), args))
        return self.result(node, operand.type)

    # Methods

    def _method_call(self, node: Node, x: Node) -> Operand | None:
        from .functions import method_number, native_name, zero_results
        from .natives import native

        base = self.any_expr(x.x)
        if base.mode != "value" or base.is_unknown:
            if base.is_unknown and base.mode == "value":
                return self._unknown_call(node)
            return None if base.mode == "type" else self._unknown_call(node)
        method = find_method(base.type, x.name)
        field = find_field(base.type, x.name)
        if method is None or (field is not None and len(field[0]) <= len(method[0])):
            if field is None:
                return None
            function = self.field(base, field, x)
            if function.is_unknown:
                return self._unknown_call(node)
            if function.type.kind != "func":
                return self.wrong(
                    node, f"invalid operation: cannot call non-function {self.said(function)}"
                )
            args = self.arguments(node, function.type)
            self.emit(running.call_value, (function.fn, args))
            return self.result(node, function.type)
        way, owner, row = method
        if isinstance(row, Type):
            value = self.walked(base, way)
            args = self.arguments(node, row)
            self.line = node.line
            zero = zero_results(row)
            self.emit(running.call_method, (value, x.name, args, self.dispatch, zero))
            return self.result(node, row)
        signature = self.program.signature_of(row, owner)
        receiver = self.receiver(base, way, owner, row, x)
        args = self.arguments(node, signature)
        self.line = node.line
        if row["node"].body is None:
            name = native_name(row["package"].path, x.name, owner)
            function_py = native(name)
            if function_py is not None:
                self.emit(running.call_native, (function_py, [receiver, *args]))
                return self.result(node, signature)
        self.emit(running.call, (method_number(self.program, row, owner), [receiver, *args]))
        return self.result(node, signature)

    # Arguments and results

    def arguments(self, node: Node, signature: Type) -> list[Fn]:
        """Compile arguments for a signature."""
        params = signature.params
        if len(node.args) == 1 and not node.spread and (len(params) > 1 or signature.variadic):
            only = self.expr(node.args[0])
            if only.type.kind == "tuple" and only.type.results:
                operands = self.parts_of(only)
            else:
                operands = [only]
        else:
            operands = [self.expr(one) for one in node.args]
        if "?" in signature.key and len(operands) < len(params):
            return [self.zero(one) for one in params]
        fixed = len(params) - (1 if signature.variadic else 0)
        if len(operands) < fixed or (len(operands) > len(params) and not signature.variadic):
            self._count_wrong(node, signature, operands)
            return [self.zero(one) for one in params]
        where = f"argument to {shown(node.x)}"
        args = [
            self.convert(one, kind, where)
            for one, kind in zip(operands[:fixed], params, strict=False)
        ]
        if not signature.variadic:
            return args
        last = params[-1]
        if node.spread:
            return [*args, self.convert(operands[-1], last, where) if operands else self.zero(last)]
        rest = [self.convert(one, last.elem, where) for one in operands[fixed:]]
        if not rest:
            return [*args, constant_fn(None)]
        return [*args, lambda r: new_list([one(r) for one in rest])]

    def parts_of(self, operand: Operand) -> list[Operand]:
        """Split the results of a call into operands."""
        first = operand.tuple_at  # type: ignore[attr-defined]
        return [
            Operand(kind, local_fn(first + at), operand.node, fresh=True)
            for at, kind in enumerate(operand.type.results)
        ]

    def _count_wrong(self, node: Node, signature: Type, operands: list[Operand]) -> None:
        few = len(operands) < len(signature.params)
        have = ", ".join(
            "number"
            if one.type.is_untyped and one.type.is_number
            else self.show(self.types.default(one.type))
            for one in operands
        )
        kinds = [self.show(one) for one in signature.params]
        if signature.variadic:
            kinds[-1] = "..." + kinds[-1].removeprefix("[]")
        if any(one.is_unknown for one in operands):
            return
        place: Any = node.end if few else operands[len(signature.params)].node
        self.wrong(
            place,
            f"{'not enough' if few else 'too many'} arguments in call to "
            f"{shown(node.x)}\n\thave ({have})\n\twant ({', '.join(kinds)})",
        )

    def result(self, node: Node, signature: Type) -> Operand:
        """Take a call's result from the stack into registers."""
        results = signature.results
        if not results:
            self.emit(running.drop)
            return Operand(self.types.nothing, constant_fn(None), node, "nothing")
        if len(results) == 1:
            at = self.temp()
            self.emit(running.pop, at)
            return Operand(results[0], local_fn(at), node, fresh=True)
        at = self.temp(len(results))
        self.emit(running.unpack, (at, len(results)))
        made = Operand(self.types.tuple(results), constant_fn(None), node)
        made.tuple_at = at  # type: ignore[attr-defined]
        return made

    # Generic functions

    def instance(self, node: Node, x: Operand) -> Operand:
        """Compile `F[int]` or `T[int]`."""
        args = [self.type(one) for one in node.args]
        obj = x.obj
        if x.mode == "type":
            return Operand(self.type(node), constant_fn(None), node, "type")
        if obj is None or obj.node is None:
            return self.unknown(node)
        if len(args) == len(obj.node.bounds):
            signature = self._instantiated(obj, args)
            from .functions import function_number
            from .values import Func

            number = function_number(self.program, obj, args)
            made = Operand(signature, lambda r: Func(number, [], []), node)
        else:
            made = self.unknown(node)
        made.obj = obj
        made.args = args  # type: ignore[attr-defined]
        return made

    def _instantiated(self, obj: Obj, args: list[Type]) -> Type:
        assert obj.package is not None and obj.node is not None
        block = Block(obj.package.imports[obj.file])
        for bound, arg in zip(obj.node.bounds, args, strict=False):
            block.names[bound.name] = Obj("type", bound.name, arg)
        return self.program.reader(obj.package, obj.file, block).read(obj.node.type)

    def _generic_call(self, node: Node, obj: Obj, given: list[Type]) -> Operand:
        from .functions import function_number

        assert obj.node is not None and obj.package is not None
        names = [one.name for one in obj.node.bounds]
        found: dict[str, Type] = dict(zip(names, given, strict=False))
        params = obj.node.type.params
        operands = self._generic_operands(node)
        later: list[tuple[Node, Operand]] = []
        for at, operand in enumerate(operands):
            param = params[min(at, len(params) - 1)] if params else None
            if param is None:
                break
            if operand.type.is_untyped:
                later.append((param.type, operand))
            elif param.variadic and node.spread and at == len(operands) - 1:
                self._infer(param.type, operand.type.elem, names, found, obj)
            else:
                self._infer(param.type, operand.type, names, found, obj)
        for pattern, operand in later:
            if operand.mode != "nil":
                self._infer(pattern, self.types.default(operand.type), names, found, obj)
        self._from_bounds(obj, names, found)
        missing = next((name for name in names if name not in found), None)
        if missing is not None:
            if any("?" in one.type.key for one in operands):
                return self.unknown(node)
            return self.wrong(node.end, f"in call to {shown(node.x)}, cannot infer {missing}")
        args = [found[name] for name in names]
        if any(one.is_unknown for one in args):
            return self.unknown(node)
        signature = self._instantiated(obj, args)
        compiled = self.given_arguments(node, operands, signature)
        self.line = node.line
        from .natives import native

        function = native(f"{obj.package.path}.{obj.name}") if obj.node.body is None else None
        if function is not None:
            self.emit(running.call_native, (function, compiled))
        else:
            self.emit(running.call, (function_number(self.program, obj, args), compiled))
        return self.result(node, signature)

    def _generic_operands(self, node: Node) -> list[Operand]:
        if len(node.args) == 1 and not node.spread:
            only = self.expr(node.args[0])
            if only.type.kind == "tuple" and only.type.results:
                return self.parts_of(only)
            return [only]
        return [self.expr(one) for one in node.args]

    def given_arguments(self, node: Node, operands: list[Operand], signature: Type) -> list[Fn]:
        """Convert arguments that are compiled already."""
        fixed = len(signature.params) - (1 if signature.variadic else 0)
        if len(operands) < fixed or (len(operands) > fixed and not signature.variadic):
            self._count_wrong(node, signature, operands)
            return [self.zero(one) for one in signature.params]
        where = f"argument to {shown(node.x)}"
        args = [
            self.convert(one, kind, where)
            for one, kind in zip(operands[:fixed], signature.params, strict=False)
        ]
        if not signature.variadic:
            return args
        last = signature.params[-1]
        if node.spread and operands:
            return [*args, self.convert(operands[-1], last, where)]
        rest = [self.convert(one, last.elem, where) for one in operands[fixed:]]
        return [
            *args,
            (lambda r: new_list([one(r) for one in rest])) if rest else constant_fn(None),
        ]

    def _infer(
        self, pattern: Node, kind: Type, names: list[str], found: dict[str, Type], obj: Obj
    ) -> None:
        what = pattern.kind
        if what == "name":
            if pattern.name in names and pattern.name not in found:
                found[pattern.name] = kind
        elif what in ("slicetype", "arraytype", "chantype"):
            self._infer(pattern.elem, kind.elem, names, found, obj)
        elif what == "star":
            self._infer(pattern.x, kind.elem, names, found, obj)
        elif what == "maptype":
            self._infer(pattern.key, kind.of_key, names, found, obj)
            self._infer(pattern.elem, kind.elem, names, found, obj)
        elif what == "functype":
            for one, param in zip(pattern.params, kind.params, strict=False):
                self._infer(one.type, param, names, found, obj)
            for one, result in zip(pattern.results, kind.results, strict=False):
                self._infer(one.type, result, names, found, obj)
        elif what == "index":
            for one, arg in zip(pattern.args, kind.args, strict=False):
                self._infer(one, arg, names, found, obj)

    def _from_bounds(self, obj: Obj, names: list[str], found: dict[str, Type]) -> None:
        """Infer E of `S ~[]E` from S."""
        assert obj.node is not None
        for bound in obj.node.bounds:
            if bound.name in found and bound.type.kind == "union" and len(bound.type.terms) == 1:
                self._infer(bound.type.terms[0][1], found[bound.name], names, found, obj)
