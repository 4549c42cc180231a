"""How long the kubelet waits before it tries again: pure arithmetic.

Sources: client-go util/flowcontrol/backoff.go; pkg/kubelet/kubelet.go (backOffPeriod,
MaxContainerBackOff, imageBackOffPeriod), v1.32.
"""

from __future__ import annotations

from simulator.timing import SECOND

FIRST_US = 10 * SECOND
LONGEST_US = 300 * SECOND


def next_wait_us(last_wait_us: int, since_last_us: int) -> int:
    """Give the next wait: 10 s, doubled each time up to 300 s, begun anew after a good while.

    since_last_us: since the last wait was set; more than twice the longest begins anew.
    """
    if last_wait_us == 0 or since_last_us > 2 * LONGEST_US:
        return FIRST_US
    return min(2 * last_wait_us, LONGEST_US)


def text(wait_us: int) -> str:
    """Write a wait as Go does: "10s", "1m20s", "5m0s"."""
    seconds = wait_us // SECOND
    return f"{seconds}s" if seconds < 60 else f"{seconds // 60}m{seconds % 60}s"
