"""Compiles a Python source to the machine's code: statements, functions, classes."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any

from ....vm import Code
from ..templates import PREFIX, translate
from . import operations as op
from .emit import Block
from .expressions import BINARY, MARK_BINARY, Expressions
from .patterns import Patterns
from .scopes import Names, names_of, uses_class

MAX_SOURCE = 1 << 19
MAX_DEPTH = 90
"""Nesting of a source that the compiler follows."""


@lru_cache(maxsize=512)
def compile_source(source: str, text: str, mode: str = "exec") -> tuple[Code, ...]:
    """Compile a source. Raises SyntaxError, ValueError, RecursionError, MemoryError.

    mode "single": the value of an expression statement is shown, as at the prompt; "eval": the
    body's result is the value of the one expression.
    """
    if len(text) > MAX_SOURCE:
        raise MemoryError
    tree = translate(source, text) if source.startswith(PREFIX) else ast.parse(text)
    if _depth(tree) > MAX_DEPTH:
        raise RecursionError("maximum recursion depth exceeded during compilation")
    units: list[Code] = []
    scope = Names("module", None)
    names_of(tree.body, scope)
    scope.globals.clear()
    top = Compiler(units, scope, "<module>", "")
    top.single = mode == "single"
    top.lazy_notes = any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body
    )
    if tree.body and (doc := ast.get_docstring(tree)) is not None:
        top.emit(op.const, doc)
        top.store("__doc__")
    if mode == "eval" and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
        top.value(tree.body[0].value)
    else:
        top.body(tree.body)
        top.emit(op.const, None)
    top.emit(op.return_value)
    return tuple(units)


def _depth(tree: ast.AST) -> int:
    deepest = 0
    todo: list[tuple[ast.AST, int]] = [(tree, 0)]
    while todo:
        node, depth = todo.pop()
        deepest = max(deepest, depth)
        todo.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return deepest


class Compiler(Expressions, Patterns):
    """Compiles one code object; inner functions get compilers of their own."""

    class_name = ""
    single = False
    lazy_notes = False

    def body(self, statements: list[ast.stmt]) -> None:
        """Compile statements."""
        for node in statements:
            self.at(node)
            handler: Any = getattr(self, f"_{type(node).__name__}", None)
            if handler is None:
                raise SyntaxError(f"unsupported statement {type(node).__name__}")
            handler(node)

    def arguments(self, node: ast.arguments) -> None:
        """Note a function's parameters."""
        spec = self.code.info
        spec.positional = [arg.arg for arg in [*node.posonlyargs, *node.args]]
        spec.only_positional = len(node.posonlyargs)
        spec.star = node.vararg.arg if node.vararg else ""
        spec.keywords = [arg.arg for arg in node.kwonlyargs]
        spec.double_star = node.kwarg.arg if node.kwarg else ""
        names = [*spec.positional, *spec.keywords, spec.star, spec.double_star]
        self.scope.names.update(name for name in names if name)

    # Simple statements

    def _Pass(self, node: ast.Pass) -> None:
        pass

    _Global = _Nonlocal = _Pass

    def _Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant) and not self.single:
            return
        self.value(node.value)
        self.emit(op.show if self.single and not self.blocks else op.pop)

    def _Assign(self, node: ast.Assign) -> None:
        self.value(node.value)
        for number, target in enumerate(node.targets):
            if number < len(node.targets) - 1:
                self.emit(op.dup)
            self.target(target)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.value(node.value)
            self.target(node.target)
        if self.scope.kind in ("class", "module") and isinstance(node.target, ast.Name):
            self.annotation(node.annotation)
            self.emit(op.store_annotation, node.target.id)

    def _AugAssign(self, node: ast.AugAssign) -> None:
        target = node.target
        word = BINARY[type(node.op)]
        if isinstance(target, ast.Name):
            self.load(target.id)
        elif isinstance(target, ast.Attribute):
            self.value(target.value)
            self.emit(op.dup)
            self.emit(op.load_attr, self.mangle(target.attr))
        else:
            self.value(target.value)
            self.value(target.slice)
            self.emit(op.dup_two)
            self.emit(op.load_item)
        self.value(node.value)
        self.at(node, MARK_BINARY)
        self.emit(op.in_place, word)
        if isinstance(target, ast.Name):
            self.store(target.id)
        elif isinstance(target, ast.Attribute):
            self.emit(op.swap)
            self.emit(op.store_attr, self.mangle(target.attr))
        else:
            self.emit(op.rotate_three)  # holder key value -> value holder key
            self.emit(op.store_item)

    def target(self, node: ast.expr) -> None:
        """Bind a target to what is on the stack."""
        if isinstance(node, ast.Name):
            self.store(node.id)
        elif isinstance(node, ast.Attribute):
            self.value(node.value)
            self.at(node)
            self.emit(op.store_attr, self.mangle(node.attr))
        elif isinstance(node, ast.Subscript):
            self.value(node.value)
            self.value(node.slice)
            self.emit(op.store_item)
        elif isinstance(node, ast.Tuple | ast.List):
            star = [n for n, one in enumerate(node.elts) if isinstance(one, ast.Starred)]
            if star:
                self.emit(op.unpack_star, (star[0], len(node.elts) - star[0] - 1))
            else:
                self.emit(op.unpack, len(node.elts))
            for one in node.elts:
                self.target(one.value if isinstance(one, ast.Starred) else one)

    def _Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.delete(target.id)
            elif isinstance(target, ast.Attribute):
                self.value(target.value)
                self.emit(op.delete_attr, self.mangle(target.attr))
            elif isinstance(target, ast.Subscript):
                self.value(target.value)
                self.value(target.slice)
                self.emit(op.delete_item)
            elif isinstance(target, ast.Tuple | ast.List):
                self._Delete(ast.Delete(targets=target.elts))

    def _Return(self, node: ast.Return) -> None:
        if node.value is None:
            self.emit(op.const, None)
        else:
            self.value(node.value)
        self.leave(self.blocks, holds=True)
        self.emit(op.return_value)

    def _Raise(self, node: ast.Raise) -> None:
        for part in (node.exc, node.cause):
            if part is not None:
                self.value(part)
        self.at(node)
        self.emit(op.raise_, 0 if node.exc is None else 1 if node.cause is None else 2)

    def _Assert(self, node: ast.Assert) -> None:
        self.value(node.test)
        fine = self.emit(op.jump_if_true, 0)
        if node.msg is not None:
            self.value(node.msg)
        self.at(node.test)
        self.emit(op.fail_assertion, node.msg is not None)
        self.land(fine)

    def _Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.emit(op.import_name, (alias.name, 0, None, bool(alias.asname)))
            self.store(alias.asname or alias.name.partition(".")[0])

    def _ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module == "__future__":
            return
        names = tuple(alias.name for alias in node.names)
        self.emit(op.import_name, (node.module or "", node.level, names, True))
        for alias in node.names:
            if alias.name == "*":
                self.emit(op.import_star)
                return
            self.emit(op.import_from, alias.name)
            self.store(alias.asname or alias.name)
        self.emit(op.pop)

    # Ways out

    def leave(self, blocks: list[Block], holds: bool = False) -> None:
        """Close blocks from the innermost on; holds: the result lies on the stack meanwhile."""
        for number in range(len(blocks) - 1, -1, -1):
            block = blocks[number]
            if block.kind == "loop" and block.drop and holds:
                self.emit(op.drop_second)
            elif block.kind == "loop" and block.drop:
                self.emit(op.pop)
            elif block.kind == "try":
                self.emit(op.pop_block)
            elif block.kind == "handler":
                self.emit(op.leave_handler, block.depth)
            elif block.kind == "finally":
                self.emit(op.pop_block)
                outer, self.blocks = self.blocks, blocks[:number]
                self.body(block.body)
                self.blocks = outer
            elif block.kind in ("with", "async with"):
                self.emit(op.pop_block)
                if holds:
                    self.emit(op.swap)
                self.emit(op.with_exit)
                self._awaited(block.kind == "async with")
                self.emit(op.pop)

    def _loops(self) -> int:
        for number in range(len(self.blocks) - 1, -1, -1):
            if self.blocks[number].kind == "loop":
                return number
        raise SyntaxError("'break' outside loop")

    def _Break(self, node: ast.Break) -> None:
        at = self._loops()
        self.leave(self.blocks[at:])
        self.blocks[at].breaks.append(self.emit(op.jump, 0))

    def _Continue(self, node: ast.Continue) -> None:
        at = self._loops()
        self.leave(self.blocks[at + 1 :])
        self.emit(op.jump, self.blocks[at].start)

    # Compound statements

    def _If(self, node: ast.If) -> None:
        self.value(node.test)
        other = self.emit(op.jump_if_false, 0)
        self.body(node.body)
        if node.orelse:
            end = self.emit(op.jump, 0)
            self.land(other)
            self.body(node.orelse)
            self.land(end)
        else:
            self.land(other)

    def _While(self, node: ast.While) -> None:
        block = Block("loop", self.here)
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        end = None
        if not endless:
            self.value(node.test)
            end = self.emit(op.jump_if_false, 0)
        self.blocks.append(block)
        self.body(node.body)
        self.blocks.pop()
        self.emit(op.jump, block.start)
        if end is not None:
            self.land(end)
        self.body(node.orelse)
        self.land(*block.breaks)

    def _For(self, node: ast.For | ast.AsyncFor) -> None:
        is_async = isinstance(node, ast.AsyncFor)
        self.value(node.iter)
        self.emit(op.get_async_iter if is_async else op.get_iter)
        self.at(node.iter)
        block = Block("loop", self.here, drop=1)
        end = self.loop_step(is_async)
        self.blocks.append(block)
        self.target(node.target)
        self.body(node.body)
        self.blocks.pop()
        self.emit(op.jump, block.start)
        self.land(end)
        if is_async:
            self.emit(op.async_end)
        self.body(node.orelse)
        self.land(*block.breaks)

    _AsyncFor = _For

    def _awaited(self, is_async: bool) -> None:
        if is_async:
            self.emit(op.get_awaitable)
            self.emit(op.const, None)
            self.emit(op.yield_from)

    def _With(self, node: ast.With | ast.AsyncWith) -> None:
        self._with_items(node, 0)

    _AsyncWith = _With

    def _with_items(self, node: ast.With | ast.AsyncWith, number: int) -> None:
        if number == len(node.items):
            self.body(node.body)
            return
        item, is_async = node.items[number], isinstance(node, ast.AsyncWith)
        self.value(item.context_expr)
        self.at(item.context_expr)
        self.emit(op.with_enter, is_async)
        self._awaited(is_async)
        handler = self.emit(op.setup_try, (0, 1))
        self.blocks.append(Block("async with" if is_async else "with"))
        if item.optional_vars is not None:
            self.target(item.optional_vars)
        else:
            self.emit(op.pop)
        self._with_items(node, number + 1)
        self.blocks.pop()
        self.at(item.context_expr)
        self.emit(op.pop_block)
        self.emit(op.with_exit)
        self._awaited(is_async)
        self.emit(op.pop)
        done = self.emit(op.jump, 0)
        self.land(handler)
        self.emit(op.enter_handler, self.handlers)
        self.emit(op.with_failed)
        self._awaited(is_async)
        swallowed = self.emit(op.jump_if_true, 0)
        self.emit(op.reraise)
        self.land(swallowed)
        self.emit(op.leave_handler, self.handlers)
        self.land(done)

    def _Try(self, node: ast.Try) -> None:
        outer = 0
        if node.finalbody:
            outer = self.emit(op.setup_try, (0, 0))
            self.blocks.append(Block("finally", body=node.finalbody))
        if node.handlers:
            self._handlers(node)
        else:
            self.body(node.body)
            self.body(node.orelse)
        if not node.finalbody:
            return
        self.blocks.pop()
        self.emit(op.pop_block)
        self.body(node.finalbody)
        done = self.emit(op.jump, 0)
        self.land(outer)
        self.emit(op.enter_handler, self.handlers)
        self.blocks.append(Block("handler", depth=self.handlers))
        self.handlers += 1
        self.body(node.finalbody)
        self.handlers -= 1
        self.blocks.pop()
        self.emit(op.reraise)
        self.land(done)

    def _TryStar(self, node: ast.TryStar) -> None:
        raise SyntaxError("the model does not know except*")

    def _handlers(self, node: ast.Try) -> None:
        block = self.emit(op.setup_try, (0, 0))
        self.blocks.append(Block("try"))
        self.body(node.body)
        self.blocks.pop()
        self.emit(op.pop_block)
        self.body(node.orelse)
        ends = [self.emit(op.jump, 0)]
        self.land(block)
        self.emit(op.enter_handler, self.handlers)
        depth = self.handlers
        self.handlers += 1
        for handler in node.handlers:
            self.at(handler)
            missed = None
            if handler.type is not None:
                self.value(handler.type)
                self.emit(op.match_exception)
                missed = self.emit(op.jump_if_false, 0)
            self.blocks.append(Block("handler", depth=depth, name=handler.name))
            if handler.name:
                self.emit(op.load_exception)
                self.store(handler.name)
            self.body(handler.body)
            self.blocks.pop()
            self.emit(op.leave_handler, depth)
            if handler.name:
                self.emit(op.const, None)
                self.store(handler.name)
                self.delete(handler.name)
            ends.append(self.emit(op.jump, 0))
            if missed is not None:
                self.land(missed)
        self.handlers -= 1
        self.emit(op.reraise)
        self.land(*ends)

    # Functions and classes

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for one in node.decorator_list:
            self.value(one)
        self.at(node)
        self.function(node.name, node, node.body)
        self._decorated(node)
        self.store(node.name)

    _AsyncFunctionDef = _FunctionDef

    def _decorated(self, node: Any) -> None:
        for one in reversed(node.decorator_list):
            self.at(one)
            self.emit(op.call, (1, (), 0))

    def _ClassDef(self, node: ast.ClassDef) -> None:
        for one in node.decorator_list:
            self.value(one)
        self.at(node)
        for base in node.bases:
            self.value(base)
        for keyword in node.keywords:
            self.value(keyword.value)
        around = self.scope.up if self.scope.kind == "class" else self.scope
        cell = uses_class(node)
        if cell:
            around = Names("cell", around, {"__class__"})
        scope = Names("class", around)
        names_of(node.body, scope)
        prefix = "" if not self.qualname else (
            self.qualname if self.scope.kind == "class" else f"{self.qualname}.<locals>"
        )  # fmt: skip
        qualname = f"{prefix}.{node.name}" if prefix else node.name
        inner = Compiler(self.units, scope, node.name, qualname)
        inner.class_name, inner.lazy_notes = node.name, self.lazy_notes
        inner.code.info.doc = ast.get_docstring(node)
        inner.at(node)
        inner.body(node.body)
        inner.emit(op.const, None)
        inner.emit(op.return_value)
        words = tuple(str(keyword.arg) for keyword in node.keywords)
        self.emit(op.make_class, (inner.number, len(node.bases), words, cell,
                                  self.scope.kind == "class"))  # fmt: skip
        self._decorated(node)
        self.store(node.name)
