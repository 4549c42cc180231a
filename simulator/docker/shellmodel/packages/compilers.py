"""go, cargo and rustup: programs made from the sources that are in the tree."""

from __future__ import annotations

import posixpath
import re

from simulator.docker import digest as digests
from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages.compiled import own_libc, put_program, value_of
from simulator.docker.shellmodel.process import Run

GO_BASE_BYTES = 7_200_000
GO_MODULE_BYTES = 900_000
"""Size of a Go program, and what each module it requires adds (assumed)."""
RUST_BYTES = 4_500_000
GOARCH = {"amd64": "amd64", "arm64": "arm64", "arm": "arm/v7"}


def go(run: Run) -> int:
    """`go mod download`, `go build [-o OUT] [PACKAGE]`, `go install PACKAGE@VERSION`."""
    args = run.argv[1:]
    if not args:
        return 2
    if args[0] == "get" and run.get("go.mod") is None and len(args) > 1:
        return _go_install(run)  # without modules, `go get` installed what it fetched
    if args[0] in ("mod", "get", "work"):
        return _go_modules(run, args)
    if args[0] == "version":
        run.out(f"go version go{run.env('GOLANG_VERSION', '1.26')} linux/{run.clock.arch}\n")
        return 0
    if args[0] == "env":
        run.out(
            {
                "GOPATH": run.env("GOPATH", run.env("HOME", "/root") + "/go"),
                "GOARCH": run.clock.arch.split("/")[0] or "amd64",
                "GOOS": "linux",
            }.get(args[-1], "")
            + "\n"
        )
        return 0
    if args[0] == "install":
        return _go_install(run)
    if args[0] == "build":
        return _go_build(run)
    run.spend(3_000_000)
    if args[0] in ("vet", "test"):
        return _go_check(run, args)
    if args[0] == "run":
        unknown.mark(run.tree, run.cwd, " ".join(run.argv))
    return 0


def _requires(run: Run) -> int:
    text = run.tree.text("go.mod", run.cwd) or ""
    return len(re.findall(r"^\s*(?:require\s+)?[\w.-]+\.[\w./-]+\s+v\d", text, re.M))


def _go_modules(run: Run, args: list[str]) -> int:
    if args[:2] in (["mod", "init"], ["work", "init"]):
        run.write("go.mod", f"module {args[-1]}\n")
        return 0
    if args[0] == "mod" and run.need("go.mod") is None:
        run.err(
            "go: go.mod file not found in current directory or any parent directory; see 'go "
            "help modules'\n"
        )
        return 1
    count = _requires(run) if args[0] == "mod" else max(1, len(args) - 1)
    if count and not run.download(count * 700_000, count):
        run.err(
            'go: Get "https://proxy.golang.org/": dial tcp: lookup proxy.golang.org: no such host\n'
        )
        return 1
    cache = (
        run.env("GOMODCACHE") or run.env("GOPATH", run.env("HOME", "/root") + "/go") + "/pkg/mod"
    )
    if count:
        run.bundle(cache, count * 3_200_000, count * 260, run.tree.text("go.sum", run.cwd) or "go")
        run.spend(count * 120_000)
    return 0


def _go_build(run: Run) -> int:
    valued = (
        "-o",
        "-ldflags",
        "-tags",
        "-mod",
        "-gcflags",
        "-asmflags",
        "-C",
        "-p",
        "-pkgdir",
        "-installsuffix",
        "-buildmode",
        "-compiler",
        "-extldflags",
    )
    packages = [a for a in run.operands(valued)[1:] if "=" not in a] or ["."]
    if run.need("go.mod") is None and not packages[0].endswith(".go"):
        run.err(
            "go: go.mod file not found in current directory or any parent directory; see 'go "
            "help modules'\n"
        )
        return 1
    main = packages[0]
    folder = posixpath.dirname(main) or "." if main.endswith(".go") else main.rstrip("/.") or "."
    sources = _sources(run, folder, ".go")
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
    text = next(
        (run.tree.text(p) or "" for p in sources if "func main()" in (run.tree.text(p) or "")), ""
    )
    sources_kept, refused = _compile(run, main)
    if refused:
        run.spend(2_000_000)
        run.err(refused)
        return 1
    called = _program_name(run, main, folder)
    name = value_of(run, "-o") or called
    if run.tree.is_dir(name, run.cwd):
        name = posixpath.join(name, called)
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
    put_program(run, name, size, arch, "go", sources, text, static, sources_kept)
    home = run.env("HOME", "/root")
    run.bundle(
        run.env("GOCACHE") or f"{home}/.cache/go-build",
        62_000_000 + modules * 4_000_000,
        900 + modules * 30,
        digests.of(sources),
    )
    run.spend(9_000_000 + modules * 900_000)
    return 0


