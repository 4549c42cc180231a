"""`docker compose wait`: until containers of services end."""

from __future__ import annotations

from simulator.docker.compose import ComposeError

from ..client import RUNNING
from .context import ComposeCommand, Context, service_of


class Wait(ComposeCommand):
    """Prints each container's exit code; its own is that of the last one."""

    def start(self, c: Context) -> int | None:
        """Wait for all containers of the services."""
        names = c.chosen(c.args)
        found = c.containers(names)
        for name in names:
            if not any(service_of(one) == name for one in found):
                raise ComposeError(f'no containers for project "{c.name()}": not found')
        c.state.update(waiting=[one["Id"] for one in found], code=0)
        return self.step(c)

    def step(self, c: Context) -> int | None:
        """Print the codes of those that have ended."""
        still = []
        for key in c.state["waiting"]:
            one = c.get(key)
            if one is not None and (one["State"]["Running"] or one["drydock"]["phase"]):
                still.append(key)
                c.call.watch("Container", c.machine, key)
                continue
            c.state["code"] = int(one["State"]["ExitCode"]) if one is not None else 0
            c.out(f"{c.state['code']}\n")
        c.state["waiting"] = still
        return RUNNING if still else int(c.state["code"])
