"""The flags of `docker build`, read as buildx reads them.

Source: docker/buildx `commands/build.go`, `util/buildflags`, `build/opt.go`, read 2026-11-27.
"""

from __future__ import annotations

import csv
import ipaddress
import posixpath
import re
from dataclasses import dataclass
from typing import Any

from simulator.docker.build import BuildOptions

from .client import Client

MAX_SECRET = 500 * 1024
MODES = ("auto", "plain", "tty", "quiet", "rawjson")


class BuildFlagError(Exception):
    """What buildx refuses before it asks the builder; printed after `ERROR: failed to build: `."""


@dataclass(slots=True)
class Output:
    """Where a build's result goes.   type: image, registry, docker, local, tar, cacheonly."""

    type: str = "image"
    dest: str = ""


def collect(c: Client) -> tuple[dict[str, Any], BuildOptions, str]:
    """Read context, options and the Dockerfile's text from the line; raises BuildFlagError."""
    path, file = c.args[0], c.line.text("file")
    workspace, cwd = c.engine.workspace, c.call.cwd
    context: dict[str, Any] = {}
    output = outputs(c)
    options = BuildOptions(
        tags=c.line.all("tag"),
        build_args=_pairs(c, "build-arg", from_env=True),
        labels=_pairs(c, "label"),
        target=c.line.text("target"),
        platforms=_platforms(c),
        no_cache=c.line.on("no-cache"),
        pull=c.line.on("pull"),
        push=c.line.on("push") or output.type == "registry",
        network=_network(c),
        secrets=_secrets(c),
        ssh=_agents(c),
        hosts=_hosts(c),
        no_cache_filter=[
            name for text in c.line.all("no-cache-filter") for name in text.split(",")
        ],
        contexts=_contexts(c),
        cache_from=_caches(c, "cache-from"),
        cache_to=_caches(c, "cache-to"),
        output=output.type if output.type in ("local", "tar", "cacheonly") else "image",
        entry=c.call.entry,
    )
    if options.build_args.get("BUILDKIT_INLINE_CACHE") == "1":
        options.cache_to.append({"type": "inline"})
    _check_together(c, options)
    check_annotations(c.line.all("annotation"))
    if path == "-":
        options.dockerfile_text = c.call.stdin
    elif "://" in path or path.startswith("git@"):
        raise BuildFlagError("a context from the network is not part of this "
                             "simulator: use a folder of the workspace")  # fmt: skip
    elif not workspace.is_folder(cwd, path):
        if workspace.read(cwd, path) is not None:
            raise BuildFlagError(f'unable to prepare context: path "{path}" must be a directory')
        raise BuildFlagError(f'unable to prepare context: path "{path}" not found')
    else:
        context = dict(workspace.under(cwd, path))
    if file == "-":
        options.dockerfile_text = c.call.stdin
    elif file:
        _choose_dockerfile(c, path, file, options)
    if options.dockerfile_text is not None:
        return context, options, options.dockerfile_text
    return context, options, str(context.get(options.dockerfile) or "")


def progress_mode(c: Client) -> str:
    """Give the wished form of the progress: auto, plain, tty, quiet or rawjson."""
    wish = c.line.text("progress") or c.call.env.get("BUILDKIT_PROGRESS") or "auto"
    if wish == "auto":
        return "tty" if c.call.tty else "plain"
    return wish


def _check_together(c: Client, options: BuildOptions) -> None:
    """Refuse flags that do not go together, or have no such value."""
    wish = c.line.text("progress") or c.call.env.get("BUILDKIT_PROGRESS") or "auto"
    if c.line.on("quiet") and wish not in ("auto", "quiet"):
        raise BuildFlagError(f"progress={wish} and quiet cannot be used together")
    if wish not in MODES:
        raise BuildFlagError(f"invalid progress mode {wish}")
    if options.no_cache and options.no_cache_filter:
        raise BuildFlagError("--no-cache and --no-cache-filter cannot currently be used together")
    if c.line.on("push") and c.line.on("load"):
        raise BuildFlagError("push and load may not be set together at the moment")
    if c.line.on("push") and options.output != "image":
        raise BuildFlagError(f'push and "{options.output}" output can\'t be used together')


def _choose_dockerfile(c: Client, path: str, file: str, options: BuildOptions) -> None:
    """Take the Dockerfile of -f: a file of the context by its path there, another by its text."""
    workspace, cwd = c.engine.workspace, c.call.cwd
    root = workspace.resolve(cwd, path)
    full = workspace.resolve(cwd, file)
    if full.startswith(root.rstrip("/") + "/"):
        options.dockerfile = posixpath.relpath(full, root)
        return
    text = workspace.read(cwd, file)
    if text is None:
        folder = posixpath.dirname(file) or file
        raise BuildFlagError(f"resolve : lstat {folder}: no such file or directory")
    options.dockerfile_text = text


