"""Relative paths of a compose file made absolute. Imitates compose-go's paths package."""

from __future__ import annotations

from typing import Any

from . import syntax
from .errors import ComposeError

Row = dict[str, Any]
REMOTE = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")


def is_remote(context: str) -> bool:
    """Tell whether a build context is a repository or an address."""
    return "://" in context or context.startswith(REMOTE)


def resolved(document: Row, folder: str) -> Row:
    """Give a document, in long form, with the paths in it seen from a folder; ComposeError."""
    result = dict(document)
    if isinstance(document.get("services"), dict):
        result["services"] = {
            name: _service(row, folder) if isinstance(row, dict) else row
            for name, row in document["services"].items()
        }
    for section in ("secrets", "configs"):
        if isinstance(document.get(section), dict):
            result[section] = {
                key: {**row, "file": syntax.host_path(str(row["file"]), folder)}
                if isinstance(row, dict) and row.get("file") else row
                for key, row in document[section].items()
            }  # fmt: skip
    if isinstance(document.get("volumes"), dict):
        result["volumes"] = {
            key: _volume(row, folder) for key, row in document["volumes"].items()
        }  # fmt: skip
    return result


def _volume(row: Any, folder: str) -> Any:
    options = row.get("driver_opts") if isinstance(row, dict) else None
    if not options or row.get("driver") != "local" or options.get("o") != "bind":
        return row
    if "device" not in options:
        return row
    device = syntax.host_path(str(options["device"] or ""), folder)
    return {**row, "driver_opts": {**options, "device": device}}


def _service(raw: Row, folder: str) -> Row:
    row = dict(raw)
    if isinstance(row.get("build"), dict):
        row["build"] = _build(row["build"], folder)
    if row.get("env_file"):
        row["env_file"] = [
            {**one, "path": syntax.host_path(str(one["path"]), folder)} for one in row["env_file"]
        ]
    if row.get("label_file"):
        row["label_file"] = [syntax.host_path(one, folder) for one in row["label_file"]]
    if isinstance(row.get("volumes"), list):
        row["volumes"] = [_mount(one, folder) for one in row["volumes"]]
    watch = (row.get("develop") or {}).get("watch")
    if watch:
        rows = [{**one, "path": syntax.host_path(str(one["path"]), folder)} for one in watch]
        row["develop"] = {**row["develop"], "watch": rows}
    return row


def _build(build: Row, folder: str) -> Row:
    row = dict(build)
    if isinstance(row.get("context"), str):
        row["context"] = _context(row["context"], folder)
    if row.get("additional_contexts"):
        row["additional_contexts"] = {
            key: _context(str(one or ""), folder) for key, one in row["additional_contexts"].items()
        }
    if row.get("ssh"):
        row["ssh"] = {
            key: one and syntax.host_path(str(one), folder) for key, one in row["ssh"].items()
        }
    return row


def _context(text: str, folder: str) -> str:
    if not text or is_remote(text) or text.startswith("service:"):
        return text
    return syntax.host_path(text, folder)


def _mount(row: Any, folder: str) -> Any:
    if not isinstance(row, dict) or row.get("type") != "bind":
        return row
    if "source" not in row:
        raise ComposeError(
            'invalid mount config for type "bind": field Source must not be empty'
        )  # fmt: skip
    return {**row, "source": syntax.host_path(str(row["source"]), folder)}
