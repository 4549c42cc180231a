"""30 simulated minutes of a class's cluster: 5 workers, 40 pods, 50 requests a second.

Prints real seconds, events a second and the digest. Ends with 1 when it takes 15 s or more.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from simulator import SECOND, Lab, Scenario, relax_garbage_collection

LIMIT_S = 15.0


def main() -> int:
    """Run it once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--scenario", default="class-cluster")
    options = parser.parse_args()

    relax_garbage_collection()  # as the server and `manage.py lab` do
    begin = time.perf_counter()
    lab = Lab(Scenario.load(options.scenario), 7)
    made = time.perf_counter()
    lab.advance(round(options.minutes * 60 * SECOND))
    end = time.perf_counter()

    kinds = lab.engine.store
    fired = lab.engine.calendar.fired
    print(f"{options.scenario}: {options.minutes:g} simulated minutes in {end - made:.2f} s")
    print(f"  made in {made - begin:.2f} s; {kinds.count('Pod')} pods, {kinds.count('Node')} nodes")
    print(f"  {fired:,} events, {fired / (end - made):,.0f} events/s")
    print(f"  {options.minutes * 60 / (end - made):,.0f} simulated seconds a second")
    print(f"  digest {lab.digest()}")
    return int(end - begin >= LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
