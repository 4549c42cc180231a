"""What a Compose file says of services, and flags of `docker compose` lines about them."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from simulator.scenario import Scenario
from tests.compose_world import SHOP, begin, names, run, seen, shop, write
from tests.docker_world import add_image, make_lab, run_for


@pytest.fixture
def lab() -> Lab:
    return shop(SHOP)


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
