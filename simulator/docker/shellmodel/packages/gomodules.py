"""go.mod and go.sum: what a module requires, and what `go get` and `go mod tidy` write into them.

Source: the Go Modules Reference (go.dev/ref/mod), sections "go.mod files", "go.sum files".
"""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re

from simulator.docker.shellmodel.process import Run

REQUIRED = re.compile(r"^\s*(?:require\s+)?\"?([\w.-]+\.[\w.~/-]+)\"?\s+(v\d[\w.+-]*)", re.M)
REPLACED = re.compile(r"^\s*(?:replace\s+)?([\w.-]+\.[\w.~/-]+)(?:\s+v\S+)?\s*=>\s*(\S+)", re.M)
IMPORT_BLOCK = re.compile(r"^import\s*\((.*?)^\)", re.M | re.S)
IMPORT_LINE = re.compile(r"^import\s+(?:[\w.]+\s+)?\"([^\"]+)\"", re.M)
QUOTED = re.compile(r"^\s*(?:[\w.]+\s+)?\"([^\"]+)\"", re.M)
NEWEST = {
    "github.com/gin-gonic/gin": "v1.11.0", "github.com/gorilla/mux": "v1.8.1",
    "github.com/gorilla/handlers": "v1.5.2", "github.com/gorilla/websocket": "v1.5.3",
    "github.com/go-chi/chi/v5": "v5.2.3", "github.com/go-chi/cors": "v1.2.2",
    "github.com/labstack/echo/v4": "v4.13.4", "github.com/gofiber/fiber/v2": "v2.52.9",
    "github.com/lib/pq": "v1.10.9", "github.com/jackc/pgx/v5": "v5.7.6",
    "github.com/go-sql-driver/mysql": "v1.9.3", "github.com/mattn/go-sqlite3": "v1.14.32",
    "github.com/redis/go-redis/v9": "v9.14.1", "github.com/joho/godotenv": "v1.5.1",
    "github.com/google/uuid": "v1.6.0", "github.com/sirupsen/logrus": "v1.9.3",
    "go.uber.org/zap": "v1.27.0", "github.com/rs/zerolog": "v1.34.0",
    "github.com/rs/cors": "v1.11.1", "github.com/prometheus/client_golang": "v1.23.2",
    "github.com/spf13/cobra": "v1.10.1", "github.com/spf13/viper": "v1.21.0",
    "github.com/stretchr/testify": "v1.11.1", "github.com/jmoiron/sqlx": "v1.4.0",
    "gorm.io/gorm": "v1.31.0", "gorm.io/driver/postgres": "v1.6.0",
    "gorm.io/driver/mysql": "v1.6.0", "gorm.io/driver/sqlite": "v1.6.0",
    "go.mongodb.org/mongo-driver": "v1.17.4", "golang.org/x/sync": "v0.17.0",
    "golang.org/x/crypto": "v0.43.0", "golang.org/x/net": "v0.46.0",
    "google.golang.org/grpc": "v1.76.0", "google.golang.org/protobuf": "v1.36.10",
    "github.com/golang-jwt/jwt/v5": "v5.3.0", "gopkg.in/yaml.v3": "v3.0.1",
}  # fmt: skip
"""Newest versions of well-known modules, as of October 2025."""
UNKNOWN_VERSION = "v1.0.0"
"""# Simplified: A Go module that the model has no version of is added as v1.0.0."""


def requires(text: str) -> dict[str, str]:
    """List the modules that a go.mod requires: path and version."""
    return dict(REQUIRED.findall(text))


def replaced(text: str) -> dict[str, str]:
    """List the modules that a go.mod replaces, and by what."""
    return dict(REPLACED.findall(text))


def without_sum(text: str, sums: str) -> list[str]:
    """List the modules that a go.mod requires and of which go.sum has no hash."""
    other = replaced(text)
    known = set(re.findall(r"^(\S+) (v\S+) h1:", sums, re.M))
    return sorted(
        path
        for path, version in requires(text).items()
        if (path, version) not in known and path not in other
    )


