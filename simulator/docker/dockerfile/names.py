"""Image names and platforms as FROM writes them.

Source: distribution/reference and containerd/platforms, recalled and checked against the shared
tables; the messages are theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import quote

_IDENTIFIER = re.compile(r"[a-f0-9]{64}")
_DOMAIN_PART = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?")
_IPV6 = re.compile(r"\[[a-fA-F0-9:]+\]")
_PATH_PART = re.compile(r"[a-z0-9]++(?:(?:\.|__|_|-++)[a-z0-9]++)*+")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_ANY_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+")
_DIGEST_SIZES = {"sha256": 64, "sha384": 96, "sha512": 128}
_BAD_FORMAT = "invalid reference format"


@dataclass(frozen=True, slots=True)
class ImageName:
    """A normalised image name; tag and digest are "" when absent."""

    domain: str
    path: str
    tag: str
    digest: str

    @property
    def repository(self) -> str:
        """``docker.io/library/alpine``."""
        return f"{self.domain}/{self.path}"

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return self.repository + tag + (f"@{self.digest}" if self.digest else "")


def image_name(text: str) -> ImageName:
    """Normalise an image name; without tag and digest it gets ``latest``.

    Raises DockerfileError.
    """
    if _IDENTIFIER.fullmatch(text):
        raise DockerfileError(
            f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
        )
    domain, rest = _split_domain(text)
    before_tag = rest.partition(":")[0]
    if before_tag != before_tag.lower():
        raise DockerfileError(f"{_BAD_FORMAT}: repository name ({before_tag}) must be lowercase")
    rest, at, digest = rest.partition("@")
    path, colon, tag = rest.partition(":")
    parts = (path, tag if colon else None, digest if at else None)
    if not _is_well_formed(domain, *parts):
        lower = domain.lower()
        if lower != domain and _is_well_formed(lower, *parts):
            raise DockerfileError("repository name must be lowercase")
        raise DockerfileError(_BAD_FORMAT)
    if len(path) > 255:
        raise DockerfileError("repository name must not be more than 255 characters")
    if at:
        check_digest(digest)
    return ImageName(domain, path, tag if tag or digest else "latest", digest)


def _split_domain(text: str) -> tuple[str, str]:
    first, slash, rest = text.partition("/")
    if not slash:
        return "docker.io", f"library/{text}"
    if first == "index.docker.io":
        first = "docker.io"
    elif first != "localhost" and not set(first) & {".", ":"} and first == first.lower():
        first, rest = "docker.io", text
    if first == "docker.io" and "/" not in rest:
        rest = f"library/{rest}"
    return first, rest


def _is_well_formed(domain: str, path: str, tag: str | None, digest: str | None) -> bool:
    # What is no host may still be the first part of a path: ``my_registry.io/shop``.
    return (
        all(_PATH_PART.fullmatch(part) for part in path.split("/"))
        and (tag is None or _TAG.fullmatch(tag) is not None)
        and (digest is None or _DIGEST.fullmatch(digest) is not None)
        and (_is_host(domain) or _PATH_PART.fullmatch(domain) is not None)
    )


def _is_host(domain: str) -> bool:
    if domain.startswith("["):
        host, bracket, port = domain.partition("]")
        host, colon, port = host + bracket, port[:1], port[1:]
        good = _IPV6.fullmatch(host) is not None and colon in ("", ":")
    else:
        host, colon, port = domain.partition(":")
        good = all(_DOMAIN_PART.fullmatch(part) for part in host.split("."))
    return good and (not colon or (port.isascii() and port.isdigit()))


def check_digest(digest: str) -> None:
    """Check ``sha256:<hex>`` and its kind.   Raises DockerfileError in go-digest's words."""
    algorithm, _, value = digest.partition(":")
    known = _DIGEST_SIZES.get(algorithm)
    if not algorithm or not value or (known is None and not _ANY_DIGEST.fullmatch(digest)):
        raise DockerfileError("invalid checksum digest format")
    if known is None:
        raise DockerfileError("unsupported digest algorithm")
    if len(value.encode()) != known:
        raise DockerfileError("invalid checksum digest length")
    if value.strip("0123456789abcdef"):
        raise DockerfileError("invalid checksum digest format")


