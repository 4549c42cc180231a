"""`docker save`, `load`, `export`, `import`, and what a registry holds: archives and manifests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, run_for


@pytest.fixture
def lab() -> Lab:
    made = make_lab()
    add_image(made, "alpine:3.24")
    return made


def run(lab: Lab, line: str, seconds: float = 3.0) -> tuple[str, Any]:
    answer = lab.do({"terminal": line, "machine": "laptop"})
    if answer["exit_code"] is None:
        run_for(lab, seconds)
        answer = lab.entry(answer["entry"]) or answer
    return answer["output"], answer["exit_code"]


def test_a_saved_image_is_loaded_as_it_was(lab: Lab) -> None:
    number = run(lab, "docker images -q --no-trunc")[0]
    assert run(lab, "docker save -o alpine.tar alpine:3.24") == ("", 0)
    assert "manifest.json" in run(lab, "cat alpine.tar")[0]
    assert run(lab, "docker rmi alpine:3.24")[1] == 0
    assert run(lab, "docker load -i alpine.tar") == ("Loaded image: alpine:3.24\n", 0)
    assert run(lab, "docker images -q --no-trunc")[0] == number
    assert run(lab, "docker run --rm alpine:3.24 echo back") == ("back\n", 0)


def test_an_image_of_ones_own_survives_in_its_archive_alone(lab: Lab) -> None:
    run(lab, "docker run --name one alpine:3.24 sh -c 'echo kept > /note'")
    run(lab, "docker commit one mine:1")
    run(lab, "docker save mine:1 > mine.tar")
    run(lab, "docker rm one")
    run(lab, "docker rmi mine:1")
    assert run(lab, "docker load < mine.tar") == ("Loaded image: mine:1\n", 0)
    assert run(lab, "docker run --rm mine:1 cat /note") == ("kept\n", 0)


def test_exported_files_become_an_image_of_one_layer(lab: Lab) -> None:
    run(lab, "docker run --name one alpine:3.24 sh -c 'echo kept > /note'")
    assert run(lab, "docker export -o tree.tar one") == ("", 0)
    assert "-rw-r--r-- 0/0         5 note\n" in run(lab, "cat tree.tar")[0]
    text, code = run(lab, 'docker import -c \'CMD ["cat", "/note"]\' -m packed tree.tar flat:1')
    assert text.startswith("sha256:") and code == 0
    assert run(lab, "docker run --rm flat:1") == ("kept\n", 0)
    assert run(lab, "docker history --format '{{.Comment}}' flat:1")[0] == "packed\n"
    assert len(json.loads(run(lab, "docker image inspect flat:1")[0])[0]["RootFS"]["Layers"]) == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("docker save alpine:3.24", "cowardly refusing to save to a terminal. Use the -o flag or "
         "redirect\n"),
        ("docker save -o a.tar nope", "Error response from daemon: No such image: nope\n"),
        ("docker save -o /nope/x alpine:3.24",
         "failed to save image: invalid output path: stat /nope: no such file or directory\n"),
        ("docker load -i nope.tar", "open nope.tar: no such file or directory\n"),
        ("docker load", "requested load from stdin, but stdin is empty\n"),
        ("echo hi | docker load", "Error response from daemon: archive/tar: invalid tar header\n"),
        ("docker import nope.tar", "open nope.tar: no such file or directory\n"),
        ("docker export nope > x", "Error response from daemon: No such container: nope\n"),
    ],
)  # fmt: skip
def test_what_cannot_be_packed_or_unpacked_is_refused(lab: Lab, line: str, words: str) -> None:
    text, code = run(lab, line)
    assert code == 1 and text.replace(":latest", "") == words


def test_files_of_a_container_are_no_archive_of_images(lab: Lab) -> None:
    run(lab, "docker create --name one alpine:3.24")
    run(lab, "docker export -o tree.tar one")
    text, code = run(lab, "docker load -i tree.tar")
    assert "invalid archive: does not contain a manifest.json" in text and code == 1


def test_a_manifest_is_looked_at_without_pulling(lab: Lab) -> None:
    shown = json.loads(run(lab, "docker manifest inspect nginx:1.29")[0])
    kinds = {row["platform"]["architecture"] for row in shown["manifests"]}
    assert {"amd64", "arm64"} <= kinds and run(lab, "docker images -q nginx") == ("", 0)
    assert run(lab, "docker manifest inspect nope/nope") == (
        "no such manifest: docker.io/nope/nope:latest\n", 1
    )  # fmt: skip


def test_a_question_is_answered_in_the_terminal(lab: Lab) -> None:
    run(lab, "docker create --name one alpine:3.24")
    asked = lab.do({"terminal": "docker container prune", "machine": "laptop"})
    assert asked["exit_code"] is None and asked["reads"] == "line"
    lab.do({"stdin": {"entry": asked["entry"], "text": "n\n"}})
    assert lab.entry(asked["entry"])["exit_code"] == 0  # type: ignore[index]
    again = lab.do({"terminal": "docker container prune", "machine": "laptop"})
    lab.do({"stdin": {"entry": again["entry"], "text": "y\n"}})
    found = lab.entry(again["entry"])
    assert found is not None and "[y/N] y\nDeleted Containers:\n" in found["output"]
    assert run(lab, "docker ps -aq") == ("", 0)


def test_a_port_published_for_a_program_on_loopback_is_reset(lab: Lab) -> None:
    add_image(lab, "python:3.12-slim")
    server = "python -m http.server 8000 --bind 127.0.0.1"
    run(lab, f"docker run -d --name web -p 8080:8000 python:3.12-slim {server}")
    text, code = run(lab, "curl -s -S localhost:8080")
    assert (text, code) == ("curl: (56) Recv failure: Connection reset by peer\n", 56)
    assert run(lab, "curl -s localhost:9999")[1] == 7


def test_volumes_of_another_container_and_hosts_of_ones_own(lab: Lab) -> None:
    run(lab, "docker run -d --name db -v data:/data alpine:3.24 sleep 1000")
    run(lab, "docker exec db sh -c 'echo rows > /data/table'")
    line = "docker run --rm --volumes-from db:ro alpine:3.24"
    assert run(lab, f"{line} cat /data/table") == ("rows\n", 0)
    assert "Read-only file system" in run(lab, f"{line} touch /data/x")[0]
    assert run(lab, "docker run --rm --volumes-from nope alpine:3.24 true")[1] == 125


def test_stats_show_what_went_over_the_network_and_to_the_disk(lab: Lab) -> None:
    run(lab, "docker run -d --name one alpine:3.24 sh -c 'seq 5000 > /big; sleep 1000'")
    form = "docker stats --no-stream --format '{{.NetIO}} {{.BlockIO}}'"
    net, disk = run(lab, form)[0].strip().split(" ", 3)[0], run(lab, form)[0].split("/")[-1]
    assert net == "1.09kB" and disk.strip() == "23.9kB"


def test_a_password_is_asked_for_and_not_shown(lab: Lab) -> None:
    asked = lab.do({"terminal": "docker login -u student", "machine": "laptop"})
    assert asked["output"].endswith("Password: ") and asked["reads"] == "hidden"
    lab.do({"stdin": {"entry": asked["entry"], "text": "secret\n"}})
    found = lab.entry(asked["entry"])
    assert found is not None and "secret" not in found["output"]
    asked = lab.do({"terminal": "docker login", "machine": "laptop"})
    assert asked["output"] == "Username: " and asked["reads"] == "line"
    for text in ("student\n", "secret\n"):
        lab.do({"stdin": {"entry": asked["entry"], "text": text}})
    found = lab.entry(asked["entry"])
    assert found is not None and found["exit_code"] == 0
    assert found["output"].startswith("Username: student\nPassword: \n")
    assert "Login Succeeded" in found["output"]
