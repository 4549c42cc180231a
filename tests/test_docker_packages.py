"""Which releases of packages a build installs, and what is said of them afterwards."""

from __future__ import annotations

import json

import pytest

from simulator.docker.shellmodel import Outcome
from simulator.docker.shellmodel.packages import versions
from simulator.docker.shellmodel.packages.settings import UNKNOWN, Reader
from simulator.docker.tree import Tree
from tests.project_world import Project
from tests.test_docker_shellmodel import sh

EXPRESS = ["5.2.1", "4.22.1", "4.21.2", "3.21.2"]
NODE = "node:22-slim"


@pytest.mark.parametrize(
    ("tool", "wish", "chosen"),
    [
        ("npm", "^4.18.2", "4.22.1"),
        ("npm", "~4.21", "4.21.2"),
        ("npm", "4.x", "4.22.1"),
        ("npm", "4", "4.22.1"),
        ("npm", ">=3 <5", "4.22.1"),
        ("npm", "3 || 4.21", "4.21.2"),
        ("npm", "1.2.3 - 4", "4.22.1"),
        ("npm", "latest", "5.2.1"),
        ("npm", "4.16.1", "4.16.1"),
        ("npm", "~4.16.0", "4.16.0"),
        ("npm", "^6", None),
        ("npm", "^0.1.2", "0.1.2"),
        ("npm", "5.0.0-beta.1", "5.0.0-beta.1"),
        ("pip", ">=4,<5", "4.22.1"),
        ("pip", "~=4.20", "4.22.1"),
        ("pip", "~=4.21.0", "4.21.2"),
        ("pip", "==4.*", "4.22.1"),
        ("pip", "!=5.*", "4.22.1"),
        ("poetry", "~4.21", "4.21.2"),
        ("composer", "~4.20", "4.22.1"),
        ("composer", "4.21.*|^3", "4.21.2"),
        ("gem", "~> 4.21.0", "4.21.2"),
        ("gem", "~> 4.0", "4.22.1"),
    ],
)
def test_a_range_is_met_by_its_newest_release(tool: str, wish: str, chosen: str | None) -> None:
    read = versions.read(wish, tool)
    assert read is not None
    assert versions.choose(EXPRESS, [read]) == chosen


def test_what_is_no_range_is_told_apart() -> None:
    assert versions.read("git+https://example.com/x.git", "npm") is None
    assert versions.read("next", "npm") is None


def test_pre_releases_come_before_their_release_and_post_releases_after() -> None:
    row = ["1.0.post1", "1.0", "1.0rc1", "1.0a2", "0.9.9"]
    assert sorted(row, key=versions.key, reverse=True) == row


def manifest(**wishes: str) -> str:
    return json.dumps({"name": "a", "version": "1.0.0", "dependencies": wishes})


def test_npm_installs_the_major_version_that_package_json_asks_for() -> None:
    outcome, view = sh("npm install && npm ls", {"/app/package.json": manifest(express="^4.18.2")},
                       image=NODE)  # fmt: skip
    assert outcome.exit_code == 0
    assert "added 67 packages, and audited 68 packages" in outcome.text
    assert "a@1.0.0 /app\n`-- express@4.22.1\n" in outcome.text
    assert view.is_dir("/app/node_modules/array-flatten")
    lock = json.loads(view.text("/app/package-lock.json") or "")
    assert lock["packages"]["node_modules/express"]["version"] == "4.22.1"


def test_a_lock_file_names_what_npm_ci_installs() -> None:
    rows = {
        "": {"dependencies": {"express": "^4.18.2"}},
        "node_modules/express": {"version": "4.18.2"},
        "node_modules/debug": {"version": "2.6.9"},
        "node_modules/nodemon": {"version": "3.0.1", "dev": True},
        "node_modules/@esbuild/win32-x64": {"version": "0.20.0", "optional": True},
    }
    files = {
        "/app/package.json": manifest(express="^4.18.2"),
        "/app/package-lock.json": json.dumps({"lockfileVersion": 3, "packages": rows}),
    }
    outcome, view = sh("npm ci --omit=dev", files, image=NODE)
    assert "added 2 packages, and audited 3 packages" in outcome.text
    assert '"version": "4.18.2"' in (view.text("/app/node_modules/express/package.json") or "")
    assert not view.exists("/app/node_modules/nodemon")
    files["/app/package.json"] = manifest(express="^5.0.0", cors="^2.8.5")
    outcome, _ = sh("npm ci", files, image=NODE)
    assert outcome.exit_code == 1
    assert "package.json and package-lock.json or npm-shrinkwrap.json are in sync" in outcome.text
    assert "npm error Invalid: lock file's express@4.18.2 does not satisfy express@5.2.1\n" in (
        outcome.text
    )
    assert "npm error Missing: cors@2.8.5 from lock file\n" in outcome.text


