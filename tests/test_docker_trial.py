"""Trial builds: a Dockerfile alone, with a context in which any file exists."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from simulator.docker.trial import try_build
from tests.docker_lab import build, new_engine
from tests.test_docker_shellmodel import sh
from tests.test_docker_unknown import outcome


def built(text: str) -> str:
    """Try a build; answers "" or the error."""
    found = try_build(text)
    return found["failed_at"]["message"] if found["failed_at"] else ""


@pytest.mark.parametrize(
    "text",
    [
        "FROM node:22\nWORKDIR /a\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n"
        "FROM nginx\nCOPY --from=0 /a/dist /usr/share/nginx/html\n",
        "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
        "RUN gunicorn --version\n",
        "FROM python:3.12\nCOPY . /a\nRUN pip install /a && some-script --help\n",
        "FROM maven:3.9\nCOPY . .\nRUN mvn package\nFROM eclipse-temurin:21\n"
        "COPY --from=0 /target/app-1.0.jar /app.jar\n",
        "FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /s\nCOPY *.csproj .\nRUN dotnet restore\n"
        "COPY . .\nRUN dotnet publish --self-contained false -o /out\n",
        "FROM golang:1.25\nWORKDIR /go/src/shop\nCOPY . .\nRUN go install .\n"
        "FROM alpine\nCOPY --from=0 /go/bin/shop /shop\n",
        "FROM golang:1.23\nWORKDIR /w\nCOPY go.mod go.sum ./\nCOPY cmd/main.go cmd/main.go\n"
        "RUN go build -a -o manager cmd/main.go\nFROM alpine\nCOPY --from=0 /w/manager .\n",
        "FROM debian:13\nRUN apt-mark hold initscripts\n",
        "FROM ruby:3.4\nCOPY Gemfile* ./\nRUN bundle install && bundle exec rake assets\n",
        "FROM rust:1.90\nCOPY . .\nRUN cargo zigbuild --release && cp target/release/tool /t\n",
        "FROM debian\nCOPY conf /etc/shop\nRUN cp /etc/shop/default.ini /etc/shop.ini\n",
        "FROM debian\nCOPY pipe /pipe\nRUN mkdir -p /pipe/in/out\nWORKDIR /pipe/in\n",
    ],
)
def test_a_dockerfile_builds_when_any_file_of_its_context_may_exist(text: str) -> None:
    assert built(text) == ""


def test_a_trial_says_which_line_failed_and_what_was_written() -> None:
    found = try_build("FROM debian:bookworm\nRUN true\nRUN apt-get install -y curl\n")
    assert found["built"] is False
    assert found["failed_at"]["line"] == 3
    assert found["failed_at"]["message"].endswith("did not complete successfully: exit code: 100")
    assert found["failed_at"]["output"][-1] == "E: Unable to locate package curl"


def test_a_trial_fails_where_no_file_of_the_context_can_help() -> None:
    assert "can't find uid for user app" in built("FROM debian\nCOPY --chown=app . /a\n")
    assert "exit code: 127" in built("FROM debian\nCOPY . /a\nRUN curl -O https://example.org/x\n")
    assert '"/made/up": not found' in built(
        "FROM debian AS a\nFROM debian\nCOPY --from=a /made/up /"
    )


def test_a_version_that_no_base_fits_is_not_found_and_has_a_stand_in_when_wanted() -> None:
    text = "FROM python:3.12-alpine3.99\n"
    state, error = outcome(text)
    assert (state, error.endswith("python:3.12-alpine3.99: not found")) == ("failed", True)
    assert built(text) == ""


def test_the_command_builds_every_file_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    (tmp_path / "good/Dockerfile").write_text("FROM alpine\nCOPY x /x\n")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/Dockerfile").write_text("FROM alpine\nRUN nothing-like-it\n")
    out = StringIO()
    call_command("lab", "check-dockerfiles", str(tmp_path), "--build", "--out", "json", stdout=out)
    rows = {row["name"]: row for row in map(json.loads, out.getvalue().splitlines())}
    assert rows["good/Dockerfile"]["built"] is True
    assert rows["bad/Dockerfile"]["failed_at"]["line"] == 2


@pytest.mark.parametrize(
    ("image", "line", "shown"),
    [
        ("alpine:3.22", "getent group nogroup", "nogroup:x:65533:\n"),
        ("debian:bookworm", "id -u games", "5\n"),
        ("debian:bullseye", "grep -c bullseye /etc/apt/sources.list", "3\n"),
        ("debian:bookworm", "readlink /var/run", "/run\n"),
        ("alpine:3.22", "stat -c '%a %s %F' /etc/alpine-release", "644 7 regular file\n"),
        ("debian:bookworm", "date -u -d @86400 +%Y-%m-%dT%H:%M:%SZ", "1970-01-02T00:00:00Z\n"),
        ("debian:bookworm", "date +%F", "2026-01-05\n"),
        ("debian:bookworm", "find /etc -name passwd -newer /etc/group", ""),
        ("debian:bookworm", "echo 'echo $1-$2' | sh -s -- a b", "a-b\n"),
        ("buildpack-deps:bookworm", "dpkg-architecture --query DEB_BUILD_GNU_TYPE",
         "x86_64-linux-gnu\n"),
        ("eclipse-temurin:17", "JAVA_VERSION=jdk-17.0.19+10 /opt/java/openjdk/bin/jlink --version",
         "17.0.19\n"),
        ("ruby:3.4", "bundle --version", "Bundler version 2.7.2\n"),
    ],
)  # fmt: skip
def test_systems_answer_what_scripts_ask(image: str, line: str, shown: str) -> None:
    found, _ = sh(line, image=image)
    assert found.text == shown


@pytest.mark.parametrize(
    "line",
    [
        "curl -sSL https://install.python-poetry.org | POETRY_HOME=/opt/p python3 - &&"
        " /opt/p/bin/poetry --version",
        "apt-get update && apt-get install -y fontconfig && fc-cache -f",
        "cd /usr/src && curl -sL https://example.org/Python-3.9.tar.xz | tar -xJ &&"
        " cd Python-3.9 && ./configure && make && make install && [ -s /usr/local/bin/idle3 ]",
    ],
)
def test_tools_leave_what_they_are_known_to_leave(line: str) -> None:
    found, _ = sh(line, image="python:3.12")
    assert found.exit_code == 0, found.text


def test_pipenv_installs_what_the_pipfile_names() -> None:
    files = {"/app/Pipfile": '[packages]\nflask = "*"\n'}
    found, view = sh("pip install pipenv && pipenv install --system", files, image="python:3.12")
    assert found.exit_code == 0
    assert view.is_dir("/usr/local/lib/python3.12/site-packages/flask")


def test_a_wildcard_that_matches_nothing_known_stays_empty() -> None:
    text = "FROM alpine AS a\nRUN mkdir /out\nFROM alpine\nCOPY --from=a /out/*.whl /w/\n"
    engine = new_engine()
    build(engine, {"Dockerfile": text}, tags=["x"])
    assert [p for p in engine.images.file_tree("laptop", "x") if p.startswith("/w/")] == []


@pytest.mark.parametrize(
    "text",
    [
        "FROM alpine:3.24\nCOPY patches /patches\nRUN cat < /patches/engine.patch\n",
        "FROM ubuntu:14.04\nRUN gpg --version && sudo true\n",
        "FROM debian:bookworm\nRUN apt-get update && apt-get install -y postgresql-17 locales && "
        "pg_dropcluster --stop 17 main && update-locale LANG=C && chown postgres:postgres /srv\n",
        "FROM mcr.microsoft.com/devcontainers/rust:1\nUSER vscode\nRUN touch ~/made\n",
        "FROM node:22\nCOPY . /app\nWORKDIR /app\nRUN node bin/build.js dist\n",
        "FROM ubuntu:24.04\nRUN dpkg-reconfigure debconf\n",
        "FROM alpine:3.24\nCOPY src/scripts /s/scripts\nRUN cd /s/scripts && cat any\n",
        "FROM debian:12\nRUN --mount=type=bind,source=tools,target=/t cp -r /t/x64 /x64\n",
    ],
)
def test_what_files_of_students_do(text: str) -> None:
    assert try_build(text, "Dockerfile")["built"], try_build(text, "Dockerfile")


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ("userdel -r ubuntu && groupadd -g 1000 app && getent group 1000", "app:x:1000:"),
        ("groupadd a && groupmod -n b a && getent group b", "b:x:"),
        ("useradd -m a && usermod -u 1234 -l b a && id b", "uid=1234(b)"),
        ("useradd a && groupmod -g 4321 a && id a", "gid=4321(a)"),
        ("groupmod -g 1 root", "groupmod: GID '1' already exists"),
        ("usermod -u 7 nobody2", "usermod: user 'nobody2' does not exist"),
        ("usermod -aG sudo,adm ubuntu && id ubuntu", "(sudo)"),
    ],
)
def test_accounts_can_be_changed(lines: str, shown: str) -> None:
    outcome_, _ = sh(lines, image="ubuntu:24.04")
    assert any(shown in text for _, text in outcome_.lines), outcome_.lines
