"""Cron: BusyBox's crond, Debian's cron and supercronic run jobs at their simulated times."""

from __future__ import annotations

from ...process import Family
from .daemon import Cron

FAMILIES: list[Family] = [Cron()]
