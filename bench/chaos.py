"""Random lives of a cluster, many of them: `python bench/chaos.py --count 500`.

Each is run, mended and left to come to rest; what is broken on the way is printed with the seed
and, with --shrink, with the fewest steps that still break it. Ends with 1 when anything was.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.chaos import Steps, problems, sequence, shrink


def main() -> int:
    """Run seeds one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--shrink", action="store_true")
    options = parser.parse_args()
    begin, broken = time.perf_counter(), 0
    for seed in range(options.first, options.first + options.count):
        data, steps = sequence(seed)
        found = problems(data, seed, steps)
        print("x" if found else ".", end="", file=sys.stderr, flush=True)
        if found:
            broken += 1
            print(f"seed {seed} ({data['name']}, {len(steps)} steps)", *found[:6], sep="\n  ")
            if options.shrink:
                _tell(shrink(data, seed, steps, found[0]))
            sys.stdout.flush()
    took = time.perf_counter() - begin
    each = took / max(1, options.count)
    print(f"{options.count} lives in {took:.0f} s ({each:.1f} s each), {broken} broken")
    return int(broken > 0)


def _tell(steps: Steps) -> None:
    for pause, command in steps:
        print(f"    {pause / 1e6:8.3f} s later  {json.dumps(command)}")


if __name__ == "__main__":
    sys.exit(main())
