"""curl in the terminal: what it sends, what it waits for, what it follows and what it prints."""

from __future__ import annotations

import pytest

from simulator.engine import Engine
from tests.docker_world import run_for
from tests.project_world import Project

WEB = """=== requirements.txt
flask
gunicorn
=== compose.yaml
services:
  web:
    build: .
    ports: ['5000:5000']
    command: python app.py
  one:
    build: .
    ports: ['8000:8000']
    command: gunicorn -b 0.0.0.0:8000 app:app
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
    return f'after {request.args["s"]}\\n'

@app.route('/to', methods=['GET', 'POST'])
def to():
    return redirect('/echo', code=int(request.args['code']))

@app.get('/round')
def around():
    return redirect('/round')

@app.get('/flaky')
def flaky():
    return 'no\\n', 503

@app.get('/login')
def login():
    answer = redirect('/echo')
    answer.set_cookie('who', 'me')
    return answer

@app.route('/echo', methods=['GET', 'POST', 'PUT'])
def echo():
    head = ' '.join(f'{k}={v}' for k, v in request.headers.items() if k not in HIDDEN)
    return f'{request.method} {request.full_path} {head} {request.get_data(as_text=True)}\\n'

HIDDEN = ('Host', 'User-Agent', 'Accept', 'Content-Length')
if __name__ == '__main__':
    app.run(host='0.0.0.0')
"""


@pytest.fixture(scope="module")
def project() -> Project:
    made = Project(WEB)
    made.up(20)
    return made


def test_curl_waits_for_a_handler_that_waits(project: Project) -> None:
    answer = project.lab.do({"terminal": "curl 'localhost:5000/slow?s=3'", "machine": "laptop"})
    assert answer["exit_code"] is None

    project.run("true", 2.5)
    assert project.lab.entry(answer["entry"])["exit_code"] is None
    project.run("true", 1)

    assert project.lab.entry(answer["entry"])["output"] == "after 3\n"


def test_curl_gives_up_after_the_time_of_m_and_ends_with_28(project: Project) -> None:
    text = project.run("curl -m 2 'localhost:5000/slow?s=5'", 2.5)

    assert text == "curl: (28) Operation timed out after 2001 milliseconds with 0 bytes received\n"
    assert project.code == 28


def test_ctrl_c_ends_a_curl_that_waits(project: Project) -> None:
    entry = project.lab.do({"terminal": "curl 'localhost:5000/slow?s=9'"})["entry"]
    project.run("true", 1)
    project.lab.do({"interrupt": entry})

    assert (project.lab.entry(entry)["output"], project.lab.entry(entry)["exit_code"]) == (
        "^C\n",
        130,
    )


def test_one_synchronous_worker_of_gunicorn_answers_one_after_the_other(project: Project) -> None:
    first, second = (
        project.lab.do({"terminal": "curl 'localhost:8000/slow?s=3'"})["entry"] for _ in range(2)
    )
    project.run("true", 4)
    ended = [project.lab.entry(one)["exit_code"] for one in (first, second)]
    project.run("true", 3)

    assert ended == [0, None]
    assert project.lab.entry(second)["output"] == "after 3\n"


def test_a_waiting_curl_goes_on_after_a_keyframe() -> None:
    project = Project(WEB)
    project.up(20)
    lab = project.lab
    entry = lab.do({"terminal": "curl 'localhost:5000/slow?s=3'"})["entry"]
    run_for(lab, 1)

    other = Engine(lab.scenario, lab.seed, lab.engine.keyframe())
    run_for(lab, 5)
    other.calendar.run_before(lab.now_us)

    assert other.digest() == lab.engine.digest()
    assert other.terminal.jobs[str(entry)]["text"] == "after 3\n"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("-L -d a=b '?code=302'", "GET /echo?  \n"),
        ("-L -d a=b '?code=303'", "GET /echo?  \n"),
        ("-L -X POST -d a=b '?code=302'", "POST /echo?  \n"),
        (
            "-L -d a=b '?code=307'",
            "POST /echo? Content-Type=application/x-www-form-urlencoded a=b\n",
        ),
    ],
)
def test_l_follows_and_a_post_becomes_a_get_where_it_does(
    project: Project, words: str, shown: str
) -> None:
    *options, query = words.split()
    line = f"curl -s {' '.join(options)} 'localhost:5000/to{query[1:]}"

    assert project.run(line) == shown


def test_redirects_end_after_fifty(project: Project) -> None:
    assert project.run("curl -L localhost:5000/round") == (
        "curl: (47) Maximum (50) redirects followed\n"
    )
    assert project.code == 47
    out = "-s -o /dev/null -w '%{http_code} %{num_redirects} %{redirect_url}'"
    assert project.run(f"curl {out} localhost:5000/round") == "302 0 http://localhost:5000/round"


