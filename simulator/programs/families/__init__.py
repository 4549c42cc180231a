"""The kinds of programs, and how the right one is found for a command line.

The choice rests on the file that is executed: its real path, what it was made from, its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..process import Family

if TYPE_CHECKING:
    from ..lookup import Image
    from ..process import Process

_families: dict[str, Family] = {}


def _all() -> dict[str, Family]:
    """Give all families by name."""
    if not _families:
        from . import (
            agnhost,
            clients,
            compiled,
            cron,
            file_server,
            ingress_nginx,
            init,
            java,
            listener,
            nginx,
            perl,
            redis,
            samples,
            services,
            shells,
            simple,
            stand_in,
            stress,
            supervisor,
            webhook_certgen,
        )
        from .go import family as go_program
        from .mongo import server as mongo
        from .node import dev_servers, node, tools
        from .python import python
        from .sql import family as sql_family

        for module in (
            shells, simple, stand_in, nginx, ingress_nginx, listener, services, redis, compiled,
            node, tools, dev_servers, python, agnhost, stress, samples, perl, clients,
            webhook_certgen, file_server, cron, init, supervisor, java, go_program,
            sql_family, mongo,
        ):  # fmt: skip
            for family in module.FAMILIES:
                _families[family.name] = family
    return _families


def by_name(name: str) -> Family:
    """Give a family by the name that a process row keeps."""
    return _all()[name]


def choose(p: Process, image: Image) -> Family:
    """Find the family of a program that was loaded."""
    from .choice import family_name

    return by_name(family_name(p, image))
