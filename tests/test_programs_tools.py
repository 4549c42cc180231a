"""Tools, wrappers and small servers in running containers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from simulator.docker.tree import file_entry
from simulator.lab import Lab
from simulator.programs.families.cron.schedule import due
from tests.docker_world import add_image, make_lab, output, run_for, start, state

ALPINE, DEBIAN, BUSYBOX = "alpine:3.24", "debian:bookworm", "busybox:1.37"


@pytest.fixture(scope="module")
def lab() -> Lab:
    made = make_lab()
    for image in (ALPINE, DEBIAN, "python:3.13-slim", "redis:8", "redis:8-alpine", "traefik:3"):
        add_image(made, image)
    return made


def printed(lab: Lab, image: str, script: str, seconds: float = 60) -> str:
    """Run a script as a container and give what it printed."""
    container = start(lab, image, "sh", "-c", script)
    run_for(lab, seconds)
    return output(lab, container)


def ports(lab: Lab, image: str, *command: str, **options: Any) -> list[int]:
    """Start a server and give the ports on which it listens after ten seconds."""
    container = start(lab, image, *command, **options)
    run_for(lab, 10)
    return lab.engine.programs.listening(container)


def test_apk_add_brings_a_program_and_takes_its_time(lab: Lab) -> None:
    script = "curl; date +%s; apk add gcc curl >/dev/null; date +%s; which curl"
    missing, before, after, path = printed(lab, ALPINE, script).splitlines()
    assert missing == "sh: curl: not found"
    assert path == "/usr/bin/curl"
    assert int(after) > int(before)


def test_pip_install_brings_a_module(lab: Lab) -> None:
    script = "pip install -q flask 2>/dev/null >/dev/null && python -c 'import flask; print(1)'"
    assert printed(lab, "python:3.13-slim", script) == "1\n"


def test_awk_reads_a_pipe(lab: Lab) -> None:
    assert printed(lab, ALPINE, "printf 'a b\\nc d\\n' | awk '{print $2}'") == "b\nd\n"


def test_tar_packs_and_unpacks(lab: Lab) -> None:
    script = "tar czf /tmp/a.tgz -C /etc passwd && mkdir /x && tar xzf /tmp/a.tgz -C /x && ls /x"
    assert printed(lab, ALPINE, script) == "passwd\n"


@pytest.mark.parametrize(
    "line", ["env A=b printenv A", "nohup env A=b printenv A", "nice -n 5 env A=b printenv A",
             "A=b timeout 3 printenv A", "env -u X A=b sh -c 'echo $A'"]
)  # fmt: skip
def test_wrappers_run_their_command(lab: Lab, line: str) -> None:
    assert printed(lab, DEBIAN, line) == "b\n"


def test_netcat_answers_what_came_through_the_pipe(lab: Lab) -> None:
    script = (
        "while true; do { printf 'HTTP/1.1 200 OK\\r\\n\\r\\n'; echo hi; } | nc -l -p 80; done & "
        "sleep 1; wget -qO- http://localhost; sleep 1; wget -qO- http://localhost; kill $!"
    )
    lines = printed(lab, ALPINE, script).splitlines()
    assert lines.count("hi") == 2
    assert lines.count("GET / HTTP/1.1") == 2


def test_pidof_and_pgrep_find_processes(lab: Lab) -> None:
    script = "redis-server >/dev/null & sleep 1; pidof redis-server; pidof nosuch || echo none"
    number, none = printed(lab, "redis:8-alpine", script).splitlines()
    assert (number.isdigit(), none) == (True, "none")


def test_a_sentinel_has_its_own_port(lab: Lab) -> None:
    script = "touch /s.conf; exec redis-sentinel /s.conf"
    assert ports(lab, "redis:8", "sh", "-c", script) == [26379]


def test_redis_reads_the_port_of_its_configuration(lab: Lab) -> None:
    script = "echo 'port 7000' > /r.conf; exec redis-server /r.conf"
    assert ports(lab, "redis:8", "sh", "-c", script) == [7000]


def test_traefik_listens_on_its_entry_points(lab: Lab) -> None:
    words = ("traefik", "--api.insecure", "--entryPoints.web.address=:8000")
    assert ports(lab, "traefik:3", *words) == [8000, 8080]


def test_curl_prints_three_zeros_when_nobody_answers(lab: Lab) -> None:
    script = "apk add -q curl >/dev/null; curl -so /dev/null -w '%{http_code}' localhost; echo : $?"
    assert printed(lab, ALPINE, script) == "000: 7\n"


def test_wget_shows_what_the_server_answers(lab: Lab) -> None:
    script = (
        "{ printf 'HTTP/1.1 200 OK\\r\\n\\r\\n'; echo hi; } | nc -lk -p 80 >/dev/null & sleep 1; "
        "wget --server-response --timeout=2 -O /tmp/x http://localhost 2>&1 | "
        "awk '/^  HTTP/{print $2}'; cat /tmp/x; kill $!"
    )
    assert printed(lab, ALPINE, script) == "200\nhi\n"


@pytest.mark.parametrize(
    ("image", "line", "words"),
    [
        ("mysql:8.4", "mysql -h nosuch -e 'SELECT 1'", "Unknown MySQL server host 'nosuch' (-2)"),
        (
            "mysql:8.4",
            "mysql --host=127.0.0.1",
            "Can't connect to MySQL server on '127.0.0.1:3306'",
        ),
        ("mysql:8.4", "mysqladmin ping", "socket '/var/run/mysqld/mysqld.sock' (2)"),
        ("postgres:17", "psql -h nosuch -c 'select 1'", 'could not translate host name "nosuch"'),
        ("postgres:17", "pg_isready -h localhost -p 5433", "localhost:5433 - no response"),
        ("mongo:8.0", "mongosh --eval 1", "MongoNetworkError: connect ECONNREFUSED 127.0.0.1"),
    ],
)
def test_clients_say_why_they_do_not_reach_their_server(
    lab: Lab, image: str, line: str, words: str
) -> None:
    add_image(lab, image)
    text = printed(lab, image, f"{line}; echo code $?")
    assert words in text
    assert "code 0" not in text


def test_mysql_asks_for_roots_password(lab: Lab) -> None:
    add_image(lab, "mysql:8.4")
    container = start(lab, "mysql:8.4", Env=["MYSQL_ROOT_PASSWORD=secret"])
    run_for(lab, 60)

    def ask(*words: str) -> str:
        return str(lab.engine.docker.exec_("laptop", container, ["mysql", *words])[1])

    assert ask("-psecret", "-e", "SELECT 1").endswith("insecure.\n1\n1\n")
    assert "Access denied for user 'root'@'localhost' (using password: NO)" in ask("-e", "SELECT 1")


def test_bash_connects_through_dev_tcp(lab: Lab) -> None:
    script = (
        "redis-server >/dev/null & sleep 1; bash -c '</dev/tcp/localhost/6379' && echo up; "
        "bash -c 'exec 3<>/dev/tcp/localhost/1' 2>/dev/null || echo down; kill $!"
    )
    lines = printed(lab, "redis:8", script).splitlines()
    assert [line for line in lines if line in ("up", "down")] == ["up", "down"]


@pytest.mark.parametrize(
    ("image", "script", "words"),
    [
        (BUSYBOX, "cd /tmp; echo hi > index.html; httpd -p 8080; wget -qO- localhost:8080", "hi"),
        (BUSYBOX, "echo x > /tmp/a; httpd -f -h /tmp & sleep 1; wget -qO- localhost/a", "x"),
        ("nginx:1.28", "nginx 2>/dev/null; sleep 1; curl -s localhost", "<!DOCTYPE html>"),
    ],
)  # fmt: skip
def test_small_servers_serve_also_as_daemons(lab: Lab, image: str, script: str, words: str) -> None:
    add_image(lab, image)
    assert words in printed(lab, image, script).splitlines()


def test_socat_passes_a_connection_on(lab: Lab) -> None:
    script = (
        "apk add -q socat >/dev/null; { printf 'HTTP/1.1 200 OK\\r\\n\\r\\n'; echo hi; } | "
        "nc -lk -p 81 >/dev/null & sleep 2; socat TCP-LISTEN:80,fork TCP:localhost:81 & sleep 1; "
        "wget -qO- localhost/a"
    )
    assert printed(lab, ALPINE, script).splitlines()[-1] == "hi"


def test_go_run_builds_and_serves(lab: Lab) -> None:
    add_image(lab, "golang:1.24-alpine")
    program = 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":8080", nil) }\n'
    script = f"cd /tmp; cat > main.go <<'EOF'\n{program}EOF\ngo run main.go"
    container = start(lab, "golang:1.24-alpine", "sh", "-c", script)
    run_for(lab, 120)
    assert lab.engine.programs.listening(container) == [8080]


@pytest.mark.parametrize(
    ("program", "wanted"),
    [
        ('BEGIN {print "hi", 1 + 2}', "hi 3\n"),
        ("{s += $2} END {print s, NR, s / NR}", "6 3 2\n"),
        ('!seen[$1]++ {print NR ":" $1}', "1:ab\n2:ba\n"),
        ('{gsub(/a/, "<&>"); $2 = ""; print}', "<a>b \nb<a> \n<a>b \n"),
        ('BEGIN {for (i = 0; i < 2; i++) printf "%03d|%-3s|\\n", i, "x"}', "000|x  |\n001|x  |\n"),
        ("/ba/, $2 == 2 {print NR}", "2\n3\n"),
        ('BEGIN {n = split("a.b.c", p, "."); print n, p[3], substr("hello", 2, 3)}', "3 c ell\n"),
        ('$2 > 1 {print > "/tmp/big"} END {print ($2 > 9) ? "y" : "n"}', "n\n"),
        ("{ if ($2 > 2)\n print $1\n else next\n print NF }", "ba\n2\n"),
    ],
)
def test_awk_runs_whole_programs(lab: Lab, program: str, wanted: str) -> None:
    script = f"printf 'ab 1\\nba 3\\nab 2\\n' | awk '{program}'"
    assert printed(lab, ALPINE, script) == wanted


def test_awk_without_end_is_stopped(lab: Lab) -> None:
    said = printed(lab, ALPINE, "awk 'BEGIN {while (1) x = x \"aaaa\"}'; echo $?")
    assert said == "# stopped: more steps than a program of awk may take\n137\n"


def test_awk_tells_its_errors(lab: Lab) -> None:
    said = printed(
        lab, ALPINE, "awk 'BEGIN {print 1 / 0}' 2>&1; echo $?; awk '{exit 3}' /etc/passwd"
    )
    assert said == "awk: division by zero\n2\n"


REFUSALS = [
    (ALPINE, "", "echo x > /no/d/f", "sh: can't create /no/d/f: nonexistent directory\n1"),
    (DEBIAN, "", "echo x > /no/d/f", "sh: 1: cannot create /no/d/f: Directory nonexistent\n2"),
    (ALPINE, "1000", "echo x > /etc/f", "sh: can't create /etc/f: Permission denied\n1"),
    (ALPINE, "", "{ echo x; } > /no/f", "sh: can't create /no/f: nonexistent directory\n1"),
    (DEBIAN, "", "cat < /no", "sh: 1: cannot open /no: No such file\n2"),
    (ALPINE, "", "touch /no/f", "touch: /no/f: No such file or directory\n1"),
    (ALPINE, "", "cp /etc/passwd /no/f", "cp: can't create '/no/f': No such file or directory\n1"),
    (DEBIAN, "", "cp -r /etc /no/x",
     "cp: cannot create directory '/no/x': No such file or directory\n1"),
    (ALPINE, "", "mv /etc/passwd /no/f",
     "mv: can't rename '/etc/passwd': No such file or directory\n1"),
    (DEBIAN, "1000", "mv /etc/passwd /tmp",
     "mv: cannot move '/etc/passwd' to '/tmp/passwd': Permission denied\n1"),
    (DEBIAN, "", "echo a | tee /no/f", "tee: /no/f: No such file or directory\na\n1"),
    (DEBIAN, "", "ln -s a /no/b",
     "ln: failed to create symbolic link '/no/b': No such file or directory\n1"),
    (ALPINE, "", "dd of=/no/x count=1", "dd: can't open '/no/x': No such file or directory\n1"),
    (DEBIAN, "", "mkdir /a/b",
     "mkdir: cannot create directory '/a/b': No such file or directory\n1"),
    (DEBIAN, "", "rmdir /etc", "rmdir: failed to remove '/etc': Directory not empty\n1"),
    (ALPINE, "", "rm /etc", "rm: '/etc' is a directory\n1"),
    (DEBIAN, "", "rm /etc/hosts", "rm: cannot remove '/etc/hosts': Device or resource busy\n1"),
    (DEBIAN, "1000", "ls /root", "ls: cannot open directory '/root': Permission denied\n2"),
    (ALPINE, "1000", "cd /root", "sh: cd: line 0: can't cd to /root: Permission denied\n2"),
    (DEBIAN, "1000", "sed -i s/a/b/ /etc/passwd",
     "sed: couldn't open temporary file /etc/sedXXXXXX: Permission denied\n4"),
    (DEBIAN, "", "sort /no", "sort: cannot read: /no: No such file or directory\n2"),
    (ALPINE, "", "/etc/passwd", "sh: /etc/passwd: Permission denied\n126"),
]  # fmt: skip


@pytest.mark.parametrize(("image", "user", "script", "words"), REFUSALS)
def test_what_the_kernel_refuses_is_said_in_the_programs_own_words(
    lab: Lab, image: str, user: str, script: str, words: str
) -> None:
    container = start(lab, image, "sh", "-c", f"{script}; echo $?", User=user)
    assert output(lab, container) == words + "\n"


def test_a_read_only_root_refuses_files_and_a_tmpfs_in_it_takes_them(lab: Lab) -> None:
    host = {"ReadonlyRootfs": True, "Tmpfs": {"/run": ""}}
    script = "echo x > /f; touch /g; echo y > /run/h; cat /run/h"
    container = start(lab, ALPINE, "sh", "-c", script, HostConfig=host)
    assert output(lab, container) == (
        "sh: can't create /f: Read-only file system\ntouch: /g: Read-only file system\ny\n"
    )


def test_a_copy_belongs_to_who_made_it_and_bash_knows_its_line(lab: Lab) -> None:
    script = "\n\ncp /etc/passwd /tmp/p && stat -c %u /tmp/p >/no/f\nls -l /tmp/p"
    container = start(lab, DEBIAN, "bash", "-c", script, User="1000:1000")
    first, listed = output(lab, container).splitlines()
    assert first == "bash: line 3: /no/f: No such file or directory"
    assert listed.split()[2:4] == ["1000", "1000"]


def test_a_script_complains_with_its_name_and_line(lab: Lab) -> None:
    script = "printf '#!/bin/sh\\ntrue\\nnosuch\\n' > /x.sh; chmod +x /x.sh; /x.sh"
    assert printed(lab, ALPINE, script, 2) == "/x.sh: line 3: nosuch: not found\n"
    assert printed(lab, DEBIAN, script, 2) == "/x.sh: 3: nosuch: not found\n"
    broken = "printf 'true\\nif true\\nfi\\n' > /x.sh; sh /x.sh; echo $?"
    assert printed(lab, ALPINE, broken, 2) == (
        '/x.sh: line 3: syntax error: unexpected "fi" (expecting "then")\n2\n'
    )
    assert printed(lab, DEBIAN, broken, 2) == (
        '/x.sh: 3: Syntax error: "fi" unexpected (expecting "then")\n2\n'
    )


def test_a_script_from_windows_has_no_interpreter_that_is_there(lab: Lab) -> None:
    script = "printf '#!/bin/sh\\r\\necho hi\\r\\n' > /x.sh; chmod +x /x.sh; /x.sh; echo $?"
    assert printed(lab, ALPINE, script, 2) == "sh: /x.sh: not found\n127\n"
    bash = start(lab, DEBIAN, "bash", "-c", script)
    assert output(lab, bash).startswith("bash: line 1: /x.sh: cannot execute: required file not")


def test_a_text_without_an_interpreter_is_run_by_the_shell(lab: Lab) -> None:
    script = "echo 'echo $1 from $0' > /x.sh; chmod +x /x.sh; /x.sh hi"
    assert printed(lab, ALPINE, script, 2) == "hi from /x.sh\n"


def program(name: str) -> Any:
    return file_entry(size=50_000, mode=0o755, content=name)


CRON = {
    "/usr/sbin/cron": program("cron"), "/usr/bin/crontab": program("crontab"),
    "/etc/cron.d/job": "* * * * * root echo $(date +\\%M) $WHO $HOME > /proc/1/fd/1\n",
    "/etc/cron.d/with.dot": "* * * * * root echo never > /proc/1/fd/1\n",
    "/etc/cron.d/unended": "* * * * * root echo never > /proc/1/fd/1",
    "/etc/cron.d/userless": "* * * * * root echo never > /proc/1/fd/1\n* * * * * echo hi > /x\n",
    "/var/spool/cron/crontabs/nobody-there": "* * * * * echo never > /proc/1/fd/1\n",
}  # fmt: skip


def test_busybox_crond_gives_jobs_its_environment_and_its_output(lab: Lab) -> None:
    table = "*/2 * * * * echo $(date +%M) $WHO $(pwd)"
    script = f"echo '{table}' | crontab -; crontab -l; exec crond -f -d 8"
    container = start(lab, ALPINE, "sh", "-c", script, Env=["WHO=me"])
    run_for(lab, 245)
    lines = output(lab, container).splitlines()
    assert lines[0] == table
    assert lines[1] == "crond: crond (busybox 1.37.0) started, log level 8"
    ran = [line for line in lines if line.endswith(" me /root")]
    assert len(ran) == 2 and all(int(line[:2]) % 2 == 0 for line in ran)


def test_debians_cron_gives_jobs_no_environment_and_drops_their_output() -> None:
    lab = make_lab()
    add_image(lab, DEBIAN, files=CRON, name="tabs:latest")
    container = start(lab, "tabs:latest", "cron", "-f", Env=["WHO=me"])
    run_for(lab, 125)
    lines = output(lab, container).splitlines()
    assert len(lines) == 2 and all(line[2:] == " /root" for line in lines)
    answer = lab.engine.docker.exec_(
        "laptop", container, ["sh", "-c", "echo '99 * * * * x' | crontab -"]
    )
    assert answer == (1, '"-":1: bad minute\nerrors in crontab file, can\'t install.\n')


def test_supercronic_logs_what_its_jobs_do_and_ends_when_asked() -> None:
    lab = make_lab()
    files = {"/usr/bin/supercronic": program("supercronic"), "/tab": "* * * * * echo hi; exit 3\n"}
    add_image(lab, DEBIAN, files=files, name="tabs:latest")
    container = start(lab, "tabs:latest", "supercronic", "/tab")
    run_for(lab, 65)
    lab.engine.docker.stop("laptop", container)
    run_for(lab, 1)
    text = output(lab, container)
    assert 'msg="read crontab: /tab"' in text and "msg=starting iteration=0" in text
    assert 'level=error msg="error running command: exit status 3"' in text
    assert text.endswith("msg=exiting\n")


@pytest.mark.parametrize(
    ("schedule", "stamp", "expected"),
    [
        ("*/15 * * * *", "2026-01-05 10:45", True),
        ("0 9-17 * * mon-fri", "2026-01-05 12:00", True),
        ("0 9 * * 0", "2026-01-05 09:00", False),
        ("0 9 * * 7", "2026-01-04 09:00", True),
        ("0 0 13 * 5", "2026-01-13 00:00", True),
        ("0 0 13 * 5", "2026-01-16 00:00", True),
        ("0 0 */2 * 5", "2026-01-16 00:00", False),
        ("5,35 8 1 jan *", "2026-01-01 08:35", True),
        ("@hourly", "2026-01-05 10:00", True),
    ],
)
def test_a_job_is_due_when_its_fields_say_so(schedule: str, stamp: str, expected: bool) -> None:
    assert due(schedule, datetime.fromisoformat(stamp)) is expected


def test_a_container_whose_daemon_leaves_the_foreground_ends(lab: Lab) -> None:
    assert state(lab, start(lab, ALPINE, "crond"))["Status"] == "exited"


@pytest.mark.parametrize(
    ("package", "command", "code"),
    [
        ("tini", "tini -- sleep 1000", 143),
        ("dumb-init", "dumb-init sh -c 'sleep 1000'", 143),
        ("tini", "tini -g -- sh -c 'trap \"exit 3\" TERM; while :; do sleep 1; done'", 3),
        ("tini", "tini -- sh -c 'exit 7'", 7),
        ("tini", "tini -- nosuch", 127),
        ("dumb-init", "dumb-init -r 15:0 sleep 1000", 137),
    ],
)
def test_a_small_init_passes_signals_on_and_ends_as_its_child(
    lab: Lab, package: str, command: str, code: int
) -> None:
    container = start(lab, ALPINE, "sh", "-c", f"apk add -q {package}; exec {command}", wait=20)
    if state(lab, container)["Running"]:
        lab.engine.docker.stop("laptop", container)
        run_for(lab, 12)
    assert state(lab, container)["ExitCode"] == code


SUPERVISED = """[supervisord]
nodaemon=true
user=root
[program:web]
command=nginx -g "daemon off;"
stdout_logfile=/dev/stdout
[program:bad]
command=/bin/sh -c "echo oops; exit 1"
stdout_logfile=/dev/stdout
startretries=1
"""


def test_supervisord_starts_programs_again_and_stops_them_when_it_ends() -> None:
    lab = make_lab()
    files = {"/usr/bin/supervisord": program("supervisord"), "/etc/supervisord.conf": SUPERVISED}
    add_image(lab, "nginx:1.28", files=files, name="two:latest")
    container = start(lab, "two:latest", "supervisord")
    run_for(lab, 10)
    assert lab.engine.programs.listening(container) == [80]
    lab.engine.docker.stop("laptop", container)
    run_for(lab, 2)
    text = output(lab, container)
    assert text.count("exited: bad (exit status 1; not expected)") == 2
    assert "gave up: bad entered FATAL state, too many start retries too quickly" in text
    assert "success: web entered RUNNING state" in text
    assert text.endswith("WARN stopped: web (exit status 0)\n")
    assert state(lab, container)["ExitCode"] == 0


CADDYFILE = """:8080 {
  root * /site
  file_server
  respond /health "fine" 200
  redir /old /new permanent
  handle_path /api/* {
    reverse_proxy app:8000
  }
}
"""
HAPROXY = """frontend web
  bind *:8080
  use_backend none if { path_beg /none }
  default_backend apps
backend apps
  server a app:8000 check
  server b app:8000 check
backend none
  server a nobody:8000
"""


@pytest.mark.parametrize(
    ("image", "files", "answers"),
    [
        ("caddy:2", {"/etc/caddy/Caddyfile": CADDYFILE, "/site/index.html": "home"},
         {"/": (200, "home"), "/health": (200, "fine"), "/api/x?y": (200, "app /x?y"),
          "/old": (301, ""), "/missing": (404, "")}),
        ("haproxy:3.0", {"/usr/local/etc/haproxy/haproxy.cfg": HAPROXY},
         {"/x": (200, "app /x"), "/none/x": (503, None)}),
    ],
)  # fmt: skip
def test_caddy_and_haproxy_answer_by_their_configuration(
    image: str, files: dict[str, str], answers: dict[str, tuple[int, str | None]]
) -> None:
    lab = make_lab()
    lab.engine.docker.networks.create("laptop", {"Name": "shop"})
    host = {"HostConfig": {"NetworkMode": "shop"}}
    app = {
        "/etc/nginx/conf.d/default.conf": 'server { listen 8000; return 200 "app $request_uri"; }'
    }
    add_image(lab, "nginx:1.28", files=app, name="app:latest")
    add_image(lab, image, files=files, name="edge:latest")
    start(lab, "app:latest", name="app", **host)
    edge = start(lab, "edge:latest", wait=3, **host)
    for path, (status, body) in answers.items():
        answer = lab.engine.programs.respond(edge, 8080, {"path": path, "headers": {}})
        assert answer["status"] == status, path
        assert body is None or answer["body"] == body
