"""The terminal's small programs: files, folders and text, as GNU coreutils print them."""

from __future__ import annotations

import posixpath

from simulator.timing import duration_us

from .program import RUNNING, Call, Program
from .workspace import HOME


class Reader(Program):
    """A program that only looks at files."""

    def is_read(self, argv: list[str]) -> bool:
        """Only looks."""
        return True

    def complete(self, engine: object, words: list[str], machine: str, cwd: str) -> list[str]:
        """Complete paths."""
        return paths(engine, words[-1], cwd)


def paths(engine: object, word: str, cwd: str) -> list[str]:
    """Give the paths that begin with a word; folders end in a slash."""
    head, slash, _ = word.rpartition("/")
    workspace = engine.workspace  # type: ignore[attr-defined]
    return [
        f"{head}{slash}{name}{'/' if folder else ''}"
        for name, folder in workspace.children(cwd, head or ("/" if slash else "."))
    ]


def read_inputs(call: Call, files: list[str]) -> tuple[list[tuple[str, str]], int]:
    """Read files ("-" or none: what came in) as [(name, text)...] and the exit code so far."""
    found: list[tuple[str, str]] = []
    code = 0
    for path in files or ["-"]:
        text = call.stdin if path == "-" else call.engine.workspace.read(call.cwd, path)
        if text is not None:
            found.append((path, text))
            continue
        code = 1
        folder = call.engine.workspace.is_folder(call.cwd, path)
        why = "Is a directory" if folder else "No such file or directory"
        call.err(f"{call.argv[0]}: {path}: {why}\n")
    return found, code


class Cat(Reader):
    """Print files."""

    names = ("cat",)

    def start(self, call: Call) -> int | None:
        """Print each file, or what came in."""
        numbered = "-n" in call.argv[1:]
        found, code = read_inputs(call, [a for a in call.argv[1:] if a != "-n"])
        text = "".join(text for _, text in found)
        if numbered:
            lines = text.splitlines(keepends=True)
            text = "".join(f"{n:6d}\t{line}" for n, line in enumerate(lines, 1))
        call.out(text)
        return code


class Ls(Reader):
    """List folders."""

    names = ("ls", "ll")

    def start(self, call: Call) -> int | None:
        """List each path, one row of names or one line each with -l."""
        flags = "".join(a[1:] for a in call.argv[1:] if a.startswith("-"))
        targets = [a for a in call.argv[1:] if not a.startswith("-")] or ["."]
        long = "l" in flags or call.argv[0] == "ll"
        code = 0
        for target in targets:
            workspace = call.engine.workspace
            text = workspace.read(call.cwd, target)
            if text is None and not workspace.is_folder(call.cwd, target):
                call.err(f"ls: cannot access '{target}': No such file or directory\n")
                code = 2
                continue
            rows = [(target, False)] if text is not None else workspace.children(call.cwd, target)
            if "a" not in flags:
                rows = [row for row in rows if not row[0].startswith(".") or text is not None]
            if len(targets) > 1:
                call.out(f"{target}:\n")
            call.out(self._listing(call, target, rows, long, text is not None))
        return code

    def _listing(
        self, call: Call, folder: str, rows: list[tuple[str, bool]], long: bool, is_file: bool
    ) -> str:
        if not long:
            names = [name + ("/" if is_dir else "") for name, is_dir in rows]
            joint = "  " if call.tty else "\n"
            return joint.join(names) + "\n" if names else ""
        lines = []
        stamp = call.engine.start.strftime("%b %e %H:%M")
        for name, is_dir in rows:
            path = name if is_file else f"{folder}/{name}"
            size = (
                4096 if is_dir else len((call.engine.workspace.read(call.cwd, path) or "").encode())
            )
            mode = "drwxr-xr-x" if is_dir else "-rw-r--r--"
            lines.append(f"{mode} 1 student student {size:7d} {stamp} {name}")
        return "".join(line + "\n" for line in lines)


class Grep(Reader):
    """Print lines with a text (fixed text and simple patterns)."""

    names = ("grep",)

    def start(self, call: Call) -> int | None:
        """Print the lines that match. # Simplified: grep looks for fixed text, not patterns."""
        flags = "".join(a[1:] for a in call.argv[1:] if a.startswith("-") and a != "-")
        words = [a for a in call.argv[1:] if not a.startswith("-") or a == "-"]
        if not words:
            call.err("Usage: grep [OPTION]... PATTERNS [FILE]...\n")
            return 2
        pattern = words[0].lower() if "i" in flags else words[0]
        found, code = read_inputs(call, words[1:])
        hits = 0
        for name, text in found:
            for line in text.splitlines():
                has = pattern in (line.lower() if "i" in flags else line)
                if has != ("v" in flags):
                    hits += 1
                    if "c" not in flags and "q" not in flags:
                        call.out(f"{name}:{line}\n" if len(found) > 1 else f"{line}\n")
        if "c" in flags:
            call.out(f"{hits}\n")
        return 2 if code else 0 if hits else 1


