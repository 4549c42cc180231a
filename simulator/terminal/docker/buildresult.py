"""What `docker build` leaves with the client: files of `--output`, the metadata file."""

from __future__ import annotations

import io
import json
import posixpath
import re
import tarfile
from typing import Any

from simulator.docker import digest as digests
from simulator.docker import layer as layers
from simulator.docker import reference
from simulator.docker.tree import Files
from simulator.plain import Object
from simulator.terminal.workspace import MAX_FILES

from .buildflags import outputs
from .client import Client

LINK_TARGETS = 8


def deliver(c: Client, build: Object) -> str | None:
    """Write the files of a build with `--output`; answers what is wrong, or None.

    # Simplified: The workspace holds texts: a file whose content is not known is empty there.
    """
    output = outputs(c)
    stacks = build["status"].get("files") or {}
    if output.type not in ("local", "tar") or not stacks:
        return None
    trees = {platform: c.engine.images.merged(stack) for platform, stack in stacks.items()}
    if len(trees) == 1:
        files = next(iter(trees.values()))
    else:
        files = {
            f"/{platform.replace('/', '_')}{path}": entry
            for platform, one in trees.items()
            for path, entry in one.items()
        }
    if output.type == "tar":
        text = archive(files)
        if output.dest == "-":
            c.out(text)
            return None
        return c.engine.workspace.write(c.call.cwd, output.dest, text)
    return _write_all(c, files, output.dest)


def _write_all(c: Client, files: Files, folder: str) -> str | None:
    workspace = c.engine.workspace
    texts = {path: text for path in files if (text := _text(files, path)) is not None}
    if len(texts) + len(workspace.files) > MAX_FILES:
        return f"error from receiver: failed to write {folder}: no space left on device"
    for path, text in texts.items():
        wrong = workspace.write(c.call.cwd, posixpath.join(folder, path.lstrip("/")), text)
        if wrong:
            return f"error from receiver: {wrong}"
    return None


def _text(files: Files, path: str) -> str | None:
    """Give a file's text, of a link that of its target; None for what is no file."""
    for _ in range(LINK_TARGETS):
        entry = files.get(path)
        if entry is None or entry["type"] != "link":
            break
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), entry["target"]))
    return str(entry.get("text", "")) if entry is not None and entry["type"] == "file" else None


def archive(files: Files) -> str:
    """Make a tar archive of what is text, as a text."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path, entry in sorted(files.items()):
            info = tarfile.TarInfo(path.lstrip("/"))
            info.mode, info.uid, info.gid = entry["mode"], entry["uid"], entry["gid"]
            body = b""
            if entry["type"] == "dir":
                info.type = tarfile.DIRTYPE
            elif entry["type"] == "link":
                info.type, info.linkname = tarfile.SYMTYPE, entry["target"]
            elif entry["type"] == "file":
                body = str(entry.get("text", "")).encode()
                info.size = len(body)
            else:
                continue
            tar.addfile(info, io.BytesIO(body))
    return held.getvalue().decode("utf-8", "replace")


def metadata(c: Client, build: Object) -> str:
    """Write the document of `--metadata-file`."""
    number = int(c.engine.streams.hex(32, "buildref", build["metadata"]["name"]), 16)
    letters = ""
    while len(letters) < 25:
        number, digit = divmod(number, 36)
        letters += "0123456789abcdefghijklmnopqrstuvwxyz"[digit]
    told: dict[str, Any] = {
        "buildx.build.provenance": _provenance(c, build),
        "buildx.build.ref": f"default/default/{letters}",
    }
    image = c.engine.images.find(c.machine, build["status"]["imageId"] or "-")
    if image is not None:
        document = c.engine.images.document(image)
        stack = [c.engine.images.layer(d) for d in image["RootFS"]["Layers"]]
        manifest = layers.make_manifest(document, stack)
        digest = digests.of(manifest)
        told["containerimage.config.digest"] = image["Id"]
        told["containerimage.descriptor"] = {
            "mediaType": layers.MANIFEST_TYPE,
            "digest": digest,
            "size": len(digests.canonical(manifest)),
            "annotations": {
                "config.digest": image["Id"],
                "org.opencontainers.image.created": image["Created"],
            },
        }
        told["containerimage.digest"] = digest
        if build["spec"]["tags"]:
            names = [reference.parse(tag).normalised for tag in build["spec"]["tags"]]
            told["image.name"] = ",".join(names)
    return json.dumps(told, indent=2)


def _provenance(c: Client, build: Object) -> dict[str, Any]:
    materials = []
    platform = next(iter(build["spec"]["platforms"]), c.engine.machines.platform(c.machine))
    for row in build["status"]["steps"]:
        found = re.search(r"FROM (\S+?):([^:@\s]+)@sha256:([0-9a-f]{64})", row["name"])
        if row["kind"] == "from" and found:
            name = reference.parse(found[1]).familiar_name
            uri = f"pkg:docker/{name}@{found[2]}?platform={platform.replace('/', '%2F')}"
            materials.append({"uri": uri, "digest": {"sha256": found[3]}})
    names = c.line.all("build-arg")
    args = {f"build-arg:{n}": v for n, _, v in (text.partition("=") for text in names)}
    parameters: dict[str, Any] = {
        "frontend": "dockerfile.v0",
        "locals": [{"name": "context"}, {"name": "dockerfile"}],
    }
    if args:
        parameters["args"] = args
    return {
        "builder": {"id": ""},
        "buildType": "https://mobyproject.org/buildkit@v1",
        "materials": materials,
        "invocation": {
            "configSource": {"entryPoint": build["spec"]["dockerfile"]},
            "parameters": parameters,
            "environment": {"platform": platform},
        },
    }
