"""EXPOSE: ``80``, ``80-82/udp`` and the forms that BuildKit still takes but warns about.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb` (convert_expose), read 2026-11-23.
"""

from __future__ import annotations

from ipaddress import ip_address

from simulator.docker.dockerfile.context import At
from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import quote

_MAX_PORT = 65_535
_PROTOCOLS = ("tcp", "udp", "sctp")


def read_ports(at: At, words: list[str]) -> list[str]:
    """Read EXPOSE's words.   Returns ``port/protocol`` texts.   Raises DockerfileError."""
    return [port for word in words for port in _read_word(at, word)]


def _read_word(at: At, word: str) -> list[str]:
    *rest, last = word.split(":")
    host_port = rest.pop() if rest else ""
    ip = ":".join(rest)
    container, _, written = last.partition("/")
    protocol = written.lower() or "tcp"
    if not container:
        raise DockerfileError(f"invalid port: {quote(word)}: no port specified")
    if protocol not in _PROTOCOLS:
        raise DockerfileError(f"invalid port: {quote(word)}: invalid proto: {written}")
    if written != written.lower():
        at.lint.warn("ExposeProtoCasing", at.instruction.lines, word)
    if ip or host_port:
        at.lint.warn("ExposeInvalidFormat", at.instruction.lines, word)
    _check_ip(ip)
    ports = _range(container)
    if ports is None:
        raise DockerfileError(f"invalid containerPort: {container}")
    if host_port:
        host = _range(host_port)
        if host is None:
            raise DockerfileError(f"invalid hostPort: {host_port}")
        if len(host) != len(ports) and len(ports) != 1:
            raise DockerfileError(
                f"invalid ranges specified for container and host Ports: {container}"
                f" and {host_port}"
            )
    if at.build.lexer.budget:
        at.build.lexer.budget.spend(8 * len(ports))
    return [f"{port}/{protocol}" for port in ports]


def _check_ip(ip: str) -> None:
    if ip.startswith("["):
        problem = _bracket_problem(ip)
        if problem:
            raise DockerfileError(f"invalid IP address {ip}: address {ip}:: {problem}")
        ip = ip[1:-1]
    if not ip:
        return
    try:
        # Go knows no zone here, Python does.
        ip_address(ip.replace("%", " "))
    except ValueError:
        raise DockerfileError(f"invalid IP address: {ip}") from None


def _bracket_problem(ip: str) -> str:
    """Say, as Go's net.SplitHostPort does of ``[address]:``, what is wrong; "" when nothing is."""
    end = ip.find("]")
    if end < 0:
        return "missing ']' in address"
    if end + 1 < len(ip):
        return "too many colons in address" if ip[end + 1] == ":" else "missing port in address"
    return "unexpected '[' in address" if "[" in ip[1:] else ""


def _range(text: str) -> range | None:
    first, dash, last = text.partition("-")
    start = _port(first)
    end = _port(last) if dash else start
    if start is None or end is None or end < start:
        return None
    return range(start, end + 1)


def _port(text: str) -> int | None:
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not digits or digits.strip("0123456789") or len(digits) > 18:
        return None
    return int(text) if 0 <= int(text) <= _MAX_PORT else None
