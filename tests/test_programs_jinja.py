"""Jinja2 in modelled programs: Flask's pages, FastAPI's, and the library by itself."""

from __future__ import annotations

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, start
from tests.test_programs_families import SERVERS, SITE, ask

BASE = """<!doctype html>
<title>{% block title %}Shop{% endblock %}</title>
<link rel="stylesheet" href="{{ url_for('static', filename='style.css') }}">
{% for message in get_flashed_messages() %}<p class="flash">{{ message }}</p>{% endfor %}
{% block content %}{% endblock %}
"""
INDEX = """{% extends "base.html" %}
{% from "parts.html" import price %}
{% block title %}{{ super() }}: {{ name|title }}{% endblock %}
{% block content %}
<ul>
{%- for item in items if item.price %}
  <li class="{{ loop.cycle('odd', 'even') }}">{{ loop.index }}. {{ item.name }}: {{ price(item) }}
  </li>
{%- else %}
  <li>nothing</li>
{%- endfor %}
</ul>
{% include "foot.html" %}
{% endblock %}
"""
FILES = {
    "/app/templates/base.html": BASE,
    "/app/templates/index.html": INDEX,
    "/app/templates/parts.html": "{% macro price(item, unit='EUR') -%}\n"
                                 "{{ '%.2f'|format(item.price) }} {{ unit }}\n{%- endmacro %}",
    "/app/templates/foot.html": "<a href=\"{{ url_for('shop', name='<x>') }}\">"
                                "{{ request.path }}</a>",
    "/app/templates/wrong.html": "<p>\n{{ user.name.first }}\n</p>\n",
    "/app/templates/open.html": "<p>\n{% if user %}\n</p>\n",
    "/app/static/style.css": "body {}",
}  # fmt: skip
FLASK = """from flask import Flask, flash, redirect, render_template, render_template_string
app = Flask(__name__)
app.secret_key = "s"
@app.template_filter()
def shout(text):
    return text.upper() + "!"
@app.context_processor
def more():
    return {"year": 2026}
@app.route("/shop/<name>")
def shop(name):
    items = [{"name": "<b>Tea</b>", "price": 2}, {"name": "free", "price": 0},
             {"name": "Cup", "price": 7.5}]
    return render_template("index.html", name=name, items=items)
@app.route("/text")
def text():
    return render_template_string("{{ 'hi'|shout }} {{ year }} {{ '<i>' }}")
@app.route("/wrong")
def wrong():
    return render_template("wrong.html", user={})
@app.route("/open")
def open_():
    return render_template("open.html")
@app.route("/missing")
def missing():
    return render_template("nothere.html")
@app.route("/say")
def say():
    flash("saved")
    return redirect("/shop/x")
app.run(host="0.0.0.0")
"""
PAGE = """<!doctype html>
<title>Shop: Green Tea</title>
<link rel="stylesheet" href="/static/style.css">


<ul>
  <li class="odd">1. &lt;b&gt;Tea&lt;/b&gt;: 2.00 EUR
  </li>
  <li class="even">2. Cup: 7.50 EUR
  </li>
</ul>
<a href="/shop/%3Cx%3E">/shop/green tea</a>
"""


@pytest.fixture
def lab() -> Lab:
    return make_lab()


def program(lab: Lab, source: str, *cmd: str, **files: str) -> str:
    """Start a program with templates; files: more of them."""
    more = {f"/app/templates/{name}.html": text for name, text in files.items()}
    libraries = {**SERVERS, f"{SITE}/jinja2/__init__.py": ""}
    add_image(lab, "python:3.12-slim", name="app:latest", WorkingDir="/app",
              files={"/app/app.py": source, **FILES, **libraries, **more})  # fmt: skip
    return start(lab, "app:latest", *(cmd or ("python", "app.py")), wait=10)


def printed(lab: Lab, template: str, names: str = "") -> str:
    """Render a text with the library by itself."""
    source = f"from jinja2 import Template\nprint(Template({template!r}).render({names}))\n"
    return output(lab, program(lab, source))