def test_a_range_without_a_release_is_refused_in_npms_words() -> None:
    outcome, _ = sh("npm install", {"/app/package.json": manifest(express="^6.0.0")}, image=NODE)
    assert outcome.exit_code == 1
    assert "npm error notarget No matching version found for express@^6.0.0.\n" in outcome.text


def test_a_package_that_is_named_is_noted_in_package_json() -> None:
    outcome, view = sh("npm install express@4 && npm install express@4",
                       {"/app/package.json": manifest()}, image=NODE)  # fmt: skip
    noted = json.loads(view.text("/app/package.json") or "")["dependencies"]
    assert noted == {"express": "4"} and "up to date, audited 68 packages" in outcome.text


def test_yarn_and_pnpm_choose_by_their_own_locks() -> None:
    files = {
        "/app/package.json": manifest(express="^4.17.1"),
        "/app/yarn.lock": '# yarn lockfile v1\n\n\nexpress@^4.17.1:\n  version "4.17.1"\n',
        "/app/pnpm-lock.yaml": "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n"
        "      express:\n        specifier: ^4.17.1\n        version: 4.19.2\n\npackages:\n\n"
        "  express@4.19.2:\n    resolution: {integrity: x}\n",
    }
    outcome, view = sh("yarn install --frozen-lockfile", files, image=NODE)
    assert "[1/4] Resolving packages...\n" in outcome.text
    assert '"4.17.1"' in (view.text("/app/node_modules/express/package.json") or "")
    line = "npm install -g pnpm && pnpm install --frozen-lockfile"
    outcome, view = sh(line, files, image=NODE)
    assert "\ndependencies:\n+ express 4.19.2\n" in outcome.text


ROUTES = """=== Dockerfile
FROM node:22-slim
WORKDIR /app
COPY package.json .
RUN npm install
COPY . .
CMD ["node", "index.js"]
=== package.json
{"name": "a", "version": "1.0.0", "dependencies": {"express": "%s"}}
=== index.js
const express = require('express');
const app = express();
app.get('/u/:id', (req, res) => res.json([req.params, req.query]));
app.get('/late', async () => { throw new Error('late'); });
app.get('*', (req, res) => res.send('all ' + req.params[0]));
app.listen(3000, () => console.log(require('express/package.json').version));
"""


def test_express_4_takes_a_star_and_express_5_refuses_it() -> None:
    project = Project(ROUTES % "^4.18.2")
    project.run("docker build -t web .", 40)
    project.run("docker run -d --name web -p 3000:3000 web", 5)
    assert project.run("docker logs web") == "4.22.1\n"
    assert project.run("docker exec web node -p \"require('express/package.json').version\"") == (
        "4.22.1\n"
    )
    assert project.run("curl -s localhost:3000/a/b") == "all /a/b\n"
    assert project.run("curl -s 'localhost:3000/u/1?a[b]=2'") == '[{"id":"1"},{"a":{"b":"2"}}]\n'
    project.run("curl -s localhost:3000/late")
    assert "Error: late" in project.run("docker logs web")  # nobody hands it on: node ends
    assert "Exited (1)" in project.run("docker ps -a")

    project = Project(ROUTES % "^5.0.0")
    project.run("docker build -t web .", 40)
    project.run("docker run -d --name web -p 3000:3000 web", 5)
    assert (
        "PathError [TypeError]: Missing parameter name at index 1: *; "
        "visit https://git.new/pathToRegexpError for info\n"
    ) in project.run("docker logs web")