NO_COMPILER = (
    '# runtime/cgo\ncgo: C compiler "gcc" not found: exec: "gcc": executable file not found in '
    "$PATH\n"
)


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


def _compile(run: Run, target: str) -> tuple[dict[str, object] | None, str]:
    """Compile a program as far as its sources are known: (what is kept of them, what is wrong)."""
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
    vendored = run.tree.is_dir("vendor", run.cwd)
    return kept, building.refusals(kept, vendored)


def _go_check(run: Run, args: list[str]) -> int:
    """`go vet` and `go test`: what the compiler has against the package.

    # Simplified: The model's `go test` compiles a package and reports its tests as passed.
    """
    if run.need("go.mod") is None:
        run.err(
            "go: go.mod file not found in current directory or any parent directory; see 'go "
            "help modules'\n"
        )
        return 1
    target = next((one for one in args[1:] if not one.startswith("-")), ".")
    kept, refused = _compile(run, target.removesuffix("...") or ".")
    if refused:
        run.err(refused)
        if args[0] == "test" and kept is not None:
            run.out(f"FAIL\t{kept['main']} [build failed]\nFAIL\n")
        return 1
    if args[0] == "test" and kept is not None:
        folder = run.cwd
        tests = any(name.endswith("_test.go") for name in run.tree.children(folder))
        run.out(
            f"ok  \t{kept['main']}\t0.004s\n"
            if tests
            else f"?   \t{kept['main']}\t[no test files]\n"
        )
    return 0


def _program_name(run: Run, main: str, folder: str) -> str:
    """Name what `go build` writes without -o: the first file, or the package (`go help build`)."""
    if main.endswith(".go"):
        return posixpath.basename(main).removesuffix(".go")
    return _module_name(run, folder)


def _module_name(run: Run, folder: str) -> str:
    """Name a package's program: the last part of its path that is no major version."""
    text = run.tree.text("go.mod", run.cwd) or ""
    match = re.search(r"^module\s+(\S+)", text, re.M)
    if folder not in (".", ""):
        return posixpath.basename(folder)
    path = re.sub(r"/v[1-9]\d*$", "", match[1]) if match else run.cwd
    return posixpath.basename(path) or "main"


def _sources(run: Run, folder: str, ending: str) -> list[str]:
    real = run.real(folder)
    return [
        p
        for p in run.tree.below(real)
        if p.endswith(ending) and "/vendor/" not in p and "/" not in p[len(real) :].lstrip("/")
    ]


def _go_install(run: Run) -> int:
    bin_dir = run.env("GOBIN") or run.env("GOPATH", run.env("HOME", "/root") + "/go") + "/bin"
    for package in run.operands(("-ldflags", "-tags"))[1:]:
        if package in (".", "./"):
            text = run.tree.text("go.mod", run.cwd)
            package = _module_name(run, ".") if text else posixpath.basename(run.cwd)
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


