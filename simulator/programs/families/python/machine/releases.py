"""Which releases of packages are installed: what `__version__` says, and which do not go together.

Releases that contradict each other fail on import, in the words that users have met.
Sources: the issues of pallets/flask, pallets/jinja, flask-sqlalchemy and django.
"""

from __future__ import annotations

from typing import Any

from simulator.docker.shellmodel.packages import versions

from ....vm import Machine
from .. import sites
from .attributes import MISSING
from .calls import native
from .errors import error
from .library import CONSTANTS
from .world import Args, Words

Rule = tuple[str, tuple[tuple[str, str], ...], str, str]
RULES: tuple[Rule, ...] = (
    ("flask", (("flask", "<2"), ("jinja2", ">=3.1")), "ImportError",
     "cannot import name 'escape' from 'jinja2' ({site}/jinja2/__init__.py)"),
    ("flask", (("jinja2", "<3"), ("markupsafe", ">=2.1")), "ImportError",
     "cannot import name 'soft_unicode' from 'markupsafe' ({site}/markupsafe/__init__.py)"),
    ("flask", (("flask", "<2"), ("itsdangerous", ">=2.1")), "ImportError",
     "cannot import name 'json' from 'itsdangerous' ({site}/itsdangerous/__init__.py)"),
    ("flask", (("flask", "<2.3"), ("werkzeug", ">=3")), "ImportError",
     "cannot import name 'url_quote' from 'werkzeug.urls' ({site}/werkzeug/urls.py)"),
    ("jinja2", (("jinja2", "<3"), ("markupsafe", ">=2.1")), "ImportError",
     "cannot import name 'soft_unicode' from 'markupsafe' ({site}/markupsafe/__init__.py)"),
    ("flask_sqlalchemy", (("flask_sqlalchemy", "<3"), ("flask", ">=2.3")), "ImportError",
     "cannot import name '_app_ctx_stack' from 'flask' ({site}/flask/__init__.py)"),
    ("flask_sqlalchemy", (("flask_sqlalchemy", "<3"), ("sqlalchemy", ">=2")), "AttributeError",
     "module 'sqlalchemy' has no attribute '__all__'"),
    ("django", (("django", "<4"), ("python", ">=3.12")), "ModuleNotFoundError",
     "No module named 'distutils'"),
)  # fmt: skip
"""A module, releases that do not go together, and what its import raises then."""


def check(vm: Machine, name: str) -> None:
    """Raise what an import raises where releases do not go together.

    # Simplified: The traceback of such an import ends in the program's own line; the frames inside
    the packages are not shown.
    """
    if vm.p is None:
        return
    for module, limits, kind, words in RULES:
        if module == name and all(_meets(vm, *limit) for limit in limits):
            raise error(kind, words.format(site=sites.sites(vm.p)[0]))


def _meets(vm: Machine, name: str, limit: str) -> bool:
    have = sites.version(vm.p) if name == "python" else sites.version_of(vm.p, name)
    wish = versions.read(limit, "pip")
    return bool(have) and wish is not None and versions.allows(wish, have)


def said(vm: Machine, module: str, name: str) -> Any:
    """Give a package's `__version__` as its metadata has it; MISSING when there is none."""
    if name != "__version__" or "." in module or vm.p is None:
        return MISSING
    return sites.version_of(vm.p, module) or MISSING


def _django(vm: Machine) -> tuple[Any, ...]:
    text = sites.version_of(vm.p, "django") or "5.2.0"
    numbers = [int(n) for n in versions.padded(text, 3).split(".")[:3] if n.isdigit()]
    return (*(numbers or [5, 2, 0]), "final", 0)


CONSTANTS["django.VERSION"] = _django


@native("django.get_version")
def _get_version(vm: Machine, args: Args, words: Words) -> Any:
    major, minor, patch = _django(vm)[:3]
    return f"{major}.{minor}" + (f".{patch}" if patch else "")


@native("_vm.version_of")
def _version_of(vm: Machine, args: Args, words: Words) -> Any:
    return sites.version_of(vm.p, str(args[0]))
