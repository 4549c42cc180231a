"""What `docker search`, `docker version` and `docker info` tell."""

from __future__ import annotations

import json

from simulator.lab import Lab
from tests.docker_world import make_lab


def run(lab: Lab, line: str) -> tuple[str, int | None]:
    answer = lab.do({"terminal": line, "machine": "laptop", "cwd": "/home/student"})
    return answer["output"], answer["exit_code"]


def test_search_tells_stars_and_what_a_repository_is() -> None:
    text, _ = run(make_lab(), "docker search nginx")
    assert text.splitlines()[1].split()[:2] == ["nginx", "The"]
    assert text.splitlines()[1].endswith("…   21100     [OK]")


def test_search_filters_by_stars_and_kind_and_by_what_is_described() -> None:
    form = "--format '{{.Name}} {{.StarCount}}'"
    line = f"docker search -f is-official=true -f stars=10000 {form} database"
    assert run(make_lab(), line) == ("mysql 15900\npostgres 14300\nmongo 10500\n", 0)


def test_search_refuses_as_the_daemon_does() -> None:
    lab = make_lab()
    unknown = "Error response from daemon: invalid filter 'size'\n"
    assert run(lab, "docker search -f size=1 nginx") == (unknown, 1)
    text, code = run(lab, "docker search --limit 101 nginx")
    assert (text.split(": ")[1], code) == ("Limit 101 is outside the range of [1, 100]\n", 1)


def test_version_names_every_part_of_the_engine() -> None:
    lab = make_lab()
    text, _ = run(lab, "docker version")
    form = "--format '{{range .Server.Components}}{{.Name}}={{.Version}} {{end}}'"
    assert run(lab, f"docker version {form}")[0] == (
        "Engine=28.2.2 containerd=1.7.27 runc=1.2.5 docker-init=0.19.0 \n"
    )
    assert " runc:\n  Version:          1.2.5\n  GitCommit:        v1.2.5-0-g59923ef\n" in text


def test_info_is_true_to_the_machine_and_names_its_plugins() -> None:
    lab = make_lab()
    text, _ = run(lab, "docker info")
    data = json.loads(run(lab, "docker info --format json")[0])
    spec = lab.engine.machines.get("laptop")["spec"]
    assert (data["NCPU"], data["MemTotal"]) == (spec["cpu"], spec["memory"])
    for line in (
        f" CPUs: {int(spec['cpu'])}",
        "  Log: awslogs fluentd gcplogs gelf journald json-file local splunk syslog",
        "   Profile: builtin",
        f" containerd version: {data['ContainerdCommit']['ID']}",
        "  compose: Docker Compose (Docker Inc.)",
    ):
        assert line in text.splitlines()
    assert [one["Name"] for one in data["ClientInfo"]["Plugins"]] == ["buildx", "compose"]
