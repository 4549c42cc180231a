"""`docker compose` lines in a lab: what runs afterwards, what is printed, and exit codes."""

from __future__ import annotations

import pytest

from simulator.engine import Engine
from simulator.lab import Lab
from tests.compose_world import CHAIN, SHOP, begin, names, run, seen, shop, shown, write
from tests.docker_world import run_for


@pytest.fixture
def lab() -> Lab:
    return shop(SHOP)


def test_up_makes_network_volume_and_containers_in_the_order_of_dependencies(lab: Lab) -> None:
    text, code = run(lab, "docker compose up -d")
    assert code == 0
    assert text.startswith("[+] Running 4/4\n")
    assert shown(text) == [
        "Network shop_default Created", "Volume shop_data Created",
        "Container shop-db-1 Started", "Container shop-web-1 Started",
    ]  # fmt: skip
    assert "Welcome to nginx" in run(lab, "curl -s localhost:8080")[0]
    started = {
        one["Name"]: one["drydock"]["startedUs"] for one in lab.engine.docker.containers("laptop")
    }
    assert started["/shop-db-1"] < started["/shop-web-1"]


def test_services_find_each_other_by_name(lab: Lab) -> None:
    run(lab, "docker compose up -d")
    text, code = run(lab, "docker compose exec web curl -s telnet://db:6379 --max-time 1; true")
    assert "Could not resolve host" not in text
    text, code = run(lab, "docker compose run --rm db redis-cli -h db ping")
    assert (text.splitlines()[-1], code) == ("PONG", 0)


def test_a_second_up_keeps_what_is_as_it_should_be(lab: Lab) -> None:
    run(lab, "docker compose up -d")
    before = run(lab, "docker compose ps -q")[0]
    text, code = run(lab, "docker compose up -d")
    assert (shown(text), code) == (
        ["Container shop-db-1 Running", "Container shop-web-1 Running"],
        0,
    )
    assert run(lab, "docker compose ps -q")[0] == before


def test_a_changed_service_is_recreated_and_others_are_not(lab: Lab) -> None:
    run(lab, "docker compose up -d")
    before = {one["Name"]: one["Id"] for one in lab.engine.docker.containers("laptop")}
    write(lab, SHOP.replace('"8080:80"', '"9090:80"'))
    run(lab, "docker compose up -d")
    after = {one["Name"]: one["Id"] for one in lab.engine.docker.containers("laptop")}
    assert after["/shop-db-1"] == before["/shop-db-1"]
    assert after["/shop-web-1"] != before["/shop-web-1"]
    assert "Welcome to nginx" in run(lab, "curl -s localhost:9090")[0]


def test_a_named_volume_outlives_down_but_not_down_v(lab: Lab) -> None:
    run(lab, "docker compose up -d")
    run(lab, "docker compose exec db redis-cli set a 1")
    run(lab, "docker compose exec db redis-cli save")
    text, _ = run(lab, "docker compose down")
    assert shown(text) == [
        "Container shop-web-1 Removed", "Container shop-db-1 Removed",
        "Network shop_default Removed",
    ]  # fmt: skip
    assert "shop_data" in run(lab, "docker volume ls -q")[0]
    run(lab, "docker compose up -d")
    text, _ = run(lab, "docker compose down -v")
    assert shown(text)[-1] == "Volume shop_data Removed"
    assert "shop_data" not in run(lab, "docker volume ls -q")[0]


def test_down_without_anything_to_remove_says_so(lab: Lab) -> None:
    text, code = run(lab, "docker compose down")
    assert 'No resource found to remove for project "shop"' in text
    assert code == 0


def test_a_service_waits_until_what_it_depends_on_is_healthy_or_has_completed() -> None:
    lab = shop(CHAIN)
    text, code = run(lab, "docker compose up -d")
    assert code == 0
    assert shown(text) == [
        "Network shop_default Created", "Container shop-db-1 Healthy",
        "Container shop-migrate-1 Exited", "Container shop-web-1 Started",
    ]  # fmt: skip
    assert names(lab) == ["shop-web-1", "shop-db-1"]


