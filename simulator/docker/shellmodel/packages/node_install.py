"""What `npm install`, `npm ci`, `yarn` and `pnpm install` choose and put in node_modules.

Ranges of package.json are met by the newest release that they allow, unless a lock file names one.
Sources: npm's documentation (npm-install, npm-ci) and its error words; yarn 1.22; pnpm 9.
"""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass, replace
from typing import Any

from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages import catalogue, locks, versions
from simulator.docker.shellmodel.packages.catalogue import Package
from simulator.docker.shellmodel.process import Run

TYPICAL_KB = 400
UNKNOWN_BYTES, UNKNOWN_FILES = 180_000_000, 16_000
"""What a package.json installs that nobody can read (assumed)."""
SMALL = 8
"""How many times smaller than a usual package those are that others bring along (assumed)."""
NOT_LINUX = re.compile(r"win32|darwin|android|freebsd|openbsd|netbsd|sunos|aix|wasm32")
ARCHES = {"amd64": "x64", "arm64": "arm64", "arm/v7": "arm"}
ANY_ARCH = re.compile(r"linux.*?(x64|arm64|arm|ia32|ppc64|s390x|riscv64|loong64|mips64el)\b")
ADDRESS = re.compile(r"(git[+:@]|git\+|github:|gitlab:|bitbucket:|https?:|[\w.-]+/[\w.-]+($|#))")
SAVED = ("dependencies", "devDependencies", "optionalDependencies")


class Refused(Exception):
    """An install that the tool refuses, in its words."""

    def __init__(self, words: str) -> None:
        """Keep the words."""
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Put:
    """A package that will lie in a folder: path below the project, its release, asked for or not.

    share: how many packages its size is divided among; link: the folder that it stands for.
    """

    path: str
    package: Package
    asked: bool = False
    dev: bool = False
    share: int = 1
    link: str = ""


def split(word: str) -> tuple[str, str]:
    """Split `name@wish` as it is written on a command line."""
    at = word.find("@", 1)
    return (word, "") if at < 0 else (word[:at], word[at + 1 :])


def pick(run: Run, name: str, wish: str, locked: str | None = None) -> Package:
    """Choose a package's release; Refused when there is none."""
    if wish.startswith("npm:"):
        name, wish = split(wish.removeprefix("npm:"))
    package = catalogue.find("npm", name, TYPICAL_KB)
    if package is None:
        raise Refused(_not_found(run, name, wish))
    if ADDRESS.match(wish):
        return package
    read = versions.read(wish, "npm")
    if locked is not None and (read is None or versions.allows(read, locked)):
        return catalogue.at(package, locked)
    if read is None:
        return package  # a tag: latest, next, beta
    if read == versions.ANY:
        return package
    chosen = versions.choose(package.releases, [read])
    if chosen is None:
        if not package.known:
            return package
        raise Refused(_no_version(run, name, wish))
    return catalogue.at(package, chosen)


def _not_found(run: Run, name: str, wish: str) -> str:
    if run.name == "yarn":
        return (f"error Couldn't find package \"{name}@{wish or 'latest'}\" required by "
                f"\"{run.cwd.rpartition('/')[2]}\" on the \"npm\" registry.\n")  # fmt: skip
    address = f"https://registry.npmjs.org/{name.replace('/', '%2f')}"
    if run.name == "pnpm":
        return (f" ERR_PNPM_FETCH_404  GET {address}: Not Found - 404\n\n{name} is not in the npm "
                "registry, or you have no permission to fetch it.\n")  # fmt: skip
    return (f"npm error code E404\nnpm error 404 Not Found - GET {address} - Not found\n"
            f"npm error 404\nnpm error 404  '{name}@{wish or '*'}' is not in this registry.\n"
            "npm error 404\nnpm error 404 Note that you can also install from a\n"
            "npm error 404 tarball, folder, http url, or git folder.\n")  # fmt: skip


