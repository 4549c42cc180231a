"""`docker compose` lines in a lab: what runs afterwards, what is printed, and exit codes."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.engine import Engine
from simulator.lab import Lab
from simulator.scenario import Scenario
from tests.docker_world import add_image, make_lab, run_for

SHOP = """
services:
  web:
    image: nginx
    ports: ["8080:80"]
    depends_on: [db]
  db:
    image: redis
    volumes: ["data:/data"]
volumes: {data: }
"""
CHAIN = """
services:
  web:
    image: nginx
    depends_on:
      db: {condition: service_healthy}
      migrate: {condition: service_completed_successfully}
  migrate:
    image: alpine:3.24
    command: sh -c 'echo migrating; sleep 2; exit ${CODE:-0}'
  db:
    image: redis
    healthcheck: {test: redis-cli ping, interval: 2s}
"""


@pytest.fixture
def lab() -> Lab:
    return shop(SHOP)


def shop(text: str, **files: str) -> Lab:
    """Make a lab with a compose file and the images that the tests use."""
    more = {f"shop/{name}": body for name, body in files.items()}
    made = make_lab(**{"shop/compose.yaml": text, **more})
    for ref in ("alpine:3.24", "nginx:latest", "redis:latest"):
        add_image(made, ref)
    return made


def begin(lab: Lab, line: str) -> int:
    """Type a line that takes time; answers its entry."""
    answer = lab.do({"terminal": line, "machine": "laptop", "cwd": "/home/student/shop"})
    assert answer["exit_code"] is None, answer["output"]
    return int(answer["entry"])


def seen(lab: Lab, entry: int) -> tuple[str, Any]:
    found = lab.entry(entry)
    assert found is not None
    return found["output"], found["exit_code"]


def run(lab: Lab, line: str, seconds: float = 30) -> tuple[str, Any]:
    """Type a line and let time pass; answers its output and exit code."""
    answer = lab.do({"terminal": line, "machine": "laptop", "cwd": "/home/student/shop"})
    if answer["exit_code"] is not None:
        return answer["output"], answer["exit_code"]
    run_for(lab, seconds)
    return seen(lab, answer["entry"])


def write(lab: Lab, text: str, path: str = "shop/compose.yaml") -> None:
    lab.do({"file": {"path": path, "text": text}})


def names(lab: Lab, extra: str = "") -> list[str]:
    return run(lab, f"docker ps --format '{{{{.Names}}}}' {extra}")[0].split()


def shown(text: str) -> list[str]:
    """Give the lines of progress without their times."""
    rows = [line.rstrip().rpartition(" ")[0].split() for line in text.splitlines()
            if line[:2] == " ✔" or line[:2] == " ✘"]  # fmt: skip
    return [" ".join(row[1:]) for row in rows]


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


def test_secrets_are_files_in_run_secrets() -> None:
    text = (
        "services: {job: {image: 'alpine:3.24', command: cat /run/secrets/key, secrets: [key]}}\n"
        "secrets: {key: {file: ./key.txt}}\n"
    )
    lab = shop(text, **{"key.txt": "open sesame\n"})
    assert "job-1  | open sesame\n" in run(lab, "docker compose up")[0]


def test_a_recreated_container_keeps_its_anonymous_volume() -> None:
    text = "services: {job: {image: 'alpine:3.24', volumes: [/keep], entrypoint: %s}}"
    lab = shop(text % "[sh, -c, 'echo one > /keep/file']")
    run(lab, "docker compose up -d")
    write(lab, text % "[cat, /keep/file]")
    assert "job-1  | one\n" in run(lab, "docker compose up")[0]
    assert run(lab, "docker compose up -V --force-recreate")[0].count("one\n") == 0


def test_a_machine_that_loses_its_power_ends_the_line(lab: Lab) -> None:
    entry = begin(lab, "docker compose up")
    run_for(lab, 5)
    lab.do({"fault": {"kind": "power-off", "target": "laptop"}})
    run_for(lab, 5)
    assert seen(lab, entry)[1] == 1


def test_a_service_in_another_one_s_network_shares_its_localhost_and_its_names() -> None:
    text = """
services:
  web: {image: nginx, depends_on: [db]}
  db: {image: redis}
  side:
    image: alpine:3.24
    network_mode: service:web
    command: sh -c 'sleep 2; wget -qO- localhost | head -1; nc -z db 6379 && echo reached'
