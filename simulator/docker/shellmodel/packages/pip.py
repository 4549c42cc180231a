"""pip, python -m, venv, and the newer tools uv, poetry and pipenv.

What is installed lands in the site-packages of the Python that the tool belongs to, with the
module's folder, the `.dist-info` and the scripts, so that a later look-up of a module is honest.
"""

from __future__ import annotations

import re

from simulator.docker.shellmodel.packages import pip_listing
from simulator.docker.shellmodel.packages.pip_install import (
    install,
    no_file,
    requirements,
    site_packages,
    values,
)
from simulator.docker.shellmodel.packages.pip_resolve import normal
from simulator.docker.shellmodel.process import DEFAULT_PROGRAM_US, Run


def pip(run: Run) -> int:
    """`pip install|uninstall|...`."""
    verbs = run.operands(VALUED)
    if not verbs:
        if run.has_flag("--version", "-V"):
            folder, _, version = site_packages(run, run.path)
            own = pip_listing.installed(run, [folder]).get("pip")
            number = own.version if own is not None else pip_listing.PIP
            run.out(f"pip {number} from {folder}/pip (python {version})\n")
        return 0
    if verbs[0] in pip_listing.QUESTIONS:
        folders = [site_packages(run, run.path)[0], *_others(run)]
        return pip_listing.answer(run, verbs[0], verbs[1:], folders)
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


def install_command(run: Run, names: list[str], tool: str) -> int:
    """Carry out `pip install` of the Python that `tool` belongs to ("" for the one in PATH)."""
    folder, scripts, version = site_packages(run, tool)
    target = values(run, "-t", "--target", "-w", "--wheel-dir")
    prefix = values(run, "--prefix")
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
    wanted += [(name, "") for name in values(run, "-e", "--editable")]
    for path in values(run, "-r", "--requirement", "--requirements"):
        try:
            wanted += list(requirements(run, path))
        except FileNotFoundError as error:
            return no_file(run, error)
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


def _others(run: Run) -> list[str]:
    """List further folders in which a Python finds packages."""
    home = run.env("HOME", "/root")
    _, _, version = site_packages(run, run.path)
    return [f"{home}/.local/lib/python{version}/site-packages", "/usr/lib/python3/dist-packages"]


def _uninstall(run: Run, names: list[str]) -> int:
    folder, _, _ = site_packages(run, run.path)
    for path in values(run, "-r", "--requirement"):
        try:
            names += [re.split(r"[^\w.-]", text)[0] for text, _ in requirements(run, path)]
        except FileNotFoundError as error:
            return no_file(run, error)
    for name in names:
        row = pip_listing.installed(run, [folder]).get(normal(name))
        if row is None:
            run.err(f"WARNING: Skipping {name} as it is not installed.\n")
            continue
        shown = f"{row.title}-{row.version}"
        run.out(f"Found existing installation: {row.title} {row.version}\nUninstalling {shown}:\n")
        if not run.has_flag("-y", "--yes"):
            run.out("  Would remove:\nProceed (Y/n)? ERROR: Exception:\nEOFError: EOF when reading "
                    "a line\n")  # fmt: skip
            return 2
        pip_listing.take_away(run, folder, normal(name))
        run.out(f"  Successfully uninstalled {shown}\n")
    return 0


MODELS = {"pip": pip}
