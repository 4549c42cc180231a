"""`command -v` and `type`: what a name stands for, in the words of each shell.

Sources: describe_command() of bash 5.2's builtins/type.def, describe_command() of dash 0.5.12's
exec.c and of BusyBox 1.37's shell/ash.c.
"""

from __future__ import annotations

from collections.abc import Callable

from .parser import RESERVED
from .variables import Variables

SPECIAL = (":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return",
           "set", "shift", "times", "trap", "unset")  # fmt: skip
Find = Callable[[str], "str | None"]


class Locator:
    """Tells what names stand for.   find: gives the path of a program."""

    def __init__(
        self, shell: Variables, builtins: dict[str, object], functions: list[str], find: Find
    ) -> None:
        """Ask about the names of a shell."""
        self.bash = shell.option("bash")
        self.dash = shell.option("dash")
        self.builtins = builtins
        self.functions = functions
        self.find = find

    def kind(self, name: str) -> str:
        """Give "keyword", "function", "builtin", "file" or ""."""
        if name in RESERVED or (name == "[[" and self.bash):
            return "keyword"
        if name in self.functions:
            return "function"
        if name in self.builtins and name != "[[":
            return "builtin"
        return "file" if self.find(name) else ""

    def command(self, argv: list[str]) -> tuple[str, str, int]:
        """Carry `command -v NAME...` or `-V` out: (what it writes, complaint, status)."""
        if argv[1] == "-V":
            return self.type([argv[0], *argv[2:]])
        written, status = "", 0
        for name in argv[2:]:
            kind = self.kind(name)
            if not kind:
                status = 1 if self.bash else 127
                continue
            written += f"{self.find(name) if kind == 'file' else name}\n"
        return written, "", status

    def type(self, argv: list[str]) -> tuple[str, str, int]:
        """Carry `type NAME...` out: (what it writes, complaint, status)."""
        flags = "".join(word[1:] for word in argv[1:] if word.startswith("-"))
        flags = flags if self.bash else ""
        written, wrong, status = "", "", 0
        for name in (word for word in argv[1:] if not word.startswith("-")):
            kind = self.kind(name)
            if "P" in flags:
                kind = "file" if self.find(name) else ""
            if kind and "t" in flags:
                written += f"{kind}\n"
            elif kind and flags:
                written += f"{self.find(name)}\n" if kind == "file" else ""
            elif kind:
                written += f"{name} is {self._said(name, kind)}\n"
            elif self.bash:
                wrong, status = ("" if flags else f"{argv[0]}: {name}: not found"), 1
            else:
                written, status = f"{written}{name}: not found\n", 127
        return written, wrong, status

    def _said(self, name: str, kind: str) -> str:
        if kind == "function":
            return "a function" if self.bash else "a shell function"
        if kind == "file":
            return str(self.find(name))
        special = "special " if kind == "builtin" and name in SPECIAL and not self.bash else ""
        return f"a {special}shell {kind}"
