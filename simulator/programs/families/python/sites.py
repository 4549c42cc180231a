"""Where an interpreter looks for packages, and which are installed."""

from __future__ import annotations

import posixpath
import sys

from ...process import Process

DISTRIBUTIONS = {
    "yaml": "PyYAML", "PIL": "pillow", "cv2": "opencv_python", "bs4": "beautifulsoup4",
    "sklearn": "scikit_learn", "dotenv": "python_dotenv", "psycopg2": "psycopg2_binary",
    "MySQLdb": "mysqlclient", "jwt": "PyJWT", "dateutil": "python_dateutil",
    "mysql": "mysql_connector_python", "flask_sqlalchemy": "Flask_SQLAlchemy",
    "flask_cors": "Flask_Cors", "rest_framework": "djangorestframework",
    "environ": "django_environ", "decouple": "python_decouple",
    "corsheaders": "django_cors_headers",
}  # fmt: skip


IMPLIED = {
    "pydantic": ("fastapi", "sqlmodel"),
    "sqlalchemy": ("sqlmodel", "flask_sqlalchemy", "alembic"),
    "starlette": ("fastapi",), "anyio": ("fastapi", "httpx"),
    "typing_extensions": ("fastapi", "sqlalchemy", "pydantic"), "werkzeug": ("flask",),
    "jinja2": ("flask",), "click": ("flask", "uvicorn"), "itsdangerous": ("flask",),
    "markupsafe": ("flask", "jinja2"), "urllib3": ("requests",), "certifi": ("requests", "httpx"),
    "flask_sqlalchemy": ("flask_migrate",),
    "kombu": ("celery",), "asgiref": ("django",), "httpcore": ("httpx",),
    "alembic": ("flask_migrate",), "mako": ("alembic", "flask_migrate"),
}  # fmt: skip
"""Packages that come with others."""


def installed(p: Process, top: str) -> bool:
    """Tell whether a package is in a site-packages folder that this interpreter reads."""
    found = any(_in_site(p, site, top) for site in sites(p))
    return found or any(installed(p, other) for other in IMPLIED.get(top, ()))


def _in_site(p: Process, site: str, top: str) -> bool:
    files = p.view.files
    for path in (f"{site}/{top}", f"{site}/{top}.py", f"{site}/{top}/__init__.py"):
        if path in files:
            return True
    wish = DISTRIBUTIONS.get(top, top).lower().replace("-", "_")
    prefix = f"{site}/"
    for path in files:
        if path.startswith(prefix) and ".dist-info" in path:
            folder = path[len(prefix) :].partition(".dist-info")[0].lower().replace("-", "_")
            if folder.rpartition("_")[0] == wish:
                return True
    return False


def version_of(p: Process, top: str) -> str:
    """Give the version of an installed package, by its module; "" when nothing says it."""
    wish = DISTRIBUTIONS.get(top, top).lower().replace("-", "_")
    names = (wish, "psycopg2") if top == "psycopg2" else (wish,)
    for site in sites(p):
        for name in p.view.children(site) if p.view.is_dir(site) else ():
            info = name.removesuffix(".dist-info")
            title, _, number = info.rpartition("-")
            if info != name and number and title.lower().replace("-", "_") in names:
                return number
    return ""


def sites(p: Process) -> list[str]:
    """List the folders in which this interpreter looks for packages."""
    path = str(p.row.get("path") or "/usr/local/bin/python3")
    minor = ".".join(version(p).split(".")[:2])
    name = posixpath.basename(path).removeprefix("python")
    if name.count(".") == 1:
        minor = name
    prefix = posixpath.dirname(posixpath.dirname(path))
    found = [f"{prefix}/lib/python{minor}/site-packages"]
    called = p.view.resolve(p.argv[0], p.cwd, follow=False) if "/" in p.argv[0] else ""
    if called and not called.startswith("/usr"):
        venv = posixpath.dirname(posixpath.dirname(called))
        found.insert(0, f"{venv}/lib/python{minor}/site-packages")
    if p.env.get("VIRTUAL_ENV"):
        found.insert(0, f"{p.env['VIRTUAL_ENV']}/lib/python{minor}/site-packages")
    for folder in (p.env.get("PATH") or "").split(":"):
        if folder.endswith("/bin") and not folder.startswith("/usr"):
            found.append(f"{folder[:-4]}/lib/python{minor}/site-packages")
    home = p.env.get("HOME") or "/root"
    found.append(f"{home}/.local/lib/python{minor}/site-packages")
    found += ["/usr/lib/python3/dist-packages"]
    found += [p for p in (p.env.get("PYTHONPATH") or "").split(":") if p]
    return list(dict.fromkeys(found))


def version(p: Process) -> str:
    """Give the interpreter's version, as the image's environment tells it."""
    return p.env.get("PYTHON_VERSION", "3.12.12")


def importable(p: Process, top: str) -> bool:
    """Tell whether a module belongs to Python or is installed."""
    return top in sys.stdlib_module_names or installed(p, top)
