"""Tools that fetch from the internet: curl, wget, git.

Nothing is fetched: what an address gives is declared. A well-known installer script is a short
script that puts the installer's programs in place; any other file has a size that depends on its
name only.
"""

from __future__ import annotations

import posixpath
import re

from simulator.docker import digest as digests
from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages import told
from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import Entry

INSTALLERS = {
    "sh.rustup.rs": ("$HOME/.cargo/bin", "cargo rustc rustup rustfmt", "15M"),
    "install.python-poetry.org": ("${POETRY_HOME:-$HOME/.local}/bin", "poetry", "10M"),
    "bootstrap.pypa.io/get-pip": ('$(dirname "$(command -v python3)")', "pip pip3", "1K"),
    "astral.sh/uv": ("$HOME/.local/bin", "uv uvx", "24M"),
    "bun.sh/install": ("$HOME/.bun/bin", "bun bunx", "45M"),
    "deno.land/install": ("$HOME/.deno/bin", "deno", "60M"),
    "get.pnpm.io": ("$HOME/.local/share/pnpm", "pnpm", "12M"),
    "get.docker.com": ("/usr/bin", "docker dockerd containerd", "40M"),
    "getcomposer.org/installer": ("/usr/local/bin", "composer", "3M"),
    "get.helm.sh": ("/usr/local/bin", "helm", "16M"),
    "get-helm-3": ("/usr/local/bin", "helm", "16M"),
    "taskfile.dev": ("./bin", "task", "8M"),
    "golangci-lint": ("$(go env GOPATH)/bin", "golangci-lint", "30M"),
    "get.sdkman.io": ("$HOME/.sdkman/bin", "sdk", "1M"),
    "nvm-sh/nvm": ("$HOME/.nvm", "nvm-exec", "1M"),
    "starship.rs": ("/usr/local/bin", "starship", "8M"),
    "yarnpkg.com/install": ("$HOME/.yarn/bin", "yarn", "5M"),
}
"""Where installers put what, and the size of each program (assumed)."""

SIZES = (
    (r"\.(tar\.(gz|xz|bz2|zst)|tgz|txz|zip|whl|deb|rpm|apk|jar|war)$", 2_000_000, 40_000_000),
    (r"\.(asc|sig|sha256|sha512|md5|pem|crt|gpg|key|list|repo)$", 300, 4_000),
    (r"\.(json|ya?ml|txt|md|html?|css|js|conf|sh|py|toml|sql|svg)$", 1_000, 60_000),
    (r"", 1_000_000, 30_000_000),
)
"""Declared range of bytes by the file's ending."""


def remote_file(url: str) -> Entry:
    """Make the file that an address gives."""
    for mark, (folder, names, size) in INSTALLERS.items():
        if mark in url:
            lines = [f'mkdir -p "{folder}"']
            lines += [
                f'truncate -s {size} "{folder}/{n}"\nchmod 755 "{folder}/{n}"'
                for n in names.split()
            ]
            return tree.file_entry("#!/bin/sh\nset -e\n" + "\n".join(lines) + "\n")
    if re.search(r"nodesource|setup_\d+", url):
        return tree.file_entry(
            "#!/bin/bash\napt-get update\n"
            "echo nodesource > /etc/apt/sources.list.d/nodesource.list\n"
        )
    path = url.split("?")[0].rstrip("/")
    luck = digests.fraction("url", url)
    for pattern, low, high in SIZES:
        if re.search(pattern, path):
            amount = int(low + luck * (high - low))
            return tree.file_entry(size=amount, content=url, made={"url": url})
    raise AssertionError("the last pattern fits everything")


def _fetch(run: Run, url: str) -> Entry | None:
    """Fetch an address; None without a network or for a host that cannot be."""
    host = re.sub(r"^[a-z]+://", "", url).split("/")[0].rpartition("@")[2].split(":")[0]
    name_fails = not host or ("." not in host and host != "localhost")
    entry = remote_file(url)
    if name_fails or not run.download(entry["size"]):
        return None
    return entry


def _options(
    run: Run, valued: str, long_valued: tuple[str, ...]
) -> tuple[dict[str, str], list[str]]:
    """Read single-letter options (some with values) and long ones; returns them and the rest."""
    found: dict[str, str] = {}
    rest: list[str] = []
    args = run.argv[1:]
    at = 0
    while at < len(args):
        arg = args[at]
        if arg.startswith("--"):
            name, equals, value = arg.partition("=")
            if not equals and name in long_valued and at + 1 < len(args):
                at += 1
                value = args[at]
            found[name] = value
        elif arg.startswith("-") and len(arg) > 1:
            for index, letter in enumerate(arg[1:], start=1):
                if letter in valued:
                    value = arg[index + 1 :]
                    if not value and at + 1 < len(args):
                        at += 1
                        value = args[at]
                    found["-" + letter] = value
                    break
                found["-" + letter] = ""
        else:
            rest.append(arg)
        at += 1
    return found, rest


