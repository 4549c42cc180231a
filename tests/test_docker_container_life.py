"""The life of a container: start, exit codes, signals, restart policies, power, names, ports."""

from __future__ import annotations

import pytest

from simulator.docker.daemon import DockerError
from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start, state

ALPINE = "alpine:3.24"


@pytest.fixture
def lab() -> Lab:
    made = make_lab()
    add_image(made, ALPINE)
    add_image(made, "nginx:latest")
    return made


def test_a_start_takes_half_a_second_on_an_ssd_and_longer_on_an_sd_card(lab: Lab) -> None:
    add_image(lab, ALPINE, machine="pi")
    fast = start(lab, ALPINE, "sleep", "60")
    slow = start(lab, ALPINE, "sleep", "60", machine="pi")
    laptop = lab.engine.docker.need("laptop", fast)["drydock"]
    pi = lab.engine.docker.need("pi", slow)["drydock"]
    assert 350_000 < laptop["startedUs"] - laptop["askedUs"] < 700_000
    assert pi["startedUs"] - pi["askedUs"] > 900_000


def test_a_container_ends_with_the_exit_code_of_its_main_process(lab: Lab) -> None:
    container = start(lab, ALPINE, "sh", "-c", "echo out; echo err >&2; exit 3")
    assert state(lab, container)["ExitCode"] == 3
    rows = lab.engine.docker.logs("laptop", container)
    assert [row[1:] for row in rows] == [["stdout", "out\n"], ["stderr", "err\n"]]


def test_a_process_1_without_a_handler_sits_out_the_stop_until_it_is_killed(lab: Lab) -> None:
    container = start(lab, ALPINE, "sleep", "1000")
    lab.engine.docker.stop("laptop", container)
    run_for(lab, 9.5)
    assert state(lab, container)["Running"]
    run_for(lab, 1)
    assert state(lab, container)["ExitCode"] == 137


def test_with_an_init_process_the_term_signal_reaches_the_program(lab: Lab) -> None:
    container = start(lab, ALPINE, "sleep", "1000", HostConfig={"Init": True})
    lab.engine.docker.stop("laptop", container)
    run_for(lab, 1)
    assert state(lab, container)["ExitCode"] == 143


def test_a_shell_script_that_does_not_exec_keeps_the_signal_from_its_program(lab: Lab) -> None:
    add_image(
        lab,
        "nginx:latest",
        name="wrapped:latest",
        files={"/start.sh": "#!/bin/sh\nnginx -g 'daemon off;'\n"},
        Entrypoint=["/start.sh"],
        Cmd=None,
    )
    container = start(lab, "wrapped:latest")
    assert lab.engine.programs.listening(container) == [80]
    lab.engine.docker.stop("laptop", container)
    run_for(lab, 11)
    assert state(lab, container)["ExitCode"] == 137


def test_sh_c_with_one_command_becomes_that_command(lab: Lab) -> None:
    container = start(lab, "nginx:latest", "sh", "-c", "nginx -g 'daemon off;'")
    lab.engine.docker.stop("laptop", container)
    run_for(lab, 2)
    assert state(lab, container)["ExitCode"] == 0


def test_a_trap_runs_when_the_foreground_command_has_ended(lab: Lab) -> None:
    script = "trap 'echo bye; exit 7' TERM; while true; do sleep 1; done"
    container = start(lab, ALPINE, "sh", "-c", script)
    lab.engine.docker.stop("laptop", container)
    run_for(lab, 2)
    assert state(lab, container)["ExitCode"] == 7
    assert output(lab, container) == "bye\n"


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("foo", 127, 'exec: "foo": executable file not found in $PATH'),
        ("/nothing", 127, 'exec: "/nothing": stat /nothing: no such file or directory'),
        ("/etc/passwd", 126, 'exec: "/etc/passwd": permission denied'),
        ("/etc", 126, 'exec: "/etc": is a directory'),
    ],
)
def test_what_cannot_be_started_says_why(lab: Lab, command: str, code: int, words: str) -> None:
    container = start(lab, ALPINE, command)
    after = state(lab, container)
    assert (after["Status"], after["ExitCode"]) == ("created", code)
    assert words in after["Error"]


def test_a_program_for_another_processor_is_an_exec_format_error(lab: Lab) -> None:
    add_image(lab, ALPINE, arch="arm64", name="arm:latest", files={"/x": "1"})
    container = start(lab, "arm:latest", "ls")
    assert state(lab, container)["ExitCode"] == 255
    assert output(lab, container) == "exec /bin/ls: exec format error\n"


def test_a_script_with_windows_line_ends_has_no_interpreter(lab: Lab) -> None:
    add_image(lab, ALPINE, name="crlf:latest", files={"/run.sh": "#!/bin/sh\r\necho hi\r\n"})
    container = start(lab, "crlf:latest", "/run.sh")
    assert output(lab, container) == "exec /run.sh: no such file or directory\n"
    assert state(lab, container)["ExitCode"] == 255


def test_restarts_wait_twice_as_long_each_time(lab: Lab) -> None:
    policy = {"RestartPolicy": {"Name": "always"}}
    container = start(lab, ALPINE, "false", HostConfig=policy, wait=0.7)
    waits = []
    for _ in range(4000):
        more = lab.engine.docker.need("laptop", container)["drydock"]
        if more["backoffUs"] and more["backoffUs"] not in waits:
            waits.append(more["backoffUs"])
        run_for(lab, 0.02)
    assert waits[:6] == [100_000, 200_000, 400_000, 800_000, 1_600_000, 3_200_000]
    assert lab.engine.docker.need("laptop", container)["RestartCount"] > 5


