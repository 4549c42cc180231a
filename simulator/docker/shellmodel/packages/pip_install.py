"""How pip, uv and poetry install: choosing, fetching, and putting it in site-packages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages import pip_listing, pip_resolve, projects
from simulator.docker.shellmodel.packages.catalogue import Package
from simulator.docker.shellmodel.packages.pip_resolve import Choice, Demand, normal
from simulator.docker.shellmodel.process import Run

INSTALL_KB_PER_S = 9_000
"""Rate at which pip unpacks and compiles (assumed; flask's set takes about 3 s)."""
UNKNOWN_BYTES = 60_000_000
"""What a list of requirements installs that nobody can read (assumed)."""
NEEDS_TOOL = {
    "psycopg2": ("pg_config", "Error: pg_config executable not found."),
    "mysqlclient": ("pkg-config", "/bin/sh: 1: pkg-config: not found"),
    "uwsgi": ("gcc", "Exception: you need a C compiler to build uWSGI"),
}
"""Packages without a wheel: the program their build looks for, and what it says without it."""


def site_packages(run: Run, tool: str) -> tuple[str, str, str]:
    """Find where a Python installs: (site-packages, folder of scripts, its version)."""
    folder = posixpath.dirname(run.path if tool == "" else tool)
    venv = run.env("VIRTUAL_ENV")
    if run.name in ("uv", "poetry", "pipenv"):
        folder = f"{venv}/bin" if venv else _python_folder(run)
    python = run.real(f"{folder}/python3")
    match = re.search(r"python(\d+\.\d+)$", python)
    version = match[1] if match else "3.12"
    prefix = posixpath.dirname(folder) or "/usr"
    if prefix == "/usr" and python.startswith("/usr/bin"):
        return f"/usr/local/lib/python{version}/dist-packages", "/usr/local/bin", version
    return f"{prefix}/lib/python{version}/site-packages", folder, version


def _python_folder(run: Run) -> str:
    path = run.shell.find("python3") or "/usr/local/bin/python3"
    return posixpath.dirname(path)


def values(run: Run, *names: str) -> list[str]:
    """List the values of options, however they are joined to their names."""
    found = []
    for index, arg in enumerate(run.argv):
        if arg in names and index + 1 < len(run.argv):
            found.append(run.argv[index + 1])
        for name in names:
            if name.startswith("--") and arg.startswith(name + "="):
                found.append(arg.partition("=")[2])
            elif not name.startswith("--") and arg.startswith(name) and len(arg) > 2:
                found.append(arg[2:])
    return list(dict.fromkeys(found))


def requirements(run: Run, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield (requirement, where it stands); ("", path) stands for lines that nobody can read.

    Raises FileNotFoundError when the file is not there.
    """
    entry = run.need(path)
    if entry is None or entry["type"] != "file":
        raise FileNotFoundError(path)
    if "text" not in entry:
        yield "", path
    for number, line in enumerate(entry.get("text", "").splitlines(), start=1):
        line = re.sub(r"(^|\s)#.*", "", line).strip().rstrip("\\").strip()
        include = re.match(r"(?:-r|--requirement)[ =]?(\S+)", line)
        if include and depth < 5:
            yield from requirements(
                run, posixpath.join(posixpath.dirname(path), include[1]), depth + 1
            )
        elif line and not line.startswith("-"):
            yield line, f"(from -r {path} (line {number}))"


def no_file(run: Run, error: FileNotFoundError) -> int:
    """Say that a file of requirements is not there; the status."""
    if run.name == "uv":
        return run.fail(f"File not found: `{error}`", 2)
    run.err(
        f"ERROR: Could not open requirements file: [Errno 2] No such file or directory: '{error}'\n"
    )
    return 1


def install(run: Run, wanted: list[tuple[str, str]], folder: str, scripts: str,
            locked: dict[str, str] | None = None) -> int:  # fmt: skip
    """Install requirements with all they need; locked: versions of a lock file, by name."""
    python = re.search(r"python(\d\.\d+)", folder)
    version = python[1] if python else site_packages(run, "")[2]
    asked: list[Demand] = []
    for requirement, where in wanted:
        if not requirement:
            _unreadable(run, where, folder, scripts)
            continue
        if not pip_resolve.applies(requirement, version):
            continue
        if re.match(r"(git\+|https?:|\.|/)", requirement) or "@" in requirement.partition(";")[0]:
            names: list[str] = []
            status = _local(run, requirement, folder, scripts, names)
            if status:
                return status
            found = [pip_resolve.demand(name) for name in names]
        else:
            found = [pip_resolve.demand(requirement, where, tool=_dialect(run))]
        asked += [one for one in found if one is not None]
    have = {name: row.version for name, row in pip_listing.installed(run, [folder]).items()}
    kept = {} if run.has_flag("--force-reinstall", "-I", "--ignore-installed") else dict(have)
    if run.has_flag("-U", "--upgrade"):
        kept = {name: row for name, row in have.items() if name not in [d.name for d in asked]}
    needs = not run.has_flag("--no-deps")
    try:
        choice = pip_resolve.resolve(asked, version, kept, _limits(run, locked or {}), needs)
    except FileNotFoundError as error:
        return no_file(run, error)
    except pip_resolve.Unresolved as problem:
        run.err(_refusal(run, problem.words))
        return 1
    return _carry_out(run, choice, have, folder, scripts)


def _dialect(run: Run) -> str:
    return "poetry" if run.name == "poetry" else "pip"


def _limits(run: Run, locked: dict[str, str]) -> list[Demand]:
    rows = [f"{name}=={version}" for name, version in locked.items()]
    for path in values(run, "-c", "--constraint"):
        rows += [text for text, _ in requirements(run, path)]
    return [one for one in (pip_resolve.demand(text) for text in rows) if one is not None]


def _refusal(run: Run, words: str) -> str:
    """Word a refusal as the tool that was called does."""
    if run.name == "uv":
        wrong = re.search(r"(?:requirement|install) (\S+)", words)
        name = wrong[1].rstrip(",") if wrong else ""
        if "ResolutionImpossible" in words:
            reason = "your requirements contradict each other, we can conclude that they are"
        else:
            reason = f"there is no version of {name} and you require {name}, we can conclude that" \
                     " your requirements are"  # fmt: skip
        return ("  × No solution found when resolving dependencies:\n  ╰─▶ Because "
                f"{reason} unsatisfiable.\n")  # fmt: skip
    return words


def is_quiet(run: Run) -> bool:
    """Tell whether the line asks for few words."""
    return run.has_flag("-q", "-qq", "-qqq", "--quiet")


def _carry_out(run: Run, choice: Choice, have: dict[str, str], folder: str,
               scripts: str) -> int:  # fmt: skip
    """Fetch and put what was chosen and is not there, in the tool's words."""
    quiet = run.name in ("uv", "poetry") or is_quiet(run)
    new = [p for p in pip_resolve.order(choice) if have.get(p.name) != p.version]
    for name, package in choice.packages.items():
        first = choice.first[name]
        source = first.where or _chain(choice, first)
        if package not in new and not quiet:
            run.out(f"Requirement already satisfied: {first.text} in {folder} {source}".rstrip()
                    + f" ({package.version})\n")  # fmt: skip
        elif not quiet:
            run.out(f"Collecting {first.text} {source}".rstrip() + "\n")
    for package in new:
        if _fetch(run, package, package.version, folder):
            return 1
    if new and not quiet:
        run.out("Installing collected packages: " + ", ".join(p.name for p in new) + "\n")
    for package in new:
        if package.name in have:
            _replace(run, folder, package.name)
        _put(run, package, package.version, folder, scripts)
    _done(run, choice, new, scripts)
    return 0


def _chain(choice: Choice, first: Demand) -> str:
    """Say who asked for what nobody named: `(from flask==3.1.2->-r FILE (line 1))`."""
    links: list[str] = []
    one = first
    while one.by and len(links) < 9:
        name = normal(one.by.partition(" ")[0])
        one = choice.first[name]
        links.append(one.text if not one.by else re.split(r"[^\w.-]", one.text)[0])
    end = one.where.removeprefix("(from ").removesuffix(")") if one.where else ""
    return f"(from {'->'.join([*links, end] if end else links)})" if links else ""


def _replace(run: Run, folder: str, name: str) -> None:
    row = pip_listing.installed(run, [folder]).get(name)
    if row is None:
        return
    if run.name not in ("uv", "poetry") and not is_quiet(run):
        run.out(f"  Attempting uninstall: {name}\n    Found existing installation: {row.title} "
                f"{row.version}\n    Uninstalling {row.title}-{row.version}:\n      Successfully "
                f"uninstalled {row.title}-{row.version}\n")  # fmt: skip
    pip_listing.take_away(run, folder, name)


def _done(run: Run, choice: Choice, new: list[Package], scripts: str) -> None:
    """Say what was installed, in the tool's words."""
    rows = sorted((p.name, p.version) for p in new)
    if run.name == "uv":
        count = len(choice.packages)
        run.out(f"Resolved {count} package{'' if count == 1 else 's'} in {40 + 15 * count}ms\n")
        if rows:
            plural = f"{len(rows)} package{'' if len(rows) == 1 else 's'}"
            run.out(f"Prepared {plural} in {30 + 20 * len(rows)}ms\nInstalled {plural} in "
                    f"{2 * len(rows)}ms\n")  # fmt: skip
        run.out("".join(f" + {name}=={version}\n" for name, version in rows))
        return
    if run.name == "poetry":
        count = len(rows)
        if not rows:
            run.out("No dependencies to install or update\n")
            return
        run.out(f"\nPackage operations: {count} install{'' if count == 1 else 's'}, 0 updates, 0 "
                "removals\n\n")  # fmt: skip
        run.out("".join(f"  - Installing {p.name} ({p.version})\n" for p in new))
        return
    if rows and not is_quiet(run):
        joined = " ".join(f"{name}-{version}" for name, version in rows)
        run.out(f"Successfully installed {joined}\n")
    told = run.env("PIP_ROOT_USER_ACTION") or "".join(values(run, "--root-user-action"))
    if run.shell.uid == 0 and not _in_venv(run, scripts) and told != "ignore":
        run.err(ROOT_WARNING)


ROOT_WARNING = (
    "WARNING: Running pip as the 'root' user can result in broken permissions and conflicting "
    "behaviour with the system package manager, possibly rendering your system unusable. It is "
    "recommended to use a virtual environment instead: https://pip.pypa.io/warnings/venv. Use the "
    "--root-user-action option if you know what you are doing and want to suppress this warning.\n"
)


def _unreadable(run: Run, path: str, folder: str, scripts: str) -> None:
    """Install what a file lists whose text is not known: any module and any script may be there."""
    run.download(UNKNOWN_BYTES // 3, 30)
    run.spend(UNKNOWN_BYTES // INSTALL_KB_PER_S * 1000)
    run.bundle(folder, UNKNOWN_BYTES, UNKNOWN_BYTES // 12_000, f"pip {run.real(path)}")
    unknown.mark(run.tree, run.real(folder), path, commands=False)
    unknown.mark(run.tree, run.make_dir(scripts), path)


def _in_venv(run: Run, scripts: str) -> bool:
    return run.tree.exists(f"{posixpath.dirname(scripts)}/pyvenv.cfg")


def _fetch(run: Run, package: Package, version: str, folder: str) -> int:
    size = package.fetch_kb * 1000
    if package.name in NEEDS_TOOL:
        program, complaint = NEEDS_TOOL[package.name]
        if run.shell.find(program) is None or run.shell.find("gcc") is None:
            missing = program if run.shell.find(program) is None else "gcc"
            text = (
                complaint
                if missing == program
                else "error: command 'gcc' failed: No such file or directory"
            )
            run.err(
                f"  error: subprocess-exited-with-error\n  {text}\n"
                f"ERROR: Failed to build '{package.name}' when getting requirements to build "
                "wheel\n"
            )
            return 1
        run.spend(12_000_000)
    name = package.name.replace("-", "_")
    cache = run.env("PIP_CACHE_DIR") or run.env("HOME", "/root") + "/.cache/pip"
    cached = run.tree.exists(f"{cache}/http-v2/{name}-{version}")
    if not cached and not run.download(size, 2):
        run.err(
            "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, "
            "status=None)) after connection broken by 'NewConnectionError': Failed to "
            f"establish a new connection: /simple/{package.name}/\n"
            f"ERROR: Could not find a version that satisfies the requirement {package.name} "
            f"(from versions: none)\nERROR: No matching distribution found for "
            f"{package.name}\n"
        )
        return 1
    verb = "Using cached" if cached else "Downloading"
    shown = f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{size // 1000} kB"
    release = re.search(r"python(\d)\.(\d+)", folder)
    python = f"cp{release[1]}{release[2]}" if release else "cp3"
    tag = f"{python}-{python}-manylinux_2_17_{_machine(run)}"
    kind = tag if package.native else "py3-none-any"
    if run.name not in ("uv", "poetry") and not is_quiet(run):
        run.out(f"  {verb} {name}-{version}-{kind}.whl ({shown})\n")
    if (
        not run.has_flag("--no-cache-dir", "--no-cache")
        and not run.env("PIP_NO_CACHE_DIR")
        and not cached
    ):
        run.put(f"{cache}/http-v2/{name}-{version}", tree.file_entry(size=size, content=name))
    return 0


def _machine(run: Run) -> str:
    return {"arm64": "aarch64", "arm/v7": "armv7l"}.get(run.clock.arch, "x86_64")


def _put(run: Run, package: Package, version: str, folder: str, scripts: str) -> None:
    name = package.name.replace("-", "_")
    rate = INSTALL_KB_PER_S * (12 if run.name == "uv" else 1)
    run.spend(package.disk_kb * 1_000_000 // rate + (10_000 if run.name == "uv" else 160_000))
    content = f"pip {name} {version}" + (f" {_machine(run)}" if package.native else "")
    for module in package.modules or (name,):
        init = tree.file_entry(size=600, content=content + module)
        run.put(f"{folder}/{module}/__init__.py", init)
        run.bundle(
            f"{folder}/{module}",
            package.disk_kb * 950 // len(package.modules or (name,)),
            max(3, package.disk_kb // 12),
            content,
        )
    needs = "".join(f"Requires-Dist: {need}\n" for need in package.needs)
    text = f"Metadata-Version: 2.4\nName: {package.title or package.name}\nVersion: {version}\n"
    run.put(f"{folder}/{name}-{version}.dist-info/METADATA", tree.file_entry(text + needs))
    for script in package.programs:
        run.put(
            f"{scripts}/{script}", tree.file_entry(size=230, mode=0o755, content=content + script)
        )


def _local(run: Run, requirement: str, folder: str, scripts: str, names: list[str]) -> int:
    """Install from a folder or an address: a project of this tree, or something declared."""
    path = re.sub(r"\[.*\]$", "", requirement)
    if re.match(r"(git\+|https?:)", requirement) or "@" in requirement:
        name = re.sub(r"\W+", "_", requirement.split("@")[0].rstrip("/").rsplit("/", 1)[-1])
        run.download(400_000)
        _put(
            run,
            Package(name.lower().removesuffix("_git") or "package", "0.1.0", 400, 1200),
            "0.1.0",
            folder,
            scripts,
        )
        return 0
    if path.endswith((".whl", ".tar.gz")):
        return (
            0
            if run.need(path) is not None or "*" in path
            else run.fail(
                f"Requirement '{path}' looks like a filename, but the file does not exist"
            )
        )
    entry = run.need(posixpath.join(path, "pyproject.toml"))
    setup = run.get(posixpath.join(path, "setup.py"))
    project = entry.get("text") if entry is not None else None
    if entry is None and setup is None:
        run.err(
            f"ERROR: Directory '{requirement}' is not installable. Neither 'setup.py' nor "
            "'pyproject.toml' found.\n"
        )
        return 1
    run.out(f"Processing {run.real(path)}\n")
    run.spend(2_000_000)
    if setup is not None:
        # Which commands a setup.py installs is not known.
        unknown.mark(run.tree, run.real(scripts), run.real(path), commands=False)
    if entry is not None and project is None:
        _unreadable(run, posixpath.join(path, "pyproject.toml"), folder, scripts)
    names += projects.dependencies(project or "")
    match = re.search(r"^name\s*=\s*[\"']([\w.-]+)", project or "", re.M)
    if match:
        _put(run, Package(match[1], "0.1.0", 0, 20), "0.1.0", folder, scripts)
    return 0
