"""Compiles statements: blocks, loops, jumps, exceptions, imports and exports."""

from __future__ import annotations

from typing import Any

from . import ops_basic as basic
from . import ops_control as control
from . import ops_objects as objects
from .compile_loops import Loops
from .syntax import Node, refuse, text_of
from .units import FUNCTIONS, Names, Way, bound_names, first, named

TURNS = ("loop", "switch", "label")


class Statements(Loops):
    """The part of the compiler for statements."""

    typed = False
    exports: list[tuple[str, str]]

    def lexical(self, body: list[Node]) -> dict[str, str]:
        """List what a block declares with let, const, class, and its functions."""
        found: dict[str, str] = {}
        for node in body:
            node = self.declared(node)
            if node.type == "lexical_declaration":
                kind = text_of(first(node, "kind"))
                for row in named(node):
                    for name in bound_names(first(row, "name")):
                        if name in found:
                            raise refuse(row, f"Identifier '{name}' has already been declared")
                        found[name] = kind
            elif node.type in ("class_declaration", "function_declaration",
                               "generator_function_declaration"):  # fmt: skip
                name = text_of(first(node, "name"))
                kind = "class" if node.type == "class_declaration" else "function"
                if name in found and (kind == "class" or found[name] != "function"):
                    raise refuse(first(node, "name"),
                                 f"Identifier '{name}' has already been declared")  # fmt: skip
                found[name] = kind
        return found

    def declared(self, node: Node) -> Node:
        """Give the declaration behind `export`."""
        if node.type == "export_statement":
            return node.child_by_field_name("declaration") or node
        return node

    def statements(self, body: list[Node], names: Names) -> None:
        """Compile a function's statements; what they declare lies in its scope."""
        unit = self.unit
        late = []
        for name, kind in self.lexical(body).items():
            if kind != "function":
                if names.kinds.get(name) == "param" or names.kinds.get(name) == "var":
                    where = next(n for n in body if name in text_of(n))
                    raise refuse(where, f"Identifier '{name}' has already been declared")
                late.append(name)
            elif name not in names.kinds or names.kinds[name] == "self":
                unit.info.vars.append(name)
            names.kinds[name] = kind
        for name in late:
            unit.emit(late_name, name)
        self.run(body)

    def run(self, body: list[Node]) -> None:
        """Compile statements: functions first, as they are hoisted."""
        for node in body:
            inner = self.declared(node)
            if inner.type in ("function_declaration", "generator_function_declaration"):
                name = text_of(first(inner, "name"))
                self.function(inner, name)
                self.unit.emit(objects.closure, self.last)
                self.unit.emit(basic.init, self.unit.place(name))
                self.exported(name)
        for node in body:
            self.statement(node)

    def block(self, body: list[Node]) -> None:
        """Compile a block in a scope of its own, if it declares anything."""
        kinds = self.lexical(body)
        if kinds:
            self.unit.open_scope(kinds)
        self.run(body)
        if kinds:
            self.unit.close_scope()

    def statement(self, node: Node, labels: list[str] | None = None) -> None:
        """Compile a statement."""
        compile_ = getattr(self, f"do_{node.type}", None)
        if compile_ is None:
            if node.type in FUNCTIONS:
                return
            raise refuse(node, f"Unexpected token '{text_of(node)[:20]}'")
        self.unit.deeper(node)
        self.unit.at(node)
        if node.type in ("for_statement", "for_in_statement", "while_statement", "do_statement"):
            compile_(node, labels or [])
        else:
            compile_(node)
        self.unit.depth -= 1

    def do_expression_statement(self, node: Node) -> None:
        self.expression(named(node)[0])
        self.unit.emit(basic.pop)

    def do_statement_block(self, node: Node) -> None:
        self.block(named(node))

    def do_empty_statement(self, node: Node) -> None:
        """Do nothing."""

    do_debugger_statement = do_empty_statement
    do_comment = do_empty_statement
    do_function_declaration = do_empty_statement
    do_generator_function_declaration = do_empty_statement

    def do_variable_declaration(self, node: Node) -> None:
        for row in named(node):
            value = row.child_by_field_name("value")
            if value is not None:
                self.named_value(value, first(row, "name"))
                self.bind(first(row, "name"), "var")

    def do_lexical_declaration(self, node: Node) -> None:
        kind = text_of(first(node, "kind"))
        for row in named(node):
            value = row.child_by_field_name("value")
            if value is not None:
                self.named_value(value, first(row, "name"))
            elif kind == "const":
                raise refuse(row, "Missing initializer in const declaration")
            else:
                self.unit.emit(basic.const, None)
            self.unit.at(row)
            self.bind(first(row, "name"), "init")

    def do_class_declaration(self, node: Node) -> None:
        name = text_of(first(node, "name"))
        self.class_value(node, name)
        if self.typed and self.unit.place(name) is None:
            self.unit.emit(typed_init, (name, False))
            return
        self.unit.emit(basic.init, self.unit.place(name))
        self.exported(name)

    def do_if_statement(self, node: Node) -> None:
        ends: list[int] = []
        while True:
            self.expression(first(node, "condition"))
            other = self.unit.emit(basic.jump_if_false)
            self.statement(first(node, "consequence"))
            rest = node.child_by_field_name("alternative")
            if rest is None:
                self.unit.land(other)
                break
            ends.append(self.unit.emit(basic.jump))
            self.unit.land(other)
            node = named(rest)[0]
            if node.type != "if_statement":
                self.statement(node)
                break
        self.unit.land(*ends)

    # Jumps

    def do_labeled_statement(self, node: Node) -> None:
        labels = [text_of(first(node, "label"))]
        body = first(node, "body")
        while body.type == "labeled_statement":
            labels.append(text_of(first(body, "label")))
            body = first(body, "body")
        way = Way("label", labels)
        self.unit.ways.append(way)
        self.statement(body, labels)
        self.unit.ways.pop()
        self.unit.land(*way.breaks)

    def target(self, node: Node, loops: bool) -> Way:
        """Find what a `break` or `continue` leaves."""
        label = node.child_by_field_name("label")
        name = text_of(label) if label is not None else None
        for way in reversed(self.unit.ways):
            if name is None and way.kind in (("loop",) if loops else ("loop", "switch")):
                return way
            if (
                name is not None
                and name in way.labels
                and way.kind in (("loop",) if loops else ("label",))
            ):
                return way
        if name is not None:
            raise refuse(node, f"Undefined label '{name}'")
        words = ("Illegal continue statement: no surrounding iteration statement" if loops
                 else "Illegal break statement")  # fmt: skip
        raise refuse(node, words)

    def do_break_statement(self, node: Node) -> None:
        self.go(self.target(node, False), False)

    def do_continue_statement(self, node: Node) -> None:
        self.go(self.target(node, True), True)

    def go(self, way: Way, again: bool) -> None:
        unit = self.unit
        crossed = unit.ways[unit.ways.index(way) + 1 :]
        plain = all(one.kind in (*TURNS, "scope") for one in crossed)
        if not plain:
            unit.emit(basic.const, None)
        unit.leave_to(way)
        if not plain:
            unit.emit(basic.pop)
        (way.continues if again else way.breaks).append(unit.emit(basic.jump))

    def do_return_statement(self, node: Node) -> None:
        unit = self.unit
        if unit.up is None and unit.is_module:
            raise refuse(node, "Illegal return statement")
        value = named(node)
        if value:
            self.expression(value[0])
        else:
            unit.emit(basic.const, None)
        if unit.info.generator and unit.info.asynchronous:
            self.wait(node)
        unit.leave_to(None)
        unit.emit(control.return_)

    def do_throw_statement(self, node: Node) -> None:
        self.expression(named(node)[0])
        self.unit.at(node)
        self.unit.emit(control.throw_)

    def do_switch_statement(self, node: Node) -> None:
        unit = self.unit
        self.expression(first(node, "value"))
        body = named(first(node, "body"))
        inner = [one for case in body for one in case.children_by_field_name("body")]
        kinds = self.lexical(inner)
        way = Way("switch")
        unit.ways.append(way)
        unit.open_scope({**kinds, "%switch": "hidden"})
        unit.emit(basic.init, "%switch")
        jumps: list[int] = []
        default: int | None = None
        for case in body:
            if case.type == "switch_default":
                jumps.append(-1)
                continue
            unit.emit(basic.load, "%switch")
            self.expression(first(case, "value"))
            unit.emit(basic.same, True)
            jumps.append(unit.emit(basic.jump_if_true))
        default = unit.emit(basic.jump)
        landed = False
        for case, at in zip(body, jumps, strict=True):
            unit.land(default if at < 0 else at)
            landed = landed or at < 0
            self.run([n for n in case.children_by_field_name("body") if n.type != "comment"])
        if not landed:
            unit.land(default)
        unit.close_scope()
        unit.ways.pop()
        unit.land(*way.breaks)

    # Exceptions

    def do_try_statement(self, node: Node) -> None:
        final = node.child_by_field_name("finalizer")
        if final is None:
            self.with_catch(node)
            return
        unit = self.unit
        way = Way("finally")
        handler = unit.emit(control.try_push)
        unit.ways.append(way)
        self.with_catch(node)
        unit.ways.pop()
        unit.emit(control.try_pop)
        unit.emit(basic.const, None)
        unit.emit(basic.const, 0)
        normal = unit.emit(basic.jump)
        unit.land(handler)
        unit.emit(control.caught, True)
        unit.emit(basic.const, -1)
        unit.land(normal, *way.gosubs)
        unit.ways.append(Way("finally-body"))
        self.statement(first(final, "body"))
        unit.ways.pop()
        unit.emit(control.end_finally, way.exits)

    def with_catch(self, node: Node) -> None:
        unit = self.unit
        handler_node = node.child_by_field_name("handler")
        if handler_node is None:
            self.statement(first(node, "body"))
            return
        handler = unit.emit(control.try_push)
        unit.ways.append(Way("try"))
        self.statement(first(node, "body"))
        unit.ways.pop()
        unit.emit(control.try_pop)
        done = unit.emit(basic.jump)
        unit.land(handler)
        unit.emit(control.caught, False)
        parameter = handler_node.child_by_field_name("parameter")
        if parameter is None:
            unit.emit(basic.pop)
            self.statement(first(handler_node, "body"))
        else:
            unit.open_scope(dict.fromkeys(bound_names(parameter), "let"))
            self.bind(parameter, "init")
            self.statement(first(handler_node, "body"))
            unit.close_scope()
        unit.land(done)

    def do_with_statement(self, node: Node) -> None:
        raise refuse(node, "Strict mode code may not include a with statement")

    # Modules

    def imports(self, body: list[Node]) -> None:
        """Load what a module imports before anything else; note what it exports."""
        from .compile_modules import export_names, import_rows

        for number, node in enumerate(body):
            if node.type == "import_statement":
                import_rows(self, node, f"%module{number}")
            elif node.type == "export_statement":
                export_names(self, node, f"%module{number}")

    def do_import_statement(self, node: Node) -> None:
        if not self.unit.is_module or self.unit.up is not None or self.typed:
            raise refuse(node, "Cannot use import statement outside a module")

    def do_export_statement(self, node: Node) -> None:
        from .compile_modules import export

        if not self.unit.is_module or self.unit.up is not None or self.typed:
            raise refuse(node, "Unexpected token 'export'")
        export(self, node)

    def exported(self, name: str) -> None:
        """Let other modules see a name's new value."""
        keys = [key for local, key in self.exports if local == name]
        if not keys:
            return
        found = self.unit.find(name)
        if found is None or found[1].unit.up is not None or found[1].up is not None:
            return
        self.unit.emit(publish, (self.unit.place(name), self.unit.place("%exports"), keys))


def late_name(vm: Any, frame: Any, name: str) -> None:
    """Let a name of the function's scope exist before its declaration is reached."""
    from .values import TDZ

    frame.scope.names[name] = TDZ


def typed_init(vm: Any, frame: Any, argument: Any) -> None:
    """Keep a name of the prompt."""
    vm.root.setdefault("typed", {})[argument[0]] = frame.stack.pop()


def publish(vm: Any, frame: Any, argument: Any) -> None:
    """Write a name's value into the module's exports."""
    place, where, keys = argument
    names, name = basic._scope(frame, place)
    exports, at = basic._scope(frame, where)
    for key in keys:
        exports[at].props[key] = names[name]
