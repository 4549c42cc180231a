"""What servers write into the heads of their answers, and what clients send of themselves."""

from __future__ import annotations

from tests.docker_world import add_image, make_lab, run_for, start

FLASK = (
    "from flask import Flask, request\napp = Flask(__name__)\n@app.route('/', methods=['GET', "
    "'POST'])\ndef hello():\n    return str(request.headers.get(request.args['name']))\n"
    "@app.get('/wrong')\ndef wrong():\n    return {}['a']\napp.run(host='0.0.0.0')\n"
)


def flask_lab():
    lab = make_lab()
    package = "/usr/local/lib/python3.12/site-packages/flask/__init__.py"
    files = {"/app.py": FLASK, package: "", "/usr/local/bin/flask": "#!/usr/bin/python"}
    add_image(lab, "python:3.12-slim", files=files, name="shop:latest")
    ports = {"PortBindings": {"5000/tcp": [{"HostPort": "5000"}]}}
    name = start(lab, "shop:latest", "python", "/app.py", HostConfig=ports)
    return lab, name


def nginx_lab():
    lab = make_lab()
    add_image(
        lab, "nginx:latest", files={"/usr/share/nginx/html/index.html": "hello\n"}, name="w:1"
    )
    return lab, start(lab, "w:1", HostConfig={"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}})


def typed(lab, line: str) -> str:
    answer = lab.do({"terminal": line, "machine": "laptop"})
    if answer["exit_code"] is None:
        run_for(lab, 3)
        answer = lab.entry(answer["entry"])
    return str(answer["output"])


def logs(lab, name: str) -> str:
    return typed(lab, f"docker logs {name}")


def test_nginx_heads_its_answers_with_its_name_the_date_and_the_length() -> None:
    lab, _ = nginx_lab()
    lines = typed(lab, "curl -sI localhost:8080").split("\n")
    assert lines[0] == "HTTP/1.1 200 OK" and lines[1].startswith("Server: nginx/1.")
    assert lines[2].startswith("Date: Mon, 05 Jan 2026 09:0") and lines[2].endswith(" GMT")
    assert {"Content-Length: 6", "Connection: keep-alive"} <= set(lines)


def test_a_server_of_pythons_names_itself_before_what_the_program_has_set() -> None:
    lab, _ = flask_lab()
    head = typed(lab, "curl -si 'localhost:5000/?name=Host'").partition("\n\n")[0].split("\n")
    assert [line.partition(":")[0] for line in head[1:]] == [
        "Server", "Date", "Content-Type", "Content-Length", "Connection",
    ]  # fmt: skip
    assert head[1].startswith("Server: Werkzeug/3")


def test_curl_sends_its_own_headers_and_those_that_are_asked_for() -> None:
    lab, _ = flask_lab()
    asks = {
        "'localhost:5000/?name=User-Agent'": "curl/8.5.0",
        "-A probe 'localhost:5000/?name=User-Agent'": "probe",
        "-u ann:secret 'localhost:5000/?name=Authorization'": "Basic YW5uOnNlY3JldA==",
        "-d a=1 'localhost:5000/?name=Content-Type'": "application/x-www-form-urlencoded",
        "--json {} 'localhost:5000/?name=Content-Type'": "application/json",
    }
    assert [typed(lab, f"curl -s {line}").strip() for line in asks] == list(asks.values())


def test_the_access_log_names_the_client() -> None:
    lab, name = nginx_lab()
    typed(lab, "curl -s localhost:8080")
    assert '"GET / HTTP/1.1" 200 6 "-" "curl/8.5.0" "-"' in logs(lab, name)


def test_nginx_warns_of_its_user_directive_when_it_is_not_root() -> None:
    lab = make_lab()
    add_image(lab, "nginx:latest")
    name = start(lab, "nginx:latest", User="1000")
    assert 'nginx: [warn] the "user" directive makes sense only if the master' in logs(lab, name)


def test_flask_names_the_module_that_reports_an_exception() -> None:
    lab, name = flask_lab()
    typed(lab, "curl -s localhost:5000/wrong")
    assert "ERROR in app: Exception on /wrong [GET]" in logs(lab, name)
