"""The compiler of one function: its parameters, results, deferred calls, its last statement."""

from __future__ import annotations

from typing import Any

from ...vm import Code
from . import running
from .body import Label
from .control import Control
from .tree import Node
from .types import Type
from .values import Fn, Ref


class Compiler(Control):
    """Compiles functions."""

    title = "main.main"

    def function(self, code: Code, node: Node, receiver: Type | None, title: str) -> None:
        """Compile a function with a body: a declared one, or a literal."""
        self.title = title
        if self.up is None:
            self.shared = shared_names(node.body)
        self.open()
        signature = self.type(node.type)
        params: list[tuple[Any, Type]] = []
        if receiver is not None:
            params.append((node.receiver.name, receiver))
        for one, kind in zip(node.type.params, signature.params, strict=True):
            params.append((one.name, kind))
        objects = []
        for name, kind in params:
            objects.append(self.declare(name or "_", kind, node, used=True))
        if self.up is not None:
            self.capture_register = self.temp()
        for obj in objects:
            if obj.boxed:
                self._box(obj.index)
        self._results(node, signature)
        handler, end = Label(), Label()
        if has_defer(node.body):
            self.defers, self.defer_end = self.temp(), end
            self.emit(running.begin_defers, (self.defers, handler))
        self.open()
        self.statements(node.body.body)
        self._last(node, signature)
        self.close(self.next_register)
        if self.defers is not None:
            self.emit(running.jump, end)
            self.mark(handler)
            self.emit(running.panicked, (self.defers, handler))
            self.mark(end)
            self.emit(running.run_defers, (self.defers, self._result_fn()))
        else:
            self.emit(running.bare_return, self._result_fn() if self.result_objects else None)
        self.close(self.next_register)
        self.finish(code, code.name, title, 0)

    def _box(self, at: int) -> None:
        def box(r: list[Any]) -> None:
            r[at] = Ref(r[at])

        self.do(box)

    def _results(self, node: Node, signature: Type) -> None:
        self.results = signature.results
        named = bool(node.type.results) and node.type.results[0].name is not None
        if named or (has_defer(node.body) and self.results):
            for at, (one, kind) in enumerate(zip(node.type.results, self.results, strict=True)):
                name = one.name if named else None
                obj = self.declare(name or f"·result{at}", kind, node, used=True)
                if name == "_":
                    obj = self.declare(f"·result{at}", kind, node, used=True)
                self.set_new(obj, self.zero(kind))
                self.result_objects.append(obj)
        self.bare = named

    bare = False

    def _result_fn(self) -> Fn | None:
        """Compile the reading of all results from their variables."""
        fns = [self.reading(obj) for obj in self.result_objects]
        if not fns:
            return None
        return fns[0] if len(fns) == 1 else lambda r: tuple([one(r) for one in fns])

    def leave(self, fns: list[Fn]) -> None:
        """End the call with results: through their variables and deferred calls, if any."""
        if self.result_objects and fns:
            self._store_results(fns)
        if self.defer_end is not None:
            self.emit(running.jump, self.defer_end)
            return
        if self.result_objects and not fns:
            self.emit(running.bare_return, self._result_fn())
        elif len(fns) == 1:
            self.emit(running.bare_return, fns[0])
        elif fns:
            self.emit(running.bare_return, lambda r: tuple([one(r) for one in fns]))
        else:
            self.emit(running.bare_return, None)

    def _store_results(self, fns: list[Fn]) -> None:
        if self.defer_end is None:
            return  # nobody looks at the variables any more
        holders = [
            self._variable_store(obj)
            if obj.type is None or obj.type.kind not in ("struct", "array")
            else _replace(obj.index)
            for obj in self.result_objects
        ]

        def store(r: list[Any]) -> None:
            values = [one(r) for one in fns]
            for holder, value in zip(holders, values, strict=True):
                holder(r, value)

        self.do(store)

    def _last(self, node: Node, signature: Type) -> None:
        if signature.results and not terminates(node.body):
            place = node.end if hasattr(node, "end") else node
            self.wrong(place, "missing return")

    def _return_named(self) -> bool:
        return self.bare


def _replace(at: int) -> Any:
    def store(r: list[Any], value: Any) -> None:
        r[at] = value

    return store


def walk(node: Any) -> Any:
    """Go through all nodes of a tree."""
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, Node):
            yield one
            stack.extend(one.__dict__.values())
        elif isinstance(one, list | tuple) and not hasattr(one, "text"):
            stack.extend(one)


def has_defer(body: Node) -> bool:
    """Tell whether a body defers calls itself, not in a literal."""
    stack: list[Any] = [body]
    while stack:
        one = stack.pop()
        if isinstance(one, Node):
            if one.kind == "defer":
                return True
            if one.kind != "funclit":
                stack.extend(one.__dict__.values())
        elif isinstance(one, list | tuple) and not hasattr(one, "text"):
            stack.extend(one)
    return False


def shared_names(body: Node) -> dict[str, None]:
    """Give the names that function literals use and those that & is taken of."""
    found: dict[str, None] = {}
    for node in walk(body):
        if node.kind == "funclit":
            for inner in walk(node.body):
                if inner.kind == "name":
                    found[inner.name] = None
        elif node.kind == "unary" and node.op == "&":
            inner = node.x
            while inner.kind == "paren":
                inner = inner.x
            if inner.kind == "name":
                found[inner.name] = None
    return found


def terminates(node: Node | None) -> bool:
    """Tell whether a statement ends the function, by the rules of the specification."""
    if node is None:
        return False
    kind = node.kind
    if kind == "block":
        return bool(node.body) and terminates(node.body[-1])
    if kind in ("return", "goto"):
        return True
    if kind == "expression":
        x = node.x
        return bool(x.kind == "call" and x.x.kind == "name" and x.x.name == "panic")
    if kind == "if":
        return node.other is not None and terminates(node.then) and terminates(node.other)
    if kind == "for":
        return node.test is None and not _breaks(node.body, node.__dict__.get("label", ""))
    if kind == "labeled":
        if node.body.kind in ("for", "switch", "select", "typeswitch"):
            node.body.__dict__["label"] = node.name
        return terminates(node.body)
    if kind in ("switch", "typeswitch", "select"):
        cases = node.cases
        has_default = kind == "select" or any(case.values is None for case in cases)
        return has_default and all(
            case.body
            and (terminates(case.body[-1]) or case.body[-1].kind == "fallthrough")
            and not any(_breaks(one, node.__dict__.get("label", "")) for one in case.body)
            for case in cases
        )
    return False


def _breaks(node: Node, label: str, nested: bool = False) -> bool:
    """Tell whether a break in a body leaves the statement around it."""
    if node.kind == "break":
        return (not node.label and not nested) or (bool(label) and node.label == label)
    if node.kind == "funclit":
        return False
    inner = nested or node.kind in ("for", "forrange", "switch", "typeswitch", "select")
    for part in node.__dict__.values():
        rows = part if isinstance(part, list) else [part]
        for one in rows:
            if isinstance(one, Node) and _breaks(one, label, inner):
                return True
    return False
