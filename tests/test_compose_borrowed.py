"""Compose commands that are docker's own: cp, attach, events, stats, push, commit, export."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, run_for

COMPOSE = """services:
  web:
    build: .
    image: student/web:1
    stdin_open: true
    tty: true
    command: ["sh"]
    volumes: ["data:/data"]
volumes: {data: }
"""


@pytest.fixture
def lab() -> Lab:
    made = make_lab(**{
        "shop/compose.yaml": COMPOSE, "shop/Dockerfile": "FROM alpine:3.24\nRUN echo hi > /x\n",
        "shop/f.txt": "hello\n",
    })  # fmt: skip
    add_image(made, "alpine:3.24")
    run(made, "docker compose up -d", 20)
    return made


def begin(lab: Lab, line: str) -> dict[str, Any]:
    return lab.do({"terminal": line, "machine": "laptop", "cwd": "/home/student/shop"})


def run(lab: Lab, line: str, seconds: float = 5.0) -> tuple[str, Any]:
    answer = begin(lab, line)
    if answer["exit_code"] is None:
        run_for(lab, seconds)
        answer = lab.entry(answer["entry"]) or answer
    return answer["output"], answer["exit_code"]


def type_in(lab: Lab, entry: int, *texts: str) -> dict[str, Any]:
    for text in texts:
        lab.do({"stdin": {"entry": entry, "text": text}})
        run_for(lab, 1)
    return lab.entry(entry) or {}


def test_files_are_copied_into_a_service_and_out_of_it(lab: Lab) -> None:
    text, code = run(lab, "docker compose cp f.txt web:/tmp/")
    assert "shop-web-1 Copied copy f.txt to shop-web-1:/tmp/" in text and code == 0
    assert run(lab, "docker compose exec web cat /tmp/f.txt")[0] == "hello\n"
    run(lab, "docker compose cp web:/x got")
    assert run(lab, "cat got")[0] == "hi\n"
    assert run(lab, "docker compose cp nope:/x .") == ("no such service: nope\n", 1)


def test_exec_and_run_have_a_terminal_unless_told_otherwise(lab: Lab) -> None:
    entry = begin(lab, "docker compose exec web sh")["entry"]
    run_for(lab, 1)
    assert type_in(lab, entry, "cd /tmp\n", "exit 3\n")["output"] == "/ # cd /tmp\n/tmp # exit 3\n"
    assert run(lab, "echo hi | docker compose exec -T web cat") == ("hi\n", 0)
    assert run(lab, "echo hi | docker compose exec web cat")[1] == 1
    entry = begin(lab, "docker compose run --rm web sh")["entry"]
    run_for(lab, 5)
    found = type_in(lab, entry, "echo $0\n", "exit 2\n")
    assert found["output"].endswith("/ # echo $0\nsh\n/ # exit 2\n") and found["exit_code"] == 2


def test_attach_types_into_the_main_process_and_detaches(lab: Lab) -> None:
    entry = begin(lab, "docker compose attach web")["entry"]
    found = type_in(lab, entry, "echo $HOSTNAME > /who\n", "\x10\x11")
    assert found["output"].endswith("read escape sequence\n") and found["exit_code"] == 1
    number = run(lab, "docker compose ps -q web")[0][:12]
    assert run(lab, "docker compose exec web cat /who")[0].strip() == number


def test_events_are_those_of_the_projects_containers(lab: Lab) -> None:
    entry = begin(lab, "docker compose events --json")["entry"]
    run(lab, "docker run --rm alpine:3.24 true")
    run(lab, "docker compose pause")
    run_for(lab, 1)
    lab.do({"interrupt": entry})
    rows = (lab.entry(entry) or {})["output"].removesuffix("^C\n").splitlines()
    assert [json.loads(row)["action"] for row in rows] == ["pause"]


def test_images_files_and_numbers_of_a_service(lab: Lab) -> None:
    assert "web Pushed" in run(lab, "docker compose push", 30)[0]
    assert run(lab, "docker compose commit web mine:1")[1] == 0
    assert run(lab, "docker compose export -o web.tar web") == ("", 0)
    assert run(lab, "docker compose volumes -q") == ("shop_data\n", 0)
    assert "shop-web-1" in run(lab, "docker compose stats --no-stream")[0]
    assert run(lab, "docker compose watch")[1] == 1


@pytest.mark.parametrize(
    ("line", "flag"),
    [("--dry-run down", "--dry-run"), ("wait --down-project web", "--down-project")],
)
def test_flags_that_would_be_ignored_are_refused(lab: Lab, line: str, flag: str) -> None:
    said = run(lab, f"docker compose {line}")
    assert said == (f"docker compose {flag}: not part of this simulator\n", 1)
    assert run(lab, "docker compose ps -q")[0] != ""
