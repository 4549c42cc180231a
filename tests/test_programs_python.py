"""Modelled Python: what CPython prints for the same source, what waits, what is bounded."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from simulator.engine import Engine
from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start, state
from tests.python_sources import program
from tests.test_programs_families import python

SOURCES = sorted((Path(__file__).parent / "data" / "python").glob("*.txt"))


@pytest.fixture
def lab() -> Lab:
    return make_lab()


def real(source: str) -> str:
    """Give what the real CPython prints."""
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=False
    )
    return done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_source_prints_what_cpython_prints(lab: Lab, path: Path) -> None:
    source = path.read_text("utf-8")
    assert output(lab, python(lab, source, wait=20)).splitlines() == real(source).splitlines()


def test_random_programs_print_what_cpython_prints(lab: Lab) -> None:
    for seed in range(25):
        source = program(random.Random(seed))
        assert output(lab, python(lab, source)).splitlines() == real(source).splitlines(), source


def test_a_program_goes_on_from_a_keyframe_as_if_nothing_had_been(lab: Lab) -> None:
    source = (Path(__file__).parent / "data" / "python" / "waiting.txt").read_text("utf-8")
    container = python(lab, source, wait=0.03)
    for _ in range(25):
        other = make_lab()
        other.engine = Engine(lab.scenario, lab.seed, lab.engine.keyframe())
        end = lab.now_us + 7_000
        lab.advance(end)
        other.advance(end)
        assert other.digest() == lab.digest()
    run_for(lab, 5)
    assert output(lab, container) == real(source)


WORKER = """import redis
r = redis.Redis(host="queue")
print("up", flush=True)
while True:
    key, job = r.blpop("jobs")
    print("did", job.decode(), flush=True)
"""


def test_a_worker_waits_for_its_queue_and_ends_with_it(lab: Lab) -> None:
    add_image(lab, "redis:7")
    lab.engine.docker.networks.create("laptop", {"Name": "n"})
    host = {"NetworkMode": "n"}
    queue = start(lab, "redis:7", HostConfig=host, name="queue")
    worker = python(lab, WORKER, HostConfig=host)
    start(lab, "redis:7", "redis-cli", "-h", "queue", "rpush", "jobs", "a", "b", HostConfig=host)
    assert output(lab, worker) == "up\ndid a\ndid b\n"

    lab.engine.docker.kill("laptop", queue)
    run_for(lab, 2)

    assert "redis.exceptions.ConnectionError: Connection closed by server." in output(lab, worker)
    assert state(lab, worker)["ExitCode"] == 1


COUNTER = """import time
import redis
from flask import Flask
app = Flask(__name__)
cache = redis.Redis(host='redis', port=6379)

def get_hit_count():
    retries = 5
    while True:
        try:
            return cache.incr('hits')
        except redis.exceptions.ConnectionError as exc:
            if retries == 0:
                raise exc
            retries -= 1
            time.sleep(0.5)

@app.route('/')
def hello():
    count = get_hit_count()
    return f'Hello World! I have been seen {count} times.\\n'
"""


def test_dockers_counter_counts_and_waits_for_a_lost_redis(lab: Lab) -> None:
    add_image(lab, "redis:7")
    lab.engine.docker.networks.create("laptop", {"Name": "n"})
    host = {"NetworkMode": "n"}
    web = python(lab, COUNTER, "flask", "run", "--host", "0.0.0.0", HostConfig=host)
    request = {"method": "GET", "path": "/"}
    lost = lab.engine.programs.respond(web, 5000, request)
    assert (lost["status"], lost["us"] > 2_400_000) == (500, True)
    start(lab, "redis:7", HostConfig=host, name="redis")
    bodies = [lab.engine.programs.respond(web, 5000, request)["body"] for _ in range(2)]
    assert bodies[1] == "Hello World! I have been seen 2 times.\n"


FASTAPI = """from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
app = FastAPI()
class Item(BaseModel):
    name: str
    price: float
