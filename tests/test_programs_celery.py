"""Celery in a project of several containers: producers, workers and beat meet in Redis."""

from __future__ import annotations

import json
import re

import pytest

from tests.project_world import Project

COMPOSE = """=== compose.yaml
services:
  redis: {image: "redis:7-alpine"}
  web:
    build: .
    command: flask --app app run --host 0.0.0.0
    ports: ["5000:5000"]
  worker:
    build: .
    command: celery -A tasks worker --loglevel=info --concurrency=2
  beat:
    build: .
    profiles: [later]
    command: celery -A tasks beat -l info
=== requirements.txt
flask
celery[redis]
"""
TASKS = """=== tasks.py
import time
from celery import Celery, chain, chord
from celery.utils.log import get_task_logger

app = Celery('tasks', broker='redis://redis:6379/0', backend='redis://redis:6379/0')
app.conf.beat_schedule = {'tick': {'task': 'tasks.add', 'schedule': 3.0, 'args': (16, 16)}}
logger = get_task_logger(__name__)

@app.task
def add(x, y):
    return x + y

@app.task
def total(numbers):
    return sum(numbers)

@app.task
def slow(seconds):
    print('working')
    time.sleep(seconds)

@app.task(bind=True, max_retries=1)
def mail(self, to):
    logger.info('Sending to %s', to)
    try:
        raise ConnectionError('no server')
    except ConnectionError as error:
        raise self.retry(exc=error, countdown=2)
"""
WEB = """=== app.py
from flask import Flask
from celery import chain, chord
from celery.exceptions import TimeoutError
from celery.result import AsyncResult
from tasks import add, app as celery_app, mail, slow, total

app = Flask(__name__)

@app.route('/add/<int:x>/<int:y>')
def start(x, y):
    return {'id': add.delay(x, y).id}, 202

@app.route('/slow/<int:n>')
def many(n):
    return {'ids': [slow.delay(5).id for _ in range(n)]}

@app.route('/mail')
def send():
    return {'id': mail.delay('ann').id}

@app.route('/wrong')
def wrong():
    return {'id': celery_app.send_task('tasks.nothing', (1,)).id}

@app.route('/later')
def later():
    return {'id': add.apply_async((1, 2), countdown=5).id}

@app.route('/canvas')
def canvas():
    one = chain(add.s(1, 2), add.s(10))()
    two = chord([add.s(i, i) for i in range(4)])(total.s())
    return {'one': one.id, 'two': two.id}

@app.route('/sum/<int:x>/<int:y>')
def both(x, y):
    return {'sum': add.delay(x, y).get(timeout=10)}

@app.route('/late')
def late():
    try:
        return {'late': slow.delay(9).get(timeout=2)}
    except TimeoutError as e:
        return {'late': str(e)}

@app.route('/state/<which>')
def state(which):
    result = AsyncResult(which, app=celery_app)
    return {'state': result.state, 'ready': result.ready(), 'result': str(result.result)}
"""


@pytest.fixture
def project() -> Project:
    made = Project(COMPOSE + TASKS + WEB)
    made.up(20)
    return made


def ask(project: Project, path: str, seconds: float = 1.0) -> dict[str, str]:
    found: dict[str, str] = json.loads(project.run(f"curl -s localhost:5000{path}", seconds))
    return found


def redis(project: Project, *words: str) -> str:
    return project.run(f"docker compose exec redis redis-cli {' '.join(words)}").strip()


def test_a_request_waits_for_the_result_of_a_task(project: Project) -> None:
    assert ask(project, "/sum/2/3", 3) == {"sum": 5}
    assert ask(project, "/late", 4) == {"late": "The operation timed out."}


