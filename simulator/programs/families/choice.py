"""Which family a program belongs to, by its path, its name and what made it."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ..utilities import MULTI_CALL, is_utility
from ..wrappers import unwrapped
from .clients import KINDS
from .file_server import serves_files
from .listener import listens
from .node.dev_servers import is_dev_server
from .node.tools import is_tool
from .redis import is_server
from .services import known
from .sql.server import SERVERS as SQL_SERVERS
from .stand_in import stands_in
from .webhook_certgen import is_certgen

if TYPE_CHECKING:
    from ..lookup import Image
    from ..process import Process

SHELLS = ("sh", "bash", "ash", "dash", "zsh")
PYTHON_SERVERS = ("gunicorn", "uvicorn", "flask", "hypercorn", "daphne", "fastapi",
                  "celery", "rq", "alembic")  # fmt: skip
NAMES = {
    "nginx": "nginx", "nginx-debug": "nginx", "node": "node", "nodejs": "node", "java": "java",
    "redis-cli": "redis-cli", "valkey-cli": "redis-cli", "hello": "hello", "gosu": "step-down",
    "su-exec": "step-down", "tini": "init", "dumb-init": "init", "tini-static": "init",
    "docker-init": "init", "catatonit": "init", "httpd-foreground": "foreground",
    "apache2-foreground": "foreground", "catalina.sh": "service", "npm": "node",
    "npx": "node", "yarn": "node",
    "npm-cli.js": "node", "npx-cli.js": "node",
    "nginx-ingress-controller": "ingress-nginx", "hello-app": "sample", "perl": "perl",
    "http-echo": "sample", "echoserver": "sample", "cron": "cron", "crond": "cron",
    "supercronic": "cron",
}  # fmt: skip


MODELLED = {"stress": "stress", "stress-ng": "stress", "agnhost": "agnhost"}
"""Test programs that are known by their names, also in images of which nothing else is.

The program of vish/stress, which has its options behind one dash, is the one in the root folder.
"""


def family_name(p: Process, image: Image) -> str:
    """Name the family of a loaded program; "unknown" when nothing fits."""
    name = posixpath.basename(image.argv[0])
    real = posixpath.basename(image.path)
    if name in SHELLS or real in SHELLS:
        return "shell"
    if image.entry.get("made"):
        return "go-program" if image.entry["made"].get("tool") == "go" else "compiled"
    if name in MODELLED and not image.scripts:
        return "vish-stress" if image.path == "/stress" else MODELLED[name]
    if listens(image.argv):
        return "listener"
    if name == "httpd" and real in MULTI_CALL:
        return "busybox-httpd"
    called = posixpath.basename(image.argv[1]) if name == "busybox" and image.argv[1:] else name
    if NAMES.get(called) == "cron" and not image.scripts:
        return "cron"
    if name == "supervisord" or (image.scripts and image.scripts[-1].endswith("/supervisord")):
        return "supervisor"
    if name == "timeout" and unwrapped(image.argv) is not None:
        return "timeout"
    if name == "go" and image.argv[1:2] == ["run"] and not image.entry.get("unknown"):
        return "go-run"
    if name in KINDS and (name == "healthcheck.sh" or not image.scripts):
        return "client"
    if is_tool(name, image.path):
        return "node-tool"
    if is_dev_server(name, image.path):
        return "dev-server"
    if image.entry.get("unknown"):
        if is_certgen(p):
            return "webhook-certgen"
        if unwrapped(image.argv) is not None:
            return "step-down"
        if is_utility(p.view, image.path, image.argv[0]):
            return "utility"
        return "stand-in" if stands_in(p.view) or _is_of_stand_in(p) else "unknown"
    if serves_files(image.path, image.argv):
        return "file-server"
    if re.fullmatch(r"python[\d.]*", real) or real in PYTHON_SERVERS:
        return "python"
    if unwrapped(image.argv) is not None:
        return "step-down"
    if is_server(real) and not image.scripts:
        return "redis-server"
    if real in NAMES:
        return NAMES[real]
    if image.path == "/server" and p.container["Config"]["Image"].find("/liveness") > 0:
        return "agnhost"
    if known(real):
        if real == "mongod":
            return "mongod"
        return "sql-server" if real in SQL_SERVERS else "service"
    if "entrypoint" in real and not image.entry.get("arch"):
        return "step-down"
    if is_utility(p.view, image.path, image.argv[0]):
        return "utility"
    if name in MULTI_CALL and len(image.argv) > 1:
        return "utility"
    return "unknown"


def _is_of_stand_in(p: Process) -> bool:
    """Tell whether an unknown program can come from a stand-in that wrote it to a volume."""
    return bool(p.engine.hub.settings.get("stand_ins"))