def test_pip_keeps_to_what_requirements_ask_for_and_installs_what_they_need() -> None:
    files = {
        "/app/requirements.txt": "flask==2.3.3\nDjango>=4,<5  # the old one\n"
        'requests~=2.28 ; python_version >= "3.8"\ncolorama==0.4.6 ; sys_platform == "win32"\n'
    }
    outcome, _ = sh("pip install -r requirements.txt && pip freeze && pip check", files)
    assert outcome.exit_code == 0
    assert (
        "Collecting markupsafe>=2.1.1 (from werkzeug->flask==2.3.3->-r requirements.txt (line 1))\n"
    ) in outcome.text
    for row in ("Flask==2.3.3\n", "Django==4.2.27\n", "requests==2.32.5\n", "Werkzeug==3.1.4\n"):
        assert row in outcome.text
    assert "colorama" not in outcome.text and "No broken requirements found.\n" in outcome.text


def test_pip_says_which_demands_contradict_each_other() -> None:
    outcome, _ = sh("pip install flask==2.3.3 werkzeug==1.0.1")
    assert outcome.exit_code == 1
    assert (
        "The conflict is caused by:\n    The user requested werkzeug==1.0.1\n"
        "    Flask 2.3.3 depends on werkzeug>=2.3.7\n"
    ) in outcome.text
    assert "ERROR: ResolutionImpossible: for help visit" in outcome.text


def test_pip_goes_back_to_an_older_release_that_fits() -> None:
    outcome, _ = sh("pip install flask 'werkzeug<3'")
    assert "Successfully installed" in outcome.text and "flask-2.3.3" in outcome.text


def test_a_release_that_wants_a_newer_python_is_ignored_aloud() -> None:
    outcome, _ = sh("pip install Django==5.0", image="python:3.9-slim")
    assert "6.0 Requires-Python >=3.12" in outcome.text
    assert "No matching distribution found for Django==5.0\n" in outcome.text
    outcome, _ = sh("pip install django", image="python:3.9-slim")
    assert "django-4.2.27" in outcome.text


def test_pip_replaces_one_release_by_another() -> None:
    line = "pip install flask==2.2.5 && pip install -U flask && pip show flask && pip list"
    outcome, _ = sh(line)
    assert "    Found existing installation: Flask 2.2.5\n" in outcome.text
    assert "Name: Flask\nVersion: 3.1.2\n" in outcome.text
    assert "\nFlask        3.1.2\n" in outcome.text


def test_poetry_and_uv_take_the_versions_of_their_locks() -> None:
    lock = (
        '[[package]]\nname = "flask"\nversion = "2.2.3"\n\n'
        '[package.dependencies]\nWerkzeug = ">=2"\n'
        '\n[[package]]\nname = "werkzeug"\nversion = "2.2.2"\n'
    )
    files = {
        "/app/pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.10"\nflask = "^2.2"\n',
        "/app/poetry.lock": lock,
    }
    outcome, _ = sh("pip install -q poetry && poetry install --no-root", files)
    assert "Installing dependencies from lock file\n" in outcome.text
    assert "  - Installing flask (2.2.3)\n" in outcome.text
    assert "  - Installing werkzeug (2.2.2)\n" in outcome.text
    files = {"/app/pyproject.toml": '[project]\nname = "a"\ndependencies = ["flask>=2,<3"]\n'}
    outcome, view = sh("pip install -q uv && uv sync && uv sync --frozen", files)
    assert " + flask==2.3.3\n" in outcome.text and outcome.exit_code == 2
    assert "error: Unable to find lockfile at `uv.lock`." in outcome.text
    assert view.exists("/app/.venv/lib/python3.12/site-packages/flask-2.3.3.dist-info/METADATA")


VERSIONS = """=== Dockerfile
FROM python:3.12-slim
WORKDIR /app
RUN pip install %s
COPY . .
CMD ["python", "a.py"]
=== a.py
import flask
from importlib.metadata import version
print(flask.__version__, version("werkzeug"))
"""


def test_a_program_sees_the_version_that_pip_installed() -> None:
    project = Project(VERSIONS % "flask==2.3.3 werkzeug==2.3.8 gunicorn==21.2.0")
    project.run("docker build -t web .", 60)
    assert project.run("docker run --rm web", 10) == "2.3.3 2.3.8\n"
    assert project.run("docker run --rm web flask --version", 10) == (
        "Python 3.12.14\nFlask 2.3.3\nWerkzeug 2.3.8\n"
    )
    assert project.run("docker run --rm web gunicorn --version", 10) == (
        "gunicorn (version 21.2.0)\n"
    )
    django = Project(VERSIONS.replace("import flask", "import django as flask") % "'Django>=4,<5'")
    django.run("docker build -t web .", 60)
    line = 'docker run --rm web python -c "import django; print(django.VERSION)"'
    assert django.run(line, 10) == "(4, 2, 27, 'final', 0)\n"


