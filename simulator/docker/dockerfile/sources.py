"""What ADD may fetch: git repositories and web addresses, told apart by how they are written.

Source: moby/buildkit `frontend/dockerfile/dfgitutil` and `util/gitutil`, read 2026-11-23.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import basename, normpath
from urllib.parse import parse_qsl, unquote, urlsplit

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import parse_bool, quote

_SCHEME = re.compile(r"([a-zA-Z0-9]+)://")
_SCP = re.compile(r"([a-zA-Z0-9_-]+)@([a-zA-Z0-9.-]+):([^?#]*)(?:\?([^#]*))?(?:#(.*))?")
_GIT_KEYS = ("ref", "tag", "branch", "subdir", "checksum", "commit", "keep-git-dir", "submodules")


@dataclass(slots=True)
class GitSource:
    """A git repository.   keep_git_dir: None when the address does not say."""

    remote: str
    ref: str = ""
    subdir: str = ""
    checksum: str = ""
    keep_git_dir: bool | None = None
    submodules: bool | None = None


def git_source(text: str, known_git: bool = False) -> GitSource | None:
    """Read a git address.   known_git: a flag says that it is one, so ``.git`` may be missing.

    Returns None for anything else.   Raises DockerfileError for a bad query.
    """
    if text.startswith(("./", "../", "github.com/")):
        return None
    scheme = _SCHEME.match(text)
    if scheme:
        return _from_url(text, scheme[1].lower(), known_git)
    scp = _SCP.fullmatch(text)
    if not scp:
        return None
    source = GitSource(f"{scp[1]}@{scp[2]}:{scp[3]}")
    _set_fragment(source, scp[5] or "")
    _set_query(source, scp[4] or "")
    return source


def _from_url(text: str, scheme: str, known_git: bool) -> GitSource | None:
    if scheme not in ("http", "https", "ssh", "git"):
        return None
    try:
        url = urlsplit(text)
    except ValueError:
        return None
    if scheme in ("http", "https") and not (known_git or unquote(url.path).endswith(".git")):
        return None
    source = GitSource(f"{scheme}://{url.netloc}{url.path}")
    _set_fragment(source, unquote(url.fragment))
    _set_query(source, url.query)
    return source


def _set_fragment(source: GitSource, fragment: str) -> None:
    source.ref, _, subdir = fragment.partition(":")
    source.subdir = normpath(f"/{subdir}").lstrip("/") if fragment else ""


def _set_query(source: GitSource, query: str) -> None:
    values: dict[str, list[str]] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(key, []).append(value)
    named: dict[str, str] = {}
    for key, found in values.items():
        if len(found) > 1:
            raise DockerfileError(f"query {quote(key)} has multiple values")
        if not found[0] and key not in ("submodules", "keep-git-dir"):
            raise DockerfileError(f"query {quote(key)} has no value")
        if key not in _GIT_KEYS:
            raise DockerfileError(f"unexpected query {quote(key)}")
        named[key] = found[0]
    _set_refs(source, named)
    for key in ("keep-git-dir", "submodules"):
        if key in named:
            switch = parse_bool(named[key]) if named[key] else True
            if switch is None:
                raise DockerfileError(f"invalid {key} value: {quote(named[key])}")
            setattr(source, key.replace("-", "_"), switch)


def _set_refs(source: GitSource, named: dict[str, str]) -> None:
    def prefixed(value: str, prefix: str) -> str:
        return value if value.startswith(prefix) else prefix + value

    refs = [named["ref"]] if "ref" in named else []
    if "tag" in named:
        refs.append(prefixed(named["tag"], "refs/tags/"))
    if "branch" in named:
        if "tag" in named:
            raise DockerfileError("branch conflicts with tag")
        refs.append(prefixed(named["branch"], "refs/heads/"))
    for ref in refs:
        if source.ref and source.ref != ref:
            raise DockerfileError(f"ref conflicts: {quote(source.ref)} vs {quote(ref)}")
        source.ref = ref
    subdir = named.get("subdir", source.subdir)
    if source.subdir and source.subdir != subdir:
        raise DockerfileError(f"subdir conflicts: {quote(source.subdir)} vs {quote(subdir)}")
    source.subdir = subdir
    source.checksum = named.get("checksum", named.get("commit", ""))
    source.ref = source.ref or source.checksum


def is_web_address(text: str) -> bool:
    """Tell whether a source is fetched over HTTP."""
    return text.startswith(("http://", "https://"))


def web_file_name(text: str) -> str:
    """The name under which a fetched file is stored."""
    try:
        return basename(unquote(urlsplit(text).path).rstrip("/")) or "__unnamed__"
    except ValueError:
        return "__unnamed__"
