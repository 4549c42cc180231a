"""Django's settings. What may differ from place to place comes from environment variables.

Each variable read here has a row in README's table; a test keeps it so.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
DATA = Path(os.environ.get("DRYDOCK_DATA", BASE_DIR / "data")).resolve()
DEBUG = os.environ.get("DEBUG", "") == "1"
MAX_ROOMS = int(os.environ.get("MAX_ROOMS", "250"))
LABS_PER_HOUR = int(os.environ.get("LABS_PER_HOUR", "2000"))

_WILDCARDS = ("0.0.0.0", "::", "[::]")


def _allowed_hosts() -> list[str]:
    """Allow what was asked for; else this machine, or any name when it listens everywhere."""
    given = os.environ.get("ALLOWED_HOSTS", "")
    if given:
        return [host.strip() for host in given.split(",") if host.strip()]
    if HOST in _WILDCARDS:
        return ["*"]
    return ["localhost", "127.0.0.1", "[::1]", HOST]


def _secret_key() -> str:
    """Give the key that signs cookies: the variable, or one kept in the data folder."""
    given = os.environ.get("SECRET_KEY", "")
    if given:
        return given
    kept = DATA / "secret_key"
    if kept.is_file():
        return kept.read_text().strip()
    made = secrets.token_urlsafe(50)
    if sys.argv[1:2] == ["serve"]:  # no other command may leave files behind
        DATA.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(made)
    return made


def _database() -> dict[str, object]:
    """Give SQLite in the data folder, or what DATABASE_URL names."""
    url = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not url.scheme:
        return _sqlite(DATA / "drydock.sqlite3")
    if url.scheme == "sqlite":
        return _sqlite(Path(unquote(url.path)))
    if url.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL begins with sqlite:// or postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path[1:]),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
    }


def _sqlite(path: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",  # one writer: wait for the lock at the start
            "timeout": 20,
            # FULL: an acknowledged command is on the disk, not only in the system's cache
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def _channel_layer() -> dict[str, object]:
    url = os.environ.get("REDIS_URL", "")
    if url:
        return {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [url]}}
    return {"BACKEND": "channels.layers.InMemoryChannelLayer"}


ALLOWED_HOSTS = _allowed_hosts()
SECRET_KEY = _secret_key()
DATABASES = {"default": _database()}
CHANNEL_LAYERS = {"default": _channel_layer()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = ["channels", "django.contrib.staticfiles", "django_htmx", "webapp"]
MIDDLEWARE = ["webapp.middleware.security_headers"]
ROOT_URLCONF = "webapp.urls"
ASGI_APPLICATION = "webapp.asgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "webapp.middleware.csp_nonce",
            ],
        },
    }
]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {"staticfiles": {"BACKEND": "webapp.static_files.VersionedStorage"}}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

MAX_BODY = 3 << 20
"""Longest body of a request, in bytes: the longest text of a command (1 MiB), escaped."""
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "drydock": {"level": "INFO"},
        "django.request": {"level": "ERROR"},  # a 404 is the visitor's business, not the log's
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # so is a wrong name
        "daphne": {"level": "WARNING"},
    },
}