def test_an_old_flask_beside_a_new_werkzeug_fails_as_it_does_in_life() -> None:
    project = Project(VERSIONS % "flask==2.2.2")
    project.run("docker build -t web .", 60)
    assert (
        "ImportError: cannot import name 'url_quote' from 'werkzeug.urls' "
        "(/usr/local/lib/python3.12/site-packages/werkzeug/urls.py)\n"
    ) in project.run("docker run --rm web", 10)


SETTINGS = """from pathlib import Path
import os
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ["SECRET_KEY"]
INSTALLED_APPS = ["django.contrib.admin", "django.contrib.staticfiles", "polls.apps.PollsConfig"]
STATICFILES_DIRS = [os.path.join(BASE_DIR, "assets"), BASE_DIR / "nowhere"]
"""
MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n"
COLLECT = "pip install -q django && SECRET_KEY=x python manage.py collectstatic --noinput"


def django(settings: str, line: str = COLLECT) -> tuple[Outcome, Tree]:
    files = {
        "/app/manage.py": MANAGE,
        "/app/mysite/settings.py": settings,
        "/app/polls/__init__.py": "",
        "/app/polls/static/polls/style.css": "li {}\n",
        "/app/assets/logo.svg": "<svg/>\n",
    }
    return sh(line, files)


def test_collectstatic_copies_the_files_of_the_project_and_of_the_admin() -> None:
    outcome, view = django(SETTINGS + "STATIC_ROOT = BASE_DIR / 'staticfiles'\n")
    assert outcome.exit_code == 0
    assert "129 static files copied to '/app/staticfiles'.\n" in outcome.text
    assert (
        "?: (staticfiles.W004) The directory '/app/nowhere' in the STATICFILES_DIRS setting does "
        "not exist.\n"
    ) in outcome.text
    assert view.text("/app/staticfiles/polls/style.css") == "li {}\n"
    assert view.text("/app/staticfiles/logo.svg") == "<svg/>\n"
    assert view.exists("/app/staticfiles/admin/css/base.css")
    again, _ = django(SETTINGS + "STATIC_ROOT = BASE_DIR / 'out'\n",
                      COLLECT + " && SECRET_KEY=x python manage.py collectstatic")  # fmt: skip
    assert "0 static files copied to '/app/out', 129 unmodified.\n" in again.text


@pytest.mark.parametrize(
    ("settings", "line", "words"),
    [
        (SETTINGS, COLLECT, "without having set the STATIC_ROOT setting to a filesystem path.\n"),
        (SETTINGS, COLLECT.replace("SECRET_KEY=x", ""), "KeyError: 'SECRET_KEY'\n"),
        (SETTINGS.replace("SECRET_KEY", "KEY"), COLLECT.replace("SECRET_", ""),
         "ImproperlyConfigured: The SECRET_KEY setting must not be empty.\n"),
        (SETTINGS + "INSTALLED_APPS += ['corsheaders']\n", COLLECT,
         "ModuleNotFoundError: No module named 'corsheaders'\n"),
        (SETTINGS, COLLECT.partition("&& ")[2], "ImportError: Couldn't import Django."),
    ],
)  # fmt: skip
def test_collectstatic_fails_in_djangos_words(settings: str, line: str, words: str) -> None:
    outcome, _ = django(settings, line)
    assert outcome.exit_code == 1 and words in outcome.text


def test_settings_are_read_through_their_package_and_their_environment() -> None:
    files = {
        "/p/base.py": "DEBUG = False\nAPPS = ['a']\n",
        "/p/prod.py": "from .base import *\nimport os\nAPPS += ['b']\n"
        "if not DEBUG:\n    ROOT = os.path.join('/srv', os.getenv('WHERE', 'x'))\n"
        "else:\n    ROOT = None\nKEY = make()\n",
    }
    names = Reader(files.get, {"WHERE": "static"}).read("/p/prod.py")
    assert (names["APPS"], names["ROOT"]) == (["a", "b"], "/srv/static")
    assert names["KEY"] is UNKNOWN
