"""Corners of the docker client: refusals in the daemon's words, and flags that act."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, run_for

MANAGER = 'Use "docker swarm init" or "docker swarm join" to connect this node to swarm'


@pytest.fixture
def lab() -> Lab:
    made = make_lab(**{"app/bad.labels": "a b=c\n", "app/note": "x\n"})
    add_image(made, "alpine:3.24")
    add_image(made, "nginx:latest")
    run(made, "docker network create --subnet 10.9.0.0/24 own")
    run(made, "docker network create free")
    run(made, "docker volume create data")
    run(made, "docker run -d --name first alpine:3.24 sleep 600")
    return made


def run(lab: Lab, line: str, seconds: float = 3.0) -> tuple[str, Any]:
    answer = lab.do({"terminal": line, "machine": "laptop", "cwd": "/home/student/app"})
    if answer["exit_code"] is None:
        run_for(lab, seconds)
        found = lab.entry(answer["entry"])
        assert found is not None
        answer = found
    return answer["output"], answer["exit_code"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("run --ip 10.0.0.5 alpine:3.24", "invalid config for network bridge: invalid endpoint "
         "settings:\nuser specified IP address is supported on user defined networks only"),
        ("run --network free --ip 10.0.0.5 alpine:3.24", "user specified IP address is supported "
         "only when connecting to networks with user configured subnets"),
        ("run --network own --ip 10.8.0.7 alpine:3.24",
         "no configured subnet contains IP address 10.8.0.7"),
        ("run --link nope alpine:3.24", "could not get container for nope: No such container: "
         "nope"),
        ("run --label-file bad.labels alpine:3.24",
         "invalid env file (bad.labels): variable 'a b' contains whitespaces"),
        ("network create --subnet 10.9.0.0/16 other", "invalid pool request: Pool overlaps with "
         "other one on this address space"),
        ("volume create -d foo data", "create data: driver 'local' already has volume 'data': "
         "volume name must be unique"),
        ("volume create --opt foo=bar v4", 'create v4: invalid option: "foo"'),
        ("volume create --opt o=bind v4", 'create v4: missing required option: "device"'),
        ("image ls --filter dangling=maybe", "invalid filter 'dangling=[maybe]'"),
        ("image ls --filter before=nope", "No such image: nope:latest"),
        ("image inspect --platform linux/arm64 alpine:3.24", "image with reference alpine:3.24 was "
         "found but its platform (linux/amd64) does not match the specified platform "
         "(linux/arm64)"),
        ("container prune -f --filter foo=bar", "invalid filter 'foo'"),
        ("container prune -f --filter until=nonsense",
         'failed to parse value as time or duration: "nonsense"'),
        ("events --filter foo=bar --until 1s", "invalid filter 'foo'"),
        ("node ls", MANAGER), ("service ls", MANAGER), ("stack deploy -c x y", MANAGER),
        ("swarm leave", "This node is not part of a swarm"),
    ],
)  # fmt: skip
def test_the_daemon_refuses_in_its_own_words(lab: Lab, line: str, words: str) -> None:
    text, code = run(lab, f"docker {line}")
    assert words in text and code


def test_images_are_filtered_by_when_they_were_made(lab: Lab) -> None:
    shown = "docker image ls --format '{{.Repository}}' --filter"
    newer = run(lab, f"{shown} since=alpine:3.24")[0].split()
    older = run(lab, f"{shown} before=nginx")[0].split()
    assert (newer, older) in ((["nginx"], ["alpine"]), ([], []))
    assert run(lab, f"{shown} until=1h")[0].split() == ["nginx", "alpine"]


def test_a_prune_spares_what_its_filters_spare(lab: Lab) -> None:
    run(lab, "docker run --name done --label keep=1 alpine:3.24 true")
    run(lab, "docker container prune -f --filter until=10m")
    run(lab, "docker container prune -f --filter label!=keep")
    assert "done" in run(lab, "docker ps -a --format '{{.Names}}'")[0]
    run(lab, "docker container prune -f --filter label=keep=1")
    assert "done" not in run(lab, "docker ps -a --format '{{.Names}}'")[0]


def test_limits_and_kernel_parameters_are_seen_inside(lab: Lab) -> None:
    script = "ulimit -n; ulimit -Hn; sysctl net.core.somaxconn"
    flags = "--ulimit nofile=10:20 --sysctl net.core.somaxconn=9"
    text, code = run(lab, f"docker run --rm {flags} alpine:3.24 sh -c '{script}'")
    assert (text, code) == ("10\n20\nnet.core.somaxconn = 9\n", 0)


def test_info_says_that_there_is_no_swarm(lab: Lab) -> None:
    assert run(lab, "docker info --format '{{.Swarm.LocalNodeState}}'") == ("inactive\n", 0)


def test_the_daemon_takes_the_first_free_port_of_a_range(lab: Lab) -> None:
    for _ in range(2):
        assert run(lab, "docker run -d -p 6005-6006:80 nginx")[1] == 0
    text, code = run(lab, "docker run -d -p 6005-6006:80 nginx")
    assert "all ports are allocated" in text and code == 125


def test_all_tags_of_a_repository_are_pulled_and_pushed(lab: Lab) -> None:
    text, code = run(lab, "docker pull -a traefik/whoami", 600)
    tags = run(lab, "docker image ls --format '{{.Tag}}' traefik/whoami")[0].split()
    assert code == 0 and len(tags) > 1
    assert text.count("Digest: sha256:") == len(tags)
    assert text.endswith("Status: Downloaded newer image for traefik/whoami\n"
                         "docker.io/traefik/whoami\n")  # fmt: skip
    run(lab, "docker login -u ada -p secret")
    for tag in ("one", "two"):
        run(lab, f"docker tag alpine:3.24 ada/site:{tag}")
    text, code = run(lab, "docker push -a ada/site", 60)
    assert (text.count("The push refers to repository [docker.io/ada/site]"), code) == (1, 0)
    assert "one: digest: sha256:" in text and "two: digest: sha256:" in text
    run(lab, "docker image rm ada/site:one ada/site:two")
    assert run(lab, "docker pull -a ada/site", 60)[1] == 0
    text, code = run(lab, "docker push -a nope/nope")
    assert "An image does not exist locally with the tag: nope/nope" in text and code == 1