def cargo(run: Run) -> int:
    """`cargo build [--release]`, `cargo install NAME`, `cargo new NAME`."""
    args = run.operands(
        (
            "--target",
            "--bin",
            "--features",
            "-p",
            "--package",
            "--root",
            "-j",
            "--manifest-path",
            "--target-dir",
            "--profile",
            "--version",
        )
    )
    verb = args[0] if args else ""
    if verb in ("new", "init"):
        folder = args[1] if len(args) > 1 else "."
        run.write(
            posixpath.join(folder, "Cargo.toml"),
            f'[package]\nname = "{folder}"\nversion = "0.1.0"\n\n[dependencies]\n',
        ) if run.make_dir(folder) else None
        run.make_dir(posixpath.join(folder, "src"))
        run.write(posixpath.join(folder, "src/main.rs"), "fn main() {}\n")
        return 0
    if verb == "install" and len(args) > 1 and "--path" not in run.argv:
        root = value_of(run, "--root") or run.env(
            "CARGO_HOME", run.env("HOME", "/root") + "/.cargo"
        )
        for name in args[1:]:
            run.download(9_000_000, 4)
            run.spend(40_000_000)
            run.put(
                f"{root}/bin/{name}",
                tree.file_entry(
                    size=9_000_000, mode=0o755, content=name, arch=run.clock.arch or None
                ),
            )
        return 0
    known = ("test", "check", "clippy", "fmt", "update", "clean", "run", "doc", "vendor", "add")
    if verb in known or not verb:
        run.spend(2_000_000)
        return 0
    path = value_of(run, "--manifest-path") or "Cargo.toml"
    manifest = run.tree.text(path, run.cwd)
    if manifest is None and run.need(path) is None:
        run.err(f"error: could not find `Cargo.toml` in `{run.cwd}` or any parent directory\n")
        return 101
    return _cargo_build(run, manifest or "", verb)


def _cargo_build(run: Run, manifest: str, verb: str) -> int:
    block = re.search(r"^\[dependencies\](.*?)(?=^\[|\Z)", manifest, re.M | re.S)
    crates = len(re.findall(r"^[\w-]+\s*=", block[1], re.M)) if block else 0
    run.download(crates * 900_000, 3)
    home = run.env("CARGO_HOME", run.env("HOME", "/root") + "/.cargo")
    if crates:
        run.bundle(f"{home}/registry", crates * 5_000_000, crates * 220, manifest)
    if verb == "fetch":
        return 0
    match = re.search(r'^name\s*=\s*"([\w-]+)"', manifest, re.M)
    name = match[1] if match else "app"
    profile = "release" if run.has_flag("--release", "-r") or verb == "install" else "debug"
    target = value_of(run, "--target")
    folder = "/".join(p for p in (value_of(run, "--target-dir") or "target", target, profile) if p)
    sources = [p for p in run.tree.below(run.real("src")) if p.endswith(".rs")]
    text = run.tree.text("src/main.rs", run.cwd) or ""
    size = RUST_BYTES + crates * 500_000
    if verb == "install":
        folder = (value_of(run, "--root") or home) + "/bin"
    static = target.endswith("musl") or (not target and own_libc(run) == "musl")
    put_program(run, f"{folder}/{name}", size, run.clock.arch, "cargo", sources, text, static)
    plugin = verb not in ("build", "b", "install", "rustc")
    if match is None or "[workspace]" in manifest or plugin:
        # The names of the programs stand in files that are not known.
        unknown.mark(run.tree, run.cwd if plugin else run.make_dir("target"), "cargo")
    if verb != "install":
        run.bundle(folder, 90_000_000 + crates * 14_000_000, 400 + crates * 20, manifest)
    # compiling takes about four seconds a crate with all that it needs (assumed)
    run.spend(12_000_000 + crates * 4_000_000)
    run.err(
        f"   Compiling {name} v0.1.0 ({run.cwd})\n    Finished `{profile}` profile "
        "[optimized] target(s)\n"
    )
    return 0


def rustup(run: Run) -> int:
    """`rustup target add ...`, `rustup component add ...`."""
    run.download(25_000_000, 3)
    run.bundle(
        run.env("RUSTUP_HOME", run.env("HOME", "/root") + "/.rustup"),
        80_000_000,
        300,
        " ".join(run.argv),
    )
    return 0


MODELS = {
    "go": go,
    "cargo": cargo,
    "rustup": rustup,
}
