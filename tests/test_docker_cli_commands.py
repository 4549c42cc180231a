"""Typed docker lines: what they print and their exit codes."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

import pytest

from simulator.lab import Lab
from simulator.terminal.docker import grammar
from simulator.terminal.docker.template import TemplateError, render
from tests.docker_world import add_image, make_lab, run_for

DOCKERFILE = 'FROM alpine:3.24\nCOPY note /note\nCMD ["cat", "/note"]\n'


@pytest.fixture
def lab() -> Lab:
    made = make_lab(**{"app/Dockerfile": DOCKERFILE, "app/note": "from a build\n"})
    add_image(made, "alpine:3.24")
    add_image(made, "nginx:latest")
    return made


def run(lab: Lab, line: str, seconds: float = 3.0) -> tuple[str, Any]:
    answer = lab.do({"terminal": line, "machine": "laptop", "cwd": "/home/student/app"})
    if answer["exit_code"] is None:
        run_for(lab, seconds)
        found = lab.entry(answer["entry"])
        assert found is not None
        answer = found
    return answer["output"], answer["exit_code"]


def test_run_prints_what_the_container_prints_and_ends_with_its_code(lab: Lab) -> None:
    assert run(lab, "docker run --rm alpine:3.24 sh -c 'echo hi; exit 5'") == ("hi\n", 5)
    assert run(lab, "docker ps -aq") == ("", 0)


def test_build_run_ps_logs_stop_rm(lab: Lab) -> None:
    text, code = run(lab, "docker build -t note .", 60)
    assert code == 0 and "naming to docker.io/library/note:latest" in text
    assert run(lab, "docker run --name reader note") == ("from a build\n", 0)
    text, _ = run(lab, "docker ps -a --format '{{.Names}} {{.Image}} {{.State}}'")
    assert text == "reader note exited\n"
    assert run(lab, "docker logs reader") == ("from a build\n", 0)
    assert run(lab, "docker rm reader") == ("reader\n", 0)
    assert run(lab, "docker rmi note")[1] == 0


def test_stats_count_the_work_of_requests(lab: Lab) -> None:
    run(lab, "docker run -d --name web -p 8080:80 nginx")
    form = "docker stats --no-stream --format '{{.Name}} {{.CPUPerc}}'"
    idle = run(lab, form)[0].split()
    lab.do({"traffic": {"name": "users", "target": "machine/laptop:8080", "rps": 200}})
    run_for(lab, 5)
    busy = run(lab, form)[0].split()
    assert idle[0] == busy[0] == "web"
    assert float(busy[1].rstrip("%")) > float(idle[1].rstrip("%")) + 0.5


def test_prune_takes_its_answer_from_a_pipe(lab: Lab) -> None:
    run(lab, "docker run --name old alpine:3.24 true")
    text, code = run(lab, "echo n | docker container prune")
    assert code == 0
    assert text.startswith("WARNING! This will remove all stopped containers.\nAre you sure")
    assert run(lab, "docker ps -aq")[0] != ""
    text, _ = run(lab, "echo y | docker container prune")
    assert "[y/N] Deleted Containers:\n" in text
    assert run(lab, "docker ps -aq")[0] == ""


def test_a_detached_web_server_is_reached_through_its_port(lab: Lab) -> None:
    text, code = run(lab, "docker run -d --name web -p 8080:80 nginx")
    assert (len(text.strip()), code) == (64, 0)
    table = run(lab, "docker ps")[0].splitlines()
    assert table[0] == ("CONTAINER ID   IMAGE     COMMAND                  CREATED         STATUS"
                        "         PORTS                                     NAMES")  # fmt: skip
    assert "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp   web" in table[1]
    assert "Welcome to nginx" in run(lab, "curl -s localhost:8080")[0]
    assert run(lab, "docker port web")[0] == "80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n"
    assert run(lab, "docker stop web") == ("web\n", 0)


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("docker run alpine:3.24 foo", 127, "docker: Error response from daemon: failed to create"),
        ("docker run -p 1:x alpine:3.24", 125, "docker: invalid containerPort: x"),
        ("docker run --rm --restart always nginx", 125, "cannot specify both --restart and --rm"),
        ("docker logs nobody", 1, "Error response from daemon: No such container: nobody\n"),
        ("docker inspect nobody", 1, "error: no such object: nobody\n"),
        ("docker rm nobody", 1, "Error response from daemon: No such container: nobody\n"),
        ("docker run -v /abs alpine:3.24 ls /abs", 0, ""),
        ("docker run --network nothere alpine:3.24", 125, "network nothere not found"),
        ("docker run -m 1m alpine:3.24", 125, "Minimum memory limit allowed is 6MB"),
        ("docker network rm bridge", 1, "bridge is a pre-defined network and cannot be removed"),
        ("docker volume rm nothere", 1, "get nothere: no such volume"),
        ("docker foo", 1, "docker: unknown command: docker foo"),
        ("docker build", 1, "ERROR: docker: 'docker buildx build' requires 1 argument\n"),
        ("docker rmi nothere", 1, "No such image: nothere:latest"),
    ],
)
def test_refusals_have_the_real_words_and_codes(lab: Lab, line: str, code: int, words: str) -> None:
    text, got = run(lab, line)
    assert words in text
    assert got == code


def test_an_image_that_is_not_there_is_pulled_first(lab: Lab) -> None:
    text, code = run(lab, "docker run --rm hello-world", 60)
    assert text.startswith("Unable to find image 'hello-world:latest' locally\nlatest: Pulling ")
    assert "Status: Downloaded newer image for hello-world:latest\n" in text
    assert "Hello from Docker!" in text and code == 0


def test_ctrl_c_leaves_logs_and_ends_an_attached_run(lab: Lab) -> None:
    run(lab, "docker run -d --name web nginx")
    answer = lab.do({"terminal": "docker logs -f web", "machine": "laptop"})
    assert answer["exit_code"] is None
    lab.do({"interrupt": answer["entry"]})
    found = lab.entry(answer["entry"])
    assert found is not None and found["exit_code"] == 130
    attached = lab.do({"terminal": "docker run nginx", "machine": "laptop"})
    run_for(lab, 2)
    lab.do({"interrupt": attached["entry"]})
    run_for(lab, 1)
    assert run(lab, "docker ps -q")[0].count("\n") == 1


def test_logs_follow_prints_new_lines_until_the_end(lab: Lab) -> None:
    script = "for i in 1 2 3; do echo $i; sleep 1; done"
    run(lab, f"docker run -d --name job alpine:3.24 sh -c '{script}'")
    assert run(lab, "docker logs -f job", 5) == ("1\n2\n3\n", 0)
    assert run(lab, "docker logs --tail 1 job") == ("3\n", 0)


def test_exec_takes_its_time_and_gives_its_code(lab: Lab) -> None:
    run(lab, "docker run -d --name web nginx")
    assert run(lab, "docker exec web sh -c 'sleep 2; echo late; exit 9'", 4) == ("late\n", 9)
    assert run(lab, "docker exec -e A=1 -w /tmp web sh -c 'pwd; echo $A'") == ("/tmp\n1\n", 0)


@pytest.mark.parametrize("template", ["{{json json}}", "{{len}}", "{{and}}", "{{or}}"])
def test_a_template_without_its_arguments_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        render(template, {"A": 1})


def test_inspect_takes_templates(lab: Lab) -> None:
    run(lab, "docker run -d --name web -p 8080:80 nginx")
    line = "docker inspect -f '{{.State.Status}} {{json .HostConfig.PortBindings}}' web"
    assert run(lab, line)[0] == 'running {"80/tcp":[{"HostIp":"","HostPort":"8080"}]}\n'
    form = "{{range $k, $v := .NetworkSettings.Networks}}{{$k}}={{$v.IPAddress}}{{end}}"
    assert run(lab, f"docker inspect -f '{form}' web")[0] == "bridge=172.17.0.2\n"
    assert "map has no entry for key" in run(lab, "docker inspect -f '{{.Nope}}' web")[0]


def test_looking_is_never_logged(lab: Lab) -> None:
    for line in ("docker ps", "docker images", "docker --help", "docker run --nope", "docker info"):
        assert lab.is_read({"terminal": line}), line
    for line in ("docker run nginx", "docker rm x", "docker pull nginx", "docker logs -f web"):
        assert not lab.is_read({"terminal": line}), line


def test_a_machine_without_power_has_no_daemon(lab: Lab) -> None:
    lab.engine.machines.power_off("laptop")
    assert run(lab, "docker ps")[0].startswith("Cannot connect to the Docker daemon at unix://")


def test_tab_completes_commands_flags_and_names(lab: Lab) -> None:
    run(lab, "docker run -d --name web nginx")
    terminal = lab.engine.terminal
    assert "network" in terminal.complete("docker net", "laptop", "")[1]
    assert terminal.complete("docker stop w", "laptop", "")[1] == ["web"]
    assert "--publish" in terminal.complete("docker run --pub", "laptop", "")[1]
    assert "alpine:3.24" in terminal.complete("docker run al", "laptop", "")[1]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{.A}}", "1"),
        ("{{json .B}}", '{"x":[1,2]}'),
        ("{{len .B.x}}", "2"),
        ("{{range .B.x}}<{{.}}>{{end}}", "<1><2>"),
        ("{{if eq .A 1}}y{{else}}n{{end}}", "y"),
        ("{{index .B.x 1}}", "2"),
        ('{{printf "%05d" .A}}', "00001"),
        ('{{.A | printf "%v!"}}', "1!"),
        ("{{with .C}}{{.}}{{else}}none{{end}}", "none"),
        ("{{upper .D}}", "WORD"),
    ],
)
def test_templates_are_filled_as_go_does(template: str, expected: str) -> None:
    assert render(template, {"A": 1, "B": {"x": [1, 2]}, "C": None, "D": "word"}) == expected


@pytest.mark.skipif(shutil.which("docker") is None, reason="no docker client to compare with")
def test_help_and_usage_errors_are_those_of_the_real_client() -> None:
    env = {**os.environ, "DOCKER_HOST": "unix:///nowhere.sock"}
    lines = [
        f"{name} --help"
        for name in grammar.table()
        if not name.endswith("build") and not name.startswith("buildx")  # a plug-in's
    ]
    lines += [
        "ps --nope",
        "stop",
        "nope",
        "network nope",
        "run --publish",
        "run -Q x",
        "ps x",
        "run -m abc x",
        "port a b c",
        "volume create a b",
        "run --cpus x y",
        "rename a",
    ]
    for line in lines:
        real = subprocess.run(
            ["docker", *line.split()],
            capture_output=True,
            text=True,
            env=env,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        with pytest.raises(grammar.UsageError) as refused:
            grammar.read(line.split())
        assert refused.value.text == (real.stdout or real.stderr), line
        assert refused.value.code == real.returncode, line


def test_what_is_piped_in_reaches_the_container(lab: Lab) -> None:
    assert run(lab, "echo hello | docker run -i --rm alpine:3.24 cat") == ("hello\n", 0)
    assert run(lab, "echo 'echo $((6*7))' | docker run -i --rm alpine:3.24") == ("42\n", 0)


def test_kill_waits_for_the_end(lab: Lab) -> None:
    run(lab, "docker run -d --name web nginx")
    assert run(lab, "docker kill web") == ("web\n", 0)
    assert "Exited (137)" in run(lab, "docker ps -a")[0]


def test_another_platform_is_pulled_and_cannot_run_here(lab: Lab) -> None:
    text, code = run(lab, "docker run --rm --platform linux/arm64 alpine:3.24 ls", 60)
    assert "Unable to find image 'alpine:3.24' locally" in text
    assert "exec /bin/ls: exec format error" in text and code == 255


def test_a_published_port_that_nobody_listens_on_resets_the_connection(lab: Lab) -> None:
    run(lab, "docker run -d --name web -p 8080:81 nginx")
    text, code = run(lab, "curl localhost:8080/")
    assert (text, code) == ("curl: (56) Recv failure: Connection reset by peer\n", 56)


def test_servers_name_the_version_of_their_image(lab: Lab) -> None:
    add_image(lab, "redis:7")
    run(lab, "docker run -d --name cache redis:7", 10)
    text, _ = run(lab, "docker logs cache")
    assert "Redis version=7." in text


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("listen 80;\n  root /x\n", 'unexpected "}" in /etc/nginx/conf.d/default.conf:4'),
        ("rooot /x;\n", 'unknown directive "rooot" in /etc/nginx/conf.d/default.conf:2'),
        ("listen 80\n  root /x;\n", 'invalid parameter "root" in /etc/nginx/conf.d/default.conf:3'),
    ],
)
def test_nginx_refuses_a_wrong_configuration(lab: Lab, body: str, wrong: str) -> None:
    dockerfile = "FROM nginx:latest\nCOPY note /etc/nginx/conf.d/default.conf\n"
    lab.do({"file": {"path": "app/Dockerfile", "text": dockerfile}})
    lab.do({"file": {"path": "app/note", "text": "server {\n  " + body + "}\n"}})
    assert run(lab, "docker build -t bad .", 60)[1] == 0
    run(lab, "docker run -d --name web bad")
    assert f"nginx: [emerg] {wrong}" in run(lab, "docker logs web")[0]


def test_a_tree_of_images_takes_no_flag_of_the_flat_table(lab: Lab) -> None:
    assert run(lab, "docker images --tree -q") == ("--quiet is not yet supported with --tree\n", 1)
