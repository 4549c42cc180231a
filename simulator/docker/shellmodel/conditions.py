"""What `test` finds out about the files of a build step."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.docker.shellmodel.shell import Shell


class TreeFiles:
    """The files of a shell's tree (`simulator.shell.conditions.Files`)."""

    def __init__(self, shell: Shell) -> None:
        """Ask about paths as this shell's user sees them."""
        self.shell = shell

    def is_so(self, operator: str, operand: str) -> bool:
        """Tell whether `-f PATH` and its like hold."""
        shell = self.shell
        if operator == "-t":
            return False
        if operator == "-v":
            return shell.get(operand) is not None
        if operator == "-o":
            return shell.option(operand)
        if operator in ("-h", "-L"):
            real = shell.tree.resolve(operand, shell.cwd, follow=False)
            return shell.tree.files.get(real, {}).get("type") == "link"
        entry = shell.tree.get(operand, shell.cwd) if operand else None
        if entry is None:
            return False
        if operator in ("-d", "-f"):
            return bool(entry["type"] == {"-d": "dir", "-f": "file"}[operator])
        if operator == "-s":
            return bool(entry.get("size", 0) > 0 or entry["type"] == "dir")
        if operator == "-x":
            return bool(entry["mode"] & 0o111)
        if operator == "-w":
            return shell.uid == 0 or bool(entry["mode"] & 0o002) or entry["uid"] == shell.uid
        return operator in ("-e", "-r", "-a", "-O", "-G")

    def compares(self, left: str, operator: str, right: str) -> bool:
        """Tell whether `A -nt B`, `-ot` or `-ef` holds; files carry no times."""
        tree, cwd = self.shell.tree, self.shell.cwd
        here, there = tree.exists(left, cwd), tree.exists(right, cwd)
        if operator == "-ef":
            return here and tree.resolve(left, cwd) == tree.resolve(right, cwd)
        return (here, there) == (operator == "-nt", operator == "-ot")