def test_a_dependency_that_fails_keeps_its_dependents_from_starting() -> None:
    lab = shop(CHAIN, **{".env": "CODE=4\n"})
    text, code = run(lab, "docker compose up -d")
    assert text.splitlines()[-1] == 'service "migrate" didn\'t complete successfully: exit 4'
    assert code == 1
    assert names(lab) == ["shop-db-1"]


def test_an_unhealthy_dependency_is_named() -> None:
    lab = shop(CHAIN.replace("redis-cli ping, interval: 2s", "'false', interval: 1s, retries: 2"))
    text, code = run(lab, "docker compose up -d")
    last = "dependency failed to start: container shop-db-1 is unhealthy"
    assert (text.splitlines()[-1], code) == (last, 1)
    assert " ✘ Container shop-db-1       Error" in text


def test_attached_up_shows_all_logs_and_ctrl_c_stops_in_good_order(lab: Lab) -> None:
    entry = begin(lab, "docker compose up")
    run_for(lab, 10)
    text, code = seen(lab, entry)
    assert code is None
    assert "Attaching to db-1, web-1\n" in text
    assert "\ndb-1   | " in text and "\nweb-1  | " in text
    lab.do({"interrupt": entry})
    run_for(lab, 15)
    text, code = seen(lab, entry)
    assert "^CGracefully stopping... (press Ctrl+C again to force)\n[+] Stopping 2/2\n" in text
    assert code == 0
    assert names(lab) == []
    assert len(names(lab, "-a")) == 2


def test_a_second_ctrl_c_kills_what_would_not_stop() -> None:
    lab = shop("services: {deaf: {image: 'alpine:3.24', command: 'sh -c \"sleep 1000\"'}}")
    write(lab, "services: {deaf: {image: 'alpine:3.24', entrypoint: [sleep, '1000']}}")
    entry = begin(lab, "docker compose up")
    run_for(lab, 3)
    lab.do({"interrupt": entry})
    run_for(lab, 1)
    assert seen(lab, entry)[1] is None
    lab.do({"interrupt": entry})
    run_for(lab, 1)
    assert seen(lab, entry)[1] == 130
    assert names(lab) == []


def test_attached_up_ends_when_all_have_ended_and_says_how() -> None:
    lab = shop("services: {job: {image: 'alpine:3.24', command: 'sh -c \"echo one; exit 3\"'}}")
    text, code = run(lab, "docker compose up")
    assert text.endswith("Attaching to job-1\njob-1  | one\njob-1 exited with code 3\n")
    assert code == 0


def test_exit_code_from_gives_the_code_of_a_service_and_stops_the_others() -> None:
    lab = shop("services:\n  web: {image: nginx}\n"
               "  test: {image: 'alpine:3.24', command: sh -c 'sleep 2; exit 7'}\n")  # fmt: skip
    text, code = run(lab, "docker compose up --exit-code-from test")
    assert "test-1 exited with code 7\nAborting on container exit...\n" in text
    assert (code, names(lab)) == (7, [])


def test_a_service_is_built_when_its_image_is_missing_and_rebuilt_on_demand() -> None:
    text = "services: {web: {build: ., ports: ['8080:80']}}"
    index = "RUN echo %s > /usr/share/nginx/html/index.html\n"
    lab = shop(text, Dockerfile="FROM nginx\n" + index % "one")
    shown_text, code = run(lab, "docker compose up -d")
    assert code == 0
    assert " => [web 2/2] RUN echo one > /usr/share/nginx/html/index.html" in shown_text
    assert "✔ web  Built" in shown_text
    write(lab, "FROM nginx\n" + index % "two", "shop/Dockerfile")
    run(lab, "docker compose up -d")
    assert run(lab, "curl -s localhost:8080")[0] == "one\n"
    run(lab, "docker compose up -d --build")
    assert run(lab, "curl -s localhost:8080")[0] == "two\n"
    assert "shop-web" in run(lab, "docker compose images")[0]


def test_a_failing_build_ends_the_line_with_its_error() -> None:
    lab = shop("services: {web: {build: .}}", Dockerfile="FROM alpine:3.24\nRUN nosuch\n")
    text, code = run(lab, "docker compose up -d")
    assert code == 1 and "\nfailed to solve: process" in text
    assert names(lab, "-a") == []


