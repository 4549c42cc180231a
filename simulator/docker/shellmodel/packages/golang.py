"""The go command: modules, programs made from the sources that are in the tree, checks."""

from __future__ import annotations

import posixpath
import re
import shlex

from simulator.docker import digest as digests
from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages import gomodules
from simulator.docker.shellmodel.packages.compiled import put_program, value_of
from simulator.docker.shellmodel.process import Run

GO_BASE_BYTES = 7_200_000
GO_MODULE_BYTES = 900_000
"""Size of a Go program, and what each module it requires adds (assumed)."""
GOARCH = {"amd64": "amd64", "arm64": "arm64", "arm": "arm/v7"}
VALUED = (
    "-o", "-ldflags", "-tags", "-mod", "-gcflags", "-asmflags", "-C", "-p", "-pkgdir",
    "-installsuffix", "-buildmode", "-compiler", "-extldflags", "-run", "-count", "-timeout",
    "-coverprofile", "-covermode",
)  # fmt: skip
NO_MODULE = (
    "go: go.mod file not found in current directory or any parent directory; see 'go help "
    "modules'\n"
)
NO_COMPILER = (
    '# runtime/cgo\ncgo: C compiler "gcc" not found: exec: "gcc": executable file not found in '
    "$PATH\n"
)


def go(run: Run) -> int:
    """`go mod download`, `go build [-o OUT] [PACKAGE]`, `go install PACKAGE@VERSION`."""
    args = run.argv[1:]
    if not args:
        return 2
    if args[0] == "get" and run.get("go.mod") is None and len(args) > 1:
        return _install_others(run)  # without modules, `go get` installed what it fetched
    if args[0] in ("mod", "get", "work"):
        return _modules(run, args)
    if args[0] == "version":
        run.out(f"go version go{run.env('GOLANG_VERSION', '1.26')} linux/{run.clock.arch}\n")
        return 0
    if args[0] == "env":
        return _env(run, args)
    if args[0] == "install":
        packages = run.operands(VALUED)[1:] or ["."]
        return _install_others(run) if "@" in packages[0] else _build(run, _bin(run))
    if args[0] == "build":
        return _build(run, None)
    run.spend(3_000_000)
    if args[0] in ("vet", "test"):
        return _check(run, args)
    if args[0] == "run":
        unknown.mark(run.tree, run.cwd, " ".join(run.argv))
    return 0


def _gopath(run: Run) -> str:
    return run.env("GOPATH", run.env("HOME", "/root") + "/go")


def _bin(run: Run) -> str:
    return run.env("GOBIN") or _gopath(run) + "/bin"


def _env(run: Run, args: list[str]) -> int:
    values = {
        "GOPATH": _gopath(run),
        "GOARCH": run.clock.arch.split("/")[0] or "amd64",
        "GOOS": "linux",
    }
    run.out(values.get(args[-1], "") + "\n")
    return 0


# Modules


def _minor(run: Run) -> int:
    match = re.match(r"1\.(\d+)", run.env("GOLANG_VERSION", "1.26"))
    return int(match[1]) if match else 26


def _requires(run: Run) -> int:
    return len(gomodules.requires(run.tree.text("go.mod", run.cwd) or ""))


