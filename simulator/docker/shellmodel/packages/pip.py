"""pip, python -m, venv, and the newer tools uv, poetry and pipenv.

What is installed lands in the site-packages of the Python that the tool belongs to, with the
module's folder, the `.dist-info` and the scripts, so that a later look-up of a module is honest.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages import catalogue
from simulator.docker.shellmodel.packages.catalogue import Package
from simulator.docker.shellmodel.process import DEFAULT_PROGRAM_US, Run

TYPICAL_KB = 900
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
REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[([^\]]*)\])?\s*(.*)")


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


def pip(run: Run) -> int:
    """`pip install|uninstall|...`."""
    verbs = run.operands(VALUED)
    if not verbs:
        if run.has_flag("--version", "-V"):
            run.out("pip 25.0.1 from /usr/local/lib/python3.12/site-packages/pip (python 3.12)\n")
        return 0
    if verbs[0] == "uninstall":
        return _uninstall(run, verbs[1:])
    if verbs[0] in ("install", "wheel", "download", "sync"):
        return install_command(run, verbs[1:], run.path)
    run.spend(DEFAULT_PROGRAM_US)
    return 0


VALUED = (
    "-r",
    "--requirement",
    "--requirements",
    "-c",
    "--constraint",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-t",
    "--target",
    "--prefix",
    "--root",
    "--timeout",
    "--retries",
    "--trusted-host",
    "-f",
    "--find-links",
    "-w",
    "--wheel-dir",
    "--python",
    "-p",
    "--only-binary",
    "--no-binary",
    "--cache-dir",
    "--platform",
    "--group",
    "-e",
    "--editable",
    "--default-timeout",
)


def _values(run: Run, *names: str) -> list[str]:
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


def _requirements(run: Run, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
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
            yield from _requirements(
                run, posixpath.join(posixpath.dirname(path), include[1]), depth + 1
            )
        elif line and not line.startswith("-"):
            yield line, f"(from -r {path} (line {number}))"


def install_command(run: Run, names: list[str], tool: str) -> int:
    """Carry out `pip install` of the Python that `tool` belongs to ("" for the one in PATH)."""
    folder, scripts, version = site_packages(run, tool)
    target = _values(run, "-t", "--target", "-w", "--wheel-dir")
    prefix = _values(run, "--prefix")
    if prefix:
        folder, scripts = f"{prefix[0]}/lib/python{version}/site-packages", f"{prefix[0]}/bin"
    if target:
        folder, scripts = target[0], f"{target[0]}/bin"
    if run.has_flag("--user"):
        home = run.env("HOME", "/root")
        folder, scripts = f"{home}/.local/lib/python{version}/site-packages", f"{home}/.local/bin"
    elif run.shell.uid and not target and not prefix and not run.shell.may_write(folder):
        home = run.env("HOME", "/")
        run.out("Defaulting to user installation because normal site-packages is not writeable\n")
        folder, scripts = f"{home}/.local/lib/python{version}/site-packages", f"{home}/.local/bin"
    if _is_managed(run, scripts):
        return _externally_managed(run)
    wanted: list[tuple[str, str]] = [(name, "") for name in names]
    wanted += [(name, "") for name in _values(run, "-e", "--editable")]
    for path in _values(run, "-r", "--requirement", "--requirements"):
        try:
            wanted += list(_requirements(run, path))
        except FileNotFoundError as error:
            run.err(
                "ERROR: Could not open requirements file: [Errno 2] No such file or "
                f"directory: '{error}'\n"
            )
            return 1
    if not wanted:
        run.err(
            'ERROR: You must give at least one requirement to install (see "pip help install")\n'
        )
        return 1
    return install(run, wanted, folder, scripts)


def _is_managed(run: Run, scripts: str) -> bool:
    debian = run.tree.exists("/var/lib/dpkg/info/python3-pip.list")
    alpine = run.tree.exists("/lib/apk/db/packages/py3-pip")
    release = re.search(r'VERSION_ID="?(\d+)', run.tree.text("/etc/os-release") or "")
    if debian and (
        release is None or int(release[1]) in range(0, 12) or release[1] in ("20", "22")
    ):
        return False  # Debian 12 and Ubuntu 24.04 were the first to mark their Python so
    return (
        ((debian and scripts == "/usr/local/bin") or (alpine and scripts == "/usr/bin"))
        and not run.has_flag("--break-system-packages")
        and not run.has_flag("--user")
    )


def _externally_managed(run: Run) -> int:
    run.err(
        "error: externally-managed-environment\n\n× This environment is externally managed\n"
        "╰─> To install Python packages system-wide, try apt install\n    python3-xyz, where "
        "xyz is the package you are trying to\n    install.\n\nnote: If you believe this is a "
        "mistake, please contact your Python installation or OS distribution provider. You can "
        "override this, at the risk of breaking your Python installation or OS, by passing "
        "--break-system-packages.\nhint: See PEP 668 for the detailed specification.\n"
    )
    return 1


def install(run: Run, wanted: list[tuple[str, str]], folder: str, scripts: str) -> int:
    """Install requirements with all they need."""
    names: list[str] = []
    pinned: dict[str, str] = {}
    for requirement, where in wanted:
        if not requirement:
            _unreadable(run, where, folder, scripts)
            continue
        if re.match(r"(git\+|https?:|\.|/)", requirement) or "@" in requirement:
            status = _local(run, requirement, folder, scripts, names)
            if status:
                return status
            continue
        match = REQUIREMENT.match(requirement)
        name = re.sub(r"[-_.]+", "-", match[1]).lower() if match else ""
        package = catalogue.find("pip", name, TYPICAL_KB)
        spec = match[3].split(";")[0].strip() if match else ""
        exact = re.match(r"===?\s*([\w.!+-]+)", spec)
        if package is None or (exact and package.known and _newer(exact[1], package.version)):
            shown = requirement.split(";")[0].strip()
            versions = package.version if package is not None else "none"
            run.err(
                f"ERROR: Could not find a version that satisfies the requirement {shown} "
                f"(from versions: {versions})\n"
                f"ERROR: No matching distribution found for {shown}\n"
            )
            return 1
        if exact:
            pinned[name] = exact[1].rstrip("*").rstrip(".")
        names += [name, *catalogue.extras_of(name, match[2] if match else "")]
        run.out(f"Collecting {requirement.split(';')[0].strip()} {where}".rstrip() + "\n")
    packages = [
        p
        for p in catalogue.with_needs("pip", names, TYPICAL_KB)
        if not _present(run, folder, p, pinned)
    ]
    for package in packages:
        status = _fetch(run, package, pinned.get(package.name, package.version), folder)
        if status:
            return status
    if packages:
        run.out("Installing collected packages: " + ", ".join(p.name for p in packages) + "\n")
    for package in packages:
        _put(run, package, pinned.get(package.name, package.version), folder, scripts)
    if packages:
        run.out(
            "Successfully installed "
            + " ".join(sorted(f"{p.name}-{pinned.get(p.name, p.version)}" for p in packages))
            + "\n"
        )
    if run.shell.uid == 0 and not _in_venv(run, scripts) and run.name != "uv":
        run.err(
            "WARNING: Running pip as the 'root' user can result in broken permissions and "
            "conflicting behaviour with the system package manager, possibly rendering your "
            "system unusable. It is recommended to use a virtual environment instead: "
            "https://pip.pypa.io/warnings/venv. Use the --root-user-action option if you know "
            "what you are doing and want to suppress this warning.\n"
        )
    return 0


def _unreadable(run: Run, path: str, folder: str, scripts: str) -> None:
    """Install what a file lists whose text is not known: any module and any script may be there."""
    run.download(UNKNOWN_BYTES // 3, 30)
    run.spend(UNKNOWN_BYTES // INSTALL_KB_PER_S * 1000)
    run.bundle(folder, UNKNOWN_BYTES, UNKNOWN_BYTES // 12_000, f"pip {run.real(path)}")
    unknown.mark(run.tree, run.real(folder), path, commands=False)
    unknown.mark(run.tree, run.make_dir(scripts), path)


def _in_venv(run: Run, scripts: str) -> bool:
    return run.tree.exists(f"{posixpath.dirname(scripts)}/pyvenv.cfg")


def _newer(wanted: str, newest: str) -> bool:
    a, b = ([int(n[:9]) for n in re.findall(r"\d+", v)] for v in (wanted, newest))
    return a > b


def _present(run: Run, folder: str, package: Package, pinned: dict[str, str]) -> bool:
    info = f"{folder}/{package.name.replace('-', '_')}-{pinned.get(package.name, package.version)}"
    if not run.tree.exists(f"{info}.dist-info"):
        return False
    run.out(f"Requirement already satisfied: {package.name} in {folder}\n")
    return True


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
    run.put(
        f"{folder}/{name}-{version}.dist-info/METADATA",
        tree.file_entry(f"Metadata-Version: 2.4\nName: {package.name}\nVersion: {version}\n"),
    )
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
    names += project_dependencies(project or "")
    match = re.search(r"^name\s*=\s*[\"']([\w.-]+)", project or "", re.M)
    if match:
        _put(run, Package(match[1], "0.1.0", 0, 20), "0.1.0", folder, scripts)
    return 0


def project_dependencies(text: str) -> list[str]:
    """Read the dependencies of a pyproject.toml, of either style."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return []
    project, tool = data.get("project"), data.get("tool")
    wanted = project.get("dependencies") if isinstance(project, dict) else None
    found = [str(name) for name in wanted] if isinstance(wanted, list) else []
    poetry_table = tool.get("poetry") if isinstance(tool, dict) else None
    if isinstance(poetry_table, dict) and isinstance(poetry_table.get("dependencies"), dict):
        found += [_with_extras(*row) for row in poetry_table["dependencies"].items()
                  if row[0] != "python"]  # fmt: skip
    matches = [REQUIREMENT.match(name.strip()) for name in found]
    names = [(re.sub(r"[-_.]+", "-", m[1]).lower(), m[2]) for m in matches if m is not None]
    return [one for name, extras in names for one in (name, *catalogue.extras_of(name, extras))]


def _with_extras(name: str, wish: Any) -> str:
    """Write an entry of Poetry's table as a requirement."""
    extras = wish.get("extras") if isinstance(wish, dict) else None
    return f"{name}[{','.join(map(str, extras))}]" if isinstance(extras, list) else str(name)


def _uninstall(run: Run, names: list[str]) -> int:
    folder, _, _ = site_packages(run, run.path)
    for name in names:
        module = name.lower().replace("-", "_")
        for path in [
            p for p in run.tree.children(folder) if p == module or p.startswith(module + "-")
        ]:
            run.tree.remove(f"{folder}/{path}")
    return 0


MODELS = {"pip": pip}