def _pairs(c: Client, flag: str, *, from_env: bool = False) -> dict[str, str]:
    """Read `key=value` flags; a bare key is empty, or comes from the environment."""
    found: dict[str, str] = {}
    for text in c.line.all(flag):
        name, equals, value = text.partition("=")
        if not name:
            raise BuildFlagError(f'invalid key-value pair "{text}": empty key')
        if equals or not from_env:
            found[name] = value
        elif name in c.call.env:
            found[name] = c.call.env[name]
    return found


def _platforms(c: Client) -> list[str]:
    found = []
    for text in c.line.all("platform"):
        for one in text.split(","):
            one = one.strip()
            one = one if "/" in one else f"linux/{one}"
            found.append(one.replace("arm64/v8", "arm64").replace("x86_64", "amd64"))
    return found


def _network(c: Client) -> str:
    mode = c.line.text("network", "default") or "default"
    if mode not in ("default", "host", "none"):
        raise BuildFlagError(
            f'network mode "{mode}" not supported by buildkit - you can define a custom network '
            "for your builder using the network driver-opt in buildx create"
        )
    return mode


def _contexts(c: Client) -> dict[str, dict[str, Any]]:
    """Read `--build-context name=folder|docker-image://image`."""
    found: dict[str, dict[str, Any]] = {}
    for text in c.line.all("build-context"):
        name, equals, value = text.partition("=")
        if not equals:
            raise BuildFlagError(f"invalid context value: {text}, expected key=value")
        if value.startswith("docker-image://"):
            found[name.lower()] = {"image": value.removeprefix("docker-image://")}
        elif "://" in value or value.startswith("git@"):
            raise BuildFlagError("a context from the network is not part of this simulator: use a "
                                 "folder of the workspace")  # fmt: skip
        elif not c.engine.workspace.is_folder(c.call.cwd, value):
            raise BuildFlagError(
                f"failed to get build context {name}: stat {value}: no such file or directory"
            )
        else:
            files = c.engine.workspace.under(c.call.cwd, value)
            found[name.lower()] = {"files": dict(files)}
    return found


def _caches(c: Client, flag: str) -> list[dict[str, str]]:
    """Read `--cache-from` and `--cache-to`: an image, or `type=...,ref=...`."""
    found = []
    for text in c.line.all(flag):
        told: dict[str, str] = {}
        if "=" not in text:
            told = {"type": "registry", "ref": text}
        else:
            for field in _fields(text):
                key, equals, value = field.partition("=")
                if not equals:
                    raise BuildFlagError(f"invalid value {field}")
                told[key.lower()] = value
        kind = told.get("type", "")
        if not kind:
            raise BuildFlagError(f'type required form> "{text}"')
        if kind == "registry" and not told.get("ref"):
            raise BuildFlagError("registry cache exporter requires ref" if flag == "cache-to"
                                 else "registry cache importer requires ref")  # fmt: skip
        if flag == "cache-to" and kind not in ("registry", "inline"):
            if kind not in ("local", "gha", "s3", "azblob"):
                raise BuildFlagError(f'unknown cache exporter: "{kind}"')
            raise BuildFlagError(NO_CACHE_EXPORT)
        found.append(told)
    return found


NO_CACHE_EXPORT = """Cache export is not supported for the docker driver.
Switch to a different driver, or turn on the containerd image store, and try again.
Learn more at https://docs.docker.com/go/build-cache-backends/"""


def _hosts(c: Client) -> dict[str, str]:
    """Read `--add-host name:address` (or `name=address`)."""
    found: dict[str, str] = {}
    for text in c.line.all("add-host"):
        name, equals, address = text.partition("=")
        if not equals:
            name, _, address = text.partition(":")
        address = address.removeprefix("[").removesuffix("]")
        if not name or not address:
            raise BuildFlagError(f"invalid host {text}")
        if address == "host-gateway":
            address = "172.17.0.1"
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise BuildFlagError(f"invalid host {text}") from None
        found[name] = address
    return found


def _fields(text: str) -> list[str]:
    rows = list(csv.reader([text]))
    return rows[0] if rows else []


def _secrets(c: Client) -> dict[str, str]:
    """Read `--secret id=...,src=...|env=...`: the texts by id."""
    found: dict[str, str] = {}
    for text in c.line.all("secret"):
        pairs: dict[str, str] = {}
        for field in _fields(text):
            key, equals, value = field.partition("=")
            key = key.lower()
            if not equals:
                raise BuildFlagError(f"invalid field '{field}' must be a key=value pair")
            if key == "type" and value not in ("file", "env"):
                raise BuildFlagError(f'unsupported secret type "{value}"')
            if key not in ("type", "id", "source", "src", "env"):
                raise BuildFlagError(f"unexpected key '{key}' in '{field}'")
            pairs["src" if key == "source" else key] = value
        found[pairs.get("id", "")] = _secret(c, pairs)
    return found


