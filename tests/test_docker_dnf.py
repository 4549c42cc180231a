"""What dnf 4, dnf 5 and rpm print, install and take away."""

from __future__ import annotations

from tests.test_docker_shellmodel import sh


def test_fedora_has_its_own_packages_and_the_table_of_dnf_5() -> None:
    said, view = sh("dnf install -y git && rpm -q git", image="fedora:42")
    lines = said.text.splitlines()
    table = lines.index("Installing:")
    assert lines[table + 1].split() == [
        "git", "x86_64", "0:2.51.0-2.fc42", "updates", "87.0", "KiB",
    ]  # fmt: skip
    assert lines[-2:] == ["Complete!", "git-2.51.0-2.fc42.x86_64"] and view.exists("/usr/bin/git")


def test_an_enterprise_distribution_has_the_table_of_dnf_4() -> None:
    said, _ = sh("dnf install -y gcc", image="rockylinux:9")
    lines = said.text.splitlines()
    assert lines[:2] == ["Dependencies resolved.", "=" * 80]
    order = [line.split()[2] for line in lines if line.startswith("  Installing ")]
    assert order[-1] == "gcc-11.5.0-11.el9.x86_64" and "glibc-devel-2.34-231.el9.x86_64" in order


def test_without_yes_nothing_is_installed() -> None:
    said, view = sh("dnf install wget", image="rockylinux:9")
    assert said.exit_code == 1 and "Is this ok [y/N]" in said.text
    assert not view.exists("/usr/bin/wget")


def test_what_is_removed_is_gone() -> None:
    said, view = sh("dnf install -y jq && dnf remove -y jq; rpm -q jq", image="rockylinux:9")
    assert said.text.endswith("package jq is not installed\n") and not view.exists("/usr/bin/jq")