"""
    lab = shop(text)
    entry = begin(lab, "docker compose up")
    run_for(lab, 10)
    output, _ = seen(lab, entry)
    assert "side-1  | <!DOCTYPE html>\n" in output
    assert "side-1  | reached\n" in output


def test_a_password_comes_from_the_file_of_a_secret() -> None:
    text = """
services:
  db:
    image: mariadb
    environment: {MYSQL_ROOT_PASSWORD_FILE: /run/secrets/pw}
    secrets: [pw]
secrets: {pw: {file: ./pw.txt}}
"""
    lab = make_lab(**{"shop/compose.yaml": text, "shop/pw.txt": "hush\n"})
    add_image(lab, "mariadb:latest")
    run(lab, "docker compose up -d", 60)
    assert run(lab, "docker compose ps --format '{{.State}}'")[0] == "running\n"
    write(lab, text.replace("/run/secrets/pw", "/run/secrets/nothing"))
    run(lab, "docker compose down -v")
    run(lab, "docker compose up -d", 60)
    assert "/run/secrets/nothing: No such file or directory" in run(lab, "docker compose logs")[0]


def test_a_health_check_that_is_due_while_its_container_restarts_is_left_out() -> None:
    lab = shop("""
services:
  web:
    image: alpine:3.24
    command: sh -c 'sleep 4; exit 1'
    restart: always
    healthcheck: {test: "true", interval: 1s}
""")
    run(lab, "docker compose up -d")
    run_for(lab, 300)
    assert "Restarting" in run(lab, "docker compose ps -a")[0] or names(lab)


def test_each_use_of_a_variable_without_a_value_is_warned_of() -> None:
    lab = shop("services: {web: {image: 'nginx$X', hostname: 'a$X'}}")
    text, _ = run(lab, "docker compose config --images")
    assert text.count('The "X" variable is not set.') == 2
    text, code = run(lab, "docker compose config --variables")
    assert (text.splitlines()[-1].split(), code) == (["X", "false"], 0)


def test_secrets_and_configs_may_come_from_a_variable_or_a_text() -> None:
    text = """
include: [child/compose.yaml]
services:
  web:
    image: alpine:3.24
    command: sh -c "cat /etc/my.conf /run/secrets/key; ls -l /run/secrets/key"
    configs: [{source: conf, target: /etc/my.conf}]
    secrets: [{source: key, mode: 0400}]
configs: {conf: {content: "a=$MODE"}}
secrets: {key: {environment: KEY}}
"""
    child = """
services: {child: {image: alpine:3.24, command: cat /run/secrets/own, secrets: [own]}}
secrets: {own: {environment: KEY}}
"""
    lab = make_lab(**{"shop/compose.yaml": text, "shop/.env": "MODE=1\nKEY=hush\n",
                      "shop/child/compose.yaml": child, "shop/child/.env": "KEY=low"})  # fmt: skip
    add_image(lab, "alpine:3.24")
    run(lab, "docker compose up -d")
    shown = run(lab, "docker compose logs --no-log-prefix web")[0]
    assert shown.startswith("a=1hush-r--------")
    assert run(lab, "docker compose logs --no-log-prefix child")[0] == "hush\n"
    assert "hush" not in run(lab, "docker compose config --format json")[0]
    write(lab, "", "shop/.env")
    text_, code = run(lab, "docker compose up -d --force-recreate")
    message = 'environment variable "KEY" required by secret "shop_key" is not set'
    assert (text_.splitlines()[-1], code) == (message, 1)


def test_replicas_share_a_range_of_ports() -> None:
    lab = shop("services: {web: {image: nginx, scale: 3, ports: ['6005-6006:80']}}")
    text, code = run(lab, "docker compose up -d")
    assert code == 1 and text.endswith(": all ports are allocated\n")
    shown = run(lab, "docker compose ps --format '{{.Ports}}'")[0]
    assert "0.0.0.0:6005->80/tcp" in shown and "0.0.0.0:6006->80/tcp" in shown


def test_a_dependency_that_ends_at_once_is_said_to_have_exited() -> None:
    lab = shop("""
services:
  web: {image: nginx, depends_on: {db: {condition: service_healthy}}}
  db: {image: alpine:3.24, command: sh -c "exit 3"}
