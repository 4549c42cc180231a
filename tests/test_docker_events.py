"""`docker events`, and what docker refuses when a container starts or files are copied."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, run_for

FORM = "--format '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}'"


@pytest.fixture
def lab() -> Lab:
    made = make_lab(**{"f.txt": "hello\n", "d/a": "1\n", "e.env": "# c\nA=1\n\nB=x y\nC\n"})
    add_image(made, "alpine:3.24")
    return made


def run(lab: Lab, line: str, seconds: float = 3.0) -> tuple[str, Any]:
    answer = lab.do({"terminal": line, "machine": "laptop"})
    if answer["exit_code"] is None:
        run_for(lab, seconds)
        answer = lab.entry(answer["entry"]) or answer
    return answer["output"], answer["exit_code"]


def test_the_events_of_a_life_come_in_dockers_order(lab: Lab) -> None:
    run(lab, "docker run -d --name one -v data:/data alpine:3.24 sleep 1000")
    run(lab, "docker exec one true")
    run(lab, "docker stop -t 0 one")
    run(lab, "docker rm one")
    run(lab, "docker volume rm data")
    text, code = run(lab, f"docker events --since 1h --until 0s {FORM}")
    assert code == 0 and text.splitlines() == [
        "volume create ", "container create one", "network connect bridge", "volume mount ",
        "container start one", "container exec_create: true one", "container exec_start: true one",
        "container exec_die one", "container kill one", "container kill one",
        "network disconnect bridge", "container die one", "volume unmount ", "container stop one",
        "container destroy one", "volume destroy ",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wish", "events"),
    [
        ("type=network", ["network create n", "network destroy n"]),
        ("network=n", ["network create n", "network destroy n"]),
        ("event=create", ["network create n", "container create one"]),
        ("label=x", ["container create one", "container destroy one"]),
        ("container=on", ["container create one", "container destroy one"]),
        ("image=alpine", ["container create one", "container destroy one"]),
        ("image=alpine:3.24", ["container create one", "container destroy one"]),
        ("image=nginx", []),
    ],
)
def test_events_are_chosen_by_filters(lab: Lab, wish: str, events: list[str]) -> None:
    run(lab, "docker network create n")
    run(lab, "docker create --name one -l x=y alpine:3.24")
    run(lab, "docker rm one")
    run(lab, "docker network rm n")
    line = f"docker events --since 1h --until 0s --filter {wish} {FORM}"
    assert run(lab, line)[0].splitlines() == events


def test_events_to_come_are_shown_until_the_end_that_was_asked_for(lab: Lab) -> None:
    until = int(lab.engine.start.timestamp()) + lab.now_us // 1_000_000 + 5
    entry = lab.do({"terminal": f"docker events --until {until} --format json"})["entry"]
    run(lab, "docker create --name one alpine:3.24")
    run_for(lab, 6)
    found = lab.entry(entry)
    assert found is not None and found["exit_code"] == 0
    event = json.loads(found["output"])
    assert event["from"] == "alpine:3.24" and event["timeNano"] // 10**9 == event["time"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ("--device /dev/nope", 'error gathering device information while adding custom device '
         '"/dev/nope": no such file or directory'),
        ("--gpus all", 'could not select device driver "" with capabilities: [[gpu]]'),
        ("-w rel", "the working directory 'rel' is invalid, it needs to be an absolute path"),
        ("--memory 6m --memory-swap 1m",
         "Minimum memoryswap limit should be larger than memory limit, see usage"),
        ("--cpus 1 --cpu-quota 5000",
         "Conflicting options: Nano CPUs and CPU Quota cannot both be set"),
        ("--cpuset-cpus 0-99", "Requested CPUs are not available - requested 0-99, available: "),
        ("--runtime nope", "unknown or invalid runtime name: nope"),
        ("--network container:x -p 80:80",
         "conflicting options: port publishing and the container type network mode"),
        ("--restart on-failure:-1",
         "invalid restart policy: maximum retry count cannot be negative"),
        ("-v a:b", "mount path must be absolute"),
        ("--mount type=bind,source=/home/student/nope,target=/x",
         'invalid mount config for type "bind": bind source path does not exist: '
         "/home/student/nope"),
    ],
)  # fmt: skip
def test_the_daemon_refuses_in_its_own_words(lab: Lab, flags: str, words: str) -> None:
    text, code = run(lab, f"docker run {flags} alpine:3.24 true")
    assert text.startswith("docker: Error response from daemon: ") and words in text
    assert code == (127 if "no such file or directory" in text else 125)  # as run.go has it


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("docker cp f.txt one:/nope/", "no such directory\n"),
        ("docker cp f.txt one:/nope/x",
         "Error response from daemon: Could not find the file /nope in container one\n"),
        ("docker cp d one:/etc/passwd", "cannot copy directory\n"),
        ("docker cp one:/nope .",
         "Error response from daemon: Could not find the file /nope in container one\n"),
        ("docker cp one:/etc/passwd nodir/x",
         'invalid output path: directory "/home/student/nodir" does not exist\n'),
        ("docker cp nope one:/", "lstat /home/student/nope: no such file or directory\n"),
        ("docker cp one:/etc/passwd -", "cowardly refusing to copy to a terminal\n"),
        ("docker cp one:/a one:/b", "copying between containers is not supported\n"),
    ],
)  # fmt: skip
def test_a_copy_that_cannot_be_is_refused(lab: Lab, line: str, words: str) -> None:
    run(lab, "docker create --name one alpine:3.24")
    assert run(lab, line) == (words, 1)


def test_env_files_entrypoints_and_users(lab: Lab) -> None:
    text = run(lab, "docker run --rm --env-file e.env -e D=4 alpine:3.24 env")[0]
    assert "A=1\nB=x y\nD=4\n" in text and "C" not in text
    assert run(lab, "docker run --rm --entrypoint echo alpine:3.24 hi")[0] == "hi\n"
    refused = run(lab, "docker run --rm -u nobody alpine:3.24 touch /x")
    assert refused == ("touch: /x: Permission denied\n", 1)


def test_rm_takes_anonymous_volumes_along_and_leaves_named_ones(lab: Lab) -> None:
    run(lab, "docker run --rm -v /anonymous -v named:/data alpine:3.24 touch /data/x /anonymous/y")
    assert run(lab, "docker volume ls -q")[0] == "named\n"
    run(lab, "docker run --name kept -v /anonymous alpine:3.24 true")
    run(lab, "docker rm kept")
    assert len(run(lab, "docker volume ls -q")[0].splitlines()) == 2
    run(lab, "docker volume prune -f")
    assert run(lab, "docker volume ls -q")[0] == "named\n"


def test_the_wait_before_a_restart_begins_anew_after_ten_seconds_up(lab: Lab) -> None:
    run(lab, "docker run -d --name quick --restart always alpine:3.24 sh -c 'exit 1'")
    run(lab, "docker run -d --name slow --restart always alpine:3.24 sh -c 'sleep 11; exit 1'")
    run_for(lab, 60)
    form = "docker inspect -f '{{.RestartCount}}'"
    quick, slow = (int(run(lab, f"{form} {name}")[0]) for name in ("quick", "slow"))
    assert 6 <= quick <= 9 and slow == 5
