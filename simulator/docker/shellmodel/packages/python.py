"""python, venv, and the tools that manage a project's environment: uv, poetry, pipenv."""

from __future__ import annotations

import posixpath
import re

from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages import catalogue, django, pip_listing, projects
from simulator.docker.shellmodel.packages.pip import VALUED, install_command, pip
from simulator.docker.shellmodel.packages.pip_install import install, site_packages
from simulator.docker.shellmodel.process import DEFAULT_PROGRAM_US, Run


def python(run: Run) -> int:
    """`python -m pip|venv ...`, `python setup.py install`; a script takes a fixed time."""
    args = run.argv[1:]
    if run.has_flag("--version", "-V"):
        run.out(f"Python {run.env('PYTHON_VERSION') or '3.11.2'}\n")
        return 0
    while args and args[0].startswith("-") and not args[0].startswith(("-m", "-c")):
        args = args[1:]
    if args and re.match(r"-m\w", args[0]):
        args = ["-m", args[0][2:], *args[1:]]
    if args[:1] == ["-m"] and len(args) > 1:
        return _module(run, args[1], args[2:])
    if args and not args[0].startswith("-"):
        entry = run.need(args[0])
        if entry is None:
            run.err(
                f"{run.argv[0]}: can't open file '{run.real(args[0])}': [Errno 2] No such file "
                "or directory\n"
            )
            return 2
        if args[0].endswith("manage.py") and "collectstatic" in args:
            status = django.collectstatic(run, args[0], args) if "text" in entry else None
            if status is None:
                where = run.real("static") if "text" in entry else run.cwd
                run.bundle(where, 3_500_000, 130, "static")
                run.out("\n130 static files copied.\n")
            return status or 0
        missing = missing_module(run, entry.get("text", ""))
        if missing:
            run.err(
                f'Traceback (most recent call last):\n  File "{run.real(args[0])}", line 1, in '
                f"<module>\nModuleNotFoundError: No module named '{missing}'\n"
            )
            return 1
    if args[:1] in ([], ["-"]) and run.stdin.startswith("#!/bin/sh"):
        # An installer from the internet, which this model keeps as a short shell script.
        return run.shell.copy().run(run.stdin)
    if args[:1] == ["-c"]:
        missing = missing_module(run, re.sub(r";\s*", "\n", " ".join(args[1:2])))
        if missing:
            run.err(
                'Traceback (most recent call last):\n  File "<string>", line 1, in <module>\n'
                f"ModuleNotFoundError: No module named '{missing}'\n"
            )
            return 1
        # What the code writes is not known; most often it fetches something into the folder.
        unknown.mark(run.tree, run.cwd, " ".join(args), commands=False)
    run.spend(DEFAULT_PROGRAM_US)
    return 0


def missing_module(run: Run, text: str) -> str:
    """Name the first known package that a script imports but that is not installed."""
    folder, _, _ = site_packages(run, run.path)
    table = catalogue.table("pip")
    modules = {m: None for p in table.values() for m in p.modules or (p.name.replace("-", "_"),)}
    for match in re.finditer(r"^(?:from|import)\s+(\w+)", text, re.M):
        name = match[1]
        if (
            name in modules
            and not run.tree.exists(f"{folder}/{name}")
            and not run.tree.exists(name, run.cwd)
            and not run.tree.exists(f"{name}.py", run.cwd)
        ):
            return name
    return ""


def _module(run: Run, module: str, args: list[str]) -> int:
    if run.entry.get("guessed"):
        unknown.mark(run.tree, "/", " ".join(run.argv))
        return 0
    if module == "pip":
        folder, _, _version = site_packages(run, "")
        if not run.tree.exists(f"{folder}/pip") and not run.shell.find("pip3"):
            run.err(f"{run.path}: No module named pip\n")
            return 1
        return pip(
            Run(
                run.shell,
                ["pip", *args],
                posixpath.join(posixpath.dirname(run.path), "pip"),
                run.entry,
            )
        )
    if module in ("venv", "virtualenv"):
        for target in [a for a in args if not a.startswith("-")]:
            _venv(run, target)
        return 0
    run.spend(DEFAULT_PROGRAM_US)
    return 0


def _venv(run: Run, target: str) -> None:
    """Make a virtual environment: links to the Python, and a pip of its own."""
    _, _, version = site_packages(run, "")
    place = run.make_dir(f"{target}/bin").removesuffix("/bin")
    python_path = run.real(run.path)
    for name in ("python", "python3", f"python{version}"):
        run.tree.files[f"{place}/bin/{name}"] = tree.link_entry(python_path)
    for name in ("pip", "pip3"):
        run.put(f"{place}/bin/{name}", tree.file_entry(size=230, mode=0o755, content=name))
    run.put(
        f"{place}/bin/activate",
        tree.file_entry(
            f'VIRTUAL_ENV={place}\nexport VIRTUAL_ENV\nPATH="$VIRTUAL_ENV/bin:$PATH"\nexport PATH\n'
        ),
    )
    run.put(f"{place}/pyvenv.cfg", tree.file_entry(f"home = {posixpath.dirname(python_path)}\n"))
    site = f"{place}/lib/python{version}/site-packages"
    run.put(f"{site}/pip/__init__.py", tree.file_entry(size=357, content="pip"))
    run.bundle(f"{site}/pip", 11_000_000, 860, "venv pip")
    run.spend(2_400_000)