@app.get("/items/{item_id}")
async def read(item_id: int, q: str | None = None):
    if item_id > 9:
        raise HTTPException(404, detail="no such item")
    return {"id": item_id, "q": q}
@app.post("/items", status_code=201)
def add(item: Item):
    return item
"""


def test_fastapi_checks_what_it_is_sent(lab: Lab) -> None:
    web = python(lab, FASTAPI, "uvicorn", "app:app", "--host", "0.0.0.0")

    def ask(method: str, path: str, body: str = "") -> tuple[int, str]:
        request = {"method": method, "path": path, "body": body}
        answer = lab.engine.programs.respond(web, 8000, request)
        return answer["status"], answer["body"]

    assert ask("GET", "/items/3?q=x") == (200, '{"id":3,"q":"x"}')
    assert ask("GET", "/items/10") == (404, '{"detail":"no such item"}')
    assert ask("POST", "/items", '{"name": "a", "price": "2"}') == (201, '{"name":"a","price":2.0}')
    status, body = ask("GET", "/items/x")
    assert status == 422 and '"loc":["path","item_id"]' in body


ESCAPES = [
    "().__class__.__mro__[1].__subclasses__()",
    "print.__self__",
    "(lambda: 0).__globals__['__builtins__']",
    "(lambda: 0).__code__.co_consts",
    "open.__globals__",
    "''.__class__.__base__.__subclasses__()[0].__init__.__globals__",
    "__import__('os').environ.__class__.__init__.__globals__['sys'].modules",
    "__import__('simulator')",
    "__import__('ctypes').CDLL(None).system(b'true')",
    "'{0.__class__.__init__.__globals__}'.format(print)",
    "type('X', (), {'__slots__': ()})().__class__.names",
]


@pytest.mark.parametrize("source", ESCAPES)
def test_nothing_leads_out_of_the_model(lab: Lab, source: str) -> None:
    container = python(lab, f"print({source})\n")
    text = output(lab, container)
    assert "/work/" not in text and "simulator." not in text
    assert "Error" in text or state(lab, container)["ExitCode"] == 0


GREEDY = [
    "x = 'x' * 10**12\n", "x = [0] * 10**15\n", "x = 9 ** 9 ** 9\n", "x = 1 << 10**9\n",
    "x = list(range(10**9))\n", "x = '%999999999d' % 1\n", "f'{1:999999999}'\n",
    "def f(): return f()\nf()\n", "x = []\nwhile True: x.append('y' * 1000)\n",
    "import re\nre.match('(a+)+$', 'a' * 40 + 'b')\n", "x = {}\nx['a'] = x\nprint(x)\n",
    "s = 'a'\nwhile True: s += s\n", "import itertools\nlist(itertools.count())\n",
    "def g():\n yield from g()\nlist(g())\n",
    "class A:\n def __getattr__(s, n): return s.x\nA().y\n",
    "x = (1,)\nwhile True: x = (x, x)\n", "' '.join(str(i) for i in range(10**8))\n",
]  # fmt: skip


@pytest.mark.parametrize("source", GREEDY)
def test_a_greedy_program_is_bounded(lab: Lab, source: str) -> None:
    begun = time.process_time()
    python(lab, source, wait=5, HostConfig={"Memory": 256 << 20})
    assert time.process_time() - begun < 15.0


def test_a_program_that_takes_too_much_memory_is_killed_for_it(lab: Lab) -> None:
    source = (
        "import time\ndata = []\nwhile True:\n    data.append('x' * 10**7)\n    time.sleep(.1)\n"
    )
    container = python(lab, source, wait=10, HostConfig={"Memory": 128 << 20})
    found: dict[str, Any] = state(lab, container)
    assert (found["ExitCode"], found["OOMKilled"]) == (137, True)


@pytest.mark.parametrize(
    "source",
    [
        "data = bytearray(200 << 20)\nprint('never')\n",
        "def f():\n    return len('x' * 10**9)\nprint(f())\n",
        "try:\n    data = [0] * 10**8\nexcept BaseException:\n    print('caught')\n",
    ],
)
def test_one_value_that_is_too_large_is_the_last_thing_a_program_makes(
    lab: Lab, source: str
) -> None:
    container = python(lab, source, wait=5, HostConfig={"Memory": 128 << 20})
    found: dict[str, Any] = state(lab, container)
    assert (found["ExitCode"], found["OOMKilled"]) == (137, True)
    assert output(lab, container) == ""


def test_large_values_that_are_let_go_again_cost_nothing(lab: Lab) -> None:
    source = "for i in range(100):\n    data = bytes(10 << 20)\nprint('alive', len(data))\n"
    container = python(lab, source, wait=5, HostConfig={"Memory": 128 << 20})
    assert output(lab, container) == "alive 10485760\n"


def test_a_database_that_is_not_there_is_refused_in_the_drivers_words(lab: Lab) -> None:
    site = "/usr/local/lib/python3.12/site-packages"
    files = {"/app/a.py": "import psycopg2\npsycopg2.connect(host='db', dbname='x')\n",
             f"{site}/psycopg2/__init__.py": ""}  # fmt: skip
    add_image(lab, "python:3.12-slim", name="app:latest", files=files, WorkingDir="/app")
    container = start(lab, "app:latest", "python", "a.py")
    words = 'psycopg2.OperationalError: could not translate host name "db" to address'
    assert words in output(lab, container)
    assert state(lab, container)["ExitCode"] == 1


def test_arguments_are_read_and_refused_as_argparse_does(lab: Lab) -> None:
    source = ("import argparse\np = argparse.ArgumentParser()\np.add_argument('--port', type=int)\n"
              "p.add_argument('name')\nprint(p.parse_args().port)\n")  # fmt: skip
    good = python(lab, source, "python", "app.py", "--port", "7", "x")
    assert output(lab, good) == "7\n"
    bad = python(lab, source, "python", "app.py", "--port", "z", "x")
    assert "error: argument --port: invalid int value: 'z'" in output(lab, bad)
    assert state(lab, bad)["ExitCode"] == 2


APP = """import socket
import time
from flask import Flask
app = Flask(__name__)
seen = []