_OS = re.compile(r"([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)((?:\+[A-Za-z0-9_.-]+)*)\))?")
_OS_SHOWN = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)((?:\+[A-Za-z0-9_.-]+)*)\))?$"
_PART = re.compile(r"[A-Za-z0-9_.-]+")
_PART_SHOWN = r"^[A-Za-z0-9_.-]+$"
_OS_NAMES = (
    "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9"
    " solaris windows zos"
)
_KNOWN_OS = frozenset(_OS_NAMES.split())
_ARCH_NAMES = (
    "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32"
    " mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm"
)
_KNOWN_ARCH = frozenset(_ARCH_NAMES.split())
_PLAIN_VARIANTS = (("amd64", "v1"), ("arm64", "8"), ("arm64", "v8"), ("arm64", "v8.0"))
_ARCH_ALIASES = {
    "i386": "386",
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "armhf": "arm",
    "armel": "arm",
}


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system and a processor; `variant` is "" for the usual one."""

    os: str
    arch: str
    variant: str = ""
    os_version: str = ""

    def __str__(self) -> str:
        os = f"{self.os}({self.os_version})" if self.os_version else self.os
        return "/".join(filter(None, (os, self.arch, self.variant)))

    def normalised(self) -> Platform:
        """The same platform under its usual names."""
        arch, variant = _normalise_arch(self.arch, self.variant)
        return Platform(self.os.lower(), arch, variant, self.os_version)


def _normalise_arch(arch: str, variant: str) -> tuple[str, str]:
    arch, variant = arch.lower(), variant.lower()
    named = arch
    arch = _ARCH_ALIASES.get(arch, arch)
    if named == "armhf":
        variant = "v7"
    elif named == "armel":
        variant = "v6"
    if arch == "386" or (arch, variant) in _PLAIN_VARIANTS:
        variant = ""
    elif arch == "arm":
        variant = {"": "v7", "5": "v5", "6": "v6", "7": "v7", "8": "v8"}.get(variant, variant)
    return arch, variant


def platform(text: str) -> Platform:
    """Read ``linux/arm64`` and its shorter forms.   Raises DockerfileError."""
    tail = ": invalid argument"
    if "*" in text:
        raise DockerfileError(f"{quote(text)}: wildcards not yet supported{tail}")
    parts = text.split("/", 3)
    found = _OS.fullmatch(parts[0])
    if not found:
        raise DockerfileError(
            f"{quote(parts[0])} is an invalid OS component of {quote(text)}: OSAndVersion specifier"
            f" component must match {quote(_OS_SHOWN)}{tail}"
        )
    for part in parts[1:]:
        if not _PART.fullmatch(part):
            raise DockerfileError(
                f"{quote(part)} is an invalid component of {quote(text)}: platform specifier"
                f" component must match {quote(_PART_SHOWN)}{tail}"
            )
    os = {"macos": "darwin"}.get(found[1].lower(), found[1].lower())
    version = found[2] or ""
    if len(parts) == 1:
        if os in _KNOWN_OS:
            return Platform(os, "amd64", "", version)
        arch, variant = _normalise_arch(parts[0], "")
        if arch in _KNOWN_ARCH:
            return Platform("linux", arch, "" if variant == "v7" else variant)
        raise DockerfileError(f"{quote(text)}: unknown operating system or architecture{tail}")
    if len(parts) > 3:
        raise DockerfileError(f"{quote(text)}: cannot parse platform specifier{tail}")
    arch, variant = _normalise_arch(parts[1], parts[2] if len(parts) == 3 else "")
    if len(parts) == 2:
        variant = "" if arch == "arm" and variant == "v7" else variant
    elif arch == "arm64" and not variant:
        variant = "v8"
    return Platform(os, arch, variant, version)
