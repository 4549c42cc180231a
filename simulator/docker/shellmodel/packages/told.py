"""What programs tell of their version: that of their package in the image's release."""

from __future__ import annotations

import re

from simulator.docker.shellmodel.packages import apk_index, catalogue, debian
from simulator.docker.tree import Tree

PLATFORMS = {"arm64": ("aarch64", ""), "arm/v7": ("arm", "eabihf")}
LIBRARIES = (
    ("OpenSSL", "libssl3", "libcrypto3"), ("zlib", "zlib1g", "zlib"),
    ("brotli", "libbrotli1", "brotli-libs"), ("zstd", "libzstd1", "zstd-libs"),
    ("c-ares", "", "c-ares"), ("libidn2", "libidn2-0", "libidn2"), ("libpsl", "libpsl5", "libpsl"),
    ("libssh2", "libssh2-1", ""), ("nghttp2", "libnghttp2-14", "nghttp2-libs"),
    ("OpenLDAP", "libldap-2.5-0", ""),
)  # fmt: skip
"""Libraries that curl names: as it calls them, Debian 12's package, Alpine's package."""
PROTOCOLS = (
    "dict file ftp ftps gopher gophers http https imap imaps {ldap}mqtt pop3 pop3s rtsp {ssh}smb "
    "smbs smtp smtps telnet tftp ws wss"
)


def full(tree: Tree, arch: str, name: str) -> str:
    """Give the version of a package that an image has or can have, "" when nothing is known."""
    if tree.exists("/etc/alpine-release"):
        branch = apk_index.branch(tree)
        found = catalogue.table("apk").get(name)
        known = apk_index.base(branch).get(name)
        return known or (apk_index.of_branch(found, branch).version if found else "")
    if not tree.exists("/var/lib/dpkg"):
        return ""
    deb = debian.table(debian.release(tree, arch))
    row = deb.get(name) or deb.get(debian.renamed(name, debian.release(tree, arch)))
    return row.version if row else ""


def version(tree: Tree, arch: str, name: str) -> str:
    """Give the same without epoch and revision: 1:2.47.3-0+deb13u1 is 2.47.3."""
    text = full(tree, arch, name).partition(":")[2] or full(tree, arch, name)
    return re.split(r"-|\+(?!really)|[.]dfsg", text)[0]


def curl(tree: Tree, arch: str) -> str:
    """Give what `curl --version` prints."""
    number = version(tree, arch, "curl") or "8.14.1"
    alpine = tree.exists("/etc/alpine-release")
    machine, abi = PLATFORMS.get(arch, ("x86_64", ""))
    host = f"{machine}-alpine-linux-musl" if alpine else f"{machine}-pc-linux-gnu{abi}"
    names = [(told, ours if alpine else theirs) for told, theirs, ours in LIBRARIES]
    rows = [(told, version(tree, arch, name)) for told, name in names if name]
    libraries = " ".join(f"{told}/{found}" for told, found in rows if found)
    protocols = PROTOCOLS.format(
        ldap="" if alpine else "ldap ldaps ", ssh="" if alpine else "scp sftp "
    )
    return (
        f"curl {number} ({host}) libcurl/{number} {libraries}\n"
        f"Protocols: {protocols}\n"
        "Features: alt-svc AsynchDNS brotli HSTS HTTP2 HTTPS-proxy IDN IPv6 Largefile libz NTLM "
        "PSL SSL threadsafe TLS-SRP UnixSockets zstd\n"
    )