def test_on_failure_gives_up_after_its_retries(lab: Lab) -> None:
    policy = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2}}
    container = start(lab, ALPINE, "false", HostConfig=policy, wait=20)
    found = lab.engine.docker.need("laptop", container)
    assert found["RestartCount"] == 2
    assert found["State"]["Status"] == "exited"


def test_a_manual_stop_is_no_reason_to_restart_but_a_crash_is(lab: Lab) -> None:
    policy = {"RestartPolicy": {"Name": "always"}}
    container = start(lab, "nginx:latest", HostConfig=policy)
    lab.engine.docker.crash("laptop", container)
    run_for(lab, 2)
    assert state(lab, container)["Running"]
    lab.engine.docker.stop("laptop", container)
    run_for(lab, 5)
    assert state(lab, container)["Status"] == "exited"


def test_after_a_power_cut_only_some_policies_start_again(lab: Lab) -> None:
    plain = start(lab, "nginx:latest")
    always = start(lab, "nginx:latest", HostConfig={"RestartPolicy": {"Name": "always"}})
    stopped = start(lab, "nginx:latest", HostConfig={"RestartPolicy": {"Name": "unless-stopped"}})
    lab.engine.docker.stop("laptop", stopped)
    run_for(lab, 2)
    lab.engine.machines.power_off("laptop")
    run_for(lab, 1)
    assert [state(lab, c)["ExitCode"] for c in (plain, always)] == [255, 255]
    lab.engine.machines.power_on("laptop")
    run_for(lab, 60)
    assert [state(lab, c)["Running"] for c in (plain, always, stopped)] == [False, True, False]


def test_a_port_can_be_published_once(lab: Lab) -> None:
    ports = {"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}
    start(lab, "nginx:latest", HostConfig=ports, name="one")
    second = start(lab, "nginx:latest", HostConfig=ports, name="two")
    after = state(lab, second)
    assert after["Status"] == "created"
    assert "Bind for 0.0.0.0:8080 failed: port is already allocated" in after["Error"]
    lab.engine.docker.remove("laptop", "one", force=True)
    lab.engine.docker.start("laptop", "two")
    run_for(lab, 2)
    assert state(lab, second)["Running"]


def test_a_name_is_taken_until_its_container_is_removed(lab: Lab) -> None:
    start(lab, ALPINE, "true", name="job")
    with pytest.raises(DockerError, match='The container name "/job" is already in use'):
        lab.engine.docker.create("laptop", {"Image": ALPINE}, "job")
    lab.engine.docker.remove("laptop", "job")
    lab.engine.docker.create("laptop", {"Image": ALPINE}, "job")


def test_a_running_container_is_removed_only_by_force(lab: Lab) -> None:
    container = start(lab, ALPINE, "sleep", "60")
    with pytest.raises(DockerError, match="container is running: stop the container"):
        lab.engine.docker.remove("laptop", container)
    lab.engine.docker.remove("laptop", container, force=True)
    assert lab.engine.docker.find("laptop", container) is None
    assert lab.engine.programs.listening(container) == []


def test_a_paused_container_does_nothing_until_it_goes_on(lab: Lab) -> None:
    container = start(lab, ALPINE, "sh", "-c", "while true; do echo tick; sleep 1; done", wait=3.2)
    lab.engine.docker.pause("laptop", container)
    before = output(lab, container)
    run_for(lab, 10)
    assert output(lab, container) == before
    lab.engine.docker.unpause("laptop", container)
    run_for(lab, 3)
    assert len(output(lab, container)) > len(before)


def test_too_little_memory_is_an_oom_kill(lab: Lab) -> None:
    container = start(lab, "nginx:latest", HostConfig={"Memory": 6 << 20})
    after = state(lab, container)
    assert (after["ExitCode"], after["OOMKilled"]) == (137, True)


def test_health_goes_from_starting_to_healthy_to_unhealthy(lab: Lab) -> None:
    check = {"Test": ["CMD-SHELL", "test -f /ok"], "Interval": 2_000_000_000, "Retries": 2}
    container = start(lab, ALPINE, "sleep", "600", Healthcheck=check)
    assert state(lab, container)["Health"]["Status"] == "starting"
    lab.engine.docker.exec_("laptop", container, ["touch", "/ok"])
    run_for(lab, 4)
    assert state(lab, container)["Health"]["Status"] == "healthy"
    lab.engine.docker.exec_("laptop", container, ["rm", "/ok"])
    run_for(lab, 6)
    health = state(lab, container)["Health"]
    assert health["Status"] == "unhealthy"
    assert health["Log"][-1]["ExitCode"] == 1


def test_a_lab_taken_up_from_a_keyframe_goes_on_as_it_would_have(lab: Lab) -> None:
    script = "i=0; while true; do i=$((i+1)); echo $i; sleep 1; done"
    container = start(lab, ALPINE, "sh", "-c", script, wait=3)
    start(lab, "nginx:latest", HostConfig={"RestartPolicy": {"Name": "always"}})
    from simulator.engine import Engine

    other = Engine(lab.scenario, lab.seed, lab.engine.keyframe())
    until = lab.now_us + 30_000_000
    other.calendar.run_before(until)
    lab.engine.calendar.run_before(until)
    assert other.digest() == lab.engine.digest()
    assert "".join(r[2] for r in other.docker.logs("laptop", container)).count("\n") > 30