def curl(run: Run) -> int:
    """`curl [-fsSLO] [-o FILE] URL...`."""
    options, rest = _options(
        run,
        "oHdXuAebTmFwxkE".replace("k", ""),
        (
            "--output",
            "--header",
            "--data",
            "--request",
            "--user",
            "--retry",
            "--retry-delay",
            "--max-time",
            "--connect-timeout",
            "--proto",
            "--user-agent",
            "--cacert",
            "--url",
            "--output-dir",
            "--write-out",
        ),
    )
    if "--version" in options or "-V" in options:
        run.out(told.curl(run.tree, run.clock.arch))
        return 0
    if "--url" in options:
        rest.append(options["--url"])
    if not rest:
        run.err("curl: (2) no URL specified\n")
        return 2
    status = 0
    for url in rest:
        entry = _fetch(run, url)
        if entry is None:
            host = re.sub(r"^[a-z]+://", "", url).split("/")[0]
            if "-s" not in options or "-S" in options:
                run.err(f"curl: (6) Could not resolve host: {host}\n")
            status = 6
            continue
        target = options.get("-o") or options.get("--output")
        if target is None and ("-O" in options or "--remote-name" in options):
            target = posixpath.basename(url.split("?")[0].rstrip("/"))
        if target in (None, "-", "/dev/null"):
            if target != "/dev/null":
                run.out(entry.get("text", ""))
            _pipe(run, entry)
        elif (
            run.need(posixpath.dirname(run.real(target or ".")), folder=True) is None
            and "--create-dirs" not in options
        ):
            run.err(f"curl: (23) client returned ERROR on write, {target}\n")
            status = 23
        else:
            folder = options.get("--output-dir", "")
            run.put(posixpath.join(folder, target or ""), entry)
    return status


def _pipe(run: Run, entry: Entry) -> None:
    """Leave a note for `tar` about the archive that comes through the pipe."""
    if "text" not in entry:
        run.out(f"\0archive {entry['made']['url']}\n")


def wget(run: Run) -> int:
    """`wget [-q] [-O FILE] URL...`."""
    options, rest = _options(
        run,
        "OPoTtUeia",
        ("--output-document", "--directory-prefix", "--timeout", "--tries", "--header"),
    )
    if not rest:
        run.err("wget: missing URL\n")
        return 1
    target = options.get("-O") or options.get("--output-document")
    folder = options.get("-P") or options.get("--directory-prefix") or ""
    for url in rest:
        entry = _fetch(run, url)
        if entry is None:
            host = re.sub(r"^[a-z]+://", "", url).split("/")[0]
            run.err(
                f"wget: unable to resolve host address ‘{host}’\n"
                if run.shell.flavour != "ash"
                else f"wget: bad address '{host}'\n"
            )
            return 4 if run.shell.flavour != "ash" else 1
        if target == "-":
            run.out(entry.get("text", ""))
            _pipe(run, entry)
            continue
        name = target or posixpath.basename(url.split("?")[0].rstrip("/")) or "index.html"
        path = posixpath.join(folder, name)
        why = "" if folder else run.refusal(path)
        if why:
            ash = run.shell.flavour == "ash"
            run.err(f"wget: can't open '{path}': {why}\n" if ash else f"{path}: {why}\n")
            return 1
        run.put(path, entry)
    return 0


def git(run: Run) -> int:
    """`git clone URL [DIR]` brings a repository of declared content; other verbs do nothing."""
    args = run.argv[1:]
    while len(args) > 1 and args[0] in ("-c", "-C"):
        args = args[2:]
    if not args or args[0] != "clone":
        if args[:1] == ["--version"]:
            run.out(f"git version {told.version(run.tree, run.clock.arch, 'git') or '2.47.3'}\n")
        run.clock.us += 50_000
        return 0
    _, rest = _options(run, "bo", ("--branch", "--depth", "--origin", "--jobs", "--config"))
    rest = [a for a in rest if a != "clone"]
    if not rest:
        run.err("fatal: You must specify a repository to clone.\n")
        return 129
    url = rest[0]
    name = rest[1] if len(rest) > 1 else posixpath.basename(url.rstrip("/")).removesuffix(".git")
    size = int(1_000_000 + digests.fraction("git", url) * 30_000_000)
    run.err(f"Cloning into '{name}'...\n")
    if not run.download(size):
        run.err(f"fatal: unable to access '{url}': Could not resolve host\n")
        return 128
    if run.tree.is_dir(name, run.cwd) and run.tree.children(run.real(name)):
        run.err(f"fatal: destination path '{name}' already exists and is not an empty directory.\n")
        return 128
    source_tree(run, name, url, size)
    run.put(posixpath.join(name, ".git/HEAD"), tree.file_entry("ref: refs/heads/main\n"))
    return 0


def source_tree(run: Run, folder: str, content: str, size: int) -> None:
    """Lay out the sources of some project: what usually lies at the top, and the rest."""
    for name in ("configure", "autogen.sh", "install.sh", "gradlew", "mvnw", "bootstrap"):
        run.put(
            posixpath.join(folder, name),
            tree.file_entry(size=9000, mode=0o755, content=content + name),
        )
    for name in (
        "Makefile",
        "CMakeLists.txt",
        "README.md",
        "package.json",
        "setup.py",
        "pyproject.toml",
        "requirements.txt",
        "go.mod",
        "Cargo.toml",
        "pom.xml",
        "main.go",
        "index.js",
    ):
        run.put(posixpath.join(folder, name), tree.file_entry(size=1500, content=content + name))
    unknown.mark(
        run.tree, run.make_dir(posixpath.join(folder, "src")).removesuffix("/src"), content
    )
    run.bundle(folder, size * 3, max(1, size // 8000), content)


def fetch_key(run: Run) -> int:
    """`gpg`, `apt-key`: write the output file that was asked for."""
    options, _ = _options(run, "or", ("--output", "--keyring"))
    target = options.get("-o") or options.get("--output")
    if "--recv-keys" in options or "--import" in options:
        target = target or options.get("--keyring")
    if target:
        run.put(target, tree.file_entry(size=1200, content="key"))
    return 0


MODELS = {
    "curl": curl,
    "wget": wget,
    "git": git,
    "gpg": fetch_key,
    "apt-key": fetch_key,
    "gpg2": fetch_key,
}
