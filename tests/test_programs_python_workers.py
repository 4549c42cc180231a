"""Workers of Python other than Celery's: RQ, schedulers, sockets, signals, processes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, start, state
from tests.project_world import Project

SITE = "/usr/local/lib/python3.12/site-packages"

RQ = """=== compose.yaml
services:
  redis: {image: "redis:7-alpine"}
  web:
    build: .
    command: flask --app app run --host 0.0.0.0
    ports: ["5000:5000"]
  worker:
    build: .
    command: rq worker --url redis://redis:6379 high default
    environment: {PYTHONUNBUFFERED: "1"}
=== requirements.txt
flask
rq
=== jobs.py
import time
def count(x, y=2):
    time.sleep(1)
    return x + y
def bad():
    raise ValueError('no luck')
=== app.py
from datetime import timedelta
from flask import Flask
from redis import Redis
from rq import Queue
from rq.job import Job
from jobs import bad, count
app = Flask(__name__)
redis = Redis(host='redis')
queue = Queue(connection=redis)
@app.route('/go')
def go():
    job = queue.enqueue(count, 3, y=5)
    return {'good': job.id, 'bad': queue.enqueue(bad).id, 'waiting': len(queue)}
@app.route('/later')
def later():
    return {'id': queue.enqueue_in(timedelta(hours=1), count, 1).id, 'waiting': len(queue)}
@app.route('/state/<which>')
def state(which):
    job = Job.fetch(which, connection=redis)
    return {'status': job.get_status(), 'result': job.return_value()}
"""
SOCKETS = """=== compose.yaml
services:
  server: {build: ., command: python server.py}
  lines: {build: ., command: python lines.py}
  web: {build: ., command: python web.py, ports: ["8080:8080"]}
  client: {build: ., command: python client.py}
=== Dockerfile
FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY . .
=== server.py
import socket
import threading
def handle(conn, addr):
    with conn:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data.upper())
    print('bye')
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(('0.0.0.0', 9000))
    s.listen()
    while True:
        conn, addr = s.accept()
        threading.Thread(target=handle, args=(conn, addr)).start()
=== lines.py
import socketserver
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.strip()[::-1])
with socketserver.ThreadingTCPServer(('0.0.0.0', 7000), Handler) as server:
    server.serve_forever()
=== web.py
import socket
s = socket.socket()
s.bind(('', 8080))
s.listen(1)
while True:
    c, a = s.accept()
    print(c.recv(1024).decode().splitlines()[0])
    c.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\nfrom a socket\\n')
    c.close()
=== client.py
import socket
import time
time.sleep(1)
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect(('server', 9000))
    for word in ('hello', 'world'):
        s.sendall(word.encode())
        print(s.recv(1024))
        time.sleep(1)
for address in (('server', 9001), ('nowhere', 1)):
    try:
        socket.create_connection(address, timeout=2)
    except OSError as error:
        print(type(error).__name__, error)
with socket.create_connection(('lines', 7000)) as s:
    s.sendall(b'abc\\n')
    print(s.recv(100))
s = socket.socket()
s.settimeout(1)
print(s.connect_ex(('server', 9000)), s.connect_ex(('server', 9001)))
try:
    s.recv(10)
except socket.timeout as error:
    print(error)
s.close()
"""


def test_jobs_of_rq_go_through_redis() -> None:
    project = Project(RQ)
    project.up(20)
    asked = json.loads(project.run("curl -s localhost:5000/go", 4))
    assert asked["waiting"] in (1, 2)
    states = [json.loads(project.run(f"curl -s localhost:5000/state/{asked[key]}"))
              for key in ("good", "bad")]  # fmt: skip
    assert states == [{"status": "finished", "result": 8}, {"status": "failed", "result": None}]
    later = json.loads(project.run("curl -s localhost:5000/later"))
    assert later["waiting"] == 0
    zset = project.run("docker compose exec redis redis-cli zcard rq:scheduled:default")
    assert zset == "(integer) 1\n"
    project.run("docker compose stop worker", 12)
    log = project.logs("worker")
    assert re.search(r"Worker [0-9a-f]{32}: started with PID 1, version 2\.6\.1\n", log)
    assert "*** Listening on high, default...\n" in log
    assert f"default: jobs.count(3, y=5) ({asked['good']})\n" in log
    assert "Successfully completed jobs.count(3, y=5) job in 0:00:01." in log
    assert f"default: Job OK ({asked['good']})\n" in log
    assert f"[Job {asked['bad']}]: exception raised while executing (jobs.bad)\nTraceback" in log
    assert " [PID 1]: warm shut down requested\n" in log


def test_sockets_between_containers() -> None:
    project = Project(SOCKETS)
    project.up(20)
    assert project.logs("client") == (
        "b'HELLO'\nb'WORLD'\nConnectionRefusedError [Errno 111] Connection refused\n"
        "gaierror [Errno -2] Name or service not known\nb'cba'\n0 111\ntimed out\n"
    )
    assert project.logs("server") == "bye\nbye\n"
    assert project.run("curl -s localhost:8080/x") == "from a socket\n"
    assert project.logs("web") == "GET /x HTTP/1.1\n"


LOOPS = {
    "schedule": (
        """import schedule, time