def test_missing_images_are_pulled_and_one_that_nobody_has_is_an_error() -> None:
    lab = shop("services: {a: {image: busybox}, b: {image: nosuchimage}}")
    text, code = run(lab, "docker compose up -d a", 60)
    assert code == 0 and " ✔ a Pulled" in text
    text, code = run(lab, "docker compose up -d b", 60)
    assert text.splitlines()[-1].startswith("Error response from daemon: pull access denied for")
    assert code == 1


def test_scaling_adds_and_removes_the_highest_numbers() -> None:
    lab = shop("services: {web: {image: nginx}}")
    run(lab, "docker compose up -d --scale web=3")
    assert sorted(names(lab)) == ["shop-web-1", "shop-web-2", "shop-web-3"]
    run(lab, "docker compose up -d")
    assert len(names(lab)) == 1
    _, code = run(lab, "docker compose scale web=2")
    assert (code, len(names(lab))) == (0, 2)


def test_replicas_that_want_the_same_port_fail_as_in_life(lab: Lab) -> None:
    text, code = run(lab, "docker compose up -d --scale web=2")
    assert code == 1
    assert text.splitlines()[-1].endswith("Bind for 0.0.0.0:8080 failed: port is already allocated")


def test_profiles_choose_services_and_naming_one_does_too() -> None:
    text = "services:\n  web: {image: nginx}\n  tool: {image: nginx, profiles: [debug]}\n"
    lab = shop(text)
    run(lab, "docker compose up -d")
    assert names(lab) == ["shop-web-1"]
    run(lab, "docker compose --profile debug up -d")
    assert len(names(lab)) == 2
    run(lab, "docker compose --profile debug down")
    run(lab, "docker compose up -d tool")
    assert names(lab) == ["shop-tool-1"]


def test_logs_are_told_apart_and_can_be_followed(lab: Lab) -> None:
    run(lab, "docker compose up -d")
    text, code = run(lab, "docker compose logs db")
    assert code == 0
    assert all(line.startswith("db-1  | ") for line in text.splitlines())
    assert len(run(lab, "docker compose logs --tail 1")[0].splitlines()) == 2
    entry = begin(lab, "docker compose logs -f web")
    run(lab, "curl -s localhost:8080")
    run_for(lab, 1)
    assert '"GET / HTTP/1.1" 200' in seen(lab, entry)[0].splitlines()[-1]
    lab.do({"interrupt": entry})
    assert seen(lab, entry)[1] == 130


def test_stop_start_and_restart_keep_the_containers(lab: Lab) -> None:
    run(lab, "docker compose up -d")
    before = run(lab, "docker compose ps -q")[0]
    text, _ = run(lab, "docker compose stop")
    assert text.startswith("[+] Stopping 2/2\n")
    assert names(lab) == []
    text, _ = run(lab, "docker compose start")
    assert shown(text) == ["Container shop-db-1 Started", "Container shop-web-1 Started"]
    text, _ = run(lab, "docker compose restart web")
    assert text.startswith("[+] Restarting 1/1\n")
    assert run(lab, "docker compose ps -q")[0] == before


def test_kill_and_rm_leave_nothing(lab: Lab) -> None:
    run(lab, "docker compose up -d")
    assert shown(run(lab, "docker compose kill")[0]) == [
        "Container shop-db-1 Killed", "Container shop-web-1 Killed"]  # fmt: skip
    run(lab, "docker compose rm -f")
    assert names(lab, "-a") == []


def test_ps_lists_the_project_as_compose_lays_it_out(lab: Lab) -> None:
    run(lab, "docker compose up -d")
    head, first, second = run(lab, "docker compose ps")[0].splitlines()
    assert head.split() == ["NAME", "IMAGE", "COMMAND", "SERVICE", "CREATED", "STATUS", "PORTS"]
    assert first.startswith("shop-db-1    redis ") and second.startswith("shop-web-1   nginx ")
    assert second.endswith("0.0.0.0:8080->80/tcp, [::]:8080->80/tcp")
    assert run(lab, "docker compose ps --services") == ("db\nweb\n", 0)
    assert run(lab, "docker compose port web 80") == ("0.0.0.0:8080\n", 0)
    assert "running(2)" in run(lab, "docker compose ls")[0]


