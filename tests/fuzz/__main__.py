"""`python -m tests.fuzz [TARGET...] --seconds N`: throw random texts at everything that reads text.

A defect is an exception that is not declared, more than 2 s of processor time, or more than
200 MB. It is printed with the shortest text that still shows it, and the exit code is 1.
With `--guided` one target is driven by atheris, if it is installed: it looks for new paths.
"""

from __future__ import annotations

import argparse
import random
import resource
import signal
import sys
import time
import traceback
from types import FrameType

SECONDS = 2.0
MEGABYTES = 200
KILL_AFTER = 20
"""Seconds of processor time, as all here: a busy machine makes no defect."""
LONG = 65_536


class Defect(Exception):
    """What went wrong, in one line that is the same for the same cause."""


class Hang(BaseException):
    """The timer rang; not an Exception, so that nothing between swallows it."""


def _ring(number: int, frame: FrameType | None) -> None:
    raise Hang("".join(traceback.format_stack(frame)[-4:]))


def probe(call: object, text: str) -> str | None:
    """Call once.   Returns what is wrong, or None."""
    from simulator.errors import DrydockError

    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    signal.signal(signal.SIGPROF, _ring)
    signal.setitimer(signal.ITIMER_PROF, KILL_AFTER)
    try:
        call(text)  # type: ignore[operator]
    except DrydockError:
        pass
    except Hang as hang:
        return f"hangs: {hang}"
    except BaseException as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{'/'.join(last.filename.split('/')[-3:])}:{last.lineno}"
        return f"{type(error).__name__} at {where}: {str(error)[:300]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    taken = time.process_time() - began
    if taken > SECONDS:
        return f"takes {taken:.1f} s"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) // 1024
    return f"takes {grown} MB" if grown > MEGABYTES else None


class Maker:
    """Makes texts: words put together, samples changed, parts repeated up to 64 KiB."""

    def __init__(self, texts: list[str], words: str, seed: int) -> None:
        self.random = random.Random(seed)
        self.texts = texts
        self.words = [*words.split(" "), "\n", "\n", " ", " ", "\t"]

    def make(self) -> str:
        """Make the next text."""
        kind = self.random.random()
        if kind < 0.35:
            text = self.joined(self.random.randint(1, 25))
        else:
            text = self.changed(self.random.choice(self.texts))
        if self.random.random() < 0.02:
            part = text[: self.random.choice((1, 3, 8, 20, 60))] or "a"
            at = self.random.randint(0, len(text))
            text = text[:at] + part * ((LONG - len(text)) // len(part)) + text[at:]
        return text[:LONG]

    def joined(self, count: int) -> str:
        """Join random words."""
        sign = self.random.choice((" ", " ", "", "\n"))
        return sign.join(self.random.choice(self.words) for _ in range(count))

    def changed(self, text: str) -> str:
        """Cut, double, and insert."""
        for _ in range(self.random.choice((1, 1, 2, 3, 6))):
            at = self.random.randint(0, len(text))
            to = min(len(text), at + self.random.choice((0, 1, 1, 2, 5, 20)))
            new = (
                "",
                self.random.choice(self.words),
                text[at:to] * 2,
                self.joined(3),
                chr(self.random.choice((0, 9, 34, 36, 39, 40, 96, 123, 255, 0x2028, 0x1F600))),
            )
            text = text[:at] + self.random.choice(new) + text[to:]
        return text


def shrunk(call: object, text: str, cause: str, seconds: float = 20.0) -> str:
    """Give a shorter text with the same defect."""
    until = time.monotonic() + seconds
    kind = cause.split(" ")[0]
    size = max(1, len(text) // 2)
    while size and time.monotonic() < until:
        at, better = 0, False
        while at < len(text) and time.monotonic() < until:
            shorter = text[:at] + text[at + size :]
            found = probe(call, shorter)
            if found is not None and found.split(" ")[0] == kind:
                text, better = shorter, True
            else:
                at += size
        size = size if better and size == 1 and len(text) < 400 else size // 2
    return text


def fuzz(name: str, seconds: float, seed: int, limit: int = 12) -> int:
    """Fuzz one target.   Returns how many different defects it has."""
    from tests.fuzz.targets import TARGETS

    target = TARGETS[name]
    maker = Maker(target.texts, target.words, seed)
    until = time.process_time() + seconds
    seen: dict[str, None] = {}
    tried = 0
    target.call(target.texts[0])  # what is read once is not counted
    while time.process_time() < until and len(seen) < limit:
        text = maker.make()
        tried += 1
        cause = probe(target.call, text)
        if cause is None:
            continue
        key = cause[-200:] if cause.startswith("hangs") else cause.split(": ")[0]
        key = cause[:90] if cause.startswith("NotFollowed") else key
        key = "slow" if cause.startswith("takes") and cause.endswith(" s") else key
        if key in seen:
            continue
        seen[key] = None
        short = shrunk(target.call, text, cause)
        print(f"DEFECT {name}: {cause}\n  {short[:400]!r} ({len(short)} characters)", flush=True)
    print(f"{name}: {tried} texts, {len(seen)} defects", flush=True)
    return len(seen)


def guided(name: str, seconds: float) -> None:
    """Let atheris look for new paths; it stops at the first defect and never returns."""
    import atheris  # type: ignore[import-not-found]

    with atheris.instrument_imports(include=["simulator"]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[name]
    words = target.words.split(" ")

    def one(data: bytes) -> None:
        cut = data.decode("utf-8", "replace").split("\x01")  # \x01N stands for the word N
        text = cut[0] + "".join(words[ord(p[0]) % len(words)] + p[1:] if p else "" for p in cut[1:])
        cause = probe(target.call, text)
        if cause is not None:
            print(f"DEFECT {name}: {cause}\n  {text!r}", flush=True)
            raise Defect(cause)

    atheris.Setup([sys.argv[0], f"-max_total_time={int(seconds)}", "-max_len=400"], one)
    atheris.Fuzz()


def main() -> None:
    """Run the targets that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("targets", nargs="*", help="which; all when none is named")
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="of processor time, for each target"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guided", action="store_true", help="one target, by atheris")
    asked = parser.parse_args()
    if asked.guided:
        guided(asked.targets[0], asked.seconds)
        return
    from simulator import relax_garbage_collection
    from tests.fuzz.targets import TARGETS

    relax_garbage_collection()  # as the server and `manage.py lab` do
    names = asked.targets or list(TARGETS)
    sys.exit(1 if sum(fuzz(name, asked.seconds, asked.seed) for name in names) else 0)


if __name__ == "__main__":
    main()
