"""The special modes of redis-cli: --scan, --stat, --latency, --pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.timing import SECOND

from . import link

if TYPE_CHECKING:
    from ....process import Process
    from .client import RedisCli

MODES = ("scan", "stat", "latency", "pipe", "bigkeys")
HEADING = (
    "------- data ------ --------------------- load -------------------- - child -\n"
    "keys       mem      clients blocked requests            connections          \n"
)
HEADING_EVERY = 20
NOT_MODELLED = "drydock: this mode of {name} is not modelled\n"


def begin(cli: RedisCli, p: Process) -> bool:
    """Begin a special mode, if one is asked for."""
    mode = next((mode for mode in MODES if p.state["options"].get(mode)), "")
    if not mode:
        return False
    p.state.update(mode=mode, rounds=0, before=0)
    if mode == "scan":
        _scan(cli, p)
    elif mode == "stat":
        go_on(cli, p)
    elif mode == "latency":
        p.wake(SECOND)
    else:
        p.err(NOT_MODELLED.format(name="redis-cli"))
        cli.end(p, 1)
    return True


def go_on(cli: RedisCli, p: Process) -> None:
    """Go on after a second."""
    if p.state["mode"] == "stat":
        _stat(cli, p)
        return
    route = link.reach(p)
    if route is None:
        cli.end(p, 1)
        return
    ms = route.rtt_us / 1000
    count = 97
    if p.state["output"] == "raw":
        p.out(f"{int(ms)} {int(ms) + 1} {ms:.2f} {count}\n")
    else:
        p.out(f"min: {int(ms)}, max: {int(ms) + 1}, avg: {ms:.2f} ({count} samples)\n")
    cli.end(p, 0)


def _scan(cli: RedisCli, p: Process) -> None:
    options, cursor = p.state["options"], "0"
    while True:
        route = link.reach(p)
        if route is None:
            cli.end(p, 1)
            return
        words = ["SCAN", cursor, "MATCH", options.get("pattern", "*")]
        if options.get("count"):
            words += ["COUNT", str(options["count"])]
        answer = link.ask(p, route, words)
        if "error" in answer:
            p.err(f"ERROR: {answer['error']}\n")
            cli.end(p, 1)
            return
        cursor, keys = answer["value"]
        p.out("".join(f"{key}\n" for key in keys))
        if cursor == "0":
            cli.end(p, 0)
            return


def _stat(cli: RedisCli, p: Process) -> None:
    route = link.reach(p)
    answer: dict[str, Any] = link.ask(p, route, ["INFO"]) if route is not None else {"error": ""}
    if "error" in answer:
        p.err(f"ERROR: {answer['error']}\n" if answer["error"] else "")
        cli.end(p, 1)
        return
    rows = dict(line.split(":", 1) for line in str(answer["value"]).split("\r\n") if ":" in line)
    keys = sum(int(value.partition(",")[0][5:]) for name, value in rows.items()
               if name.startswith("db") and name[2:].isdigit())  # fmt: skip
    requests = int(rows["total_commands_processed"])
    if p.state["rounds"] % HEADING_EVERY == 0:
        p.out(HEADING)
    load = f"{requests} (+{requests - p.state['before'] if p.state['rounds'] else 0})"
    p.out(f"{keys:<11}{rows['used_memory_human']:<9}{rows['connected_clients']:<8}"
          f"{rows['blocked_clients']:<8}{load:<20}"
          f"{rows['total_connections_received']:<12}\n")  # fmt: skip
    p.state.update(rounds=p.state["rounds"] + 1, before=requests)
    left = p.state["options"]["repeat"]
    if left > 1 and p.state["rounds"] >= left:
        cli.end(p, 0)
        return
    p.wake(round((p.state["options"].get("interval") or 1) * SECOND))
