"""Image references: what `python`, `alice/shop:1` and `ghcr.io/a/b@sha256:...` stand for.

Imitates distribution/reference (the package that the docker command uses): the familiar form a
person types and the normalised form with registry, `library/` and `latest`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HUB = "docker.io"

_DOMAIN = re.compile(
    r"^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$"
)
_COMPONENT = re.compile(r"^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$")
_TAG = re.compile(r"^\w[\w.-]{0,127}$", re.ASCII)
_DIGEST = re.compile(r"^sha256:[0-9a-f]{64}$")
_IDENTIFIER = re.compile(r"^[0-9a-f]{64}$")


class ReferenceError_(ValueError):
    """A name that cannot be an image reference; the text is Docker's own."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One parsed reference: registry host, path inside it, tag and digest ("" when absent)."""

    host: str
    path: str
    tag: str
    digest: str

    @property
    def repository(self) -> str:
        """Normalised repository, e.g. `docker.io/library/python`."""
        return f"{self.host}/{self.path}"

    @property
    def familiar_name(self) -> str:
        """Repository as people write it: `python`, `alice/shop`, `ghcr.io/a/b`."""
        if self.host != HUB:
            return self.repository
        return self.path.removeprefix("library/") if self.path.count("/") == 1 else self.path

    @property
    def familiar(self) -> str:
        """Whole reference as people write it."""
        return self.familiar_name + self._suffix()

    @property
    def normalised(self) -> str:
        """Whole reference with registry and `library/`, as BuildKit prints it."""
        return self.repository + self._suffix()

    def _suffix(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return tag + (f"@{self.digest}" if self.digest else "")


def parse(text: str, *, default_tag: str = "latest") -> Reference:
    """Read a reference and normalise it.

    default_tag: the tag given when neither tag nor digest is present; "" leaves it out.
    Raises ReferenceError_ with the words of `docker`.
    """
    if _IDENTIFIER.match(text):
        raise ReferenceError_(
            f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
        )
    name, _, digest = text.partition("@")
    if digest and not _DIGEST.match(digest):
        raise ReferenceError_("invalid reference format")
    host, path = _split_host(name)
    path, tag = _split_tag(path)
    if not path:
        raise ReferenceError_("invalid reference format")
    if path != path.lower():
        if _COMPONENT.match(path.lower().rsplit("/", 1)[-1]):
            path = f"library/{path}" if host == HUB and "/" not in path else path
            raise ReferenceError_(
                f"invalid reference format: repository name ({path}) must be lowercase"
            )
        raise ReferenceError_("invalid reference format")
    parts = path.split("/")
    if not all(_COMPONENT.match(part) for part in parts):
        raise ReferenceError_("invalid reference format")
    if host == HUB and len(parts) == 1:
        path = "library/" + path
    if not tag and not digest:
        tag = default_tag
    return Reference(host, path, tag, digest)


def _split_host(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    is_host = slash and (
        "." in first or ":" in first or first == "localhost" or first != first.lower()
    )
    if not is_host:
        return HUB, name
    if not _DOMAIN.match(first):
        raise ReferenceError_("invalid reference format")
    return (HUB if first == "index.docker.io" else first), rest


def _split_tag(path: str) -> tuple[str, str]:
    head, colon, tag = path.rpartition(":")
    if not colon:
        return path, ""
    if not _TAG.match(tag):
        raise ReferenceError_("invalid reference format")
    return head, tag