def uv(run: Run) -> int:
    """`uv pip install`, `uv sync`, `uv venv`, `uv tool install`."""
    verbs = run.operands(VALUED)
    if verbs[:2] == ["pip", "install"] or verbs[:2] == ["pip", "sync"]:
        return install_command(run, verbs[2:], "")
    if verbs[:1] == ["pip"] and verbs[1:] and verbs[1] in pip_listing.QUESTIONS:
        folder, _, _ = site_packages(run, "")
        return pip_listing.answer(run, verbs[1], verbs[2:], [folder])
    if verbs[:1] == ["pip"] and verbs[1:2] == ["uninstall"]:
        return pip(Run(run.shell, ["pip", "-y", *verbs[1:]], run.path, run.entry))
    if verbs[:1] in (["sync"], ["export"], ["lock"]):
        return _project(run, ".venv" if verbs[0] == "sync" else "", "uv.lock")
    if verbs[:1] == ["venv"]:
        python_path = run.shell.find("python3") or "/usr/local/bin/python3"
        _venv(Run(run.shell, run.argv, python_path, run.entry), (verbs[1:] or [".venv"])[0])
        return 0
    run.spend(DEFAULT_PROGRAM_US)
    return 0


def poetry(run: Run) -> int:
    """`poetry install`, `pipenv install`."""
    verbs = run.operands()
    if verbs[:1] in (["install"], ["sync"]):
        if run.name == "pipenv":
            return _pipfile(run)
        return _project(run, "", "poetry.lock")
    run.spend(DEFAULT_PROGRAM_US)
    return 0


def _pipfile(run: Run) -> int:
    """`pipenv install`: the packages that the Pipfile names, at the versions of its lock."""
    entry = run.need("Pipfile")
    if entry is None:
        run.err("Pipfile not found.\n")
        return 1
    folder, scripts, _ = site_packages(run, "")
    text = entry.get("text")
    if text is None:
        return install(run, [("", "Pipfile")], folder, scripts)
    wanted = projects.pipfile(text)
    if wanted is None:
        return run.fail("Pipfile is not valid TOML")
    if run.has_flag("--dev", "-d"):
        wanted += projects.pipfile(text, "dev-packages") or []
    locked = projects.pipfile_lock(run.tree.text("Pipfile.lock", run.cwd) or "")
    if run.has_flag("--deploy") and not locked and run.need("Pipfile.lock") is None:
        run.err("Pipfile.lock not found! Aborting...\n")
        return 1
    return install(run, [(name, "") for name in [*wanted, *locked]], folder, scripts, locked)


def _project(run: Run, venv: str, lock: str) -> int:
    """Install what a pyproject.toml asks for, at the versions of its lock."""
    entry = run.need("pyproject.toml")
    if entry is None:
        run.err(
            "error: No `pyproject.toml` found in current directory or any parent directory\n"
            if run.name == "uv"
            else f"\nPoetry could not find a pyproject.toml file in {run.cwd} or its parents\n"
        )
        return 2 if run.name == "uv" else 1
    if run.name == "uv" and run.has_flag("--frozen", "--locked") and run.need(lock) is None:
        run.err("error: Unable to find lockfile at `uv.lock`. To create a lockfile, run `uv lock` "
                "or `uv sync`.\n")  # fmt: skip
        return 2
    folder, scripts, version = site_packages(run, "")
    if venv:
        python_path = run.shell.find("python3") or "/usr/local/bin/python3"
        _venv(Run(run.shell, run.argv, python_path, run.entry), venv)
        folder = run.real(f"{venv}/lib/python{version}/site-packages")
        scripts = run.real(f"{venv}/bin")
    if "text" not in entry:
        return install(run, [("", "pyproject.toml")], folder, scripts)
    wanted = projects.dependencies(entry["text"], _groups(run, entry["text"]))
    text = run.tree.text(lock, run.cwd) or ""
    locked = projects.lock_versions(text)
    if run.name == "poetry":
        run.out("Installing dependencies from lock file\n" if locked else
                "Updating dependencies\nResolving dependencies...\n")  # fmt: skip
    if locked:
        more = [name for name in projects.lock_needs(text, wanted) if name in locked]
        wanted = [*wanted, *more]
    return install(run, [(name, "") for name in wanted], folder, scripts, locked)


def _groups(run: Run, text: str) -> tuple[str, ...]:
    """Name the groups that a line asks for beside the project's own dependencies."""
    line = " ".join(run.argv)
    if run.name == "uv":
        return () if run.has_flag("--no-dev", "--no-default-groups") else ("dev",)
    only = re.search(r"--only[= ](\S+)", line)
    if only or "--no-dev" in line:
        return ()
    without = re.search(r"--without[= ](\S+)", line)
    left = without[1].split(",") if without else []
    more = re.search(r"--with[= ](\S+)", line)
    named = [*projects.groups_of(text), *(more[1].split(",") if more else [])]
    return tuple(name for name in dict.fromkeys(named) if name not in left)


MODELS = {
    "python": python,
    "pypy": python,
    "uv": uv,
    "poetry": poetry,
    "pipenv": poetry,
}