def _no_version(run: Run, name: str, wish: str) -> str:
    if run.name == "yarn":
        return (f'error Couldn\'t find any versions for "{name}" that matches "{wish}"\ninfo Visit '
                "https://yarnpkg.com/en/docs/cli/install for documentation about this command.\n"
                )  # fmt: skip
    if run.name == "pnpm":
        return (f" ERR_PNPM_NO_MATCHING_VERSION  No matching version found for {name}@{wish}\n\n"
                "This error happened while installing a direct dependency of "
                f"{run.cwd}\n")  # fmt: skip
    return (f"npm error code ETARGET\nnpm error notarget No matching version found for "
            f"{name}@{wish}.\nnpm error notarget In most cases you or one of your dependencies are "
            "requesting\nnpm error notarget a package version that doesn't exist.\n")  # fmt: skip


def in_step(lock: locks.Lock, manifest: dict[str, Any]) -> list[str]:
    """Tell in what a lock file and package.json differ, in the words of `npm ci`."""
    found = []
    for name, wish in wishes(manifest, dev=True).items():
        have = lock.top.get(name)
        read = versions.read(wish, "npm")
        if have is None:
            package = catalogue.find("npm", name, TYPICAL_KB)
            chosen = package and read and versions.choose(package.releases, [read])
            found.append(f"Missing: {name}@{chosen or wish} from lock file")
        elif read is not None and not versions.allows(read, have):
            package = catalogue.find("npm", name, TYPICAL_KB)
            chosen = package and versions.choose(package.releases, [read])
            found.append(f"Invalid: lock file's {name}@{have} does not satisfy "
                         f"{name}@{chosen or wish}")  # fmt: skip
    return found


def wishes(manifest: dict[str, Any], *, dev: bool) -> dict[str, str]:
    """Give what a manifest asks for: wishes by name."""
    found: dict[str, str] = {}
    for key in ("dependencies", "optionalDependencies", *(["devDependencies"] if dev else [])):
        rows = manifest.get(key)
        if isinstance(rows, dict):
            found.update({str(name): str(wish) for name, wish in rows.items() if name})
    return found


def plan(run: Run, place: str, wanted: dict[str, str], lock: locks.Lock | None,
         production: bool) -> list[Put]:  # fmt: skip
    """List what will lie in node_modules, what is asked for first."""
    rows: dict[str, Put] = {}
    for name, wish in wanted.items():
        path = f"node_modules/{name}"
        if wish.startswith(("file:", "link:", "workspace:", "portal:")):
            folder = wish.partition(":")[2]
            if wish.startswith("workspace:") or folder.endswith((".tgz", ".tar.gz")):
                continue
            target = posixpath.normpath(posixpath.join(place, folder))
            rows[path] = Put(path, Package(name, "1.0.0", 0, 1), True, link=target)
            continue
        package = pick(run, name, wish, lock.top.get(name) if lock else None)
        share = package.count if package.brings or (lock and lock.rows) else 1
        rows[path] = Put(path, package, True, share=share)
    if lock is not None and lock.rows:
        for row in lock.rows:
            if row.path not in rows and not (row.dev and production) and _here(run, row):
                rows[row.path] = _brought(row.path, row.name, row.version)
        return list(rows.values())
    for put in list(rows.values()):
        for name, version in put.package.brings:
            path = f"node_modules/{name}"
            if path not in rows:
                rows[path] = Put(path, replace(put.package, name=name, version=version,
                                               programs=(), brings=()),
                                 share=put.package.count)  # fmt: skip
        for need in put.package.needs:
            path = f"node_modules/{need}"
            if path not in rows:
                rows[path] = Put(path, pick(run, need, ""))
    return list(rows.values())


def _here(run: Run, row: locks.Locked) -> bool:
    """Tell whether an optional package is for this platform."""
    if not row.optional:
        return True
    arch = ANY_ARCH.search(row.name)
    fits = arch is None or arch[1] == ARCHES.get(run.clock.arch, "x64")
    musl = run.tree.exists("/etc/alpine-release")
    libc = "musl" in row.name if musl else "musl" not in row.name
    return not NOT_LINUX.search(row.name) and fits and (arch is None or libc)


