"""`manage.py serve`: bring the database up to date, then serve."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """Serve pages, API and sockets from one process."""

    help = "Serve pages, API and sockets; HOST and PORT say where."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take host and port, else the settings'."""
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until told to stop."""
        settings.DATA.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        from webapp.asgi import application
        from webapp.server import serve  # installs its reactor: only in the process that serves

        serve(application, options["host"], options["port"])
