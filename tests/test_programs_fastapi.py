"""FastAPI's forms: fields, files, and what is missing."""

from __future__ import annotations

import json

from tests.project_world import Project

TEXT = """=== requirements.txt
fastapi
uvicorn
python-multipart
=== compose.yaml
services:
  web:
    build: .
    command: uvicorn main:app --host 0.0.0.0
    ports: ['8000:8000']
=== note.txt
hello
=== main.py
from typing import Annotated, Optional
from fastapi import FastAPI, File, Form, UploadFile, Request
app = FastAPI()
@app.post('/one')
async def one(file: UploadFile):
    data = await file.read()
    return [file.filename, file.size, file.content_type, data.decode()]
@app.post('/many')
async def many(files: list[UploadFile], who: Annotated[str, Form()]):
    return [f.filename for f in files] + [who]
@app.post('/bytes')
def raw(file: Annotated[bytes, File()]):
    return len(file)
@app.post('/may')
def may(file: Optional[UploadFile] = None):
    return file.filename if file else None
@app.post('/login')
def login(name: str = Form(...), n: int = Form(1)):
    return [name, n]
@app.post('/req')
async def req(r: Request):
    form = await r.form()
    return form['a']
"""


def test_forms_have_fields_and_files() -> None:
    project = Project(TEXT)
    project.up(20)
    asks = {
        "-F file=@note.txt localhost:8000/one": ["note.txt", 6, "text/plain", "hello\n"],
        "-F files=@note.txt -F files=@main.py -F who=me localhost:8000/many": [
            "note.txt",
            "main.py",
            "me",
        ],
        "-F file=@note.txt localhost:8000/bytes": 6,
        "-X POST localhost:8000/may": None,
        "-d name=x -d n=4 localhost:8000/login": ["x", 4],
        "-d a=4 localhost:8000/req": "4",
    }

    assert {one: json.loads(project.run(f"curl -s {one}")) for one in asks} == asks
    missing = json.loads(project.run("curl -s -X POST localhost:8000/one"))
    assert missing["detail"][0]["loc"] == ["body", "file"]
