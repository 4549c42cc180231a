"""The command lines of Python's servers."""

from __future__ import annotations

import re

WANTS_VALUE = ("-b", "--bind", "-w", "--workers", "--port", "--host", "--app", "-k", "--chdir",
               "--worker-class", "--threads", "--timeout", "-t", "--log-level", "-c", "--config",
               "--app-dir", "-p", "-h", "--access-logfile", "--error-logfile", "-A", "-n", "--name",
               "--graceful-timeout", "--keep-alive", "--max-requests", "--max-requests-jitter",
               "--worker-connections", "--worker-tmp-dir", "--log-config", "--env", "-e", "--user",
               "-u", "--group", "-g", "--umask", "--pid", "--forwarded-allow-ips", "--log-file",
               "--certfile", "--keyfile", "--reload-dir", "--root-path", "--loop", "--http",
               "--timeout-keep-alive", "--env-file", "--limit-concurrency", "--reload-include",
               "--reload-exclude", "--ws", "--interface")  # fmt: skip


def read_options(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Take options and operands apart."""
    options: dict[str, str] = {}
    operands: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word.startswith("-") and equals:
            options[name] = value
        elif word in WANTS_VALUE and rest:
            options[word] = rest.pop(0)
        elif re.match(r"^-[bwpdhktc]\S", word) and not word.startswith("--"):
            options[word[:2]] = word[2:]
        elif word.startswith("-"):
            options[word] = ""
        else:
            operands.append(word)
    return options, operands


def read_place(place: str) -> tuple[str, int]:
    """Take gunicorn's `bind` apart: (host, port)."""
    host, _, port = place.rpartition(":")
    return host or "0.0.0.0", int(port) if port.isdigit() else 8000


def address_of(program: str, options: dict[str, str], env: dict[str, str]) -> tuple[str, int]:
    """Give where a server is told to listen: (host, port), its own default else."""
    if program == "gunicorn":
        place = options.get("-b") or options.get("--bind") or ""
        if not place:
            return ("0.0.0.0", int(env["PORT"])) if env.get("PORT", "").isdigit() else (
                "127.0.0.1", 8000)  # fmt: skip
        return read_place(place)
    port = options.get("--port") or options.get("-p") or (
        env.get("FLASK_RUN_PORT", "5000") if program == "flask" else "8000")  # fmt: skip
    host = options.get("--host") or options.get("-h") or (
        env.get("FLASK_RUN_HOST", "127.0.0.1") if program == "flask" else
        "0.0.0.0" if program == "fastapi" else "127.0.0.1")  # fmt: skip
    return host, int(port) if port.isdigit() else 8000