def _secret(c: Client, pairs: dict[str, str]) -> str:
    name, source, env = (pairs.get(key, "") for key in ("id", "src", "env"))
    if pairs.get("type") == "env" and not env:
        env, source = source, ""
    if not name:
        raise BuildFlagError("secret missing ID")
    if not env and not source:
        env, source = (name, "") if name in c.call.env else ("", name)
    if env:
        return c.call.env.get(env, "")
    body = c.engine.workspace.read(c.call.cwd, source)
    if body is None:
        if c.engine.workspace.is_folder(c.call.cwd, source):
            raise BuildFlagError(f"failed to read {source}: is a directory")
        raise BuildFlagError(f"failed to stat {source}: stat {source}: no such file or directory")
    if len(body.encode()) > MAX_SECRET:
        raise BuildFlagError(f"secret {name} too big. max size 500KB")
    return body


def _agents(c: Client) -> list[str]:
    """Read `--ssh default|id=path`: the ids of what is forwarded."""
    found: list[str] = []
    for text in c.line.all("ssh"):
        name, equals, paths = text.partition("=")
        if name in found:
            raise BuildFlagError(f'failed to convert agent config: duplicate agent ID "{name}"')
        if not equals and not c.call.env.get("SSH_AUTH_SOCK"):
            raise BuildFlagError(
                f"failed to convert agent config {{{name} [] false}}: invalid empty ssh agent "
                "socket: make sure SSH_AUTH_SOCK is set"
            )
        for path in paths.split(",") if equals else []:
            given = c.call.env.get("SSH_AUTH_SOCK") == path
            if not given and c.engine.workspace.read(c.call.cwd, path) is None:
                raise BuildFlagError(
                    f"failed to convert agent config {{{name} [{paths.replace(',', ' ')}] false}}: "
                    f"stat {path}: no such file or directory"
                )
        found.append(name)
    return found


def check_annotations(texts: list[str]) -> None:
    """Refuse annotations that are not `[type[platform]:]key=value`."""
    for text in texts:
        if "=" not in text:
            raise BuildFlagError(f'invalid annotation "{text}", expected key=value')
        head, colon, _ = text.partition("=")[0].partition(":")
        if not colon or "/" in head.partition("[")[0] or "." in head.partition("[")[0]:
            continue
        for kind in re.split(r",(?![^\[]*\])", head):
            name, bracket, rest = kind.partition("[")
            if bracket and not rest.endswith("]"):
                raise BuildFlagError(
                    f'invalid annotation type "{kind}", expected type and optional platform in '
                    "square brackets"
                )
            if name not in ("index", "manifest", "manifest-descriptor", "index-descriptor"):
                raise BuildFlagError(f'unknown annotation type "{name}"')


def outputs(c: Client) -> Output:
    """Read `--output`: a folder, or `type=...,dest=...`."""
    texts = c.line.all("output")
    if not texts:
        return Output()
    if len(texts) > 1:
        raise BuildFlagError(
            "multiple outputs currently unsupported by the current BuildKit daemon"
        )
    text = texts[0]
    fields = _fields(text)
    if len(fields) == 1 and fields[0] == text and not text.startswith("type="):
        return Output("tar", "-") if text == "-" else Output("local", text)
    told: dict[str, str] = {}
    for field in fields:
        key, equals, value = field.partition("=")
        if not equals:
            raise BuildFlagError(f"invalid value {field}")
        told[key.strip().lower()] = value
    kind, dest = told.get("type", ""), told.get("dest", "")
    if not kind:
        raise BuildFlagError("type is required for output")
    if kind in ("oci", "docker") and (kind == "oci" or dest):
        name = "OCI" if kind == "oci" else "Docker"
        raise BuildFlagError(
            f"{name} exporter is not supported for the docker driver.\nSwitch to a different "
            "driver, or turn on the containerd image store, and try again.\nLearn more at "
            "https://docs.docker.com/go/build-exporters/"
        )
    if kind not in ("image", "registry", "docker", "local", "tar", "cacheonly"):
        raise BuildFlagError(f'unknown exporter "{kind}"')
    if kind == "local" and not dest:
        raise BuildFlagError("dest is required for local exporter")
    if kind == "tar" and not dest:
        dest = "-"
    if kind == "tar" and dest == "-" and c.call.tty:
        raise BuildFlagError("dest file is required for tar exporter. refusing to write to console")
    if kind == "image" and told.get("push") == "true":
        kind = "registry"
    return Output(kind, dest)