class HeadTail(Reader):
    """Print the first or last lines."""

    names = ("head", "tail")

    def start(self, call: Call) -> int | None:
        """Print ten lines, or as many as -n says."""
        count, files, rest = 10, [], call.argv[1:]
        while rest:
            word = rest.pop(0)
            value = rest.pop(0) if word == "-n" and rest else word.removeprefix("-n").lstrip("-")
            if word.startswith("-") and word != "-":
                if not value.isdigit():
                    call.err(f"{call.argv[0]}: invalid number of lines: '{value}'\n")
                    return 1
                count = int(value)
            else:
                files.append(word)
        found, code = read_inputs(call, files)
        for _, text in found:
            lines = text.splitlines(keepends=True)
            part = lines[:count] if call.argv[0] == "head" else lines[max(0, len(lines) - count) :]
            call.out("".join(part))
        return code


class Wc(Reader):
    """Count lines, words and bytes."""

    names = ("wc",)

    def start(self, call: Call) -> int | None:
        """Print the counts of each file."""
        found, code = read_inputs(call, [a for a in call.argv[1:] if not a.startswith("-")])
        for name, text in found:
            label = "" if name == "-" else f" {name}"
            if "-l" in call.argv[1:]:
                call.out(f"{text.count(chr(10))}{label}\n")
            else:
                counts = (text.count("\n"), len(text.split()), len(text.encode()))
                call.out("".join(f"{n:7d}" for n in counts) + label + "\n")
        return code


class Words(Reader):
    """Programs that print what they are given or where they are."""

    names = ("echo", "pwd", "whoami", "hostname", "uname", "true", "false", "clear", "date", "help")

    def start(self, call: Call) -> int | None:
        """Print."""
        name, rest = call.argv[0], call.argv[1:]
        machine = call.engine.machines.get(call.machine)
        arch = {"arm64": "aarch64", "arm/v7": "armv7l"}.get(
            machine["spec"]["arch"] if machine else ""
        )
        if name == "echo":
            end = "" if rest[:1] == ["-n"] else "\n"
            call.out(" ".join(rest[1:] if not end else rest) + end)
        elif name == "pwd":
            call.out(f"{call.cwd}\n")
        elif name == "whoami":
            call.out("student\n")
        elif name == "hostname":
            call.out(f"{call.machine}\n")
        elif name == "uname":
            full = f"Linux {call.machine} 6.1.0 #1 SMP {arch or 'x86_64'} GNU/Linux"
            call.out({"-m": arch or "x86_64", "-a": full}.get("".join(rest), "Linux") + "\n")
        elif name == "date":
            call.out(call.engine.timestamp() + "\n")
        elif name == "help":
            call.out("Programs: " + ", ".join(sorted(call.engine.terminal.programs)) + "\n")
        return 1 if name == "false" else 0


class Move(Program):
    """Change the folder, or the machine."""

    names = ("cd", "ssh", "exit", "logout")

    def is_read(self, argv: list[str]) -> bool:
        """Where the prompt stands is the viewer's, not the lab's."""
        return True

    def complete(self, engine: object, words: list[str], machine: str, cwd: str) -> list[str]:
        """Complete folders, or machines."""
        if words[0] == "cd":
            return [path for path in paths(engine, words[-1], cwd) if path.endswith("/")]
        return list(engine.machines.names()) if words[0] == "ssh" else []  # type: ignore[attr-defined]

    def start(self, call: Call) -> int | None:
        """Say where the prompt is to stand from now on."""
        if call.argv[0] == "cd":
            target = call.argv[1] if len(call.argv) > 1 else HOME
            if not call.engine.workspace.is_folder(call.cwd, target):
                exists = call.engine.workspace.read(call.cwd, target) is not None
                why = "Not a directory" if exists else "No such file or directory"
                call.err(f"bash: cd: {target}: {why}\n")
                return 1
            call.new_cwd = call.engine.workspace.resolve(call.cwd, target)
            return 0
        if call.argv[0] in ("exit", "logout"):
            call.new_machine = call.engine.scenario.machine
            return 0
        if len(call.argv) < 2:
            call.err("usage: ssh [user@]machine\n")
            return 255
        return self._ssh(call, call.argv[1].rpartition("@")[2])

    def _ssh(self, call: Call, host: str) -> int:
        machines = call.engine.machines
        name = host if machines.get(host) else machines.by_ip(host)
        if name is None:
            call.err(f"ssh: Could not resolve hostname {host}: Name or service not known\n")
            return 255
        if not machines.is_up(name) or not call.engine.network.joined(call.machine, name):
            call.err(f"ssh: connect to host {host} port 22: No route to host\n")
            return 255
        call.new_machine = name
        return 0


