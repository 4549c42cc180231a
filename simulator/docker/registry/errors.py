"""What a registry refuses, in the words of the Docker daemon and of BuildKit."""

from __future__ import annotations

from simulator.docker.containers.errors import DockerError
from simulator.docker.reference import HUB, Reference

API_HOST = {HUB: "registry-1.docker.io"}


class RegistryError(DockerError):
    """A refused or failed request to a registry.

    `message` is what the daemon says (after "Error response from daemon: "), `buildkit` what a
    build says of a base image, `delay_us` how long the client tried before it gave up.
    """

    def __init__(self, status: int, message: str, buildkit: str = "", delay_us: int = 0) -> None:
        """Keep both wordings and the time it takes to fail."""
        super().__init__(status, message)
        self.buildkit = buildkit or message
        self.delay_us = delay_us


def denied(ref: Reference) -> RegistryError:
    """Refuse a pull: the repository is missing or private; nobody is told which."""
    return RegistryError(
        404,
        f"pull access denied for {ref.familiar_name}, repository does not exist or may require "
        "'docker login': denied: requested access to the resource is denied",
        "pull access denied, repository does not exist or may require authorization: "
        "server message: insufficient_scope: authorization failed",
    )


def manifest_unknown(ref: Reference) -> RegistryError:
    """Refuse a pull: the repository is there, this tag or digest is not."""
    return RegistryError(
        404,
        f"manifest for {ref.familiar} not found: manifest unknown: manifest unknown",
        f"{ref.normalised}: not found",
    )


def no_platform(ref: Reference, platform: str) -> RegistryError:
    """Refuse a pull: the index has no image for the wanted platform."""
    return RegistryError(
        404,
        f"no matching manifest for {shown_platform(platform)} in the manifest list entries",
        f"no match for platform in manifest: not found: {ref.normalised}",
    )


def wrong_platform(ref: Reference, wanted: str, actual: str) -> RegistryError:
    """Refuse a pull: there is one image only, and it is for another platform."""
    return RegistryError(
        404,
        f"image with reference {ref.normalised} was found but its platform "
        f"({shown_platform(actual)}) does not match the specified platform "
        f"({shown_platform(wanted)})",
        f"no match for platform in manifest: not found: {ref.normalised}",
    )


def shown_platform(platform: str) -> str:
    """Write a platform as the daemon does in errors: arm64 with its variant."""
    return "linux/arm64/v8" if platform == "linux/arm64" else platform


def push_denied() -> RegistryError:
    """Refuse a push to a repository that is not one's own."""
    return RegistryError(401, "denied: requested access to the resource is denied")


def too_many(anonymous: bool) -> RegistryError:
    """Refuse a pull because of the pull rate limit."""
    who = "unauthenticated " if anonymous else ""
    text = (
        f"toomanyrequests: You have reached your {who}pull rate limit. "
        "https://www.docker.com/increase-rate-limit"
    )
    return RegistryError(
        429, text, f"unexpected status from HEAD request: 429 Too Many Requests\n{text}"
    )


def wrong_password() -> RegistryError:
    """Refuse a login."""
    return RegistryError(
        401, 'Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password'
    )


def unreachable(host: str, machine_ip: str, delay_us: int) -> RegistryError:
    """Fail because the machine has no network: not even names can be looked up."""
    api = API_HOST.get(host, host)
    cause = (
        f"lookup {api} on 127.0.0.53:53: read udp {machine_ip}:41592->127.0.0.53:53: i/o timeout"
    )
    return RegistryError(
        500,
        f'Get "https://{api}/v2/": dial tcp: {cause}',
        f'failed to do request: Head "https://{api}/v2/": dial tcp: {cause}',
        delay_us,
    )


def unknown_host(host: str) -> RegistryError:
    """Fail because no such registry exists."""
    name, _, port = host.partition(":")
    if name in ("localhost", "127.0.0.1"):
        text = (
            f'Get "http://{host}/v2/": dial tcp 127.0.0.1:{port or 80}: connect: connection refused'
        )
    else:
        text = f'Get "https://{host}/v2/": dial tcp: lookup {name} on 127.0.0.53:53: no such host'
    return RegistryError(500, text, f"failed to do request: {text}")


def hub_down(host: str, delay_us: int) -> RegistryError:
    """Fail because the registry does not answer."""
    api = API_HOST.get(host, host)
    text = (
        f'Get "https://{api}/v2/": net/http: request canceled while waiting for connection '
        "(Client.Timeout exceeded while awaiting headers)"
    )
    return RegistryError(500, text, f"failed to do request: {text}", delay_us)


def download_failed(delay_us: int = 0) -> RegistryError:
    """Fail in the middle: the blobs stop coming and five more attempts do not help."""
    return RegistryError(
        500,
        "download failed after attempts=6: dial tcp 104.16.99.215:443: i/o timeout",
        "",
        delay_us,
    )


def no_local_image(ref: Reference) -> RegistryError:
    """Refuse a push of an image that the machine does not have."""
    if ref.tag:
        return RegistryError(
            404, f"An image does not exist locally with the tag: {ref.familiar_name}"
        )
    return RegistryError(404, f"No such image: {ref.familiar}")
