"""The terminal's small programs on files: ls, cat, cd, pwd, echo, grep, head, tail, wc, rm ..."""

from __future__ import annotations

from .program import Call, Program


class Cat(Program):
    """Print files."""

    names = ("cat",)

    def is_read(self, argv: list[str]) -> bool:
        """Only looks."""
        return True

    def start(self, call: Call) -> int | None:
        """Print each file, or what came in."""
        code = 0
        for path in call.argv[1:] or ["-"]:
            text = call.stdin if path == "-" else call.engine.workspace.read(call.cwd, path)
            if text is not None:
                call.out(text)
                continue
            code = 1
            folder = call.engine.workspace.is_folder(call.cwd, path)
            why = "Is a directory" if folder else "No such file or directory"
            call.err(f"cat: {path}: {why}\n")
        return code


FILE_PROGRAMS: list[Program] = [Cat()]