@app.get("/")
def index():
    return "Hello from " + socket.gethostname()

@app.get("/count")
def count():
    seen.append(1)
    return str(len(seen))

@app.get("/now")
def now():
    return str(time.time())

app.run(host="0.0.0.0", port=80)
"""


def test_a_page_that_depends_on_nothing_is_worked_out_once_and_logged_each_time(lab: Lab) -> None:
    box = python(lab, APP)

    def get(path: str) -> tuple[dict[str, Any], int]:
        answer = lab.engine.programs.respond(box, 80, {"method": "GET", "path": path})
        machine = next(iter(lab.engine.programs.live.values()))
        return answer, machine.ops

    (first, work), _, (again, no_work) = get("/"), get("/"), get("/")
    assert first == again and work > 50 and no_work == 0
    assert output(lab, box).count('"GET / HTTP/1.1" 200') == 3
    assert [get("/count")[0]["body"] for _ in range(3)] == ["1", "2", "3"]
    early = get("/now")[0]["body"]
    run_for(lab, 2)
    assert get("/now")[0]["body"] != early
    other = make_lab()
    other.engine = Engine(lab.scenario, lab.seed, lab.engine.keyframe())
    for one in (lab, other):
        one.engine.programs.respond(box, 80, {"method": "GET", "path": "/"})
        run_for(one, 1)
    assert other.digest() == lab.digest()


def test_every_module_of_the_library_can_be_imported() -> None:
    from simulator.programs.families.python.machine.library import namespace, written

    # What a program cannot name itself is imported by what it can.
    names = sorted(written(), key=lambda name: (name.startswith("_"), name))
    assert all(name.rpartition(".")[0] in ("", *names) for name in names)
    assert [name for name in names if namespace(name).get("__lib__") is not True] == []
