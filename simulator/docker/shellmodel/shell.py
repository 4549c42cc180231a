"""The shell of a build step: its variables, its place in the tree and where it writes.

It reads scripts as the shell of a running container does (`simulator.shell`) and carries them out
at once (`walking`): what takes time is added to a clock.
Source: POSIX.1-2017, Shell Command Language; the Bash Reference Manual for what bash adds.
# Simplified: In a build step, `&` waits for the command, and aliases and job control do nothing.
"""

from __future__ import annotations

from typing import Any

from simulator.docker import libraries, unknown
from simulator.docker.shellmodel import builtins, walking
from simulator.docker.shellmodel.process import Clock, Exit, Run, Sink, Streams, TooLong
from simulator.docker.shellmodel.users import may_write
from simulator.docker.tree import Entry, Tree, TreeError
from simulator.shell import complaints
from simulator.shell.globbing import matching
from simulator.shell.lexer import ShellSyntaxError
from simulator.shell.parser import parse
from simulator.shell.variables import Variables

MAX_CALLS = 25
FILES_PER_CHAR = 8
"""Reading a character of a script costs as much as going by so many files."""
MISSED_FILES = 300
"""Looking for a program that is nowhere costs as much as going by so many files."""
ARG_MAX = 2 << 20
"""Bytes of arguments that Linux gives to a program, with a stack of 8 MiB (execve(2))."""