def job(what):
    print(what, time.strftime("%H:%M:%S"), flush=True)
schedule.every(3).seconds.do(job, "three")
schedule.every().minute.at(":10").do(job, "ten")
while True:
    schedule.run_pending()
    time.sleep(1)
""",
        "three 09:00:03\nthree 09:00:06\nthree 09:00:09\nten 09:00:10\n",
    ),
    "apscheduler": (
        """import time
from apscheduler.schedulers.blocking import BlockingScheduler
scheduler = BlockingScheduler()
@scheduler.scheduled_job("cron", second="*/5")
def tick():
    print("tick", time.strftime("%H:%M:%S"), flush=True)
scheduler.start()
""",
        "tick 09:00:05\ntick 09:00:10\n",
    ),
    "signal": (
        """import os, signal, sys, time
def stop(number, frame):
    print("got", signal.Signals(number).name, flush=True)
    sys.exit(3)
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGALRM, lambda number, frame: os.kill(os.getpid(), signal.SIGTERM))
print(signal.getsignal(signal.SIGTERM) is stop, flush=True)
signal.alarm(2)
time.sleep(9)
""",
        "True\ngot SIGTERM\n",
    ),
    "multiprocessing": (
        """import multiprocessing, sched, time
def square(x):
    return x * x
def give(queue, x):
    queue.put(x + 1)
if __name__ == "__main__":
    with multiprocessing.Pool(4) as pool:
        print(pool.map(square, range(5)))
    queue = multiprocessing.Queue()
    child = multiprocessing.Process(target=give, args=(queue, 1))
    child.start()
    child.join()
    print(queue.get(), child.exitcode)
    child = multiprocessing.Process(target=time.sleep, args=(60,))
    child.start()
    child.terminate()
    child.join()
    print(child.exitcode)
    later = sched.scheduler(time.time, time.sleep)
    later.enter(1, 1, print, ("later",))
    later.run()
""",
        "[0, 1, 4, 9, 16]\n2 0\n-15\nlater\n",
    ),
    "asyncio": (
        """import asyncio
async def run(*words):
    child = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    out, _ = await child.communicate()
    return out, child.returncode
async def main():
    print(await asyncio.gather(run("echo", "hi"), run("sh", "-c", "sleep 1; exit 3")))
asyncio.run(main())
""",
        "[(b'hi\\n', 0), (b'', 3)]\n",
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_loops_signals_and_processes(name: str) -> None:
    lab: Lab = make_lab()
    source, printed = LOOPS[name]
    files: dict[str, Any] = {"/app/main.py": source, f"{SITE}/{name}/__init__.py": ""}
    add_image(lab, "python:3.12-slim", name="app:latest", files=files, WorkingDir="/app")
    box = start(lab, "app:latest", "python", "main.py", wait=11)
    assert output(lab, box) == printed
    if name == "signal":
        assert state(lab, box)["ExitCode"] == 3


FILES = """import csv, glob, logging, os, shutil, tempfile, threading
logging.basicConfig(format="%(threadName)s %(message)s")
thread = threading.Thread(target=lambda: logging.warning("hi"), name="helper")
thread.start()
thread.join()
with tempfile.TemporaryDirectory() as folder:
    with open(folder + "/a.csv", "w", newline="") as file:
        rows = csv.DictWriter(file, fieldnames=["name", "n"])
        rows.writeheader()
        rows.writerow({"name": 'say "hi", you', "n": 1})
    shutil.copy(folder + "/a.csv", folder + "/b.csv")
    print([os.path.basename(path) for path in sorted(glob.glob(folder + "/*.csv"))])
    with open(folder + "/b.csv") as file:
        print(list(csv.DictReader(file)))
print(os.path.exists(folder), shutil.which("nothing"), flush=True)
os.execvp("sh", ["sh", "-c", "echo replaced; exit 5"])
"""


def test_files_of_the_standard_library_and_a_program_in_place_of_another() -> None:
    lab: Lab = make_lab()
    add_image(lab, "python:3.12-slim", name="app:latest", files={"/main.py": FILES})
    box = start(lab, "app:latest", "python", "/main.py")
    assert output(lab, box) == (
        "helper hi\n['a.csv', 'b.csv']\n[{'name': 'say \"hi\", you', 'n': '1'}]\nFalse None\n"
        "replaced\n"
    )
    assert state(lab, box)["ExitCode"] == 5
