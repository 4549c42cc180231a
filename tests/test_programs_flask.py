"""Flask's forms with files, and what programs take from Werkzeug."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.project_world import Project

TEXT = """=== requirements.txt
flask
=== compose.yaml
services:
  web:
    build: .
    command: flask run -h 0.0.0.0
    ports: ['5000:5000']
=== note.txt
hello
=== app.py
import os
from flask import Flask, request, jsonify
from werkzeug.exceptions import NotFound
from werkzeug.security import generate_password_hash, check_password_hash
from werkzeug.utils import secure_filename
app = Flask(__name__)
H = generate_password_hash('secret')
@app.post('/up')
def up():
    f = request.files['file']
    name = secure_filename(f.filename)
    f.save(os.path.join('/tmp', name))
    size = os.path.getsize('/tmp/' + name)
    return {'name': name, 'who': request.form['who'], 'size': size, 'type': f.content_type}
@app.get('/login/<word>')
def login(word):
    return jsonify(ok=check_password_hash(H, word), kind=H[:17])
@app.errorhandler(NotFound)
def gone(e):
    return {'error': e.name, 'code': e.code}, 404
@app.get('/no')
def no():
    raise NotFound()
"""


@pytest.fixture(scope="module")
def project() -> Project:
    made = Project(TEXT)
    made.up(20)
    return made


def ask(project: Project, words: str) -> Any:
    return json.loads(project.run(f"curl -s {words}"))


def test_a_file_of_a_form_is_kept_under_a_safe_name(project: Project) -> None:
    words = "-F who=me -F 'file=@note.txt;filename=../a note.txt' localhost:5000/up"

    assert ask(project, words) == {
        "name": "a_note.txt", "size": 6, "type": "text/plain", "who": "me",
    }  # fmt: skip


def test_a_password_is_checked(project: Project) -> None:
    kind = "scrypt:32768:8:1$"

    assert ask(project, "localhost:5000/login/secret") == {"kind": kind, "ok": True}
    assert ask(project, "localhost:5000/login/other") == {"kind": kind, "ok": False}


@pytest.mark.parametrize("path", ["nothing", "no"])
def test_a_handler_of_a_class_of_errors_gets_them(project: Project, path: str) -> None:
    assert ask(project, f"localhost:5000/{path}") == {"code": 404, "error": "Not Found"}