class Shell(Variables):
    """A shell process.

    exported: names of variables that programs inherit. options: letters of `set`, and "pipefail".
    functions: {name: node}. lenient: how many conditions enclose what runs (`set -e` sleeps).
    level: how many `$(...)` it stands in. globs: files that patterns of the command matched.
    substituted: files behind `<(...)`.
    """

    def __init__(
        self,
        tree: Tree,
        clock: Clock,
        cwd: str = "/",
        env: dict[str, str] | None = None,
        user: tuple[int, int, str] = (0, 0, "root"),
        stdin: str = "",
    ) -> None:
        """Make a shell; user: (uid, gid, name)."""
        self.tree = tree
        self.clock = clock
        self.cwd = cwd
        self.uid, self.gid, self.user = user
        self.streams = Streams({"0": stdin}, {"1": Sink(), "2": Sink()})
        self.state: dict[str, Any] = {
            "name": "/bin/sh",
            "kind": "dash",
            "vars": dict(env or {}),
            "arrays": {},
            "integers": [],
            "constants": [],
            "traps": {},
            "frames": [{"args": []}],
            "status": 0,
        }
        self.exported: dict[str, None] = dict.fromkeys(self.variables)
        self.options: dict[str, None] = {}
        self.functions: dict[str, list[Any]] = {}
        self.depth = 0
        self.lenient = 0
        self.line = 1
        self.captured = 0
        self.level = 0
        self.globs: dict[str, list[str]] = {}
        self.substituted: list[str] = []

    @property
    def stdin(self) -> str:
        """What is left of standard input."""
        return self.streams.inputs.get("0", "")

    @stdin.setter
    def stdin(self, text: str) -> None:
        self.streams = self.streams.reading("0", text)

    @property
    def out(self) -> Sink:
        """Standard output."""
        return self.streams.outputs.get("1") or Sink()

    @out.setter
    def out(self, sink: Sink) -> None:
        self.streams = self.streams.writing("1", sink)

    @property
    def err(self) -> Sink:
        """Standard error."""
        return self.streams.outputs.get("2") or Sink()

    @err.setter
    def err(self, sink: Sink) -> None:
        self.streams = self.streams.writing("2", sink)

    @property
    def variables(self) -> dict[str, str]:
        """Plain variables."""
        found: dict[str, str] = self.state["vars"]
        return found

    @property
    def flavour(self) -> str:
        """Which shell it is: "dash", "bash" or "ash"."""
        return str(self.state["kind"])

    @property
    def positional(self) -> list[str]:
        """The positional parameters."""
        args: list[str] = self.state["frames"][-1]["args"]
        return args

    @positional.setter
    def positional(self, args: list[str]) -> None:
        self.state["frames"][-1]["args"] = args

    @property
    def status(self) -> int:
        """`$?`."""
        return int(self.state["status"])

    @status.setter
    def status(self, status: int) -> None:
        self.state["status"] = status

    # --- variables -------------------------------------------------------------------------

    def args(self) -> list[str]:
        """Give the positional parameters."""
        return self.positional

    def special(self, name: str, args: list[str]) -> str | None:
        """Give a special parameter; None for an ordinary name."""
        if name == "?":
            return str(self.status)
        if name == "#":
            return str(len(args))
        if name in ("@", "*"):
            return " ".join(args)
        if name in ("$", "BASHPID"):
            return "1"
        if name == "!":
            return "2" if "background" in self.state else ""
        if name == "-":
            letters = [*self.options, *("hB" if self.flavour == "bash" else "")]
            return "".join(sorted((one for one in letters if len(one) == 1), key=str.swapcase))
        if name == "PWD":
            return self.cwd
        if name == "LINENO":
            return str(self.line)
        if self.flavour != "bash":
            return None
        functions = [frame["function"] for frame in self.state["frames"] if "function" in frame]
        if name == "FUNCNAME" and functions:
            return str(functions[-1])
        own = {"UID": str(self.uid), "EUID": str(self.uid), "BASH_VERSION": "5.2.37(1)-release"}
        own["SECONDS"] = str(self.clock.us // 1_000_000)
        return own.get(name)

    def option(self, name: str) -> bool:
        """Tell whether an option is on, or whether the shell is "bash" or "dash"."""
        return name in self.options or name == self.flavour

    def exports(self, name: str) -> bool:
        """Tell whether programs inherit a variable."""
        return name in self.exported

    def export(self, name: str, value: str | None) -> None:
        """Let programs inherit a variable with this value; None: no longer."""
        if value is None:
            self.exported.pop(name, None)
        else:
            self.exported[name] = None
            self.variables[name] = value

    def set(self, name: str, value: str) -> None:
        """Set a variable; with `set -a` programs inherit it."""
        super().set(name, value)
        if "a" in self.options:
            self.exported[name] = None

    def set_array(self, name: str, items: dict[str, str], is_map: bool = False) -> None:
        """Set a whole array; that costs what it holds."""
        self.clock.look_around(len(items))
        super().set_array(name, items, is_map)

    def glob(self, pattern: str) -> list[str]:
        """Give the files that match a pattern."""
        if "f" in self.options:
            return []
        key = f"{self.cwd}\0{pattern}"
        if key not in self.globs:
            self.globs[key] = matching(self.tree, pattern, self.cwd, self.clock.look_around)
        return self.globs[key]

    def environment(self) -> dict[str, str]:
        """Return the variables that programs inherit."""
        return {n: self.variables[n] for n in self.exported if n in self.variables}

    def copy(self) -> Shell:
        """Make a subshell: same tree and clock, its own variables."""
        other = Shell(self.tree, self.clock, self.cwd, None, (self.uid, self.gid, self.user))
        state = self.state
        other.state = {
            **state,
            "vars": dict(state["vars"]),
            "frames": [dict(frame) for frame in state["frames"]],
            "traps": {name: text for name, text in state["traps"].items() if not text},
        }
        other.exported = dict(self.exported)
        other.options = dict(self.options)
        other.functions = dict(self.functions)
        other.streams, other.level = self.streams, self.level
        other.depth, other.lenient, other.line = self.depth + 1, self.lenient, self.line
        return other

    # --- running ---------------------------------------------------------------------------

    def run(self, text: str) -> int:
        """Run a script and return its exit status."""
        self.clock.look_around(len(text) * FILES_PER_CHAR)
        try:
            body = parse(text)
        except ShellSyntaxError as error:
            self.err.write(complaints.syntax_error(self.state, error, text))
            return 2
        try:
            return walking.run(self, body)
        except Exit as leave:
            return leave.status
        except builtins.Return as back:
            return back.status
        except builtins.LoopControl:
            return 0  # `break` outside of a loop

    def end(self, status: int) -> int:
        """Run the EXIT trap of a shell that ends with a status; answers that of the whole."""
        trap = self.state["traps"].pop("EXIT", None)
        if not trap:
            return status
        self.status = status
        self.clock.step()
        try:
            walking.run(self, parse(trap))
        except Exit as leave:
            return leave.status
        except (ShellSyntaxError, builtins.Return, builtins.LoopControl):
            pass
        return status

    def complain(self, text: str, line: int | None = None) -> None:
        """Write an error as this shell words it."""
        head = complaints.where(self.state, self.line if line is None else line)
        self.err.write(f"{head}{text}\n")

    def call(self, argv: list[str]) -> int:
        """Run a builtin, a function or a program by name."""
        name = argv[0]
        body = self.functions.get(name)
        if body is not None and name not in builtins.SPECIAL:
            return self._function(name, body, argv)
        if name in builtins.TABLE and not (name == "[[" and self.flavour == "dash"):
            return builtins.TABLE[name](self, argv)
        return self.program(argv)

    def _function(self, name: str, body: list[Any], argv: list[str]) -> int:
        if self.depth > MAX_CALLS:
            self.complain("Maximum function recursion depth exceeded")
            raise Exit(2)
        frame = {"function": name, "args": argv[1:]}
        self.state["frames"].append(frame)
        self.depth += 1
        try:
            return walking.run(self, body)
        except builtins.Return as back:
            return back.status
        finally:
            self.state["frames"].pop()
            self.leave(frame)
            self.depth -= 1

    def capture(self, script: str) -> str:
        """Run a command substitution and return what it wrote."""
        shell = self.copy()
        if shell.depth > MAX_CALLS:
            raise TooLong("commands within commands")
        shell.out = Sink()
        shell.level += 1
        shell.lenient += self.flavour == "bash"  # which lets `set -e` sleep in it
        self.status = shell.end(shell.run(script))
        self.stdin = shell.stdin
        self.captured += 1
        self.globs.clear()
        return shell.out.text()

    def from_script(self, script: str) -> str:
        """Run `<(script)`; what it wrote is a file until the command has ended."""
        path = f"/dev/fd/{63 - len(self.substituted)}"
        self.tree.write(path, self.capture(script))
        self.substituted.append(path)
        return path

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

    def program(self, argv: list[str]) -> int:
        """Run a program from the tree; says what is wrong when it cannot be run."""
        from simulator.docker.shellmodel import programs  # programs may start shells again

        name = argv[0]
        path = self.find(name) or unknown.find_program(self.tree, name, self.get("PATH") or "")
        entry = self.need(path) if path is not None else None
        if path is None or entry is None:
            self.clock.look_around(MISSED_FILES)
            self.complain(_not_found(self.flavour, name))
            return 127
        if libraries.lacks_loader(self.tree, entry):
            missing = _not_found(self.flavour, name)
            if self.flavour == "bash":
                missing = f"{name}: cannot execute: required file not found"
            self.complain(missing)
            return 127
        if library := libraries.lacks_library(self.tree, entry):
            self.err.write(libraries.loader_words(entry, name, path, library))
            return 127
        wrong = self._cannot_execute(entry)
        if wrong:
            self.complain(f"{name}: {wrong}")
            return 126
        if sum(map(len, argv)) + 9 * len(argv) > ARG_MAX:  # each with its end and a pointer to it
            self.complain(f"{name}: Argument list too long")
            return 126
        self.clock.step()
        try:
            run = Run(self, argv, path, entry)
            status = programs.execute(run)
            if run.has_read:
                self.stdin = ""
            return status
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
        return may_write(self.tree, (self.uid, self.gid), self.get("HOME") or "/", real)


def _not_found(flavour: str, name: str) -> str:
    if flavour == "bash":
        return f"{name}: No such file or directory" if "/" in name else f"{name}: command not found"
    return f"{name}: not found"
