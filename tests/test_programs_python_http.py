"""Python's clients of HTTP: urllib, http.client, httpx and aiohttp ask other containers."""

from __future__ import annotations

import pytest

from tests.project_world import Project

COMPOSE = """=== requirements.txt
flask
httpx
aiohttp
peewee
=== compose.yaml
services:
  web:
    build: .
    command: python web.py
  app:
    build: .
    command: sleep infinity
=== web.py
import time
from flask import Flask, jsonify, redirect, request
app = Flask(__name__)

@app.route('/', methods=['GET', 'POST'])
def index():
    return jsonify(method=request.method, q=request.args.get('q'), body=request.get_json(
        silent=True), agent=request.headers['User-Agent'])

@app.get('/slow')
def slow():
    time.sleep(5)
    return 'late'

@app.get('/to')
def to():
    return redirect('/?q=moved')

app.run(host='0.0.0.0')
"""
PROGRAMS = {
    "ask.py": """import json, urllib.error, urllib.request as u
def ask(*args, **kw):
    try:
        with u.urlopen(*args, **kw) as r:
            return r.status, json.load(r)
    except urllib.error.HTTPError as e:
        return 'HTTPError', str(e)
    except urllib.error.URLError as e:
        return 'URLError', str(e)
print(ask('http://web:5000/to'))
data = json.dumps({'a': 1}).encode()
print(ask(u.Request('http://web:5000/', data, {'Content-Type': 'application/json'})))
print(ask('http://web:5000/no'), ask('http://web:1/'), ask('http://nobody/'))
try:
    ask('http://web:5000/slow', timeout=2)
except TimeoutError as e:
    print(e)
""",
    "client.py": """import http.client
c = http.client.HTTPConnection('web', 5000, timeout=3)
c.request('GET', '/no')
r = c.getresponse()
print(r.status, r.reason, r.getheader('Content-Type'), http.client.responses[404])
try:
    http.client.HTTPConnection('web:1').request('GET', '/')
except ConnectionRefusedError as e:
    print(e)
""",
    "x.py": """import asyncio, httpx
print(httpx.get('http://web:5000/to').status_code,
      httpx.get('http://web:5000/to', follow_redirects=True).json()['q'])
print(httpx.post('http://web:5000/', json={'a': 1}, params={'q': 2}).json())
for url in ('http://web:1', 'http://web:5000/slow'):
    try:
        httpx.get(url, timeout=2)
    except httpx.HTTPError as e:
        print(type(e).__name__, e)
async def main():
    async with httpx.AsyncClient(base_url='http://web:5000', timeout=9) as c:
        both = await asyncio.gather(c.get('/'), c.get('/slow'))
        print([r.status_code for r in both])
asyncio.run(main())
""",
    "aio.py": """import asyncio, aiohttp
async def main():
    async with aiohttp.ClientSession() as s:
        async with s.get('http://web:5000/to', params={'x': 'y'}) as r:
            print(r.status, (await r.json())['q'], r.url)
        async with s.post('http://web:5000/', json={'a': 1}) as r:
            print((await r.json())['body'])
        try:
            await s.get('http://web:5000/slow', timeout=aiohttp.ClientTimeout(total=2))
        except asyncio.TimeoutError:
            print('late')
        try:
            await s.get('http://nobody:5000/')
        except aiohttp.ClientError as e:
            print(e)
asyncio.run(main())
""",
}
SAYS = {
    "ask.py": "(200, {'agent': 'Python-urllib/3.12', 'body': None, 'method': 'GET', 'q': 'moved'"
    "})\n(200, {'agent': 'Python-urllib/3.12', 'body': {'a': 1}, 'method': 'POST', 'q': None})\n"
    "('HTTPError', 'HTTP Error 404: Not Found') ('URLError', '<urlopen error [Errno 111] Connection"
    " refused>') ('URLError', '<urlopen error [Errno -2] Name or service not known>')\ntimed out\n",
    "client.py": "404 Not Found text/html; charset=utf-8 Not Found\n"
    "[Errno 111] Connection refused\n",
    "x.py": "302 moved\n{'agent': 'python-httpx/0.28.1', 'body': {'a': 1}, 'method': 'POST', 'q': "
    "'2'}\nConnectError [Errno 111] Connection refused\nReadTimeout timed out\n[200, 200]\n",
    "aio.py": "200 moved http://web:5000/?q=moved\n{'a': 1}\nlate\nCannot connect to host "
    "nobody:5000 ssl:default [Name or service not known]\n",
}


@pytest.fixture(scope="module")
def project() -> Project:
    files = "".join(f"=== {name}\n{text}" for name, text in PROGRAMS.items())
    made = Project(files + COMPOSE)
    made.up(30)
    return made


@pytest.mark.parametrize("name", list(PROGRAMS))
def test_a_client_asks_another_container(project: Project, name: str) -> None:
    assert project.run(f"docker compose exec app python {name}", 20) == SAYS[name]


def test_what_of_aiohttp_is_not_followed_is_refused(project: Project) -> None:
    text = project.run('docker compose exec app python -c "from aiohttp import web"', 5)

    assert "web" in text.splitlines()[-1]
    assert "does not follow" in text


def test_a_package_that_is_not_followed_is_named_in_the_log(project: Project) -> None:
    words = "docker compose exec app python -c"

    assert sorted(project.run(f'{words} "import peewee; print(1)"', 5).splitlines()) == [
        "1",
        "drydock: the module peewee is not followed by the model",
    ]
    assert project.run(f'{words} "import tortoise"', 5).endswith(
        "ModuleNotFoundError: No module named 'tortoise'\n"
    )