def test_run_starts_what_a_service_needs_and_gives_the_command_s_code(lab: Lab) -> None:
    text, code = run(lab, "docker compose run --rm web sh -c 'echo hi; exit 5'")
    assert (text.splitlines()[-1], code) == ("hi", 5)
    assert names(lab, "-a") == ["shop-db-1"]


def test_two_projects_of_one_file_do_not_know_each_other(lab: Lab) -> None:
    run(lab, "docker compose up -d db")
    run(lab, "docker compose -p other up -d db")
    assert sorted(names(lab)) == ["other-db-1", "shop-db-1"]
    run(lab, "docker compose -p other down")
    assert names(lab) == ["shop-db-1"]


def test_containers_of_services_that_were_dropped_are_orphans(lab: Lab) -> None:
    run(lab, "docker compose up -d")
    write(lab, "services: {db: {image: redis}}")
    text, _ = run(lab, "docker compose up -d")
    assert "Found orphan containers ([shop-web-1]) for this project." in text
    run(lab, "docker compose up -d --remove-orphans")
    assert names(lab) == ["shop-db-1"]


def test_through_a_pipe_every_change_is_a_line(lab: Lab) -> None:
    text, _ = run(lab, "docker compose up -d db 2>&1 | cat")
    assert text == (
        " Network shop_default  Creating\n Volume shop_data  Creating\n"
        " Network shop_default  Created\n Volume shop_data  Created\n"
        " Container shop-db-1  Creating\n Container shop-db-1  Created\n"
        " Container shop-db-1  Starting\n Container shop-db-1  Started\n"
    )


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("docker compose frob", 16, 'unknown docker command: "compose frob"\n'),
        ("docker compose up --frob", 16, "unknown flag: --frob\n"),
        ("docker compose up nope", 1, "no such service: nope\n"),
        ("docker compose exec web", 1, "requires at least 2 arg(s), only received 1\n"),
        ("docker compose exec web ls", 1, 'service "web" is not running\n'),
        ("docker compose -f no.yaml ps", 1,
         "open /home/student/shop/no.yaml: no such file or directory\n"),
        ("cd / && docker compose up", 1, "no configuration file provided: not found\n"),
        ("docker compose config -q", 0, ""),
        ("docker compose config --services", 0, "db\nweb\n"),
        ("docker compose version --short", 0, "2.36.2\n"),
        ("docker compose kill", 0, "no container to kill\n"),
    ],
)  # fmt: skip
def test_short_answers(lab: Lab, line: str, code: int, words: str) -> None:
    text, got = run(lab, line)
    assert (text[-len(words) :] if words else text, got) == (words, code)


@pytest.mark.parametrize("seconds", [0.1, 1, 2.5, 4, 6])
def test_a_lab_taken_up_in_the_middle_of_an_up_ends_it_the_same_way(seconds: float) -> None:
    lab = shop(CHAIN)
    entry = begin(lab, "docker compose up")
    run_for(lab, seconds)
    other = Engine(lab.scenario, lab.seed, lab.engine.keyframe())
    run_for(lab, 20)
    other.calendar.run_before(lab.now_us)
    job = other.terminal.jobs[str(entry)]
    assert "Attaching to db-1, migrate-1, web-1" in job["text"]
    assert job["text"] + job["screen"] == seen(lab, entry)[0]
    assert other.digest() == lab.engine.digest()


def test_tab_completes_commands_services_and_profiles(lab: Lab) -> None:
    complete = lab.engine.terminal.complete
    cwd = "/home/student/shop"
    assert complete("docker compose re", "laptop", cwd)[1] == ["restart"]
    assert complete("docker compose logs ", "laptop", cwd)[1] == ["db", "web"]
    assert "--force-recreate" in complete("docker compose up --f", "laptop", cwd)[1]
