"""What a statement carries with it while it runs: its clock, its luck, its limits, its data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from .errors import out_of_memory, takes_too_long
from .types import Type

WORK = 90_000
"""Rows looked at and expressions worked out in one statement: 50 to 120 ms of a processor."""
MAX_BYTES = 4 << 20
"""Bytes that a statement may hold."""
ROW_NS = 120
"""Simulated nanoseconds that a row costs a server (assumed: some million rows a second a core)."""


class Column(NamedTuple):
    """A column that a name in an expression can mean."""

    name: str
    table: str
    type: Type
    hidden: bool = False


class Run:
    """One statement on its way.

    db: the database's catalogue and rows (tables.Database); session: plain data of the connection;
    luck: draws in [0, 1); us: simulated time that functions asked for (pg_sleep).
    """

    def __init__(
        self, dialect: str, db: Any, session: dict[str, Any], now: datetime,
        luck: Callable[[], float], text: str = "",
    ) -> None:  # fmt: skip
        self.dialect = dialect
        self.db = db
        self.session = session
        self.now = now
        self.luck = luck
        self.text = text
        self.work = 0
        self.bytes = 0
        self.us = 0
        self.views = 0
        self.notices: list[dict[str, Any]] = []
        self.warnings: list[tuple[str, int, str]] = []
        self.ctes: dict[str, Any] = {}
        self.insert_id: int | None = None

    def spend(self, units: int) -> None:
        """Count work; raises SqlError when it is too much."""
        self.work += units
        if self.work > WORK:
            raise takes_too_long(self.dialect)

    def hold(self, size: int) -> None:
        """Count memory; raises SqlError when it is too much."""
        self.bytes += size
        if size > MAX_BYTES or self.bytes > 8 * MAX_BYTES:
            raise out_of_memory(self.dialect, size)

    @property
    def trusts_keys(self) -> bool:
        """True while foreign keys are not looked at, as when a dump is read back."""
        settings = self.session.get("settings") or {}
        if self.dialect == "mysql":
            return str(settings.get("foreign_key_checks", "1")) == "0"
        return str(settings.get("session_replication_role", "origin")) == "replica"

    def notice(self, message: str, severity: str = "NOTICE", sqlstate: str = "00000") -> None:
        """Tell the client something that is no error."""
        self.notices.append({"severity": severity, "sqlstate": sqlstate, "message": message})
