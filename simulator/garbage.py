"""How often Python looks for garbage in cycles while labs run.

A lab is a great many long-lived plain objects with hardly a cycle among them, so a look through
all of them finds nothing and takes long: a fifth of the time in which 10,000 pods come up
(`bench/big_cluster.py`), seconds at a stretch with fifty live labs.
"""

from __future__ import annotations

import gc

COLLECT = (10_000, 10, 1_000_000)
"""Often among young objects, never by itself among all."""


def relax() -> None:
    """Look among young objects only; whoever holds labs for long calls `gc.collect` in a pause."""
    gc.set_threshold(*COLLECT)
