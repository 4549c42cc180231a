"""Which names belong to which scope: the compiler's knowledge of a function, class or module."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True)
class Names:
    """A scope at compile time. kind: "module", "class", "function" or "cell" (`__class__`).

    up: the scope around, as at run time: never a class's, whose names its functions do not see.
    """

    kind: str
    up: Names | None
    names: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    renamed: list[dict[str, str]] = field(default_factory=list)

    def local(self, name: str) -> str | None:
        """Give a name's own name here when it is bound here; comprehensions rename theirs."""
        for row in reversed(self.renamed):
            if name in row:
                return row[name]
        if name in self.names and name not in self.globals and name not in self.nonlocals:
            return name
        return None

    def outer(self, name: str) -> tuple[int, str] | None:
        """Find a name in the functions around: how many scopes up, and its name there."""
        depth, scope = 0, self
        while scope.up is not None:
            depth, scope = depth + 1, scope.up
            if scope.kind == "module":
                held = [row[name] for row in scope.renamed if name in row]
                if held:
                    return depth, held[-1]
            if scope.kind in ("function", "cell"):
                found = scope.local(name)
                if found is not None:
                    return depth, found
                if name in scope.globals:
                    return None
        return None

    def depth(self) -> int:
        """Count the scopes up to the module."""
        depth, scope = 0, self
        while scope.up is not None:
            depth, scope = depth + 1, scope.up
        return depth


class Finder(ast.NodeVisitor):
    """Collects the names that a body binds."""

    def __init__(self, scope: Names) -> None:
        self.scope = scope

    def visit_Name(self, node: ast.Name) -> None:
        """Take a name that is stored or deleted."""
        if not isinstance(node.ctx, ast.Load):
            self.scope.names.add(node.id)

    def visit_Global(self, node: ast.Global) -> None:
        """Take a declaration."""
        self.scope.globals.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        """Take a declaration."""
        self.scope.nonlocals.update(node.names)

    def visit_Import(self, node: ast.Import) -> None:
        """Take what is imported."""
        for alias in node.names:
            self.scope.names.add(alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Take what is imported."""
        for alias in node.names:
            self.scope.names.add(alias.asname or alias.name)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Take the name of the exception."""
        if node.name:
            self.scope.names.add(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        """Take a captured name."""
        if node.name:
            self.scope.names.add(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        """Take a captured name."""
        if node.name:
            self.scope.names.add(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        """Take a captured name."""
        if node.rest:
            self.scope.names.add(node.rest)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Take a function's name and look into what is worked out outside of it."""
        self.scope.names.add(node.name)
        for one in [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults]:
            if one is not None:
                self.visit(one)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Take a class's name."""
        self.scope.names.add(node.name)
        for one in [*node.decorator_list, *node.bases, *[k.value for k in node.keywords]]:
            self.visit(one)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Look at the defaults only."""
        for one in [*node.args.defaults, *node.args.kw_defaults]:
            if one is not None:
                self.visit(one)

    def visit_comprehension_of(self, node: Comprehension | ast.GeneratorExp) -> None:
        """Take only what `:=` binds inside a comprehension."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr):
                self.visit(inner.target)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_comprehension_of
    visit_GeneratorExp = visit_comprehension_of


def names_of(body: list[ast.stmt] | ast.expr, scope: Names) -> None:
    """Fill a scope with the names that a body binds."""
    finder = Finder(scope)
    for statement in body if isinstance(body, list) else [body]:
        finder.visit(statement)


def stored(target: ast.expr) -> list[str]:
    """List the names that a target binds."""
    return [
        node.id
        for node in ast.walk(target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]


def yields(body: list[ast.stmt] | ast.expr) -> bool:
    """Tell whether a function's body has a `yield` of its own."""
    todo: list[ast.AST] = list(body) if isinstance(body, list) else [body]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, Function | ast.ClassDef | ast.GeneratorExp):
            todo.extend(ast.iter_child_nodes(node))
    return False


def uses_class(node: ast.ClassDef) -> bool:
    """Tell whether a method needs the cell `__class__`."""
    return any(
        isinstance(inner, ast.Name) and inner.id in ("super", "__class__")
        for statement in node.body
        for inner in ast.walk(statement)
    )


def is_async_comprehension(node: Comprehension | ast.GeneratorExp) -> bool:
    """Tell whether a comprehension awaits."""
    return any(one.is_async for one in node.generators)
