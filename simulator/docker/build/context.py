"""The build context: the student's files as a tree, without what `.dockerignore` leaves out."""

from __future__ import annotations

from typing import Any

from simulator.docker import dockerignore, tree, unknown
from simulator.docker.tree import Files

Context = dict[str, Any]
"""Path relative to the context -> its text, or an entry {"text"|"size", "mode", ...}."""

ANYTHING = "*anything"
"""A context with this name in it may hold any file (see `unknown`)."""


def ignore_patterns(context: Context, dockerfile: str) -> list[str]:
    """Read the `.dockerignore` that belongs to a Dockerfile."""
    for name in (f"{dockerfile}.dockerignore", ".dockerignore"):
        if name in context:
            return dockerignore.read(text_of(context[name]) or "")
    return []


def text_of(value: Any) -> str | None:
    """Return the text of a context's file."""
    return value if isinstance(value, str) else value.get("text")


def context_files(context: Context, patterns: list[str]) -> Files:
    """Make the tree of the files that are sent to the builder.

    # Simplified: A file of the workspace has mode 644, or 755 when it begins with `#!`.
    """
    matcher = dockerignore.Matcher(patterns)
    files: Files = {}
    for path in sorted(context):
        if path == ANYTHING:
            continue
        if patterns and matcher.matches(path):
            continue
        value = context[path]
        if isinstance(value, str):
            mode = 0o755 if value.startswith("#!") else 0o644
            files["/" + path] = tree.file_entry(value, mode=mode)
        else:
            files["/" + path] = _entry(value, path)
    if ANYTHING in context:
        view = tree.Tree(files)
        unknown.mark(view, "/", "context", commands=False)
        files = view.files
    return dict(sorted(tree.add_parents(files).items()))


def _entry(value: dict[str, Any], path: str) -> tree.Entry:
    if "text" in value:
        return tree.file_entry(value["text"], mode=int(value.get("mode", 0o644)))
    return tree.file_entry(
        size=int(value.get("size", 0)),
        mode=int(value.get("mode", 0o644)),
        content=str(value.get("digest") or path),
    )
