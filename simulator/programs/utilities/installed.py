"""What pip says of the packages that are installed: `pip list`, `pip freeze`, `pip show`.

Sources: the output of pip 25 (commands/list.py, freeze.py, show.py).
# Simplified: `pip show` gives name, version and place of a package, not its summary or licence.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import Context

INSTALLERS = ("pip", "setuptools", "wheel", "distribute")
"""What `pip freeze` leaves out."""
PIP = "25.0.1"


def pip(c: Context) -> int | None:
    """Answer a question; None for a command that changes something or that is not followed."""
    words = [word for word in c.argv[1:] if not word.startswith("-")]
    command = words[0] if words else ""
    if command not in ("list", "freeze", "show"):
        return None
    found = _packages(c)
    if command == "show":
        return _show(c, words[1:], found)
    rows = sorted(found.values(), key=lambda row: row[0].lower())
    if command == "freeze" or "--format=freeze" in c.argv:
        hidden = INSTALLERS if command == "freeze" and "--all" not in c.argv else ()
        c.out("".join(f"{row[0]}=={row[1]}\n" for row in rows if row[0].lower() not in hidden))
        return 0
    names = max(len("Package"), *(len(row[0]) for row in rows))
    versions = max(len("Version"), *(len(row[1]) for row in rows))
    c.out(f"{'Package':{names}} Version\n{'-' * names} {'-' * versions}\n")
    c.out("".join(f"{row[0]:{names}} {row[1]}\n" for row in rows))
    return 0


def _packages(c: Context) -> dict[str, tuple[str, str, str]]:
    """Find (name, version, place) of what is installed beside this pip, by its normal name."""
    from ..lookup import find_program

    path = find_program(c.view, c.argv[0], c.env, c.p.cwd) or c.argv[0]
    home = posixpath.dirname(posixpath.dirname(path))
    roots = ("/usr/lib", "/usr/local/lib") if home == "/usr" else (f"{home}/lib",)
    found: dict[str, tuple[str, str, str]] = {}
    for root in roots:
        for file in c.view.below(root):
            if not file.endswith(".dist-info/METADATA"):
                continue
            text = c.view.text(file) or ""
            name = re.search(r"^Name: (.+)$", text, re.M)
            version = re.search(r"^Version: (.+)$", text, re.M)
            if name and version:
                place = posixpath.dirname(posixpath.dirname(file))
                found[_normal(name[1])] = (name[1], version[1], place)
    return {"pip": ("pip", PIP, ""), **found}


def _show(c: Context, names: list[str], found: dict[str, tuple[str, str, str]]) -> int:
    if not names:
        c.err("ERROR: Please provide a package name or names.\n")
        return 1
    missing = [name for name in names if _normal(name) not in found]
    if missing:
        c.err(f"WARNING: Package(s) not found: {', '.join(missing)}\n")
    rows = [found[_normal(name)] for name in names if _normal(name) in found]
    texts = [
        f"Name: {name}\nVersion: {version}\nLocation: {place}\n" for name, version, place in rows
    ]
    c.out("---\n".join(texts))
    return 0 if rows else 1


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
