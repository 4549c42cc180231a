"""Tools of which the model of `RUN` knows what they leave behind: apk, apt-get, pip, tar, awk ....

The same models serve a build and a running container, so that `apk add curl` in a container's
command brings curl. They work on the container's files at once and take the time they declare.

# Simplified: In a running container an installer's files are there from its start, and what it
# writes to standard error comes with its standard output.
"""

from __future__ import annotations

from simulator.docker.registry.link import link_mbps
from simulator.docker.shellmodel import Request, run

from . import Context, Utility, Wait

NAMES = """add-apt-repository addgroup adduser apk apt apt-cache apt-get apt-key apt-mark bsdtar
    bundle bunzip2 bzip2 chgrp chpasswd composer delgroup deluser dnf dpkg dpkg-query fallocate
    gcc gem git gpg groupadd gunzip gzip install ldconfig locale-gen make microdnf openssl passwd
    pip pipenv poetry rpm sha512sum tar tdnf truncate umount unlink unxz unzip
    update-ca-certificates update-alternatives useradd userdel usermod uv xz yum zcat zstd zypper"""
TEXT_NAMES = "awk gawk mawk jq file mktemp groups iconv"
"""Programs that do something to files or texts and end; what serves is not among them."""


def modelled(c: Context) -> int | Wait:
    """Carry a command out by its model; it takes the time that the model declares."""
    engine, machine = c.p.engine, str(c.p.box["machine"])
    found = engine.store.get("Machine", "", machine)
    speed = float(found["spec"].get("speed") or 1.0) if found else 1.0
    request = Request(
        tree=c.view, argv=list(c.argv), env=dict(c.env), cwd=c.p.cwd,
        user=f"{c.p.uid}:{c.p.row['gid']}", stdin=c.stdin or "", speed=speed,
        mbps=link_mbps(engine, machine),
    )  # fmt: skip
    c.has_read = False
    outcome = run(request)
    c.out(outcome.text)
    return Wait(outcome.duration_us, outcome.exit_code)


def quick(c: Context) -> int | Wait:
    """Carry a command out by its model, in no time: what only works on texts."""
    outcome = modelled(c)
    c.has_read = True
    return outcome.code if isinstance(outcome, Wait) else outcome


TOOLS: tuple[Utility, ...] = (modelled, quick)
ALL: dict[str, Utility] = {
    **dict.fromkeys(NAMES.split(), modelled), **dict.fromkeys(TEXT_NAMES.split(), quick),
}  # fmt: skip
