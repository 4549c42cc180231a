"""What a build may take from programs, archives and images whose content is not known."""

from __future__ import annotations

import time
from typing import Any

import pytest

from simulator.docker.shellmodel.process import DEFAULT_PROGRAM_US
from tests.docker_lab import build, new_engine, run_for, step
from tests.test_docker_shellmodel import sh

TOOL = {"size": 900, "mode": 0o755}
"""A program of the context that nobody can look into."""


def files(dockerfile: str, **more: Any) -> dict[str, Any]:
    return {"Dockerfile": dockerfile, **more}


def outcome(dockerfile: str, *, stand_ins: bool = False, **more: Any) -> tuple[str, str]:
    """Build; answers the state and the error of the step that failed, if any."""
    engine = new_engine(stand_ins=True) if stand_ins else new_engine()
    status = build(engine, files(dockerfile, **more))["status"]
    wrong = [row["error"] for row in status["steps"] if row.get("error")]
    return status["state"], wrong[0] if wrong else status.get("message", "")


def test_a_file_that_an_unknown_program_may_have_made_can_be_copied() -> None:
    text = "FROM debian:bookworm-slim AS a\nCOPY tool /tool\nRUN /tool\n"
    text += "FROM debian:bookworm-slim\nCOPY --from=a /out/app /app\n"
    assert outcome(text, tool=TOOL) == ("done", "")


def test_a_file_that_nothing_can_have_made_is_not_found() -> None:
    text = "FROM debian:bookworm-slim AS a\nRUN mkdir /out\n"
    text += "FROM debian:bookworm-slim\nCOPY --from=a /out/app /app\n"
    state, error = outcome(text)
    assert state == "failed"
    assert error.endswith('"/out/app": not found')


def test_a_missing_program_stays_missing_where_everything_is_known() -> None:
    found, _ = sh("echo hello; ffmpeg -i a.mp4", image="debian:bookworm-slim")
    assert found.exit_code == 127


def test_an_unknown_program_may_have_installed_another() -> None:
    text = "FROM debian:bookworm-slim\nCOPY setup /setup\nRUN /setup && newtool --version\n"
    assert outcome(text, setup=TOOL) == ("done", "")


def test_a_test_for_a_file_does_not_make_it() -> None:
    line = "./tool; if [ -f yarn.lock ]; then exit 1; fi; command -v yarn && exit 2; exit 0"
    text = f"FROM debian:bookworm-slim\nCOPY tool .\nRUN {line}\n"
    assert outcome(text, tool=TOOL) == ("done", "")


def test_an_unknown_program_takes_its_declared_time_and_adds_no_bytes() -> None:
    engine = new_engine()
    text = "FROM debian:bookworm-slim\nCOPY tool /tool\nRUN /tool\n"
    built = build(engine, files(text, tool=TOOL), tags=["x:1"])
    row = step(built, "RUN /tool")
    layers = engine.images.need("laptop", "x:1")["drydock"]["layers"]
    assert row["endUs"] - row["startUs"] >= DEFAULT_PROGRAM_US
    assert layers[-1]["size"] < 1000


@pytest.mark.parametrize(
    "line",
    [
        "curl -sSL https://example.org/a-1.2.tar.gz | tar xz -C /opt && cat /opt/a-1.2/conf/x.ini",
        "git clone https://example.org/b.git /b && cd /b/src/main && sed -i s/a/b/ app.conf",
        "git clone https://example.org/b.git /b && cp /b/etc/x.conf /etc/x.conf",
        "git clone https://example.org/b.git /b && echo 1 > /b/deep/down/new.txt",
    ],
)
def test_an_archive_or_a_repository_from_the_internet_may_hold_any_file(line: str) -> None:
    image = "buildpack-deps:bookworm"
    found, _ = sh(line, image=image)
    assert found.exit_code == 0, found.text


def test_a_file_outside_of_what_was_unpacked_is_missing() -> None:
    line = "git clone https://example.org/b.git /b && cp /etc/x.conf /b"
    found, _ = sh(line, image="buildpack-deps:bookworm")
    assert found.exit_code == 1


