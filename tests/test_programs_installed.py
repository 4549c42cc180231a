"""What package tools say, in a running container, of what is installed there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, start, state

SITE = "/usr/local/lib/python3.12/site-packages"


def said(image: str, files: dict[str, Any], *words: str) -> tuple[str, int]:
    """Run a program of an image with these files; answers its log and exit code."""
    lab: Lab = make_lab()
    add_image(lab, image, files=files, name="app:1")
    name = start(lab, "app:1", *words, WorkingDir="/app")
    return output(lab, name), int(state(lab, name)["ExitCode"])


PACKAGES = {
    f"{SITE}/{name}-{version}.dist-info/METADATA": f"Name: {name}\nVersion: {version}\n"
    for name, version in (("Flask", "3.1.0"), ("rq", "2.6.1"))
}
LIST = "Package Version\n------- -------\nFlask   3.1.0\npip     25.0.1\nrq      2.6.1\n"


@pytest.mark.parametrize("words", ["pip list", "pip3 list", "python -m pip list"])
def test_pip_lists_what_is_installed(words: str) -> None:
    assert said("python:3.12-slim", PACKAGES, *words.split()) == (LIST, 0)


def test_pip_freezes_without_itself_and_shows_one_package() -> None:
    assert said("python:3.12-slim", PACKAGES, "pip", "freeze") == ("Flask==3.1.0\nrq==2.6.1\n", 0)
    text, code = said("python:3.12-slim", PACKAGES, "pip", "show", "flask")
    assert (text, code) == (
        f"Name: Flask\nVersion: 3.1.0\nLocation: {SITE}\nRequires: \nRequired-by: \n",
        0,
    )
    text, code = said("python:3.12-slim", PACKAGES, "pip", "show", "nope")
    assert (text, code) == ("WARNING: Package(s) not found: nope\n", 1)


PROJECT = {
    "name": "shop",
    "version": "1.2.0",
    "dependencies": {"express": "^5", "pg": "^8"},
    "scripts": {"test": "echo ok", "build": "tsc"},
}
NODE = {
    "/app/package.json": json.dumps(PROJECT),
    "/app/node_modules/express/package.json": '{"name": "express", "version": "5.2.1"}',
}


def test_npm_ls_names_what_is_there_and_what_is_missing() -> None:
    text, code = said("node:22-slim", NODE, "npm", "ls")
    assert text.startswith("shop@1.2.0 /app\n+-- express@5.2.1\n`-- UNMET DEPENDENCY pg@^8\n")
    assert "npm error missing: pg@^8, required by shop@1.2.0" in text and code == 1


def test_npm_run_lists_the_scripts() -> None:
    assert said("node:22-slim", NODE, "npm", "run") == (
        "Lifecycle scripts included in shop@1.2.0:\n  test\n    echo ok\n\n"
        "available via `npm run`:\n  build\n    tsc\n",
        0,
    )


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("foo", 'Unknown command: "foo"'),
        ("outdated", "npm outdated: not part of this simulator"),
    ],
)
def test_npm_refuses_what_is_no_command_of_its_own(word: str, words: str) -> None:
    text, code = said("node:22-slim", NODE, "npm", word)
    assert text.startswith(words) and code == 1