def _brought(path: str, name: str, version: str) -> Put:
    package = catalogue.table("npm").get(name)
    if package is None:
        size = catalogue.find("npm", name, TYPICAL_KB)
        disk = size.disk_kb if size is not None else TYPICAL_KB
        package = Package(name, version, disk * 10 // 32, disk, known=False)
        return Put(path, package, share=SMALL)
    return Put(path, replace(catalogue.at(package, version), brings=()), share=package.count)


def lay(run: Run, place: str, rows: list[Put]) -> tuple[int, int]:
    """Put packages in their folders: (how many were not there, files written)."""
    added = files = 0
    for put in rows:
        package, base = put.package, f"{place}/{put.path}"
        if put.link:
            run.tree.make_parents(base, run.shell.uid, run.shell.gid)
            run.tree.files[base] = tree.link_entry(put.link)
            continue
        if said_version(run, base) == package.version:
            continue
        added += 1
        files += _lay(run, place, base, put)
    return added, files


def _lay(run: Run, place: str, base: str, put: Put) -> int:
    package = put.package
    if run.tree.is_dir(base):
        run.tree.remove(base)
    text = json.dumps({"name": package.name, "version": package.version}, indent=2)
    run.put(f"{base}/package.json", tree.file_entry(text + "\n"))
    size = max(1, package.disk_kb // put.share)
    amount = max(2, size // 9)
    run.bundle(base, size * 1000, amount, f"npm {package.name} {package.version}")
    for program in package.programs:
        run.put(
            f"{place}/{put.path.rpartition('node_modules/')[0]}node_modules/.bin/{program}",
            tree.file_entry(size=1200, mode=0o755, content=f"npm {package.name} {program}"),
        )
    return amount


def said_version(run: Run, base: str) -> str | None:
    """Read the version that a package's folder says of itself."""
    try:
        data = json.loads(run.tree.text(f"{base}/package.json") or "{}")
    except ValueError:
        return None
    return data.get("version") if isinstance(data, dict) else None


def lay_unknown(run: Run, place: str) -> None:
    """Put what a package.json asks for that nobody can read."""
    run.download(UNKNOWN_BYTES // 4, 40)
    run.bundle(f"{place}/node_modules", UNKNOWN_BYTES, UNKNOWN_FILES, f"npm {place}")
    unknown.mark(run.tree, f"{place}/node_modules", "package.json")


def write_lock(run: Run, place: str, manifest: dict[str, Any], rows: list[Put]) -> None:
    """Write package-lock.json as npm 7 and later do."""
    head = {key: manifest[key] for key in ("name", "version") if key in manifest}
    name = str(manifest.get("name") or posixpath.basename(place))
    packages: dict[str, Any] = {"": {**head, **{key: manifest[key] for key in SAVED
                                                if manifest.get(key)}}}  # fmt: skip
    for put in sorted(rows, key=lambda one: one.path):
        if put.link:
            packages[put.path] = {"resolved": posixpath.relpath(put.link, place), "link": True}
            continue
        name_of, version = put.package.name, put.package.version
        file = f"{name_of.rpartition('/')[2]}-{version}.tgz"
        row: dict[str, Any] = {"version": version}
        row["resolved"] = f"https://registry.npmjs.org/{name_of}/-/{file}"
        packages[put.path] = {**row, **({"dev": True} if put.dev else {})}
    data = {"name": name, **({"version": head["version"]} if "version" in head else {}),
            "lockfileVersion": 3, "requires": True, "packages": packages}  # fmt: skip
    run.write(f"{place}/package-lock.json", json.dumps(data, indent=2) + "\n")


def save(run: Run, place: str, manifest: dict[str, Any], rows: list[Put], extra: list[str],
         key: str) -> dict[str, Any]:  # fmt: skip
    """Note in package.json what was added by name, as `npm install NAME` does."""
    chosen = {put.path.removeprefix("node_modules/"): put.package.version for put in rows}
    noted = dict(manifest.get(key) or {}) if isinstance(manifest.get(key), dict) else {}
    for word in extra:
        name, wish = split(word)
        if name not in chosen:
            continue
        exact = run.has_flag("--save-exact", "-E", "--exact")
        read = versions.read(wish, "npm") if wish else None
        keep = read not in (None, versions.ANY) and versions.exact(read or []) is None
        noted[name] = wish if keep else chosen[name] if exact else f"^{chosen[name]}"
    saved = {**manifest, key: dict(sorted(noted.items()))}
    run.write(f"{place}/package.json", json.dumps(saved, indent=2, ensure_ascii=False) + "\n")
    return saved
