"""gcc, make, configure and cmake: programs made from C sources, and what Makefiles say.

A Makefile whose text is known is carried out; the effect of any other is not known.
"""

from __future__ import annotations

import posixpath
import re

from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages.compiled import put_program, value_of
from simulator.docker.shellmodel.process import Run

SOURCES = {
    "Python": "python3 pip3 idle3 pydoc3 python3-config",
    "python": "python3 pip3 idle3 pydoc3 python3-config",
    "ruby": "ruby gem irb bundle erb rake",
    "redis": "redis-server redis-cli redis-benchmark redis-sentinel redis-check-rdb",
    "postgresql": "postgres psql pg_ctl initdb pg_dump pg_config",
    "node": "node npm npx corepack",
    "php": "php phpize php-config pear pecl",
    "httpd": "httpd apachectl ab htpasswd",
    "openssl": "openssl",
}
"""Programs that the sources of well-known projects install, by the name of their folder."""


def gcc(run: Run) -> int:
    """`gcc [-o OUT] FILE...`."""
    sources = list(run.operands(("-o", "-I", "-L", "-l", "-x", "-include")))
    for name in sources:
        if run.get(name) is None:
            run.err(
                f"{run.name}: error: {name}: No such file or directory\n"
                f"{run.name}: fatal error: no input files\ncompilation terminated.\n"
            )
            return 1
    if not sources:
        return 0 if run.has_flag("--version", "-v") else run.fail("fatal error: no input files")
    text = next((run.tree.text(s, run.cwd) or "" for s in sources), "")
    output = value_of(run, "-o") or (
        "a.out"
        if not run.has_flag("-c")
        else re.sub(r"\.\w+$", ".o", posixpath.basename(sources[0]))
    )
    static = run.has_flag("-static")
    put_program(
        run,
        output,
        780_000 if static else 16_000,
        run.clock.arch,
        "gcc",
        [run.real(s) for s in sources],
        text,
        static or run.has_flag("-c"),
    )
    run.spend(300_000 * len(sources))
    return 0


def make(run: Run) -> int:
    """`make [TARGET]`: carry out the recipe of a Makefile that is known, else only take time."""
    folder = value_of(run, "-C") or "."
    names = [
        a for a in run.operands(("-C", "-f", "-j", "-l", "-o")) if "=" not in a and not a.isdigit()
    ]
    found = next(
        (
            f
            for f in (value_of(run, "-f"), "GNUmakefile", "makefile", "Makefile")
            if f and run.get(posixpath.join(folder, f)) is not None
        ),
        None,
    )
    if found is None and run.need(posixpath.join(folder, "Makefile")) is not None:
        found = "Makefile"
    if found is None:
        run.err(
            "make: *** No targets specified and no makefile found.  Stop.\n"
            if not names
            else f"make: *** No rule to make target '{names[0]}'.  Stop.\n"
        )
        return 2
    text = run.tree.text(posixpath.join(folder, found), run.cwd)
    if text is None:
        run.spend(25_000_000)
        unknown.mark(run.tree, "/", " ".join(run.argv))
        if "install" in names:
            _make_install(run, posixpath.basename(run.real(folder)).split("-")[0] or "app")
        return 0
    return _recipes(run, folder, text, names)


def _make_install(run: Run, name: str) -> None:
    """Put in place what `make install` of a well-known program is known to install."""
    for program in SOURCES.get(name, name).split():
        run.put(
            f"/usr/local/bin/{program}",
            tree.file_entry(
                size=2_000_000, mode=0o755, content=program, arch=run.clock.arch or None
            ),
        )


def _recipes(run: Run, folder: str, text: str, names: list[str]) -> int:
    rules: dict[str, tuple[list[str], list[str]]] = {}
    variables: dict[str, str] = {"MAKE": "make", "CURDIR": run.real(folder)}
    current: list[str] | None = None
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("\t") and current is not None:
            current.append(line.strip())
            continue
        assign = re.match(r"(?:export\s+)?([\w.-]+)\s*(?::|\?|\+|::)?=\s*(.*)", line)
        rule = re.match(r"([^\s:=#][^:=#]*?)\s*::?(?!=)\s*([^=]*)$", line)
        if assign:
            variables[assign[1]] = assign[2].strip()
        elif rule and not line.startswith("."):
            current = []
            for target in rule[1].split():
                rules.setdefault(target, (rule[2].split("#")[0].split(), current))
    if not rules:
        return 0
    shell = run.shell.copy()
    shell.cwd = run.real(folder)
    done: dict[str, None] = {}
    for name in names or [next(iter(rules))]:
        status = _target(run, shell.cwd, rules, variables, name, done)
        if status:
            run.err(f"make: *** [{name}] Error {status}\n")
            return 2
    return 0


def _target(
    run: Run,
    cwd: str,
    rules: dict[str, tuple[list[str], list[str]]],
    variables: dict[str, str],
    name: str,
    done: dict[str, None],
) -> int:
    if name in done or len(done) > 200:
        return 0
    done[name] = None
    if name not in rules:
        if run.tree.exists(name, cwd) or "%" in name or "$" in name:
            return 0
        run.err(f"make: *** No rule to make target '{name}'.  Stop.\n")
        return 2
    needs, recipe = rules[name]
    for need in needs:
        status = _target(run, cwd, rules, variables, need, done)
        if status:
            return status
    for line in recipe:
        shell = run.shell.copy()
        shell.cwd = cwd
        silent = line.startswith("@")
        command = line.lstrip("@-+")
        for _ in range(4):
            command = re.sub(r"\$[({]([\w.-]+)[)}]", lambda m: variables.get(m[1], ""), command)
        command = (
            command.replace("$@", name)
            .replace("$$", "$")
            .replace("$<", needs[0] if needs else "")
            .replace("$^", " ".join(needs))
        )
        if not silent:
            run.out(command + "\n")
        status = shell.run(command)
        if status and not line.startswith("-"):
            return status
    return 0


def configure(run: Run) -> int:
    """`./configure`, `cmake`, `autoreconf`: prepare a build."""
    run.spend(12_000_000)
    if run.name == "cmake" and not run.has_flag("--build", "--install"):
        folder = value_of(run, "-B") or "."
        run.make_dir(folder)
        run.put(posixpath.join(folder, "Makefile"), tree.file_entry(size=9000, content="cmake"))
    elif run.name == "configure" and run.get("Makefile") is None:
        run.put("Makefile", tree.file_entry(size=9000, content="configure"))
    return 0


MODELS = {
    "gcc": gcc,
    "g++": gcc,
    "cc": gcc,
    "c++": gcc,
    "clang": gcc,
    "make": make,
    "gmake": make,
    "configure": configure,
    "cmake": configure,
    "autoreconf": configure,
    "autogen.sh": configure,
    "ninja": configure,
}