def test_heads_of_all_hops_are_shown(project: Project) -> None:
    text = project.run("curl -sIL 'localhost:5000/to?code=301'")

    assert [line for line in text.splitlines() if line.startswith("HTTP")] == [
        "HTTP/1.1 301 Moved Permanently",
        "HTTP/1.1 200 OK",
    ]


def test_v_tells_of_the_exchange_on_standard_error(project: Project) -> None:
    text = project.run("curl -v localhost:5000/ 2>err; cat err")

    assert text.startswith(
        "hello*   Trying 127.0.0.1:5000...\n* Connected to localhost (127.0.0.1) port 5000\n"
        "> GET / HTTP/1.1\n> Host: localhost:5000\n> User-Agent: curl/8.5.0\n> Accept: */*\n> \n"
        "< HTTP/1.1 200 OK\n"
    )
    assert text.endswith("* Closing connection\n")


def test_bodies_and_headers_are_sent_as_curl_writes_them(project: Project) -> None:
    project.lab.do({"file": {"path": "p/body.txt", "text": "x\ny\n"}})
    asks = {
        "-d @body.txt": "POST /echo? Content-Type=application/x-www-form-urlencoded xy\n",
        "--json '{}'": "POST /echo? Content-Type=application/json {}\n",
        "-G -d q=1 --data-urlencode 'x=a b&c'": "GET /echo?q=1&x=a+b%26c  \n",
        "-u me:pw": "GET /echo? Authorization=Basic bWU6cHc= \n",
        "-b k=v -e here": "GET /echo? Referer=here Cookie=k=v \n",
        "-T body.txt": "PUT /echo?  x\ny\n\n",
        "-X PUT --data-binary @body.txt -H 'Content-Type: text/plain'": "PUT /echo? "
        "Content-Type=text/plain x\ny\n\n",
    }

    assert {one: project.run(f"curl -s {one} localhost:5000/echo") for one in asks} == asks


def test_a_form_is_sent_in_parts(project: Project) -> None:
    project.lab.do({"file": {"path": "p/body.txt", "text": "x"}})
    text = project.run("curl -s -F a=b -F 'f=@body.txt' localhost:5000/echo")

    assert 'form-data; name="a"\n\nb\n--' in text.replace("\r", "")
    assert 'name="f"; filename="body.txt"\nContent-Type: text/plain\n\nx\n--' in text.replace(
        "\r", ""
    )


def test_a_cookie_jar_is_kept_between_calls(project: Project) -> None:
    project.run("curl -s -c jar localhost:5000/login")

    assert project.run("curl -s -b jar localhost:5000/echo") == "GET /echo? Cookie=who=me \n"
    assert "localhost\tFALSE\t/\tFALSE\t0\twho\tme\n" in project.run("cat jar")


def test_a_server_that_is_not_well_is_asked_again(project: Project) -> None:
    text = project.run("curl --retry 2 -f localhost:5000/flaky", 4)

    assert text == (
        "curl: (22) The requested URL returned error: 503\n"
        "Warning: Problem: HTTP error. Will retry in 1 second. 2 retries left.\n"
        "curl: (22) The requested URL returned error: 503\n"
        "Warning: Problem: HTTP error. Will retry in 2 seconds. 1 retry left.\n"
        "curl: (22) The requested URL returned error: 503\n"
    )


def test_the_meter_is_shown_where_the_output_is_no_terminal(project: Project) -> None:
    text = project.run("curl localhost:5000/ | cat")

    assert text.splitlines()[0].startswith("  % Total    % Received % Xferd")
    assert text.splitlines()[2].startswith("100     5  100     5    0     0 ")
    assert text.splitlines()[3] == "hello"


def test_what_curl_does_not_know_it_says_so(project: Project) -> None:
    hint = "curl: try 'curl --help' or 'curl --manual' for more information\n"
    asks = {
        "--nosuch": f"curl: option --nosuch: is unknown\n{hint}",
        "-o": f"curl: option -o: requires parameter\n{hint}",
        "--re x": f"curl: option --re: is ambiguous\n{hint}",
        "ftp2://x/": 'curl: (1) Protocol "ftp2" not supported\n',
        "http://nosuch/": "curl: (6) Could not resolve host: nosuch\n",
        "'localhost:5000/[1-3'": "curl: (3) bad range in URL position 19:\n"
        "localhost:5000/[1-3\n                  ^\n",
    }

    assert {one: project.run(f"curl {one}") for one in asks} == asks