def _modules(run: Run, args: list[str]) -> int:
    if args[:2] in (["mod", "init"], ["work", "init"]):
        version = ".".join(run.env("GOLANG_VERSION", "1.26").split(".")[:2])
        name = args[2] if len(args) > 2 else posixpath.basename(run.cwd) or "main"
        run.err(f"go: creating new go.mod: module {name}\n")
        run.write("go.mod", f"module {name}\n\ngo {version}\n")
        return 0
    if args[0] == "mod" and run.need("go.mod") is None:
        run.err(NO_MODULE)
        return 1
    count = _requires(run) if args[0] == "mod" else max(1, len(args) - 1)
    if args[:2] == ["mod", "tidy"]:
        count += gomodules.tidy(run)
    elif args[0] == "get" and run.get("go.mod") is not None:
        rows = gomodules.asked(args[1:])
        have = gomodules.requires(run.tree.text("go.mod", run.cwd) or "")
        gomodules.add(run, rows)
        for path, version in rows.items():
            if path not in have:
                run.err(f"go: added {path} {version}\n")
    elif args[:2] == ["mod", "download"] and (len(args) > 2 or _minor(run) < 18):
        gomodules.add(run, {})  # without names, Go 1.18 and later keep go.sum as it is
    if count and not run.download(count * 700_000, count):
        run.err(
            'go: Get "https://proxy.golang.org/": dial tcp: lookup proxy.golang.org: no such host\n'
        )
        return 1
    cache = run.env("GOMODCACHE") or _gopath(run) + "/pkg/mod"
    if count:
        run.bundle(cache, count * 3_200_000, count * 260, run.tree.text("go.sum", run.cwd) or "go")
        run.spend(count * 120_000)
    if args[:2] == ["mod", "verify"]:
        run.out("all modules verified\n")
    return 0


# Programs


def _targets(run: Run, packages: list[str]) -> list[str]:
    """Give the folders or files that arguments stand for; `a/...` is what lies below."""
    found: dict[str, None] = {}
    module = re.search(r"^module\s+(\S+)", run.tree.text("go.mod", run.cwd) or "", re.M)
    for one in packages:
        if module and (one == module[1] or one.startswith(module[1] + "/")):
            one = "." + one[len(module[1]) :]
        inner = gomodules.folders(run, one) if one.endswith("...") else [one]
        found.update(dict.fromkeys(inner or [one]))
    return list(found)


def _build(run: Run, bin_dir: str | None) -> int:
    """`go build`, and `go install` of the module's own packages (into bin_dir)."""
    packages = [a for a in run.operands(VALUED)[1:] if "=" not in a] or ["."]
    if run.need("go.mod") is None and not packages[0].endswith(".go"):
        if bin_dir is not None:
            return _install_others(run)
        run.err(NO_MODULE)
        return 1
    targets = _targets(run, packages)
    many = len(targets) > 1 and not targets[0].endswith(".go")
    out = bin_dir or value_of(run, "-o")
    if many and out and bin_dir is None and not (
        out.endswith("/") or run.tree.is_dir(out, run.cwd)
    ):  # fmt: skip
        run.err("go: cannot write multiple packages to non-directory " + out + "\n")
        return 1
    for target in targets if many else targets[:1]:
        code = _one(run, target, out, bin_dir is not None, many)
        if code:
            return code
    modules = _requires(run)
    home = run.env("HOME", "/root")
    sources = [path for one in targets for path in _sources(run, _folder(one))]
    run.bundle(
        run.env("GOCACHE") or f"{home}/.cache/go-build",
        62_000_000 + modules * 4_000_000,
        900 + modules * 30,
        digests.of(sources),
    )
    run.spend(9_000_000 + modules * 900_000)
    return 0


def _folder(target: str) -> str:
    if target.endswith(".go"):
        return posixpath.dirname(target) or "."
    return target.rstrip("/.") or "."


def _one(run: Run, main: str, out: str, into: bool, many: bool) -> int:
    """Compile a package and write its program, if it is one."""
    folder = _folder(main)
    sources = _sources(run, folder)
    if main.endswith(".go") and run.need(main) is None:
        run.err(f"no required module provides package {main}; to add it:\n\tgo get {main}\n")
        return 1
    guessed = unknown.knows(run.tree, run.real(folder) + "/main.go")
    if not sources and not guessed and not main.endswith(("...", "/")):
        reason = "no Go files in " + run.real(folder)
        if not run.tree.is_dir(folder, run.cwd):
            reason = f"stat {run.real(folder)}: directory not found"
        run.err(f"{reason}\n")
        return 1
    texts = [run.tree.text(p) or "" for p in sources]
    named = [found[1] for text in texts if (found := re.search(r"^package (\w+)", text, re.M))]
    program = not named or "main" in named  # files of which nothing is known may be a program
    kept, refused = compile_package(run, main, not program)
    if refused:
        run.spend(2_000_000)
        run.err(refused)
        return 1
    if not program or (many and not out):
        return 0
    text = next((one for one in texts if "func main()" in one), "")
    called = _program_name(run, main)
    name = out or called
    if into or run.tree.is_dir(name, run.cwd) or (many and name.endswith("/")):
        name = posixpath.join(name, called)
    return _write(run, name, sources, text, kept)