def test_an_unknown_image_is_refused_unless_the_scenario_wants_stand_ins() -> None:
    text = "FROM quay.io/someone/builder:v3\nRUN make-things --all && test -x /bin/sh\n"
    assert outcome(text)[0] == "failed"
    assert outcome(text, stand_ins=True) == ("done", "")


def test_a_misspelt_official_image_is_refused_without_stand_ins() -> None:
    state, error = outcome("FROM pyhton:3.12\n")
    assert state == "failed"
    assert "pull access denied" in error


def test_a_stand_in_is_the_same_when_it_is_pinned_by_digest() -> None:
    engine = new_engine(stand_ins=True)
    name = engine.transfers.start_pull("laptop", "example/tool:2")
    run_for(engine, 60)
    digest = engine.transfers.get("laptop", name)["status"]["digest"]
    again = engine.transfers.start_pull("pi", f"example/tool@{digest}")
    run_for(engine, 60)
    assert engine.transfers.get("pi", again)["status"]["state"] == "done"


def test_a_stand_in_knows_users_that_its_makers_may_have_added() -> None:
    text = (
        "FROM example/base:1\nCOPY --chown=zipkin Dockerfile /zipkin/\nRUN chown app:app /zipkin\n"
    )
    assert outcome(text, stand_ins=True) == ("done", "")


def test_copying_a_link_over_a_link_replaces_it() -> None:
    text = "FROM python:3.12 AS a\nFROM python:3.12-slim\n"
    text += "COPY --from=a /usr/local/bin/ /usr/local/bin/\nRUN python3 --version\n"
    assert outcome(text) == ("done", "")


@pytest.mark.parametrize(
    ("mode", "line"),
    [
        (0o775, "touch f && chmod 755 f && chmod g=u f"),
        (0o750, "touch f && chmod 755 f && chmod o= f"),
        (0o644, "touch f && chmod 600 f && chmod go=r f"),
        (0o4755, "touch f && chmod 755 f && chmod u+s f"),
    ],
)
def test_chmod_knows_symbolic_modes(mode: int, line: str) -> None:
    found, view = sh(line)
    entry = view.get("/app/f")
    assert found.exit_code == 0
    assert entry is not None
    assert entry["mode"] == mode


def test_bash_knows_the_function_keyword() -> None:
    line = "bash -c 'function greet { echo hi $1; }\nfunction part() { greet you; }\npart'"
    found, _ = sh(line)
    assert found.text == "hi you\n"


def test_install_takes_its_folder_from_an_option() -> None:
    found, view = sh("echo x > run && install -Dm755 -t /opt/tools run")
    entry = view.get("/opt/tools/run")
    assert entry is not None
    assert entry["mode"] == 0o755
    assert found.exit_code == 0


def test_folders_that_a_program_makes_belong_to_its_user() -> None:
    text = "FROM node:22-slim\nRUN mkdir /w && chown node /w\nWORKDIR /w\nUSER node\n"
    text += (
        "COPY --chown=node package.json .\nRUN npm install\nRUN npm install && rm -r node_modules\n"
    )
    manifest = '{"name": "a", "version": "1.0.0", "dependencies": {"express": "^4"}}\n'
    assert outcome(text, **{"package.json": manifest}) == ("done", "")