def test_a_producer_and_a_worker_meet_in_redis(project: Project) -> None:
    task = ask(project, "/add/2/3")["id"]

    assert ask(project, f"/state/{task}") == {"state": "SUCCESS", "ready": True, "result": "5"}
    meta = json.loads(
        redis(project, "get", f"celery-task-meta-{task}").strip('"').replace("\\", "")
    )
    assert (meta["status"], meta["result"], meta["task_id"]) == ("SUCCESS", 5, task)
    assert redis(project, "smembers", "_kombu.binding.celery") == (
        '1) "celery\\x06\\x16\\x06\\x16celery"'
    )
    log = project.logs("worker")
    assert re.search(r"\.> transport:   redis://redis:6379/0\n", log)
    assert ".> concurrency: 2 (prefork)\n" in log and "[tasks]\n  . tasks.add\n" in log
    assert re.search(r"INFO/MainProcess\] celery@[0-9a-f]{12} ready\.\n", log)
    assert f"INFO/MainProcess] Task tasks.add[{task}] received\n" in log
    assert re.search(
        rf"INFO/ForkPoolWorker-2\] Task tasks\.add\[{task}\] succeeded in [\d.e-]+s: 5\n", log
    )


def test_a_backlog_waits_in_redis_for_a_worker(project: Project) -> None:
    project.run("docker compose stop worker", 15)
    assert project.logs("worker").endswith("\nworker: Warm shutdown (MainProcess)\n")
    ask(project, "/slow/12")
    assert redis(project, "llen", "celery") == "(integer) 12"

    project.run("docker compose start worker", 4)

    assert redis(project, "llen", "celery") == "(integer) 2"  # two at work, eight fetched early
    assert redis(project, "hlen", "unacked") == "(integer) 8"


def test_a_worker_that_ends_gives_back_what_it_has_not_begun(project: Project) -> None:
    ask(project, "/slow/6")
    project.run("docker compose stop worker", 15)
    assert "Restoring 4 unacknowledged message(s)" in project.logs("worker")
    assert redis(project, "llen", "celery") == "(integer) 4"
    assert redis(project, "exists", "unacked") == "(integer) 0"


def test_a_worker_waits_for_a_broker_that_is_away(project: Project) -> None:
    project.run("docker compose stop redis", 12)
    project.run("docker compose start redis", 20)
    task = ask(project, "/add/1/1", 2)["id"]
    log = project.logs("worker")
    assert "WARNING/MainProcess] consumer: Connection to broker lost. Trying to re-estab" in log
    assert (
        "ERROR/MainProcess] consumer: Cannot connect to redis://redis:6379/0: Error -2 connecting "
        "to redis:6379. Name or service not known..\nTrying again in 2.00 seconds... (1/100)\n\n"
    ) in log
    assert "Trying again in 4.00 seconds... (2/100)" in log
    assert log.count("Connected to redis://redis:6379/0") == 2 and log.count(" ready.\n") == 1
    assert f"Task tasks.add[{task}] succeeded" in log


def test_retries_failures_and_unknown_tasks_are_told(project: Project) -> None:
    task = ask(project, "/mail", 0.5)["id"]
    assert ask(project, f"/state/{task}", 4)["state"] == "RETRY"
    ask(project, "/wrong")
    assert ask(project, f"/state/{task}")["state"] == "FAILURE"
    log = project.logs("worker")
    assert f"ForkPoolWorker-2] tasks.mail[{task}]: Sending to ann\n" in log
    assert f"Task tasks.mail[{task}] retry: Retry in 2s: ConnectionError('no server')\n" in log
    assert f"Task tasks.mail[{task}] raised unexpected: ConnectionError('no server')\nTrac" in log
    assert "ERROR/MainProcess] Received unregistered task of type 'tasks.nothing'.\n" in log


def test_countdowns_chains_and_chords(project: Project) -> None:
    later = ask(project, "/later")["id"]
    canvas = ask(project, "/canvas", 2)
    assert ask(project, f"/state/{later}", 5)["state"] == "PENDING"
    assert ask(project, f"/state/{later}")["result"] == "3"
    assert [ask(project, f"/state/{canvas[key]}")["result"] for key in ("one", "two")] == [
        "13",
        "12",
    ]


def test_beat_sends_what_is_due(project: Project) -> None:
    project.run("docker compose up -d beat", 15)
    log = project.logs("beat")
    assert log.startswith("celery beat v5.6.0 (recovery) is starting.\n__    -    ... __   -")
    assert log.count("INFO/MainProcess] Scheduler: Sending due task tick (tasks.add)\n") in (4, 5)
    assert "s: 32\n" in project.logs("worker")


