"""Which model a program of the tree has, and what happens to one that has none.

A file whose text is a shell script is really carried out. Otherwise the name by which the program
was called decides. A program without a model takes DEFAULT_PROGRAM_US and succeeds: that is the
declared effect of the unknown. Files that it may have written are guessed when they are needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.docker import unknown
from simulator.docker.shellmodel import starting
from simulator.docker.shellmodel.commands import (
    archives,
    awk,
    copies,
    files,
    filtering,
    search,
    sed,
    system,
    text,
    users,
    web,
)
from simulator.docker.shellmodel.packages import (
    apk,
    apt,
    compilers,
    dnf,
    dpkg,
    jvm,
    make,
    node,
    others,
    pip,
    python,
)
from simulator.docker.shellmodel.process import DEFAULT_PROGRAM_US, Run

Model = Callable[[Run], int]

MODELS: dict[str, Model] = {
    **dict.fromkeys(("sh", "bash", "dash", "ash", "zsh"), starting.run_shell),
    **files.MODELS,
    **copies.MODELS,
    **text.MODELS,
    **filtering.MODELS,
    **awk.MODELS,
    **sed.MODELS,
    **search.MODELS,
    **users.MODELS,
    **web.MODELS,
    **archives.MODELS,
    **system.MODELS,
    **apt.MODELS,
    **dpkg.MODELS,
    **dnf.MODELS,
    **apk.MODELS,
    **pip.MODELS,
    **python.MODELS,
    **node.MODELS,
    **compilers.MODELS,
    **make.MODELS,
    **jvm.MODELS,
    **others.MODELS,
}

INSTALLERS = frozenset(
    {*apt.MODELS.values(), *dpkg.MODELS.values(), *dnf.MODELS.values(), *apk.MODELS.values(),
     *pip.MODELS.values(), *node.MODELS.values()}
)  # fmt: skip
"""Models that look through the whole tree for what is installed."""
SHEBANG = re.compile(r"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?(\S+)")
HARMLESS = ("ldconfig", "locale-gen", "setcap", "scanelf", "ldd", "strip", "gosu", "tini")
"""Programs without a model that are known to leave nothing that a later step would need."""
SHELLS = ("sh", "bash", "dash", "ash", "zsh")


def execute(run: Run) -> int:
    """Run a program that the kernel has found."""
    script = run.entry.get("text")
    match = SHEBANG.match(script) if script else None
    if match is not None and script is not None:
        interpreter = match[1].rpartition("/")[2]
        if interpreter in SHELLS:
            return _script(run, script, match[1])
    model = MODELS.get(run.name) or MODELS.get(_family(run.name))
    if model in INSTALLERS:
        run.clock.look_around(5 * len(run.tree.files))
    if model is None:
        model = MODELS.get(_family(run.real(run.path).rpartition("/")[2]), without_model)
    return model(run)


def _family(name: str) -> str:
    """Strip a version from a program's name: python3.12 -> python, pip3 -> pip."""
    return re.sub(r"[-.]?\d+(\.\d+)*$", "", name) or name


def _script(run: Run, script: str, interpreter: str) -> int:
    path = interpreter if "/" in interpreter else run.shell.find(interpreter)
    entry = run.get(path) if path is not None else None
    if path is None or entry is None:
        run.shell.complain(f"{run.argv[0]}: not found")
        return 127
    return starting.run_shell(Run(run.shell, [path, run.path, *run.argv[1:]], path, entry))


def without_model(run: Run) -> int:
    """Succeed after a fixed time; what it wrote is not known (see `unknown`)."""
    run.spend(DEFAULT_PROGRAM_US)
    if run.name not in HARMLESS:
        unknown.mark(run.tree, "/", " ".join(run.argv))
    return 0
