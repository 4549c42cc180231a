"""The terminal's own small programs: where one stands, and what a lab says of itself."""

from __future__ import annotations

from datetime import timedelta

from .program import RUNNING, Call, Program


class Words(Program):
    """Programs that print what they are given or where they are."""

    names = ("help",)

    def is_read(self, argv: list[str]) -> bool:
        """Only looks."""
        return True

    def start(self, call: Call) -> int | None:
        """Print."""
        call.out("Programs: " + ", ".join(sorted(call.engine.terminal.names)) + "\n")
        return 0


class Move(Program):
    """Change the machine."""

    names = ("ssh", "exit", "logout")

    def is_read(self, argv: list[str]) -> bool:
        """Where the prompt stands is the viewer's, not the lab's."""
        return True

    def complete(self, engine: object, words: list[str], machine: str, cwd: str) -> list[str]:
        """Complete machines."""
        return list(engine.machines.names()) if words[0] == "ssh" else []  # type: ignore[attr-defined]

    def start(self, call: Call) -> int | None:
        """Say at which machine the prompt is to stand from now on."""
        if call.argv[0] in ("exit", "logout"):
            call.new_machine = call.engine.scenario.machine
            return 0
        if len(call.argv) < 2:
            call.err("usage: ssh [user@]machine\n")
            return 255
        return self._ssh(call, call.argv[1].rpartition("@")[2])

    def _ssh(self, call: Call, host: str) -> int:
        machines = call.engine.machines
        name = host if machines.get(host) else machines.by_ip(host)
        if name is None:
            call.err(f"ssh: Could not resolve hostname {host}: Name or service not known\n")
            return 255
        if not machines.is_up(name) or not call.engine.network.joined(call.machine, name):
            call.err(f"ssh: connect to host {host} port 22: No route to host\n")
            return 255
        call.new_machine = name
        return 0


class Watch(Program):
    """Run a line that looks again and again, full screen, until Ctrl-C."""

    names = ("watch",)

    def start(self, call: Call) -> int | None:
        """Read the options and look for the first time."""
        words, every = call.argv[1:], "2"
        while words and words[0].startswith("-"):
            word = words.pop(0)
            if word in ("-n", "--interval") and words:
                every = words.pop(0)
            elif word.startswith(("-n", "--interval=")):
                every = word.removeprefix("--interval=").removeprefix("-n")
        try:
            call.state["every_us"] = max(100_000, round(float(every) * 1_000_000))
        except (ValueError, OverflowError):
            call.err(f"watch: failed to parse argument: '{every}'\n")
            return 1
        if not words:
            call.err("Usage:\n watch [options] command\n")
            return 1
        call.state["line"] = " ".join(words)
        if not call.engine.terminal.is_read(call.state["line"]):
            # Simplified: At a machine's terminal `watch` repeats only what looks (docker ps,
            # kubectl get, ls), not what changes something or takes time (curl).
            call.err(f"watch: {words[0]}: only what looks can be repeated here\n")
            return 1
        return self.step(call)

    def step(self, call: Call) -> int | None:
        """Look again."""
        found = call.engine.terminal.read(call.state["line"], call.machine, call.cwd)
        seconds = call.state["every_us"] / 1e6
        left = f"Every {seconds:.1f}s: {call.state['line']}"
        moment = call.engine.start + timedelta(microseconds=call.engine.now_us)
        right = f"{call.machine}: {moment:%a %b %e %H:%M:%S %Y}"
        space = " " * max(1, call.columns - len(left) - len(right))
        call.screen(f"{left}{space}{right}\n\n{found['output']}")
        call.wake_after(call.state["every_us"])
        return RUNNING


FILE_PROGRAMS: list[Program] = [Words(), Move(), Watch()]