""")
    text, code = run(lab, "docker compose up -d")
    failure = "dependency failed to start: container shop-db-1 exited (3)"
    assert (text.splitlines()[-1], code) == (failure, 1)


def test_a_service_of_no_replicas_needs_no_container_to_start() -> None:
    lab = shop("services: {web: {image: nginx}, idle: {image: nginx, scale: 0}}")
    run(lab, "docker compose up -d")
    run(lab, "docker compose stop")
    assert run(lab, "docker compose start")[1] == 0


def test_a_build_reads_the_secrets_and_contexts_that_its_file_names() -> None:
    text = """
services:
  web:
    build:
      dockerfile_inline: |
        FROM alpine:3.24
        COPY --from=more note /note
        RUN --mount=type=secret,id=key cat /run/secrets/key > /got
      secrets: [key]
      additional_contexts: [more=./more]
    command: cat /note /got
secrets: {key: {file: ./key.txt}}
"""
    lab = make_lab(**{"shop/compose.yaml": text, "shop/key.txt": "hush\n",
                      "shop/more/note": "read me\n"})  # fmt: skip
    add_image(lab, "alpine:3.24")
    run(lab, "docker compose up -d", 60)
    assert run(lab, "docker compose logs --no-log-prefix")[0] == "read me\nhush\n"


def test_up_looks_on_at_the_services_that_were_named(lab: Lab) -> None:
    entry = begin(lab, "docker compose up web")
    run_for(lab, 5)
    assert "Attaching to web-1\n" in seen(lab, entry)[0]
    lab.do({"interrupt": entry})
    run_for(lab, 20)
    entry = begin(lab, "docker compose up --attach-dependencies web")
    run_for(lab, 5)
    assert "Attaching to db-1, web-1\n" in seen(lab, entry)[0]


def test_force_recreate_leaves_what_a_named_service_needs(lab: Lab) -> None:
    run(lab, "docker compose up -d")
    before = {one["Name"]: one["Id"] for one in lab.engine.docker.containers("laptop")}
    run(lab, "docker compose up -d --force-recreate web")
    after = {one["Name"]: one["Id"] for one in lab.engine.docker.containers("laptop")}
    assert after["/shop-db-1"] == before["/shop-db-1"]
    assert after["/shop-web-1"] != before["/shop-web-1"]
    run(lab, "docker compose up -d --always-recreate-deps web")
    last = {one["Name"]: one["Id"] for one in lab.engine.docker.containers("laptop")}
    assert last["/shop-db-1"] != after["/shop-db-1"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("up --wait --abort-on-container-exit", "--wait cannot be combined with "
         "--abort-on-container-exit, --attach or --attach-dependencies"),
        ("up -d --attach web", "--detach cannot be combined with --abort-on-container-exit, "
         "--abort-on-container-failure, --attach, --attach-dependencies or --watch"),
        ("up --pull sometimes", 'invalid --pull option "sometimes"'),
        ("up --exit-code-from nope", "no such service: nope: not found"),
        ("up --scale web", 'invalid --scale option "web". Should be SERVICE=NUM'),
        ("scale web=x", "invalid scale specifier: can't parse replica value as int: web=x"),
        ("port web", "requires at least 2 arg(s), only received 1"),
        ("ls --filter foo=bar", "invalid filter 'foo'"),
        ("--progress foo ps", 'unsupported --progress value "foo"'),
        ("cp a b", "unknown copy direction"),
    ],
)  # fmt: skip
def test_flags_that_make_no_sense_are_refused_in_the_words_of_compose(
    lab: Lab, words: str, message: str
) -> None:
    text, code = run(lab, f"docker compose {words}")
    assert (text.splitlines()[-1], code) == (message, 1)


def test_run_takes_variables_volumes_and_names_from_its_line() -> None:
    lab = shop("services: {web: {image: 'alpine:3.24', environment: [A=1]}}",
               **{"more.env": "B=2\nC='3'\n", "note": "read me\n"})  # fmt: skip
    text, code = run(lab, "docker compose run --rm --env-from-file more.env -e A=9 -v ./note:/note "
                          "web sh -c 'echo $A$B$C; cat /note'")  # fmt: skip
    assert (text.endswith("\n923\nread me\n"), code) == (True, 0)


def test_a_container_gets_all_that_its_service_says_of_the_host() -> None:
    lab = shop("""
services:
  web:
    image: alpine:3.24
    command: sleep 60
    sysctls: [net.core.somaxconn=1024]
    ulimits: {nofile: {soft: 10, hard: 20}, nproc: 5}
    devices: ["/dev/null:/dev/mine:r"]
    logging: {driver: json-file, options: {max-size: 10m}}
    pids_limit: 50
    mem_reservation: 32m
    group_add: ["4"]
    ipc: service:db
    links: ["db:database"]
  db: {image: redis, ipc: shareable}
