"""Django's template tags, as trees of Python."""

from __future__ import annotations

import ast
import re

from . import trees as t
from .django_tests import Condition
from .django_words import Expressions, Part, parts, words
from .problems import TemplateProblem

EMPTY_TAGS = ("get_current_language", "get_available_languages")
WORDS = {"openblock": "{%", "closeblock": "%}", "openvariable": "{{", "closevariable": "}}",
         "openbrace": "{", "closebrace": "}", "opencomment": "{#",
         "closecomment": "#}"}  # fmt: skip
PAIR = re.compile(r"(\w+)=(.+)$", re.S)


def translate(text: str) -> ast.Module:
    """Translate a template: functions for its page and its blocks. Raises TemplateProblem."""
    reader = Tags(parts(text))
    body, _ = reader.until()
    functions = [*reader.functions, t.function("render", body, 1)]
    rows = [("root", "render")]
    rows += [(f"block {key}", function) for key, function in reader.blocks.items()]
    head = [t.let(key, t.name(function), 1) for key, function in rows]
    notes = [t.let("filters", t.const(tuple(reader.filters.items())), 1),
             t.let("tags", t.const(tuple(reader.tags.items())), 1),
             t.let("loads", t.const(tuple(reader.loads.items())), 1),
             t.let("blocks", t.const(tuple(reader.blocks)), 1)]  # fmt: skip
    return t.module([*functions, *head, *notes])