def test_flask_renders_a_page_that_extends_includes_and_imports(lab: Lab) -> None:
    box = program(lab, FLASK)
    assert ask(lab, box, 5000, "/shop/green%20tea")["body"] == PAGE
    assert ask(lab, box, 5000, "/text")["body"] == "HI! 2026 &lt;i&gt;"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/missing", "jinja2.exceptions.TemplateNotFound: nothere.html\n"),
        ("/wrong", '  File "/app/templates/wrong.html", line 2, in top-level template code\n'
                   "    {{ user.name.first }}\njinja2.exceptions.UndefinedError: 'dict object' has "
                   "no attribute 'name'\n"),
        ("/open", "jinja2.exceptions.TemplateSyntaxError: Unexpected end of template. Jinja was "
                  "looking for the following tags: 'elif' or 'else' or 'endif'. The innermost "
                  "block that needs to be closed is 'if'.\n"),
    ],
)  # fmt: skip
def test_a_template_that_fails_is_a_500_with_its_traceback(lab: Lab, path: str, words: str) -> None:
    box = program(lab, FLASK)
    assert ask(lab, box, 5000, path)["status"] == 500
    assert words in output(lab, box)


def test_a_flashed_message_is_shown_once(lab: Lab) -> None:
    box = program(lab, FLASK)
    cookie = ask(lab, box, 5000, "/say")["headers"]["Set-Cookie"].partition(";")[0]
    request = {"method": "GET", "path": "/shop/x", "headers": {"Cookie": cookie}}
    assert '<p class="flash">saved</p>' in lab.engine.programs.respond(box, 5000, request)["body"]


FASTAPI = """from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
app = FastAPI()
app.mount("/static", StaticFiles(directory="static"), name="static")
templates = Jinja2Templates(directory="templates")
@app.get("/items/{id}", response_class=HTMLResponse)
async def read_item(request: Request, id: str):
    return templates.TemplateResponse(request=request, name="item.html", context={"id": id})
"""


def test_fastapi_renders_templates_and_serves_static_files(lab: Lab) -> None:
    item = "<link href=\"{{ url_for('static', path='/style.css') }}\">{{ id }}"
    box = program(lab, FASTAPI, "uvicorn", "app:app", "--host", "0.0.0.0", item=item)
    answer = ask(lab, box, 8000, "/items/<1>")
    assert answer["body"] == '<link href="http://localhost/static/style.css">&lt;1&gt;'
    assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
    assert ask(lab, box, 8000, "/static/style.css")["body"] == "body {}"


@pytest.mark.parametrize(
    ("template", "names", "text"),
    [
        ("{{ 7 // 2 }} {{ -3|abs }} {{ 2**3 }} {{ 'a' ~ 1 }} {{ not x }}", "", "3 3 8 a1 True"),
        ("{{ x|default('d') }}{{ x.y|default('e') }}", "x={}", "{}e"),
        ("{{ [3, 1, 2]|sort|join(', ') }} {{ 'x y'|upper }}", "", "1, 2, 3 X Y"),
        ("{% set n = namespace(t=0) %}{% for i in range(4) %}{% set n.t = n.t + i %}{% endfor %}"
         "{{ n.t }}", "", "6"),
        ("{% raw %}{{ x }}{% endraw %}{# no #}", "", "{{ x }}"),
        ("{% for k, v in d.items() -%}\n  {{ k }}={{ v }};\n{%- endfor %}", "d={'a': 1, 'b': 2}",
         "a=1;b=2;"),
        ("{% macro m(a, b=2) %}{{ a }}{{ b }}{{ caller() }}{% endmacro %}"
         "{% call m(1) %}!{% endcall %}", "", "12!"),
        ("{% for x in t recursive %}{{ x.n }}{% if x.c %}({{ loop(x.c) }}){% endif %}{% endfor %}",
         "t=[{'n': 1, 'c': [{'n': 2}]}]", "1(2)"),
        ("{{ 'yes' if x is defined and x is not none else 'no' }} {{ 3 is odd }}", "x=0",
         "yes True"),
        ("{% for g in u|groupby('a') %}{{ g.grouper }}{{ g.list|length }} {% endfor %}"
         "{{ u|map(attribute='a')|list }} {{ u|selectattr('a', 'gt', 1)|list|length }}",
         "u=[{'a': 2}, {'a': 1}, {'a': 2}]", "11 22 [2, 1, 2] 2"),
        ("{% for x in [1, 2, 3] %}{{ x }}{{ ', ' if not loop.last }}{% endfor %}", "", "1, 2, 3"),
        ("{{ {'a': [1, '<']}|tojson }} {{ '<'|e }} {{ 'one two three'|truncate(7, true, '') }}",
         "", '{"a": [1, "\\u003c"]} &lt; one two'),
    ],
)  # fmt: skip
def test_an_expression_or_tag_gives_what_jinja_gives(
    lab: Lab, template: str, names: str, text: str
) -> None:
    assert printed(lab, template, names) == f"{text}\n"
