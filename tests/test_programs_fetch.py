"""curl and wget in containers: they wait for handlers that wait, and say what the real ones do."""

from __future__ import annotations

import pytest

from tests.docker_world import add_image, make_lab, output, start
from tests.project_world import Project

TOO_MANY = "wget " + "no/" * 3 + " x" * 300


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("wget ]", "wget: bad address ']'\n"),
        ("wget -q http://a:b/", "wget: bad port 'a:b'\n"),
        (TOO_MANY, "wget: Argument list too long\n"),
    ],
)
def test_an_address_that_is_none_is_refused(line: str, said: str) -> None:
    lab = make_lab()
    add_image(lab, "alpine:3.24")
    assert output(lab, start(lab, "alpine:3.24", "sh", "-c", line)) == said


TEXT = """=== requirements.txt
flask
=== tool/Dockerfile
FROM debian:12
RUN apt-get update && apt-get install -y curl wget
=== compose.yaml
services:
  web:
    build: .
    command: python app.py
  tool:
    build: tool
    command: sleep infinity
  proxy:
    image: nginx
    ports: ['8080:80']
    volumes: ['./nginx.conf:/etc/nginx/nginx.conf']
  alp:
    image: alpine
    command: sleep infinity
=== nginx.conf
events {}
http { server { listen 80;
  location / { proxy_pass http://web:5000; }
  location /short/ { proxy_pass http://web:5000/; proxy_read_timeout 2s; }
} }
=== app.py
import time
from flask import Flask, redirect, request
app = Flask(__name__)

@app.get('/')
def index():
    return 'hello'

@app.get('/slow')
def slow():
    time.sleep(float(request.args['s']))
    return 'done\\n'

@app.get('/to')
def to():
    return redirect('/')

app.run(host='0.0.0.0')
"""


@pytest.fixture(scope="module")
def project() -> Project:
    made = Project(TEXT)
    made.up(30)
    return made


def test_they_wait_for_a_handler_in_a_shell_in_a_pipe_and_by_themselves(project: Project) -> None:
    slow = "web:5000/slow?s=2"
    asks = {
        f"tool curl -s {slow}": "done\n",
        f"tool sh -c 'x=$(curl -s {slow}); echo got $x'": "got done\n",
        f"tool sh -c 'curl -s {slow} | tr a-z A-Z'": "DONE\n",
        f"tool sh -c 'curl -s -m 1 {slow} || echo $?'": "28\n",
        f"tool sh -c 'timeout 1 curl -s {slow}; echo $?'": "124\n",
        f"alp wget -qO- {slow}": "done\n",
        f"alp wget -T 1 -qO- {slow}": "wget: download timed out\n",
    }

    assert {one: project.run(f"docker compose exec {one}", 4) for one in asks} == asks


def test_the_time_that_an_answer_took_is_known(project: Project) -> None:
    words = "curl -s -o /dev/null -w '%{http_code} %{time_total}' web:5000/slow?s=1"
    code, seconds = project.run(f"docker compose exec tool {words}", 3).split()

    assert code == "200"
    assert 1.0 <= float(seconds) < 1.1


def test_busybox_and_gnu_say_the_same_in_different_words(project: Project) -> None:
    busy = project.run("docker compose exec alp wget -O /tmp/x web:5000/to").splitlines()
    gnu = project.run("docker compose exec tool wget web:5000/to").splitlines()

    assert [line.partition(" (")[0] for line in busy] == [
        "Connecting to web:5000",
        "Connecting to web:5000",
        "saving to '/tmp/x'",
        f"/tmp/x               100% |{'*' * 32}|     5  0:00:00 ETA",
        "'/tmp/x' saved",
    ]
    assert [gnu[at] for at in (3, 4, 9, 10)] == [
        "HTTP request sent, awaiting response... 302 Found",
        "Location: / [following]",
        "Length: 5 [text/html]",
        "Saving to: ‘index.html’",
    ]
    assert gnu[-2].endswith("‘index.html’ saved [5/5]")


def test_what_fails_has_its_own_words_and_status(project: Project) -> None:
    asks = {
        "alp wget -q web:5000/no": ("wget: server returned error: HTTP/1.1 404 Not Found\n", 1),
        "alp wget -q nobody": ("wget: bad address 'nobody'\n", 1),
        "tool wget -q web:5000/no": ("", 8),
        "tool wget -nv nobody": ("wget: unable to resolve host address ‘nobody’\n", 4),
        "tool curl -sS web:81": (
            "curl: (7) Failed to connect to web port 81 after 0 ms: Couldn't connect to server\n",
            7,
        ),
    }

    found = {one: (project.run(f"docker compose exec {one}", 4), project.code) for one in asks}
    assert found == asks


def test_nginx_waits_for_its_upstream_and_gives_up_after_proxy_read_timeout(
    project: Project,
) -> None:
    asks = {"/slow?s=3": "200 3.0", "/short/slow?s=3": "504 2.0", "/short/to": "302 0.0"}
    words = "curl -s -o /dev/null -w '%{http_code} %{time_total}'"
    found = {one: project.run(f"{words} localhost:8080{one}", 4)[:7] for one in asks}

    assert found == asks
    project.run("curl -m 1 localhost:8080/slow?s=2", 4)
    log = project.logs("proxy")
    assert '"GET /slow?s=2 HTTP/1.1" 499 0 "-"' in log
    assert "upstream timed out (110: Connection timed out) while reading response header" in log
