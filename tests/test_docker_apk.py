"""What apk installs, prints and takes away again, by branch."""

from __future__ import annotations

import pytest

from tests.test_docker_shellmodel import sh


def test_what_a_package_needs_is_installed_before_it() -> None:
    said, _ = sh("apk add --no-cache curl", image="alpine:3.22")
    assert said.text.splitlines()[2:] == [
        "(1/9) Installing brotli-libs (1.1.0-r2)",
        "(2/9) Installing c-ares (1.34.5-r0)",
        "(3/9) Installing libunistring (1.3-r0)",
        "(4/9) Installing libidn2 (2.3.7-r0)",
        "(5/9) Installing nghttp2-libs (1.65.0-r0)",
        "(6/9) Installing libpsl (0.21.5-r3)",
        "(7/9) Installing zstd-libs (1.5.7-r0)",
        "(8/9) Installing libcurl (8.14.1-r2)",
        "(9/9) Installing curl (8.14.1-r2)",
        "Executing busybox-1.37.0-r19.trigger",
        "OK: 12 MiB in 24 packages",
    ]


def test_what_nothing_needs_any_more_goes_with_what_is_deleted() -> None:
    line = (
        "apk add -q --no-cache --virtual .build gcc; apk add -q --no-cache libgcc; apk del .build"
    )
    said, view = sh(line, image="alpine:3.20")
    assert said.text.startswith("(1/10) Purging .build (") and not view.exists("/usr/bin/gcc")
    assert "Purging libgcc" not in said.text
    assert said.text.endswith("OK: 8 MiB in 16 packages\n")


def test_what_something_needs_is_not_removed() -> None:
    said, _ = sh("apk add -q --no-cache curl libcurl; apk del libcurl", image="alpine:3.22")
    assert "not removed due to:\n  libcurl: curl\n" in said.text


@pytest.mark.parametrize(
    ("image", "install", "version"),
    [
        ("alpine:3.20", "apk add -q --no-cache git", "2.45.4"),
        ("debian:bookworm-slim", "apt-get update -qq; apt-get install -qqy git >/dev/null 2>&1",
         "2.39.5"),
    ],
)  # fmt: skip
def test_a_program_tells_the_version_of_its_package(image: str, install: str, version: str) -> None:
    said, _ = sh(f"{install}; git --version", image=image)
    assert said.text == f"git version {version}\n"


def test_curl_names_the_libraries_that_it_stands_on() -> None:
    line = "apt-get update -qq; apt-get install -qqy curl >/dev/null 2>&1; curl --version | head -1"
    said, _ = sh(line, image="ubuntu:24.04")
    assert said.text.startswith("curl 8.5.0 (x86_64-pc-linux-gnu) libcurl/8.5.0 OpenSSL/3.0.13 ")