def test_workers_answer_inspect(project: Project) -> None:
    text = project.run("docker compose exec worker celery -A tasks inspect ping", 4)
    assert re.fullmatch(r"->  celery@[0-9a-f]{12}: OK\n        pong\n\n1 node online\.\n", text)
    project.run("docker compose stop worker", 12)
    text = project.run("docker compose exec web celery -A tasks inspect ping", 4)
    assert (text, project.code) == ("Error: No nodes replied within time constraint\n", 69)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("celery -A nothing worker", "Unable to load celery application.\nThe module nothing was"),
        ("celery worker -A tasks", "The support for this usage was removed in Celery 5.0."),
        ("celery -A tasks", "Error: Missing command.\n"),
        ("celery -A tasks wrker", "Error: No such command 'wrker'.\n"),
    ],
)
def test_slips_of_the_command_line(line: str, words: str) -> None:
    project = Project(COMPOSE + TASKS)
    project.run("docker build -t app .", 20)
    assert words in project.run(f"docker run --rm app {line}", 4)
    assert project.code == 2


def test_without_its_extra_celery_lacks_the_redis_library() -> None:
    project = Project((COMPOSE + TASKS).replace("celery[redis]", "celery"))
    project.run("docker build -t app .", 20)
    text = project.run("docker run --rm app celery -A tasks worker", 4)
    assert "ImportError: Missing redis library (pip install redis)" in text


FACTORY = """=== compose.yaml
services:
  redis: {image: "redis:7-alpine"}
  web:
    build: .
    command: uvicorn main:app --host 0.0.0.0
    ports: ["8000:8000"]
  worker: {build: ., command: celery -A make_celery worker -l info -c 1}
  flower: {build: ., command: celery -A make_celery flower, ports: ["5555:5555"]}
=== requirements.txt
fastapi
uvicorn
celery[redis]
flower
flask
=== make_celery.py
from project import create_app
flask_app = create_app()
celery_app = flask_app.extensions["celery"]
=== project/__init__.py
from celery import Celery, Task
from flask import Flask
def create_app():
    app = Flask(__name__)
    app.config.from_mapping(CELERY=dict(broker_url="redis://redis", result_backend="redis://redis"))
    class FlaskTask(Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)
    celery_app = Celery(app.name, task_cls=FlaskTask)
    celery_app.config_from_object(app.config["CELERY"])
    celery_app.set_default()
    app.extensions["celery"] = celery_app
    from . import tasks
    return app
=== project/tasks.py
from celery import shared_task
@shared_task(ignore_result=False)
def add(a, b):
    return a + b
=== main.py
from celery.exceptions import TimeoutError
from celery.result import AsyncResult
from fastapi import Body, FastAPI
from make_celery import celery_app
from project.tasks import add
app = FastAPI()
@app.post("/tasks")
def run_task(payload=Body(...)):
    return {"id": add.delay(payload["a"], payload["b"]).id}
@app.get("/tasks/{which}")
def get_status(which):
    result = AsyncResult(which)
    return {"status": result.status, "result": result.result}
"""


def test_an_application_factory_and_a_shared_task() -> None:
    project = Project(FACTORY)
    project.up(30)
    asked = "curl -s localhost:8000/tasks -H 'Content-Type: application/json' -d "
    task = json.loads(project.run(asked + """'{"a": 1, "b": 2}'"""))["id"]
    answer = json.loads(project.run(f"curl -s localhost:8000/tasks/{task}"))
    assert answer == {"status": "SUCCESS", "result": 3}
    assert "[tasks]\n  . project.tasks.add\n" in project.logs("worker")
    assert "Connected to redis://redis:6379//\n" in project.logs("worker")
    assert "command:168] Visit me at http://0.0.0.0:5555\n" in project.logs("flower")
    assert project.run("curl -s localhost:5555/healthcheck") == "OK\n"
