"""Jinja's statements, as trees of Python."""

from __future__ import annotations

import ast
from typing import Any

from . import trees as t
from .jinja_values import Values
from .jinja_words import Part, parts
from .problems import TemplateProblem

TAGS = ("for", "if", "block", "extends", "include", "import", "from", "set", "macro", "call",
        "filter", "with", "autoescape", "do", "break", "continue")  # fmt: skip


def translate(text: str, flags: str) -> ast.Module:
    """Translate a template: functions for its page (`root`), blocks and macros.

    Raises TemplateProblem.
    """
    reader = Statements(parts(text, flags))
    body, end = reader.until()
    assert not end
    functions = [*reader.functions, t.function("top-level template code", body, 1)]
    rows = [("root", "top-level template code")]
    rows += [(f"block {key}", function) for key, function in reader.blocks.items()]
    head = [t.let(key, t.name(function), 1) for key, function in rows]
    notes = [t.let("filters", t.const(tuple(reader.filters.items())), 1),
             t.let("tests", t.const(tuple(reader.tests.items())), 1),
             t.let("blocks", t.const(tuple(reader.blocks)), 1)]  # fmt: skip
    return t.module([*functions, *head, *notes])


class Statements(Values):
    """Reads the parts of a template."""

    def __init__(self, rows: list[Part]) -> None:
        super().__init__()
        self.parts = rows
        self.number = 0
        self.functions: list[ast.stmt] = []
        self.blocks: dict[str, str] = {}
        self.made = 0
        self.stack: list[tuple[str, int]] = []

    def until(self, *ends: str) -> tuple[list[ast.stmt], str]:
        """Read statements up to one of these tags; also that tag, whose words come next."""
        body: list[ast.stmt] = []
        while self.number < len(self.parts):
            part = self.parts[self.number]
            self.number += 1
            if part.kind == "data":
                self._out(body, t.const(part.text), part.line, "out")
                continue
            self.tokens, self.pos = part.tokens, 0
            if part.kind == "variable":
                value = self.tuple_()
                if not self.at_end():
                    self.unexpected("end of print statement")
                self._out(body, value, part.line, "shown")
                continue
            if self.token.kind != "name":
                raise TemplateProblem("tag name expected", self.line)
            tag = self.word()
            if tag in ends:
                return body, tag
            self._statement(tag, body, part.line)
        if ends:
            self._missing_end(ends)
        return body, ""

    def _missing_end(self, ends: tuple[str, ...]) -> None:
        tag = self.stack[-1][0]
        shown = " or ".join(repr(one) for one in ends)
        line = self.parts[-1].line + self.parts[-1].text.count("\n") if self.parts else 1
        raise TemplateProblem(
            f"Unexpected end of template. Jinja was looking for the following tags: {shown}. "
            f"The innermost block that needs to be closed is {tag!r}.", line)  # fmt: skip

    def _out(self, body: list[ast.stmt], value: ast.expr, line: int, how: str) -> None:
        body.append(t.do(t.call(how, t.name(self.context), t.name("w"), value), line))

    def _unknown(self, tag: str) -> None:
        text = f"Encountered unknown tag {tag!r}."
        if self.stack:
            inner = self.stack[-1][0]
            if tag.startswith("end") or tag in ("else", "elif"):
                wanted = {"for": "'endfor' or 'else'", "if": "'elif' or 'else' or 'endif'"}
                looked = wanted.get(inner, f"'end{inner}'")
                text += (" You probably made a nesting mistake. Jinja is expecting this tag, but "
                         f"currently looking for {looked}. The innermost block that needs to be "
                         f"closed is {inner!r}.")  # fmt: skip
            else:
                text += (f" Jinja was looking for the following tags: 'end{inner}'. The innermost "
                         f"block that needs to be closed is {inner!r}.")  # fmt: skip
        raise TemplateProblem(text, self.tokens[0].line)

    def _statement(self, tag: str, body: list[ast.stmt], line: int) -> None:
        if tag not in TAGS:
            self._unknown(tag)
        getattr(self, f"_{tag}")(body, line)

    def _end(self) -> None:
        if not self.at_end():
            self.unexpected("end of statement block")

    def _inside(self, tag: str, line: int, *ends: str) -> tuple[list[ast.stmt], str]:
        self._end()
        self.stack.append((tag, line))
        found = self.until(*ends)
        self.stack.pop()
        return found

    def _fresh(self, stem: str) -> str:
        self.made += 1
        return f"{stem}{self.made}"

    # Choices and loops

    def _if(self, body: list[ast.stmt], line: int) -> None:
        test = self.tuple_()
        inner, end = self._inside("if", line, "elif", "else", "endif")
        other: list[ast.stmt] = []
        if end == "elif":
            self._if(other, self.line)
        elif end == "else":
            other, _ = self._inside("if", line, "endif")
        if end != "elif":
            self._end()
        body.append(t.branch(test, inner, other, line))

    def targets(self, context: str, *ends: str) -> ast.expr:
        """Read what a loop or `set` binds."""
        rows: list[ast.expr] = []
        comma = False
        while not self.peek(*ends):
            if self.skip("("):
                rows.append(self.targets(context, ")"))
                self.want(")")
            else:
                key = self.word()
                if self.skip("."):
                    holder = t.call("get", t.name(context), t.const(key))
                    rows.append(ast.Attribute(holder, self.word(), ast.Store()))
                else:
                    rows.append(t.item(context, key, ast.Store()))
            comma = self.skip(",")
            if not comma:
                break
        return rows[0] if len(rows) == 1 and not comma else ast.Tuple(rows, ast.Store())

    def _for(self, body: list[ast.stmt], line: int) -> None:
        outer, inner = self.context, self._fresh("c")
        target = self.targets(inner, "in")
        self.want("in")
        source = self.tuple_("if", "recursive", ternary=False)
        test = None
        if self.skip("if"):
            self.context = inner
            test = self.value()
            self.context = outer
        recursive = self.skip("recursive")
        rows = self._fresh("rows")
        self.context, before = inner, self.names
        self.names = set()
        content, end = self._inside("for", line, "endfor", "else")
        uses = "loop" in self.names or recursive
        self.names |= before
        self.context = outer
        other: list[ast.stmt] = []
        if end == "else":
            other, _ = self._inside("for", line, "endfor")
        self._end()
        bind = t.at(ast.Assign([target], t.call("current", t.name(inner))), line)
        if recursive:
            self._recursive(body, source, bind, content, inner, line)
            return
        body.append(t.let(rows, t.call("rows", t.name(outer), source), line))
        if test is not None:
            kept = self._fresh("rows")
            add = t.do(t.call("keep", t.name(kept), t.name(inner)), line)
            body.append(t.let(kept, t.listed([]), line))
            body.append(t.loop(inner, t.name(rows), [bind, t.branch(test, [add], [], line)], line))
            rows = kept
        number = t.call("numbered", t.name(outer), t.name(rows), t.const(uses))
        body.append(t.loop(inner, number, [bind, *content], line))
        if other:
            body.append(t.branch(ast.UnaryOp(ast.Not(), t.name(rows)), other, [], line))

    def _recursive(self, body: list[ast.stmt], source: ast.expr, bind: Any,
                   content: list[ast.stmt], inner: str, line: int) -> None:  # fmt: skip
        """A loop that calls itself: a function of the rows."""
        key = self._fresh("loop ")
        number = t.call("numbered", t.name("c0"), t.call("level", t.name("c0")), t.const(True))
        self.functions.append(
            t.function(key, [t.loop(inner, number, [bind, *content], line)], line)
        )
        body.append(t.do(t.call("begin_loop", t.name(self.context), t.name("w"), t.name(key),
                                source), line))  # fmt: skip

    def _break(self, body: list[ast.stmt], line: int) -> None:
        body.append(t.at(ast.Break(), line))

    def _continue(self, body: list[ast.stmt], line: int) -> None:
        body.append(t.at(ast.Continue(), line))

    # Names

    def _set(self, body: list[ast.stmt], line: int) -> None:
        target = self.targets(self.context, "=")
        if self.skip("="):
            value = self.tuple_()
            self._end()
            body.append(t.at(ast.Assign([target], value), line))
            return
        value = t.call("captured", t.name(self.context), t.name("w"))
        while self.skip("|"):
            value = self.filter_(value)
        inner, _ = self._inside("set", line, "endset")
        self._end()
        self._captured(body, inner, line)
        body.append(t.at(ast.Assign([target], value), line))

    def _captured(self, body: list[ast.stmt], inner: list[ast.stmt], line: int) -> None:
        body.append(t.do(t.call("capture", t.name("w")), line))
        body.extend(inner)

    def _filter(self, body: list[ast.stmt], line: int) -> None:
        value = self.filter_(t.call("captured", t.name(self.context), t.name("w")))
        while self.skip("|"):
            value = self.filter_(value)
        inner, _ = self._inside("filter", line, "endfilter")
        self._end()
        self._captured(body, inner, line)
        self._out(body, value, line, "shown")

    def _do(self, body: list[ast.stmt], line: int) -> None:
        body.append(t.do(self.tuple_(), line))
        self._end()

    def _with(self, body: list[ast.stmt], line: int) -> None:
        outer, inner = self.context, self._fresh("c")
        rows: list[ast.stmt] = [t.let(inner, t.call("push", t.name(outer)), line)]
        while not self.at_end():
            target = self.targets(inner, "=")
            self.want("=")
            rows.append(t.at(ast.Assign([target], self.value()), line))
            if not self.skip(","):
                break
        self.context = inner
        content, _ = self._inside("with", line, "endwith")
        self._end()
        self.context = outer
        body += [*rows, *content]

    def _autoescape(self, body: list[ast.stmt], line: int) -> None:
        outer, inner = self.context, self._fresh("c")
        value = self.value()
        self.context = inner
        content, _ = self._inside("autoescape", line, "endautoescape")
        self._end()
        self.context = outer
        body.append(t.let(inner, t.call("push", t.name(outer)), line))
        body += [t.put(inner, " escape", value, line), *content]

    # Other templates, blocks and macros

    def _extends(self, body: list[ast.stmt], line: int) -> None:
        value = self.value()
        self._end()
        body.append(t.do(t.call("extend", t.name("c0"), value), line))

    def _block(self, body: list[ast.stmt], line: int) -> None:
        key = self.word()
        if key in self.blocks:
            raise TemplateProblem(f"block {key!r} defined twice", line)
        scoped = self.skip("scoped")
        self.skip("required")
        scoped = self.skip("scoped") or scoped
        function = self.blocks[key] = f"block {key!r}"
        outer, self.context = self.context, "c0"
        inner, _ = self._inside("block", line, "endblock")
        self.context = outer
        if not self.at_end():
            got = self.word()
            if got != key:
                raise TemplateProblem(f"expected token {key!r}, got {got!r}", self.line)
        self._end()
        self.functions.append(t.function(function, inner, line))
        body.append(t.do(t.call("show_block", t.name(self.context), t.name("w"), t.const(key),
                                t.const(scoped)), line))  # fmt: skip

    def _with_context(self, default: bool) -> bool:
        if self.peek("with", "without") and self.tokens[self.pos + 1].text == "context":
            default = self.word() == "with"
            self.pos += 1
        return default

    def _include(self, body: list[ast.stmt], line: int) -> None:
        value = self.value()
        missing = self.peek("ignore") and self.tokens[self.pos + 1].text == "missing"
        if missing:
            self.pos += 2
        whole = self._with_context(True)
        self._end()
        body.append(t.do(t.call("include", t.name(self.context), t.name("w"), value,
                                t.const(missing), t.const(whole)), line))  # fmt: skip

    def _import(self, body: list[ast.stmt], line: int) -> None:
        value = self.value()
        self.want("as")
        key = self.word()
        made = t.call("module", t.name(self.context), value, t.const(self._with_context(False)))
        self._end()
        body.append(t.put(self.context, key, made, line))

    def _from(self, body: list[ast.stmt], line: int) -> None:
        value = self.value()
        self.want("import")
        rows: list[tuple[str, str]] = []
        while not self.at_end() and not (
            self.peek("with", "without") and self.tokens[self.pos + 1].text == "context"
        ):
            key = self.word()
            rows.append((key, self.word() if self.skip("as") else key))
            if not self.skip(","):
                break
        made = t.call("module", t.name(self.context), value, t.const(self._with_context(False)))
        self._end()
        holder = self._fresh("module")
        body.append(t.let(holder, made, line))
        for key, alias in rows:
            found = t.call("exported", t.name("c0"), t.name(holder), t.const(key))
            body.append(t.put(self.context, alias, found, line))

    def _signature(self) -> tuple[list[str], list[tuple[str, ast.expr]]]:
        """Read a macro's parameters: their names, and the defaults of the last ones."""
        args: list[str] = []
        defaults: list[tuple[str, ast.expr]] = []
        outer, self.context = self.context, "c0"
        while not self.skip(")"):
            if args:
                self.want(",")
                if self.skip(")"):
                    break
            args.append(self.word())
            if self.skip("="):
                defaults.append((args[-1], self.value()))
            elif defaults:
                raise TemplateProblem("non-default argument follows default argument", self.line)
        self.context = outer
        return args, defaults

    def _routine(self, key: str, tag: str, line: int, args: list[str],
                 defaults: list[tuple[str, ast.expr]]) -> ast.expr:  # fmt: skip
        """Make a macro of what follows."""
        outer, self.context, before = self.context, "c0", self.names
        self.names = set()
        content, _ = self._inside(tag, line, f"end{tag}")
        used = sorted(self.names & {"caller", "varargs", "kwargs"})
        self.names |= before
        self._end()
        self.context = outer
        head = [t.branch(t.call("is_missing", t.name("c0"), t.const(word)),
                         [t.put("c0", word, value, line)], [], line)
                for word, value in defaults]  # fmt: skip
        function = self._fresh("template ")
        self.functions.append(t.function(function, [*head, *content], line))
        return t.call("macro", t.name(outer), t.name(function), t.const(key), t.strings(args),
                      t.strings([word for word, _ in defaults]), t.strings(used))  # fmt: skip

    def _macro(self, body: list[ast.stmt], line: int) -> None:
        key = self.word()
        self.want("(")
        args, defaults = self._signature()
        body.append(t.put(self.context, key, self._routine(key, "macro", line, args, defaults),
                          line))  # fmt: skip

    def _call(self, body: list[ast.stmt], line: int) -> None:
        args: list[str] = []
        defaults: list[tuple[str, ast.expr]] = []
        if self.skip("("):
            args, defaults = self._signature()
        value = self.value()
        if not isinstance(value, ast.Call):
            raise TemplateProblem("expected call", line)
        caller = self._routine("caller", "call", line, args, defaults)
        value.keywords.append(ast.keyword("caller", caller))
        self._out(body, value, line, "shown")
