"""Carries a parsed script out over a tree: the interpreter of the shell model.

Time is added up in the `Clock` that a whole process shares; nothing waits. A budget of commands
ends scripts that would loop for ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from simulator import globs
from simulator.docker import libraries, unknown
from simulator.docker.shellmodel import builtins, expand, grammar, nodes
from simulator.docker.shellmodel.nodes import Node
from simulator.docker.shellmodel.process import Clock, Exit, Run, Sink
from simulator.docker.shellmodel.redirection import redirected
from simulator.docker.shellmodel.words import SyntaxError_
from simulator.docker.tree import Entry, Tree, TreeError, is_below

MAX_CALLS = 25
ARG_MAX = 2 << 20
"""Bytes of arguments that Linux gives to a program, with a stack of 8 MiB (execve(2))."""
PROMPT = "+ "


@dataclass
class Shell:
    """A shell process: its variables, its place in the tree and where it writes."""

    tree: Tree
    clock: Clock
    cwd: str = "/"
    name: str = "/bin/sh"
    flavour: str = "dash"
    uid: int = 0
    gid: int = 0
    user: str = "root"
    variables: dict[str, str] = field(default_factory=dict)
    exported: dict[str, None] = field(default_factory=dict)
    positional: list[str] = field(default_factory=list)
    options: dict[str, None] = field(default_factory=dict)
    functions: dict[str, Node] = field(default_factory=dict)
    status: int = 0
    stdin: str = ""
    out: Sink = field(default_factory=Sink)
    err: Sink = field(default_factory=Sink)
    depth: int = 0
    lenient: int = 0
    globs: dict[str, list[str]] = field(default_factory=dict)
    """Files that patterns of the command at hand matched."""

    # --- variables -------------------------------------------------------------------------

    def get(self, name: str) -> str | None:
        """Return a variable or special parameter; None when it is not set."""
        if name.isdigit():
            index = int(name)
            if index == 0:
                return self.name
            return self.positional[index - 1] if index <= len(self.positional) else None
        special = {
            "?": str(self.status),
            "#": str(len(self.positional)),
            "$": "1",
            "!": "",
            "@": " ".join(self.positional),
            "*": " ".join(self.positional),
            "-": "".join(self.options),
            "PWD": self.cwd,
        }
        return special[name] if name in special else self.variables.get(name)

    def environment(self) -> dict[str, str]:
        """Return the variables that programs inherit."""
        return {n: self.variables[n] for n in self.exported if n in self.variables}

    def copy(self) -> Shell:
        """Make a subshell: same tree and clock, its own variables."""
        return Shell(
            tree=self.tree,
            clock=self.clock,
            cwd=self.cwd,
            name=self.name,
            flavour=self.flavour,
            uid=self.uid,
            gid=self.gid,
            user=self.user,
            variables=dict(self.variables),
            exported=dict(self.exported),
            positional=list(self.positional),
            options=dict(self.options),
            functions=dict(self.functions),
            status=self.status,
            stdin=self.stdin,
            out=self.out,
            err=self.err,
            depth=self.depth + 1,
            lenient=self.lenient,
        )

    # --- running ---------------------------------------------------------------------------

    def run(self, text: str) -> int:
        """Run a script and return its exit status."""
        try:
            body = grammar.parse(text)
        except SyntaxError_ as error:
            self.complain(f"Syntax error: {error}")
            return 2
        except RecursionError:
            self.complain("Syntax error: nested too deeply")
            return 2
        try:
            return self.node(body)
        except Exit as leave:
            return leave.status
        except builtins.Return as back:
            return back.status
        except builtins.LoopControl:
            return 0  # `break` outside of a loop

    def complain(self, text: str, line: int = 1) -> None:
        """Write an error as this shell words it."""
        place = {"bash": f"line {line}: ", "dash": f"{line}: "}.get(self.flavour, "")
        self.err.write(f"{self.name}: {place}{text}\n")

    def node(self, node: Node) -> int:
        """Run any node."""
        if self.depth > MAX_CALLS:
            self.complain("Maximum function recursion depth exceeded")
            raise Exit(2)
        try:
            self.status = self._dispatch(node)
        except expand.ExpansionError as error:
            self.complain(str(error), getattr(node, "line", 1))
            raise Exit(2 if self.flavour == "dash" else 1) from error
        return self.status

    def _dispatch(self, node: Node) -> int:
        if isinstance(node, nodes.Simple):
            return self._simple(node)
        if isinstance(node, nodes.Sequence_):
            return self._sequence(node)
        if isinstance(node, nodes.Pipeline):
            return self._pipeline(node)
        if isinstance(node, nodes.If):
            return self._if(node)
        if isinstance(node, nodes.Loop):
            return self._loop(node)
        if isinstance(node, nodes.For):
            return self._for(node)
        if isinstance(node, nodes.Case):
            return self._case(node)
        if isinstance(node, nodes.Function):
            self.functions[node.name] = node.body
            return 0
        return self._group(node)

    def _sequence(self, node: nodes.Sequence_) -> int:
        items = node.items
        status = self.status if not items else 0
        for index, (operator, item) in enumerate(items):
            if operator == "&&" and status != 0:
                continue
            if operator == "||" and status == 0:
                continue
            following = items[index + 1][0] if index + 1 < len(items) else ";"
            guarded = following in ("&&", "||")
            self.lenient += guarded
            try:
                status = self.node(item)
            finally:
                self.lenient -= guarded
            if status != 0 and not guarded:
                self._errexit(item, status)
        return status

    def _errexit(self, item: Node, status: int) -> None:
        negated = isinstance(item, nodes.Pipeline) and item.negated
        if "e" in self.options and self.lenient == 0 and not negated:
            raise Exit(status)

    def _condition(self, node: Node) -> bool:
        self.lenient += 1
        try:
            return self.node(node) == 0
        finally:
            self.lenient -= 1

    def _pipeline(self, node: nodes.Pipeline) -> int:
        stdin = self.stdin
        worst = status = 0
        self.lenient += node.negated
        try:
            for index, command in enumerate(node.commands):
                last = index == len(node.commands) - 1
                shell = self
                if len(node.commands) > 1:
                    self.clock.fork()
                    shell = self.copy()
                sink = self.out if last else Sink()
                old = shell.stdin, shell.out
                shell.stdin, shell.out = stdin, sink
                try:
                    status = shell.node(command)
                except Exit as leave:
                    if len(node.commands) == 1:
                        raise
                    status = leave.status
                finally:
                    shell.stdin, shell.out = old
                worst = status or worst
                stdin = sink.text()
        finally:
            self.lenient -= node.negated
        if "pipefail" in self.options:
            status = worst
        return int(not status) if node.negated else status

    def _if(self, node: nodes.If) -> int:
        for condition, body in node.branches:
            if self._condition(condition):
                return self.node(body)
        return self.node(node.otherwise) if node.otherwise is not None else 0

    def _loop(self, node: nodes.Loop) -> int:
        status = 0
        while self._condition(node.condition) != node.until:
            self.clock.step()
            try:
                status = self.node(node.body)
            except builtins.LoopControl as control:
                if control.enclosing > 1:
                    control.enclosing -= 1
                    raise
                if control.ends:
                    break
        return status

    def _for(self, node: nodes.For) -> int:
        values = list(self.positional)
        if node.words is not None:
            self.globs.clear()
            values = [value for word in node.words for value in expand.fields(self, word)]
        status = 0
        for value in values:
            self.clock.step()
            self.variables[node.name] = value
            try:
                status = self.node(node.body)
            except builtins.LoopControl as control:
                if control.enclosing > 1:
                    control.enclosing -= 1
                    raise
                if control.ends:
                    break
        return status

    def _case(self, node: nodes.Case) -> int:
        subject = expand.text_of(self, node.word)
        for patterns, body in node.branches:
            for pattern in patterns:
                if globs.fits(subject, expand.pattern_of(self, pattern)):
                    return self.node(body)
        return 0

    def _group(self, node: nodes.Group) -> int:
        shell = self.copy() if node.subshell else self

        def body() -> int:
            return shell.node(node.body)

        try:
            return redirected(self, shell, node.redirects, body)
        except Exit as leave:
            if node.subshell:
                return leave.status
            raise

    # --- simple commands -------------------------------------------------------------------

    def _simple(self, node: nodes.Simple) -> int:
        self.clock.step()
        self.globs.clear()
        argv = [value for word in node.words for value in expand.fields(self, word)]
        values = [(name, expand.text_of(self, word)) for name, word in node.assignments]
        if "x" in self.options and (argv or values):
            shown = [f"{name}={value}" for name, value in values] + [quote(a) for a in argv]
            self.err.write(PROMPT + " ".join(shown) + "\n")
        if not argv:
            for name, value in values:
                self._assign(name, value)
            has_command = any(p.kind == "cmd" for _, word in node.assignments for p in word)
            status = self.status if has_command else 0
            return redirected(self, self, node.redirects, lambda: status)
        kept = dict(self.variables), dict(self.exported)
        special = argv[0] in builtins.SPECIAL
        for name, value in values:
            self._assign(name, value)
            if not special:
                self.exported[name] = None
        try:
            return redirected(self, self, node.redirects, lambda: self.call(argv, node.line))
        finally:
            if values and not special:
                self._restore([name for name, _ in values], kept)

    def _assign(self, name: str, value: str) -> None:
        if name.endswith("+"):
            name = name[:-1]
            value = self.variables.get(name, "") + value
        self.variables[name] = value
        if "a" in self.options:
            self.exported[name] = None

    def _restore(self, names: list[str], kept: tuple[dict[str, str], dict[str, None]]) -> None:
        for name in names:
            if name in kept[0]:
                self.variables[name] = kept[0][name]
            else:
                self.variables.pop(name, None)
            if name not in kept[1]:
                self.exported.pop(name, None)

    def call(self, argv: list[str], line: int = 1) -> int:
        """Run a builtin, a function or a program by name."""
        name = argv[0]
        if name in builtins.TABLE:
            return builtins.TABLE[name](self, argv)
        body = self.functions.get(name)
        if body is not None:
            return self._function(body, argv)
        return self.program(argv, line)

    def _function(self, body: Node, argv: list[str]) -> int:
        old = self.positional
        self.positional = argv[1:]
        self.depth += 1
        try:
            return self.node(body)
        except builtins.Return as back:
            return back.status
        finally:
            self.positional = old
            self.depth -= 1

    def capture(self, text: str) -> str:
        """Run a command substitution and return what it wrote."""
        shell = self.copy()
        shell.out = Sink()
        shell.options.pop("x", None)
        self.status = shell.run(text)
        self.globs.clear()
        return shell.out.text()

    # --- programs --------------------------------------------------------------------------

    def find(self, name: str) -> str | None:
        """Look a program up as the kernel would; returns its path as typed, or None."""
        if "/" in name:
            return name if self.tree.exists(name, self.cwd) else None
        for folder in (self.get("PATH") or "/usr/local/bin:/usr/bin:/bin").split(":"):
            path = f"{folder.rstrip('/') or '.'}/{name}"
            entry = self.tree.get(path, self.cwd)
            if entry is not None and entry["type"] == "file" and entry["mode"] & 0o111:
                return path
        return None

    def need(self, path: str, *, folder: bool = False) -> Entry | None:
        """Return the entry at a path that a command cannot do without (see `unknown`)."""
        entry = self.tree.get(path, self.cwd)
        if path and (entry is None or (folder and entry.get("guessed"))):
            self.clock.look_around(len(self.tree.files))
            entry = unknown.take(self.tree, path, self.cwd, folder=folder)
        return entry

    def program(self, argv: list[str], line: int = 1) -> int:
        """Run a program from the tree; says what is wrong when it cannot be run."""
        from simulator.docker.shellmodel import programs  # programs may start shells again

        name = argv[0]
        path = self.find(name) or unknown.find_program(self.tree, name, self.get("PATH") or "")
        entry = self.need(path) if path is not None else None
        if path is None or entry is None:
            self.complain(_not_found(self.flavour, name), line)
            return 127
        if libraries.lacks_loader(self.tree, entry):
            missing = _not_found(self.flavour, name)
            if self.flavour == "bash":
                missing = f"{name}: cannot execute: required file not found"
            self.complain(missing, line)
            return 127
        if library := libraries.lacks_library(self.tree, entry):
            self.err.write(libraries.loader_words(entry, name, path, library))
            return 127
        wrong = self._cannot_execute(entry)
        if wrong:
            self.complain(f"{name}: {wrong}", line)
            return 126
        if sum(map(len, argv)) + 9 * len(argv) > ARG_MAX:  # each with its end and a pointer to it
            self.complain(f"{name}: Argument list too long", line)
            return 126
        self.clock.step()
        try:
            return programs.execute(Run(self, argv, path, entry))
        except TreeError as error:
            shown = error.path.partition("/*")[0]  # the unnamed files of a folder
            self.err.write(f"{name}: {shown}: {error.reason}\n")
            return 1

    def _cannot_execute(self, entry: Entry) -> str:
        if entry["type"] == "dir":
            return "Is a directory" if self.flavour == "bash" else "Permission denied"
        if entry["type"] != "file" or not entry["mode"] & 0o111:
            return "Permission denied"
        arch = entry.get("arch")
        if arch and self.clock.arch and arch != self.clock.arch:
            return (
                "cannot execute binary file: Exec format error"
                if self.flavour == "bash"
                else "Exec format error"
            )
        return ""

    def may_write(self, real: str) -> bool:
        """Tell whether the current user may create or change a path."""
        if self.uid == 0:
            return True
        entry = self.tree.files.get(real)
        home = self.get("HOME") or "/"
        if len(home) > 1 and is_below(real, home) and unknown.knows(self.tree, home, commands=True):
            return True  # the account of an image whose files are not known
        while entry is None and real != "/":
            real = real.rpartition("/")[0] or "/"
            entry = self.tree.files.get(real)
        if entry is None:
            return False
        shift = 6 if entry["uid"] == self.uid else 3 if entry["gid"] == self.gid else 0
        return bool(entry["mode"] >> shift & 2)


def quote(text: str) -> str:
    """Show a word as `set -x` does."""
    if text and re.fullmatch(r"[\w@%+=:,./*?\[\]{}!^~-]+", text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"


def _not_found(flavour: str, name: str) -> str:
    if flavour == "bash":
        return f"{name}: No such file or directory" if "/" in name else f"{name}: command not found"
    return f"{name}: not found"
