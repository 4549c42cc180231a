"""gunicorn, uvicorn and flask: their options, what they say, and how they fail."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start, state
from tests.project_world import Project
from tests.test_programs_families import SERVERS

FLASK = """import time
from flask import Flask
app = Flask(__name__)
@app.route("/")
def index():
    return "hi"
@app.route("/slow")
def slow():
    time.sleep(60)
    return "slow"
"""
FASTAPI = """from fastapi import FastAPI
app = FastAPI()
@app.get("/")
def index():
    return {"a": 1}
"""


@pytest.fixture
def lab() -> Lab:
    return make_lab()


def serve(lab: Lab, source: str, *cmd: str, **files: str) -> str:
    everything: dict[str, Any] = {"/app/main.py": source, **SERVERS}
    everything |= {f"/app/{name}": text for name, text in files.items()}
    add_image(lab, "python:3.12-slim", name="app:latest", files=everything, WorkingDir="/app")
    return start(lab, "app:latest", *cmd)


def test_gunicorn_reads_its_configuration_and_its_options(lab: Lab) -> None:
    config = "import os\nbind = '0.0.0.0:9000'\nworkers = 2 + 1\nthreads = 2\naccesslog = '-'\n"
    web = serve(lab, FLASK, "gunicorn", "-w", "2", "main:app", **{"gunicorn.conf.py": config})
    lab.engine.programs.respond(
        web, 9000, {"method": "GET", "path": "/", "headers": {"User-Agent": "curl/8.5.0"}}
    )
    lines = output(lab, web).splitlines()
    assert [line.partition("INFO] ")[2] for line in lines[:5]] == [
        "Starting gunicorn 23.0.0", "Listening at: http://0.0.0.0:9000 (1)",
        "Using worker: gthread", "Booting worker with pid: 7", "Booting worker with pid: 8",
    ]  # fmt: skip
    assert lines[5].endswith(' +0000] "GET / HTTP/1.1" 200 2 "-" "curl/8.5.0"')


@pytest.mark.parametrize(
    ("source", "target", "code", "words"),
    [
        (FLASK, "main:nothing", 4, "Failed to find attribute 'nothing' in 'main'.\n"),
        (FLASK, "main:nothing", 4, "[1] [ERROR] Reason: App failed to load.\n"),
        (FLASK, "other:app", 3, "ModuleNotFoundError: No module named 'other'\n"),
        ("import nope\n", "main:app", 3, "[7] [ERROR] Exception in worker process\nTraceback"),
        ("import nope\n", "main:app", 3, "[1] [ERROR] Worker (pid:7) exited with code 3\n"),
        ("import nope\n", "main:app", 3, "[1] [ERROR] Reason: Worker failed to boot.\n"),
    ],
)
def test_gunicorn_gives_up_when_its_workers_cannot_boot(
    lab: Lab, source: str, target: str, code: int, words: str
) -> None:
    web = serve(lab, source, "gunicorn", target)
    assert words in output(lab, web)
    assert state(lab, web)["ExitCode"] == code


def test_gunicorn_ends_a_worker_that_is_silent_for_too_long() -> None:
    project = Project(
        "=== main.py\n" + FLASK + "=== requirements.txt\nflask\ngunicorn\n=== compose.yaml\n"
        "services:\n  web:\n    build: .\n    ports: ['8000:8000']\n    command: gunicorn "
        "-b 0.0.0.0:8000 --timeout 5 --access-logfile - main:app\n"
    )
    project.up(20)
    text = project.run("curl localhost:8000/slow", 6)
    assert (text.splitlines()[-1], project.code) == ("curl: (52) Empty reply from server", 52)
    log = project.logs("web")
    assert "[1] [CRITICAL] WORKER TIMEOUT (pid:7)\n" in log and "SystemExit: 1\n" in log
    assert "[8] [INFO] Booting worker with pid: 8\n" in log and "GET /slow" not in log
    assert project.run("curl -s localhost:8000/") == "hi\n"


def test_uvicorn_with_workers_and_with_a_reloader(lab: Lab) -> None:
    many = output(lab, serve(lab, FASTAPI, "uvicorn", "main:app", "--workers", "2"))
    again = output(lab, serve(lab, FASTAPI, "uvicorn", "main:app", "--reload"))
    assert many.splitlines()[1:3] == [
        "INFO:     Started parent process [1]", "INFO:     Started server process [8]",
    ]  # fmt: skip
    assert "INFO:     Will watch for changes in these directories: ['/app']\n" in again
    assert "INFO:     Started reloader process [1] using StatReload\n" in again


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nope:app", 'ERROR:    Error loading ASGI app. Could not import module "nope".\n'),
        ("main:b", 'ERROR:    Error loading ASGI app. Attribute "b" not found in module "main".\n'),
    ],
)
def test_uvicorn_does_not_find_its_application(lab: Lab, target: str, words: str) -> None:
    web = serve(lab, FASTAPI, "uvicorn", target)
    assert output(lab, web) == words
    assert state(lab, web)["ExitCode"] == 1


CHILDREN = """import os
import subprocess
print(subprocess.run(["echo", "hello"], capture_output=True, text=True))
print(subprocess.check_output("ls / | head -1; echo err >&2", shell=True))
try:
    subprocess.run(["false"], check=True)
except subprocess.CalledProcessError as error:
    print(error)
try:
    subprocess.run(["nothere"])
except FileNotFoundError as error:
    print(error)
child = subprocess.Popen(["sh", "-c", "echo a; sleep 1; echo b; exit 3"], stdout=subprocess.PIPE,
                         text=True)
for line in child.stdout:
    print("got", line.strip())
print(child.wait())
print(os.system("exit 2"), os.popen("echo popen").read())
print(subprocess.run(["cat"], input=b"in put", stdout=subprocess.PIPE).stdout)
try:
    subprocess.run(["sleep", "5"], timeout=1)
except subprocess.TimeoutExpired as error:
    print(error)
print(subprocess.run("echo $WHO; pwd", shell=True, env={"WHO": "me"}, cwd="/tmp",
                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout)
"""


def test_a_program_runs_other_programs(lab: Lab) -> None:
    box = serve(lab, CHILDREN, "python", "main.py")
    run_for(lab, 5)
    assert output(lab, box) == (
        "err\nCompletedProcess(args=['echo', 'hello'], returncode=0, stdout='hello\\n', stderr='')"
        "\nb'app\\n'\nCommand '['false']' returned non-zero exit status 1.\n"
        "[Errno 2] No such file or directory: 'nothere'\ngot a\ngot b\n3\n512 popen\n\nb'in put'\n"
        "Command '['sleep', '5']' timed out after 1 seconds\nme\n/tmp\n\n"
    )
    assert state(lab, box)["ExitCode"] == 0
