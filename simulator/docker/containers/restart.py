"""When a container is started again, and after how long: pure arithmetic.

Source: moby daemon/internal/restartmanager/restartmanager.go (@b985e231, read August 2026).
"""

from __future__ import annotations

from typing import Any

from simulator.timing import MINUTE, MS, SECOND

FIRST_WAIT_US = 100 * MS
LONGEST_WAIT_US = MINUTE
GOOD_RUN_US = 10 * SECOND
"""A run of at least this long sets the waiting time back to the first."""


def next_wait_us(last_wait_us: int, ran_us: int) -> int:
    """Give the pause before the next start: 100 ms, doubled each time, at most one minute."""
    if last_wait_us == 0 or ran_us >= GOOD_RUN_US:
        return FIRST_WAIT_US
    return min(last_wait_us * 2, LONGEST_WAIT_US)


def should_restart(policy: dict[str, Any], code: int, count: int, manual_stop: bool) -> bool:
    """Tell whether the policy starts a container again after it exited with `code`.

    count: restarts so far; manual_stop: somebody asked for this end (`docker stop`, `kill`).
    """
    name = policy.get("Name") or "no"
    if manual_stop:
        return False
    if name in ("always", "unless-stopped"):
        return True
    if name == "on-failure":
        most = int(policy.get("MaximumRetryCount") or 0)
        return code != 0 and (most == 0 or count < most)
    return False


def starts_with_daemon(container: dict[str, Any]) -> bool:
    """Tell whether the daemon starts a container again when the machine comes up.

    `always` does so even after a manual stop, `unless-stopped` does not; `on-failure` is looked at
    with the exit code that the sudden end left.
    """
    policy = container["HostConfig"].get("RestartPolicy") or {}
    name = policy.get("Name") or "no"
    manual = bool(container["drydock"].get("manual_stop"))
    if name == "always":
        return True
    if name == "unless-stopped":
        return not manual
    ran = bool(container["drydock"].get("wasRunning"))
    return name == "on-failure" and ran and container["State"]["ExitCode"] != 0 and not manual