class Edit(Program):
    """Programs that change workspace files."""

    names = ("rm", "touch", "mkdir", "cp", "mv", "tee")

    def complete(self, engine: object, words: list[str], machine: str, cwd: str) -> list[str]:
        """Complete paths."""
        return paths(engine, words[-1], cwd)

    def start(self, call: Call) -> int | None:
        """Change the files; what cannot be done is said as coreutils say it."""
        name = call.argv[0]
        flags = "".join(a[1:] for a in call.argv[1:] if a.startswith("-"))
        words = [a for a in call.argv[1:] if not a.startswith("-")]
        if not words:
            call.err(f"{name}: missing operand\n")
            return 1
        if name in ("cp", "mv"):
            return self._copy(call, words, remove=name == "mv")
        results = [self._one(call, name, flags, word) for word in words]
        return max(results)

    def _one(self, call: Call, name: str, flags: str, path: str) -> int:
        workspace = call.engine.workspace
        if name == "mkdir":
            # Simplified: A folder of the workspace exists while there is a file in it.
            return 0
        if name == "touch":
            wrong = None
            if workspace.read(call.cwd, path) is None:
                wrong = workspace.write(call.cwd, path, "")
            if wrong:
                call.err(f"touch: cannot touch '{path}': {wrong.partition(': ')[2]}\n")
            return 1 if wrong else 0
        if name == "tee":
            wrong = workspace.write(call.cwd, path, call.stdin)
            call.out(call.stdin)
            return 1 if wrong else 0
        recursive = "r" in flags.lower()
        if recursive and (refusal := _refusal(call.cwd, path)):
            call.err(refusal)
            return 1
        if workspace.is_folder(call.cwd, path) and recursive:
            for inside in workspace.under(call.cwd, path):
                workspace.remove(call.cwd, f"{path}/{inside}")
            return 0
        if workspace.remove(call.cwd, path) or "f" in flags:
            return 0
        folder = workspace.is_folder(call.cwd, path)
        call.err(f"rm: cannot remove '{path}': {_why(folder)}\n")
        return 1

    def _copy(self, call: Call, words: list[str], remove: bool) -> int:
        workspace = call.engine.workspace
        if len(words) != 2:
            call.err(f"{call.argv[0]}: missing destination file operand after '{words[0]}'\n")
            return 1
        source, target = words
        text = workspace.read(call.cwd, source)
        if text is None:
            call.err(f"{call.argv[0]}: cannot stat '{source}': No such file or directory\n")
            return 1
        if workspace.is_folder(call.cwd, target):
            target = f"{target}/{source.rpartition('/')[2]}"
        wrong = workspace.write(call.cwd, target, text)
        if wrong:
            call.err(f"{call.argv[0]}: cannot create regular file '{wrong}\n")
            return 1
        if remove:
            workspace.remove(call.cwd, source)
        return 0


def _refusal(cwd: str, path: str) -> str:
    """Give GNU rm's words where it refuses to start, or ""."""
    if not posixpath.normpath(posixpath.join(cwd, path)).strip("/"):
        same = "" if path == "/" else " (same as '/')"
        return (
            f"rm: it is dangerous to operate recursively on '{path}'{same}\n"
            "rm: use --no-preserve-root to override this failsafe\n"
        )
    if posixpath.basename(path.rstrip("/")) in (".", ".."):
        return f"rm: refusing to remove '.' or '..' directory: skipping '{path}'\n"
    return ""


def _why(folder: bool) -> str:
    return "Is a directory" if folder else "No such file or directory"


class Sleep(Program):
    """Wait for simulated seconds."""

    names = ("sleep",)

    def start(self, call: Call) -> int | None:
        """Wait."""
        try:
            call.wake_after(duration_us(call.argv[1]))
        except (IndexError, ValueError):
            call.err("sleep: invalid time interval\n")
            return 1
        return RUNNING

    def step(self, call: Call) -> int | None:
        """Wake up."""
        return 0


FILE_PROGRAMS: list[Program] = [
    *(Cat(), Ls(), Grep(), HeadTail(), Wc(), Words(), Move(), Edit(), Sleep()),
]