@pytest.mark.parametrize(
    ("image", "line"),
    [
        (
            "php:8.4-cli",
            "docker-php-ext-install zip;"
            ' test -f "$(php -r \'echo ini_get("extension_dir");\')/zip.so"',
        ),
        ("php:8.4-cli", 'a="$(dpkg-architecture --query DEB_BUILD_MULTIARCH)"; [ -n "$a" ]'),
        ("ubuntu:24.04", "sed -i s/archive/mirror/ /etc/apt/sources.list"),
        ("debian:bookworm-slim", "echo 'Acquire::Retries 3;' > /etc/apt/apt.conf.d/80retries"),
        ("debian:bookworm-slim", "apt-get update && apt-get install -y ccache && ccache -s"),
        ("debian:bookworm-slim", "apt-get update && apt-get install -y php8.3-cli && php -v"),
        ("debian:bookworm-slim", "apt-get update && apt-get install -y tini && tini --version"),
        ("python:3.12", "python -mpip install flask"),
        ("alpine:3.22", "getconf _NPROCESSORS_ONLN"),
    ],
)
def test_what_dockerfiles_expect_of_a_system_is_there(image: str, line: str) -> None:
    found, _ = sh(line, image=image)
    assert found.exit_code == 0, found.text


def test_a_library_package_brings_no_program() -> None:
    line = "apt-get update && apt-get install -y libfrobnicate-dev && libfrobnicate-dev"
    found, _ = sh(line, image="debian:bookworm-slim")
    assert found.exit_code == 127


def test_an_archive_of_a_git_host_unpacks_to_a_folder_with_its_version() -> None:
    url = "https://github.com/someone/thing/archive/v1.2.3.tar.gz"
    found, _ = sh(f"curl -sL {url} | tar xz && cd thing-1.2.3", image="buildpack-deps:bookworm")
    assert found.exit_code == 0, found.text


def test_bundle_installs_where_it_was_configured_to() -> None:
    files_ = {"/app/Gemfile": "source 'https://rubygems.org'\ngem 'rack'\n"}
    line = "bundle config set --local path vendor/bundle && bundle install && ls vendor/bundle"
    found, _ = sh(line, files_, image="ruby:3.4")
    assert found.exit_code == 0, found.text


def test_bundle_installs_below_the_abi_of_its_ruby_where_a_path_is_asked_for() -> None:
    files_ = {"/app/Gemfile": "source 'https://rubygems.org'\ngem 'rack'\n"}
    line = "BUNDLE_PATH=/gems bundle install && ls /gems/ruby/3.4.0/gems"
    found, _ = sh(line, files_, image="ruby:3.4")
    assert (found.exit_code, found.text.split()[-1]) == (0, "rack-1.0.0")


def test_gems_of_no_known_gemfile_have_the_folders_of_a_bundle() -> None:
    text = "FROM ruby:3.4\nENV BUNDLE_PATH=/gems\nCOPY Gemfile /Gemfile\nRUN bundle install\n"
    text += 'RUN find /gems/ruby/3.4.0/gems/ -name "*.c" -delete\n'
    assert outcome(text, Gemfile={"size": 900}) == ("done", "")


def test_tomcat_says_whether_its_native_library_was_found() -> None:
    lines = (
        "touch /usr/local/bin/catalina.sh && chmod +x /usr/local/bin/catalina.sh && mkdir /n && "
    )
    asks = "LD_LIBRARY_PATH=/n catalina.sh configtest"
    without, _ = sh(lines + asks, image="eclipse-temurin:21")
    assert "Native library which allows using OpenSSL was not found" in without.text
    found, _ = sh(f"{lines} touch /n/libtcnative-1.so && {asks}", image="eclipse-temurin:21")
    assert "INFO: Loaded Apache Tomcat Native library" in found.text


def test_a_plain_system_does_not_know_unheard_of_users() -> None:
    found, _ = sh("chown somebody /app", image="debian:bookworm-slim")
    assert found.exit_code == 1


@pytest.mark.parametrize("line", ["nothing-like-it", "cat nope$i; i=$((i+1))", "cd /nowhere$i"])
def test_a_loop_over_what_is_missing_in_a_large_tree_ends_soon(line: str) -> None:
    start = "git clone https://example.org/a.git /a; cd /a"
    fill = "for i in $(seq 1 3000); do : > f$i; done"
    begin = time.process_time()
    found, _ = sh(f"{start}; {fill}; while :; do {line}; done", image="buildpack-deps:bookworm")
    assert found.exit_code == 137
    assert time.process_time() - begin < 4  # measured below 1 s; room for a busy machine