def _write(
    run: Run, name: str, sources: list[str], text: str, kept: dict[str, object] | None
) -> int:
    modules = _requires(run)
    if modules and not run.tree.exists(run.env("GOPATH", "/go") + "/pkg/mod"):
        run.download(modules * 700_000, modules)
    size = GO_BASE_BYTES + modules * GO_MODULE_BYTES
    if "-s" in value_of(run, "-ldflags"):
        size = size * 68 // 100
    arch = GOARCH.get(run.env("GOARCH"), run.clock.arch)
    cgo = uses_cgo(run, arch)
    if cgo and run.env("CGO_ENABLED") == "1" and not _c_compiler(run):
        run.err(NO_COMPILER)
        return 1
    static = not (cgo and _links_c(run, modules))
    if kept is not None:
        kept = {**kept, "cgo": cgo}
    put_program(run, name, size, arch, "go", sources, text, static, kept)
    return 0


def _c_compiler(run: Run) -> bool:
    """Tell whether go finds the C compiler that it would call."""
    name = run.env("CC") or "gcc"
    return run.shell.find(name.split(" ")[0]) is not None


def uses_cgo(run: Run, arch: str) -> bool:
    """Tell whether `go build` uses cgo.

    Source: `go help environment` and cmd/cgo's documentation: on by default in a native build
    when CC is found (Go 1.20 and later), off when CGO_ENABLED is 0 or the build is a cross build.
    """
    asked = run.env("CGO_ENABLED")
    if asked in ("0", "1"):
        return asked == "1"
    native = run.env("GOOS", "linux") == "linux" and arch == (run.clock.arch or arch)
    return native and _c_compiler(run)


def _links_c(run: Run, modules: int) -> bool:
    """Tell whether a program with cgo is linked against the C library.

    # Simplified: A Go program that requires modules is taken to use the package net, which with
    # cgo asks the C library for names.
    """
    flags = " ".join(run.argv)
    if "-static" in value_of(run, "-ldflags"):
        return False
    texts = [run.tree.text(p) or "" for p in run.below(run.real(".")) if p.endswith(".go")]
    if any(re.search(r'^\s*import\s+"C"', text, re.M) for text in texts):
        return True
    if "netgo" in flags:
        return False
    packages = r'"(net|net/[\w/]+|os/user|crypto/tls|crypto/x509|database/sql)"'
    return bool(modules) or any(re.search(packages, text) for text in texts)


def set_by_linker(flags: str) -> dict[str, str]:
    """Read `-X main.version=1.0` out of -ldflags.

    Source: cmd/link's documentation: -X importpath.name=value, for variables of type string.
    """
    try:
        words = shlex.split(flags)
    except ValueError:
        words = flags.split()
    found = {}
    for at, word in enumerate(words):
        text = words[at + 1] if word in ("-X", "--X") and at + 1 < len(words) else ""
        text = word[3:] if word.startswith("-X=") else text
        name, equals, value = text.partition("=")
        if equals:
            found[name] = value
    return found


