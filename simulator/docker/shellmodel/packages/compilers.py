"""cargo and rustup: programs made from the sources that are in the tree."""

from __future__ import annotations

import posixpath
import re

from simulator.docker import tree, unknown
from simulator.docker.shellmodel.packages import golang
from simulator.docker.shellmodel.packages.compiled import own_libc, put_program, value_of
from simulator.docker.shellmodel.process import Run

RUST_BYTES = 4_500_000


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
    "go": golang.go,
    "cargo": cargo,
    "rustup": rustup,
}