class Tags(Expressions):
    """Reads the parts of a template."""

    def __init__(self, rows: list[Part]) -> None:
        super().__init__()
        self.parts = rows
        self.number = 0
        self.functions: list[ast.stmt] = []
        self.blocks: dict[str, str] = {}
        self.tags: dict[str, int] = {}
        self.loads: dict[str, int] = {}
        self.made = 0
        self.open: list[tuple[str, int, tuple[str, ...]]] = []

    def until(self) -> tuple[list[ast.stmt], list[str]]:
        """Read up to a tag that ends what is open; also that tag's words."""
        body: list[ast.stmt] = []
        ends = self.open[-1][2] if self.open else ()
        while self.number < len(self.parts):
            part = self.parts[self.number]
            self.number += 1
            self.line = part.line
            if part.kind == "data":
                self._out(body, t.const(part.text), "out")
            elif part.kind == "variable":
                if not part.text:
                    raise TemplateProblem(f"Empty variable tag on line {self.line}", self.line)
                self._out(body, self.value(part.text), "shown")
            else:
                row = words(part.text)
                if not row:
                    raise TemplateProblem(f"Empty block tag on line {self.line}", self.line)
                if row[0] in ends:
                    return body, row
                self._tag(row, body)
        if ends:
            tag, line, _ = self.open[-1]
            wanted = ", ".join(ends)
            raise TemplateProblem(f"Unclosed tag on line {line}: '{tag}'. Looking for one of: "
                                  f"{wanted}.", line)  # fmt: skip
        return body, []

    def _out(self, body: list[ast.stmt], value: ast.expr, how: str) -> None:
        made = t.call(how, t.name(self.context), t.name("w"), value)
        body.append(t.do(made, self.line))

    def _tag(self, row: list[str], body: list[ast.stmt]) -> None:
        method = getattr(self, f"_{row[0]}_tag", None)
        if method is not None:
            method(row[1:], body)
        elif row[0] not in EMPTY_TAGS:
            self._other(row, body)

    def _other(self, row: list[str], body: list[ast.stmt]) -> None:
        """A tag of a library of the program's own; whether there is one is seen when it is run."""
        if self.open:
            self._check_nested(row[0])
        self.tags.setdefault(row[0], self.line)
        args = row[1:]
        name = args.pop() if args[-2:-1] == ["as"] else ""
        if name:
            args.pop()
        self._out_call(body, "custom_tag", [t.const(row[0]), *self._args(args)], name)

    def _check_nested(self, tag: str) -> None:
        if not tag.startswith("end") and tag not in ("else", "elif", "empty"):
            return
        ends = [f"'{one}'" for one in self.open[-1][2]]
        shown = ends[0] if len(ends) == 1 else f"{', '.join(ends[:-1])} or {ends[-1]}"
        text = f"Invalid block tag on line {self.line}: '{tag}', expected {shown}."
        self._wrong(f"{text} Did you forget to register or load this tag?")

    def _args(self, rows: list[str]) -> list[ast.expr]:
        """Translate arguments: a list of the values, and a dict of those with names."""
        args, keys, values = [], [], []
        for row in rows:
            pair = PAIR.match(row)
            if pair:
                keys.append(t.const(pair[1]))
                values.append(self.value(pair[2]))
            else:
                args.append(self.value(row))
        return [t.listed(args), ast.Dict(list(keys), values)]

    def _out_call(self, body: list[ast.stmt], word: str, args: list[ast.expr],
                  name: str = "") -> None:  # fmt: skip
        """Show what a helper gives, or keep it under a name."""
        made = t.call(word, t.name(self.context), *args)
        if name:
            body.append(t.put(self.context, name, made, self.line))
        else:
            self._out(body, made, "shown")

    def _inside(self, tag: str, *ends: str) -> tuple[list[ast.stmt], list[str]]:
        self.open.append((tag, self.line, ends))
        found = self.until()
        self.open.pop()
        return found

    def _fresh(self, stem: str) -> str:
        self.made += 1
        return f"{stem}{self.made}"

    def _wrong(self, text: str) -> None:
        raise TemplateProblem(text, self.line)

    # Choices and loops

    def _if_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        line = self.line
        test = Condition(row, self).read()
        inner, end = self._inside("if", "elif", "else", "endif")
        other: list[ast.stmt] = []
        if end[0] == "elif":
            self._if_tag(end[1:], other)
        elif end[0] == "else":
            other, _ = self._inside("if", "endif")
        body.append(t.branch(test, inner, other, line))

    def _for_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        line, outer = self.line, self.context
        if "in" not in row or row.index("in") + 1 >= len(row):
            self._wrong(f"'for' statements should have at least four words: for {' '.join(row)}")
        backwards = row[-1] == "reversed"
        at = row.index("in")
        names = [one for one in " ".join(row[:at]).replace(",", " ").split() if one]
        source = self.value("".join(row[at + 1 : len(row) - backwards]), None)
        inner, rows = self._fresh("c"), self._fresh("rows")
        places: list[ast.expr] = [t.item(inner, one, ast.Store()) for one in names]
        target = places[0] if len(places) == 1 else ast.Tuple(places, ast.Store())
        bind = t.at(ast.Assign([target], t.call("current", t.name(inner))), line)
        self.context = inner
        content, end = self._inside("for", "empty", "endfor")
        self.context = outer
        other: list[ast.stmt] = []
        if end[0] == "empty":
            other, _ = self._inside("for", "endfor")
        made = t.call("rows", t.name(outer), source, t.const(backwards))
        body.append(t.let(rows, made, line))
        body.append(t.loop(inner, t.name(rows), [bind, *content], line))
        if other:
            body.append(t.branch(ast.UnaryOp(ast.Not(), t.name(rows)), other, [], line))

    def _ifchanged_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        line, key = self.line, self._fresh("changed")
        values = t.listed([self.value(one) for one in row])
        inner, end = self._inside("ifchanged", "else", "endifchanged")
        other: list[ast.stmt] = []
        if end[0] == "else":
            other, _ = self._inside("ifchanged", "endifchanged")
        test = t.call("changed", t.name(self.context), t.const(key), values)
        body.append(t.branch(test, inner, other, line))

    def _cycle_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        silent = row[-1:] == ["silent"]
        row = row[: len(row) - silent]
        name = row[-1] if row[-2:-1] == ["as"] else ""
        row = row[:-2] if name else row
        made = t.call("cycled", t.name(self.context), t.const(self._fresh("cycle")),
                      t.listed([self.value(one) for one in row]))  # fmt: skip
        if name:
            body.append(t.put(self.context, name, made, self.line))
            made = t.call("resolve", t.name(self.context), t.const((name,)), t.const(""))
        if not silent:
            self._out(body, made, "shown")

    # Names

    def _with_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        outer, inner = self.context, self._fresh("c")
        body.append(t.let(inner, t.call("push", t.name(outer)), self.line))
        if len(row) == 3 and row[1] == "as":
            row = [f"{row[2]}={row[0]}"]
        for one in row:
            pair = PAIR.match(one)
            if pair is None:
                self._wrong(f"'with' received an invalid token: {one!r}")
            assert pair is not None
            body.append(t.put(inner, pair[1], self.value(pair[2]), self.line))
        self.context = inner
        content, _ = self._inside("with", "endwith")
        self.context = outer
        body += content

    def _autoescape_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        outer, inner = self.context, self._fresh("c")
        body.append(t.let(inner, t.call("push", t.name(outer)), self.line))
        body.append(t.put(inner, " escape", t.const(row[:1] == ["on"]), self.line))
        self.context = inner
        content, _ = self._inside("autoescape", "endautoescape")
        self.context = outer
        body += content

    def _filter_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        body.append(t.do(t.call("capture", t.name("w")), self.line))
        inner, _ = self._inside("filter", "endfilter")
        body += inner
        text = t.call("captured", t.name(self.context), t.name("w"))
        body.append(t.put(self.context, "var", text, self.line))
        self._out(body, self.value("var|" + "".join(row)), "shown")

    def _spaceless_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        body.append(t.do(t.call("capture", t.name("w")), self.line))
        inner, _ = self._inside("spaceless", "endspaceless")
        body += inner
        text = t.call("captured", t.name(self.context), t.name("w"))
        self._out(body, t.call("spaceless", text), "shown")

    def _comment_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        while self.number < len(self.parts):
            part = self.parts[self.number]
            self.number += 1
            if part.kind == "block" and part.text.split(" ")[0] == "endcomment":
                return
        self._wrong(f"Unclosed tag on line {self.line}: 'comment'. Looking for one of: endcomment.")

    def _load_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        rows = row[row.index("from") + 1 :] if "from" in row else row
        for one in rows:
            self.loads.setdefault(one, self.line)

    # Other templates and blocks

    def _extends_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        if len(row) != 1:
            self._wrong("'extends' takes one argument")
        body.append(t.do(t.call("extend", t.name("c0"), self.value(row[0])), self.line))

    def _block_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        if len(row) != 1:
            self._wrong("'block' tag takes only one argument")
        key, line = row[0], self.line
        if key in self.blocks:
            self._wrong(f"'block' tag with name '{key}' appears more than once")
        self.blocks[key] = f"block {key}"
        outer, self.context = self.context, "c0"
        inner, end = self._inside("block", "endblock", f"endblock {key}")
        self.context = outer
        if end[1:] and end[1] != key:
            self._wrong(f"Invalid block tag on line {self.line}: 'endblock {end[1]}', expected "
                        f"'endblock' or 'endblock {key}'. Did you forget to register or load "
                        "this tag?")  # fmt: skip
        self.functions.append(t.function(f"block {key}", inner, line))
        made = t.call("show_block", t.name(self.context), t.name("w"), t.const(key), t.const(True))
        body.append(t.do(made, line))

    def _include_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        if not row:
            self._wrong("'include' tag takes at least one argument: the name of the template to be "
                        "included.")  # fmt: skip
        only = row[-1] == "only"
        extra = self._args([one for one in row[1:] if one not in ("with", "only")])[1]
        body.append(t.do(t.call("include", t.name(self.context), t.name("w"), self.value(row[0]),
                                extra, t.const(only)), self.line))  # fmt: skip

    # What is worked out

    def _url_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        if not row:
            self._wrong("'url' takes at least one argument, a URL pattern name.")
        name = row[-1] if row[-2:-1] == ["as"] else ""
        row = row[:-2] if name else row
        args = [self.value(row[0]), *self._args(row[1:]), t.const(bool(name))]
        self._out_call(body, "url", args, name)

    def _static_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        name = row[-1] if row[-2:-1] == ["as"] else ""
        if not row:
            self._wrong("'static' takes at least one argument (path to file)")
        self._out_call(body, "static", [self.value(row[0])], name)

    def _csrf_token_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        self._out_call(body, "csrf", [])

    def _now_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        name = row[-1] if row[-2:-1] == ["as"] else ""
        self._out_call(body, "now", [self.value(row[0])], name)

    def _firstof_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        values = ast.BoolOp(ast.Or(), [*[self.value(one) for one in row], t.const("")])
        self._out(body, values, "shown")

    def _widthratio_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        name = row[-1] if row[-2:-1] == ["as"] else ""
        self._out_call(body, "widthratio", [self.value(one) for one in row[:3]], name)

    def _regroup_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        if len(row) != 5 or row[1] != "by" or row[3] != "as":
            self._wrong("'regroup' tag takes five arguments")
        made = t.call("regroup", t.name(self.context), self.value(row[0], None), t.const(row[2]))
        body.append(t.put(self.context, row[4], made, self.line))

    def _templatetag_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        self._out(body, t.const(WORDS.get("".join(row), "")), "out")

    def _debug_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        pass

    def _trans_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        name = row[-1] if row[-2:-1] == ["as"] else ""
        self._out_call(body, "same", [self.value(row[0])], name)

    _translate_tag = _trans_tag

    def _blocktranslate_tag(self, row: list[str], body: list[ast.stmt], tag: str = "blocktranslate"
                            ) -> None:  # fmt: skip
        pairs = [one for one in row if "=" in one]
        outer, inner = self.context, self._fresh("c")
        body.append(t.let(inner, t.call("push", t.name(outer)), self.line))
        for one in pairs:
            key, _, value = one.partition("=")
            body.append(t.put(inner, key, self.value(value), self.line))
        self.context = inner
        content, end = self._inside(tag, "plural", f"end{tag}")
        if end[0] == "plural":
            self._inside(tag, f"end{tag}")
        self.context = outer
        body += content

    def _blocktrans_tag(self, row: list[str], body: list[ast.stmt]) -> None:
        self._blocktranslate_tag(row, body, "blocktrans")