""")
    assert run(lab, "docker compose up -d")[1] == 0
    host = lab.engine.docker.need("laptop", "shop-web-1")["HostConfig"]
    assert host["Sysctls"] == {"net.core.somaxconn": "1024"}
    assert host["Ulimits"] == [{"Name": "nofile", "Soft": 10, "Hard": 20},
                               {"Name": "nproc", "Soft": 5, "Hard": 5}]  # fmt: skip
    assert host["Devices"][0]["PathInContainer"] == "/dev/mine"
    assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "10m"}}
    assert (host["PidsLimit"], host["MemoryReservation"], host["GroupAdd"]) == (50, 32 << 20, ["4"])
    assert host["IpcMode"].startswith("container:")
    assert run(lab, "docker compose exec web nc -z database 6379")[1] == 0


def answered(lab: Lab, line: str, text: str) -> tuple[str, Any]:
    """Type a line that asks something, and the answer."""
    entry = begin(lab, line)
    run_for(lab, 1)
    lab.do({"stdin": {"entry": entry, "text": f"{text}\n"}})
    run_for(lab, 10)
    return seen(lab, entry)


def test_rm_asks_before_it_removes(lab: Lab) -> None:
    run(lab, "docker compose up -d")
    run(lab, "docker compose stop")
    text, code = answered(lab, "docker compose rm", "n")
    assert (text.startswith("? Going to remove shop-db-1, shop-web-1 (y/N) "), code) == (True, 0)
    assert len(names(lab, "-a")) == 2
    assert run(lab, "echo y | docker compose rm db")[1] == 0
    assert names(lab, "-a") == ["shop-web-1"]
    assert answered(lab, "docker compose rm", "y")[1] == 0
    assert names(lab, "-a") == []


def test_a_volume_that_changed_is_made_anew_only_when_asked_for(lab: Lab) -> None:
    run(lab, "docker compose up -d")
    run(lab, "docker compose down")
    write(lab, SHOP.replace("data: }", "data: {labels: {a: b}}}"))
    text, code = answered(lab, "docker compose up -d", "n")
    assert 'Volume "shop_data" exists but doesn\'t match configuration in compose file.' in text
    assert code == 0
    assert run(lab, "docker volume inspect -f '{{.Labels.a}}' shop_data")[0] != "b\n"
    run(lab, "docker compose down")
    assert run(lab, "docker compose up -d -y")[1] == 0
    assert run(lab, "docker volume inspect -f '{{.Labels.a}}' shop_data")[0] == "b\n"


def test_a_volume_that_is_not_the_projects_is_warned_of(lab: Lab) -> None:
    run(lab, "docker volume create shop_data")
    text, code = run(lab, "docker compose up -d")
    assert 'volume "shop_data" already exists but was not created by Docker Compose.' in text
    assert code == 0


def test_a_stand_in_answers_where_its_health_check_looks() -> None:
    text = """
services:
  web: {image: alpine:3.24, command: sleep 60, depends_on: {db: {condition: service_healthy}}}
  db:
    image: example.com/events:1
    healthcheck: {test: wget -qO- http://127.0.0.1:8123/ping || exit 1, interval: 2s, retries: 2}
"""
    machines = [{"name": "laptop", "role": "laptop", "arch": "amd64"}]
    files = {"shop/compose.yaml": text}
    data = {"name": "t", "machines": machines, "hub": {"stand_ins": True}, "files": files}
    lab = Lab(Scenario(data), 7)
    add_image(lab, "alpine:3.24")
    assert run(lab, "docker compose up -d", 60)[1] == 0
    assert run(lab, "docker compose ps --format '{{.Service}} {{.Health}}' db")[0] == "db healthy\n"


def test_an_empty_command_leaves_the_images_and_an_empty_entrypoint_does_not() -> None:
    lab = shop("""
services:
  plain: {image: nginx, command: "$NOTHING"}
  bare: {image: nginx, entrypoint: [], command: [sleep, "60"]}
""")
    run(lab, "docker compose up -d")
    docker = lab.engine.docker
    plain, bare = (docker.need("laptop", f"shop-{name}-1") for name in ("plain", "bare"))
    assert plain["Config"]["Cmd"][0] == "nginx" and plain["State"]["Running"]
    assert (bare["Config"]["Entrypoint"], bare["Path"]) == (None, "sleep")