def module_of(path: str) -> str:
    """Guess the module that has a package, by its path."""
    for known in sorted(NEWEST, key=len, reverse=True):
        if path == known or path.startswith(known + "/"):
            return known
    parts = path.split("/")
    count = 3
    if parts[0] in ("gopkg.in", "go.uber.org", "gorm.io", "k8s.io", "google.golang.org"):
        count = 3 if parts[0] == "gopkg.in" and not re.search(r"\.v\d+$", parts[1]) else 2
    found = parts[:count]
    if len(parts) > count and re.fullmatch(r"v[2-9]\d*", parts[count]):
        found.append(parts[count])
    return "/".join(found)


def hashes(path: str, version: str) -> str:
    """Write the two lines of go.sum for a module."""

    def one(of: str) -> str:
        return base64.b64encode(hashlib.sha256(of.encode()).digest()).decode()

    return (
        f"{path} {version} h1:{one(f'{path}@{version}')}\n"
        f"{path} {version}/go.mod h1:{one(f'{path}@{version}/go.mod')}\n"
    )


def imported(run: Run) -> list[str]:
    """List what the sources of the module import from other modules."""
    found: dict[str, None] = {}
    for path in run.tree.below(run.real(".")):
        if not path.endswith(".go") or "/vendor/" in path or "/testdata/" in path:
            continue
        text = run.tree.text(path) or ""
        for block in IMPORT_BLOCK.findall(text):
            found.update(dict.fromkeys(QUOTED.findall(block)))
        found.update(dict.fromkeys(IMPORT_LINE.findall(text)))
    return sorted(one for one in found if "." in one.partition("/")[0])


def tidy(run: Run) -> int:
    """Let go.mod require what is imported and nothing else is; write go.sum: modules added."""
    text = run.tree.text("go.mod", run.cwd) or ""
    own = re.search(r"^\s*module\s+\"?([^\s\"]+)", text, re.M)
    have = requires(text)
    missing: dict[str, None] = {}
    for path in imported(run):
        if own and (path == own[1] or path.startswith(own[1] + "/")):
            continue
        if not any(path == one or path.startswith(one + "/") for one in [*have, *replaced(text)]):
            missing[module_of(path)] = None
    rows = {path: NEWEST.get(path, UNKNOWN_VERSION) for path in missing}
    for path, version in rows.items():
        run.err(f"go: finding module for package {path}\n")
        run.err(f"go: found {path} in {path} {version}\n")
    add(run, rows)
    return len(rows)


def add(run: Run, rows: dict[str, str]) -> None:
    """Write requirements into go.mod, and the hashes of all that it requires into go.sum."""
    text = run.tree.text("go.mod", run.cwd) or ""
    have = requires(text)
    for path, version in rows.items():
        if path in have:
            text = re.sub(rf"(^\s*(?:require\s+)?{re.escape(path)}\s+)v\S+", rf"\g<1>{version}",
                          text, flags=re.M)  # fmt: skip
        else:
            text = text.rstrip("\n") + f"\n\nrequire {path} {version}\n"
    if rows:
        run.write("go.mod", text)
    sums = run.tree.text("go.sum", run.cwd) or ""
    missing = without_sum(text, sums)
    if missing:
        wanted = requires(text)
        more = "".join(hashes(path, wanted[path]) for path in missing)
        run.write("go.sum", "".join(sorted((sums + more).splitlines(keepends=True))))


def asked(args: list[str]) -> dict[str, str]:
    """Read what `go get` is given: modules and the versions that they get."""
    rows = {}
    for one in args:
        path, _, version = one.partition("@")
        if one.startswith(("-", ".", "/")) or "." not in path.partition("/")[0]:
            continue
        module = module_of(path.removesuffix("/..."))
        newest = NEWEST.get(module, UNKNOWN_VERSION)
        rows[module] = version if re.match(r"v\d+\.\d+\.\d+", version) else newest
    return rows


def folders(run: Run, pattern: str) -> list[str]:
    """List the folders of packages that `./...` or `./cmd/...` stands for, as ./cmd/x."""
    base = run.real(pattern.removesuffix("...").rstrip("/") or ".")
    top = run.real(".")
    found: dict[str, None] = {}
    for path in run.tree.below(base):
        folder, name = posixpath.split(path)
        inner = posixpath.relpath(folder, top)
        hidden = any(part[0] in "_." or part in ("vendor", "testdata")
                     for part in inner.split("/") if part not in (".", ".."))  # fmt: skip
        if name.endswith(".go") and not hidden:
            found["." if inner == "." else f"./{inner}"] = None
    return list(found)
