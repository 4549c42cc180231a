"""What is typed into a container by a client that is attached to it.

Source: docker/cli cli/command/container/hijack.go and moby/term's escape proxy.

# Simplified: A line is edited in the browser and sent to the container when it is whole, so the
# container's own shell completes no names on Tab and its programs see no arrow keys.
"""

from __future__ import annotations

from typing import Any

from simulator.terminal.program import Call

DETACH_KEYS = "\x10\x11"
NO_KEYS = "none"
"""For clients that know no keys to detach with, such as kubectl."""
CONTROLS = "@abcdefghijklmnopqrstuvwxyz[\\]^_"
NOT_A_TTY = "the input device is not a TTY\n"


def begin(call: Call, machine: str, container: str, sink: str, tty: bool, keys: str = "") -> None:
    """Begin to pass on what is typed; sink: "log" for the container itself, or an exec's."""
    call.state["typing"] = {
        "machine": machine, "container": container, "sink": sink, "tty": tty,
        "keys": "" if keys == NO_KEYS else _sequence(call, keys) if keys else DETACH_KEYS,
        "held": "",
    }  # fmt: skip
    call.read_typed("raw" if tty else "line")


def take(call: Call, text: str) -> bool:
    """Pass on what was typed; True when it was the sequence that detaches the client."""
    row: dict[str, Any] = call.state["typing"]
    engine = call.engine
    container = engine.store.get("Container", row["machine"], row["container"])
    if container is None:
        return False
    if not row["tty"]:
        if text:
            engine.programs.type_in(container, row["sink"], text)
        else:
            engine.programs.close_input(container, row["sink"])
        return False
    for key in text:
        keys = str(row["keys"])
        if keys and key == keys[len(row["held"])]:
            row["held"] += key
            if row["held"] == keys:
                return True
            continue
        sent, row["held"] = row["held"] + key, ""
        engine.programs.type_in(container, row["sink"], sent)
    return False


def _sequence(call: Call, text: str) -> str:
    """Read `--detach-keys`: single characters, and ctrl-X for a control character."""
    keys = ""
    for part in text.split(","):
        if len(part) == 1:
            keys += part
        elif part.startswith("ctrl-") and len(part) == 6 and part[5] in CONTROLS:
            keys += chr(ord(part[5].upper()) - 64)
        else:
            call.err(f"WARN[0000] invalid detach escape keys, using default: Unknown character: "
                     f"'{part}' \n")  # fmt: skip
            return DETACH_KEYS
    return keys
