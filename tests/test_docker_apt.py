"""What apt-get, dpkg and their neighbours install, print and remember, by release."""

from __future__ import annotations

import pytest

from simulator.docker.shellmodel.packages.apt_output import Output
from tests.test_docker_shellmodel import sh

INSTALL = "apt-get update -qq && apt-get install -y --no-install-recommends"


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("debian:bookworm-slim", "7.88.1-10+deb12u15"),
        ("debian:trixie-slim", "8.14.1-2+deb13u2"),
        ("ubuntu:24.04", "8.5.0-2ubuntu10.6"),
        ("ubuntu:22.04", "7.81.0-1ubuntu1.21"),
    ],
)
def test_a_release_has_its_own_version_and_every_tool_tells_the_same(
    image: str, version: str
) -> None:
    line = (
        f"{INSTALL} curl; echo ==; dpkg-query -W -f='${{Version}}' curl; echo; "
        "dpkg -l curl; apt list --installed; apt-cache policy curl"
    )
    said, _ = sh(line, image=image)
    before, _, after = said.text.partition("==\n")
    assert f"Setting up curl ({version}) ..." in before
    assert after.startswith(version + "\n")
    assert after.count(version) == 7, "query, -l, apt list twice (libcurl4), policy thrice"


def test_an_installation_reads_as_in_life() -> None:
    said, _ = sh("apt-get update && apt-get install -y tree", image="debian:bookworm-slim")
    lines = said.text.splitlines()
    assert lines[0] == "Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]"
    start = lines.index("The following NEW packages will be installed:")
    assert lines[start + 1 : start + 7] == [
        "  tree",
        "0 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.",
        "Need to get 52.5 kB of archives.",
        "After this operation, 116 kB of additional disk space will be used.",
        "Get:1 http://deb.debian.org/debian bookworm/main amd64 tree amd64 2.1.0-1 [52.5 kB]",
        "debconf: delaying package configuration, since apt-utils is not installed",
    ]
    assert lines[start + 8] == "Selecting previously unselected package tree."
    assert lines[-3:] == [
        "Preparing to unpack .../tree_2.1.0-1_amd64.deb ...",
        "Unpacking tree (2.1.0-1) ...",
        "Setting up tree (2.1.0-1) ...",
    ]


def test_what_a_package_needs_is_set_up_before_it() -> None:
    said, _ = sh(f"{INSTALL} git", image="debian:trixie-slim")
    order = [line.split()[2] for line in said.text.splitlines() if line.startswith("Setting up")]
    assert order.index("libcurl3t64-gnutls:amd64") < order.index("git") == len(order) - 1
    assert "Recommended packages:\n  ca-certificates" in said.text


def test_q_q_leaves_only_what_dpkg_writes() -> None:
    said, _ = sh("apt-get update -qq && apt-get install -y -qq tree", image="debian:bookworm-slim")
    assert "Reading package lists" not in said.text and "Get:" not in said.text
    assert "Selecting previously unselected package tree." in said.text


@pytest.mark.parametrize(("more", "debconf"), [("", True), ("DEBIAN_FRONTEND=noninteractive", 0)])
def test_debconf_complains_unless_it_is_told_that_nobody_answers(more: str, debconf: bool) -> None:
    line = f"apt-get update -qq && {more} apt-get install -y -qq ca-certificates"
    said, _ = sh(line, image="ubuntu:24.04")
    assert ("unable to initialize frontend: Dialog" in said.text) == bool(debconf)
    assert "142 added, 0 removed; done." in said.text


def test_what_came_for_others_goes_with_them() -> None:
    line = f"{INSTALL} gcc >/dev/null; apt-get purge -y --auto-remove gcc; dpkg -s gcc-12 cpp-12"
    said, view = sh(line, image="debian:bookworm-slim")
    assert said.exit_code == 1 and "package 'cpp-12' is not installed" in said.text
    assert "  binutils* " in said.text and not view.exists("/usr/bin/ld")


def test_what_is_marked_by_hand_stays() -> None:
    line = (
        f"{INSTALL} gcc >/dev/null; apt-mark manual binutils; apt-get purge -y gcc; "
        "apt-get autoremove -y; apt-mark showmanual | grep binutils$"
    )
    said, view = sh(line, image="debian:bookworm-slim")
    assert "binutils set to manually installed." in said.text and view.exists("/usr/bin/ld")
    assert "no longer required:" in said.text and said.text.endswith("\nbinutils\n")


def test_an_image_knows_what_it_brought() -> None:
    said, _ = sh("apt-get update -qq; apt-get install -y curl", image="python:3.12")
    assert "curl is already the newest version (8.14.1-2+deb13u2)." in said.text


def test_without_network_the_archive_cannot_be_reached() -> None:
    said, _ = sh("apt-get update", image="debian:bookworm-slim", mbps=0)
    assert "Err:1 http://deb.debian.org/debian bookworm InRelease" in said.text
    assert "W: Some index files failed to download." in said.text


def test_another_archive_is_asked_too() -> None:
    line = (
        "echo 'deb [signed-by=/k.gpg] https://deb.nodesource.com/node_20.x nodistro main' "
        "> /etc/apt/sources.list.d/nodesource.list; apt-get update; apt-get update"
    )
    said, _ = sh(line, image="debian:bookworm-slim")
    assert "https://deb.nodesource.com/node_20.x nodistro/main amd64 Packages [" in said.text
    assert "Hit:1 http://deb.debian.org/debian bookworm InRelease\n" in said.text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (8808, "8808 B"), (62_700, "62.7 kB"), (315_764, "316 kB"), (3_048_000, "3048 kB"),
     (14_600_000, "14.6 MB"), (113_000_000, "113 MB")],
)  # fmt: skip
def test_sizes_are_written_as_apt_writes_them(count: int, text: str) -> None:
    assert Output.size(count) == text


def test_an_ordinary_user_cannot_install() -> None:
    said, _ = sh("apt-get install -y curl", image="debian:bookworm-slim", user="1000")
    assert said.exit_code == 100 and "are you root?" in said.text
