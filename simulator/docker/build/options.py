"""What a build is asked to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class BuildOptions:
    """Options of `docker build`, by the names of its flags.

    dockerfile: path in the context; dockerfile_text: a Dockerfile from elsewhere (`-f -`);
    tags: as typed; platforms: e.g. ["linux/arm64"], none means the machine's own; secrets: texts by
    id; ssh: ids of forwarded agents; hosts: addresses by name (`--add-host`); no_cache_filter:
    stages that are not taken from the cache; cache_from, cache_to: {"type", "ref", "mode"};
    contexts: {"files": ...} or {"image": name} by name
    (`--build-context`); output: "image", or "local" or "tar" for files instead
    of an image; entry: number of the command that asked, for those who draw the build.
    """

    dockerfile: str = "Dockerfile"
    dockerfile_text: str | None = None
    tags: list[str] = field(default_factory=list)
    build_args: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    target: str = ""
    platforms: list[str] = field(default_factory=list)
    no_cache: bool = False
    pull: bool = False
    push: bool = False
    network: str = "default"
    secrets: dict[str, str] = field(default_factory=dict)
    ssh: list[str] = field(default_factory=list)
    hosts: dict[str, str] = field(default_factory=dict)
    no_cache_filter: list[str] = field(default_factory=list)
    cache_from: list[dict[str, str]] = field(default_factory=list)
    cache_to: list[dict[str, str]] = field(default_factory=list)
    contexts: dict[str, dict[str, Any]] = field(default_factory=dict)
    output: str = "image"
    entry: int | None = None

    def plain(self) -> dict[str, Any]:
        """Give the options as plain data."""
        return asdict(self)