def compile_package(
    run: Run, target: str, library: bool = False
) -> tuple[dict[str, object] | None, str]:
    """Compile a package as far as its sources are known: (what is kept of them, what is wrong)."""
    from simulator.programs.families.go import building

    toolchain = run.env("GOLANG_VERSION", "1.26")
    local = run.env("GOTOOLCHAIN", "local") == "local"
    refused = building.too_old(run.tree, run.cwd, toolchain, local)
    if refused:
        return None, refused
    target = target.rstrip("/.") or "." if not target.endswith(".go") else target
    kept = building.gather(run.tree, run.cwd, target, toolchain)
    if kept is None:
        return None, ""
    kept.update(library=library, set=set_by_linker(value_of(run, "-ldflags")))
    mode = value_of(run, "-mod") or run.env("GOFLAGS")
    root = str(kept["root"])
    vendored = run.tree.is_dir("vendor", run.cwd) or mode.endswith("mod")
    mod, sums = (run.tree.text(f"{root}/{name}") or "" for name in ("go.mod", "go.sum"))
    unsummed = [] if vendored else gomodules.without_sum(mod, sums)
    if _minor(run) < 16 or any(run.get(f"{root}/{name}") for name in ("go.work", "../go.work")):
        unsummed = []
    return kept, building.refusals(kept, vendored, unsummed)


def _check(run: Run, args: list[str]) -> int:
    """`go vet` and `go test`: what the compiler has against the packages.

    # Simplified: The model's `go test` compiles a package and reports its tests as passed.
    """
    if run.need("go.mod") is None:
        run.err(NO_MODULE)
        return 1
    failed = False
    for target in _targets(run, run.operands(VALUED)[1:] or ["."]):
        folder = target.rstrip("/.") or "."
        texts = [run.tree.text(p) or "" for p in _sources(run, folder)]
        program = any(re.search(r"^package main\b", text, re.M) for text in texts)
        kept, refused = compile_package(run, target, not program)
        tests = [name for name in run.tree.children(run.real(folder)) if name.endswith("_test.go")]
        if refused:
            run.err(refused)
            failed = True
        if args[0] != "test" or kept is None:
            continue
        if refused:
            run.out(f"FAIL\t{kept['main']} [build failed]\n")
        elif tests:
            run.out(f"ok  \t{kept['main']}\t0.004s\n")
        else:
            run.out(f"?   \t{kept['main']}\t[no test files]\n")
    if failed and args[0] == "test":
        run.out("FAIL\n")
    return 1 if failed else 0


def _program_name(run: Run, main: str) -> str:
    """Name what `go build` writes without -o: the first file, or the package (`go help build`)."""
    if main.endswith(".go"):
        return posixpath.basename(main).removesuffix(".go")
    return _module_name(run, _folder(main))


def _module_name(run: Run, folder: str) -> str:
    """Name a package's program: the last part of its path that is no major version."""
    text = run.tree.text("go.mod", run.cwd) or ""
    match = re.search(r"^module\s+(\S+)", text, re.M)
    if folder not in (".", ""):
        return posixpath.basename(folder)
    path = re.sub(r"/v[1-9]\d*$", "", match[1]) if match else run.cwd
    return posixpath.basename(path) or "main"


def _sources(run: Run, folder: str) -> list[str]:
    real = run.real(folder)
    return [
        p
        for p in run.tree.below(real)
        if p.endswith(".go") and "/vendor/" not in p and "/" not in p[len(real) :].lstrip("/")
    ]


def _install_others(run: Run) -> int:
    """`go install example.com/tool@latest`: a program of somebody else."""
    bin_dir = _bin(run)
    for package in run.operands(("-ldflags", "-tags"))[1:]:
        if package in (".", "./"):
            package = posixpath.basename(run.cwd)
        name = posixpath.basename(re.sub(r"@.*$", "", package).rstrip("/."))
        name = (
            name
            if not re.fullmatch(r"v\d+", name)
            else posixpath.basename(posixpath.dirname(re.sub(r"@.*$", "", package)))
        )
        run.download(6_000_000, 4)
        run.spend(8_000_000)
        run.put(
            f"{bin_dir}/{name or 'app'}",
            tree.file_entry(
                size=12_000_000, mode=0o755, content=package, arch=run.clock.arch or None
            ),
        )
    return 0
