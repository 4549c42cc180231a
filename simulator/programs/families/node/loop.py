"""The event loop: microtasks, timers, what came over the network, and the end of the program.

In the machine's root: "ticks" (process.nextTick), "micro" (microtasks), "jobs" ([function, this,
arguments] in the order in which they came), "timers" ({id: row}), "late" (rows [due, number, job]
of answers that are under way), "rejected" (promises that nobody handles yet), "refs" (how many
servers and connections keep the program alive).
"""

from __future__ import annotations

from typing import Any

from ...vm import Enter, Machine, Suspend, Thrown
from .calls import call
from .errors import CALLERS, make_error
from .errors import uncaught as uncaught_text
from .objects import is_callable
from .promises import FULFILLED, REJECTED, new_promise, resolve, settle, settlers
from .values import Obj, Prop

MAX_JOBS = 10_000
MAX_TIMERS = 5_000


def start(vm: Machine, said: Any, derived: Obj | None = None) -> None:
    """Let a call that was begun go on as a task; derived: the promise of its result."""
    if isinstance(said, Enter):
        task = vm.start(said.frame)
        task.more = derived
    elif isinstance(said, Suspend):
        return
    elif derived is not None:
        resolve(vm, derived, said)


def next_job(vm: Machine) -> bool:
    """Begin the next thing to do; False when there is nothing at this instant."""
    root = vm.root
    if vm.exit_code is not None:
        return False
    vm.ops += 2
    ticks = root.get("ticks")
    if ticks:
        fn, args = ticks.pop(0)
        _run(vm, fn, None, args)
        return True
    micro = root.get("micro")
    if micro:
        _microtask(vm, micro.pop(0))
        return True
    if root.get("rejected") and _unhandled(vm):
        return True
    if _timed(vm):
        return True
    jobs = root.get("jobs")
    if jobs:
        root["looped"] = True
        fn, this, args = jobs.pop(0)
        _run(vm, fn, this, args)
        return True
    return False


def _timed(vm: Machine) -> bool:
    """Begin what is due: the earliest of timers and answers."""
    root = vm.root
    best = _earliest(vm)
    if best is None or best[0] > _now(vm):
        return False
    root["looped"] = True
    _fire(vm, best)
    return True


def _now(vm: Machine) -> int:
    return vm.p.engine.now_us + int(vm.root.get("ahead", 0))


def _earliest(vm: Machine, among: int = 0) -> tuple[int, int, str, Any] | None:
    """Find what is due first; among: only what was begun after this number."""
    found: list[tuple[int, int, str, Any]] = []
    for key, timer in vm.root.get("timers", {}).items():
        if timer["order"] >= among:
            found.append((timer["due"], timer["order"], "timer", key))
    for at, row in enumerate(vm.root.get("late", ())):
        if row[1] >= among:
            found.append((row[0], row[1], "late", at))
    return min(found, key=lambda row: row[:2]) if found else None


def _order(vm: Machine) -> int:
    vm.root["order"] = order = int(vm.root.get("order", 0)) + 1
    return order


def due_us(vm: Machine) -> int | None:
    """Give when the next timer or answer is due."""
    best = _earliest(vm)
    return None if best is None else best[0]


def later(vm: Machine, after_us: int, fn: Any, this: Any, args: list[Any]) -> None:
    """Have a function called after a time: what comes over the network does."""
    rows = vm.root.setdefault("late", [])
    rows.append([_now(vm) + vm.spent_us + max(0, after_us), _order(vm), [fn, this, args]])


def job(vm: Machine, fn: Any, this: Any, args: list[Any]) -> None:
    """Have a function called soon."""
    jobs = vm.root.setdefault("jobs", [])
    if len(jobs) < MAX_JOBS:
        jobs.append([fn, this, args])


def add_timer(vm: Machine, fn: Any, delay_us: int, every: bool, args: list[Any], obj: Obj) -> int:
    """Start a timer; answers its number."""
    timers = vm.root.setdefault("timers", {})
    number = _order(vm)
    due = _now(vm) + vm.spent_us + delay_us
    if delay_us <= 1000 and not vm.root.get("looped"):
        due = _now(vm)  # the loop begins more than a millisecond after the script
    if len(timers) < MAX_TIMERS:
        timers[number] = {
            "fn": fn, "due": due, "every": delay_us if every else None,
            "args": args, "object": obj, "order": number, "ref": True,
        }  # fmt: skip
    return number


def _run(vm: Machine, fn: Any, this: Any, args: list[Any]) -> None:
    try:
        start(vm, call(vm, fn, this, args))
    except Thrown as error:
        uncaught(vm, error)


def _microtask(vm: Machine, row: list[Any]) -> None:
    kind = row[0]
    if kind == "call":
        _run(vm, row[1], None, [])
    elif kind == "adopt":
        _, promise, value, then = row
        does, fails = settlers(vm, promise)
        derived = new_promise(vm)
        derived.data[2:] = [[["then", None, fails, None]], True]
        try:
            said = call(vm, then, value, [does, fails])
            if isinstance(said, Enter):
                start(vm, said, derived)
        except Thrown as error:
            settle(vm, promise, REJECTED, error.value)
    else:
        _react(vm, row[1], row[2], row[3])


def _react(vm: Machine, reaction: list[Any], state: str, value: Any) -> None:
    kind = reaction[0]
    if kind == "resume":
        frame = reaction[1]
        frame.stack.extend((value, 0 if state == FULFILLED else 1))
        vm.start(frame)
        return
    if kind == "pass":
        (resolve(vm, reaction[1], value) if state == FULFILLED
         else settle(vm, reaction[1], REJECTED, value))  # fmt: skip
        return
    handler = reaction[1] if state == FULFILLED else reaction[2]
    derived = reaction[3]
    if not is_callable(handler):
        if derived is not None:
            settle(vm, derived, state, value)
        return
    try:
        start(vm, call(vm, handler, None, [value]), derived)
    except Thrown as error:
        if derived is None:
            uncaught(vm, error)
        else:
            settle(vm, derived, REJECTED, error.value)


# What nobody catches


def listeners(vm: Machine, event: str) -> list[Any]:
    """Give the program's listeners of an event of `process`."""
    rows = vm.root.get("process", {}).get(event, ())
    return list(rows)


def emit(vm: Machine, event: str, args: list[Any]) -> bool:
    """Call the listeners of an event of `process`; False when there are none."""
    found = listeners(vm, event)
    for fn in found:
        job(vm, fn, None, args)
    return bool(found)


def uncaught(vm: Machine, error: Thrown, from_promise: bool = False) -> None:
    """End the program for an error that nothing has caught, or tell who listens."""
    if vm.root.get("typed") is not None and vm.root.get("prompt"):
        from .prompt import show_error

        show_error(vm, error)
        return
    kind = "unhandledRejection" if from_promise else "uncaughtException"
    extra: list[Any] = [error.value]
    if emit(vm, kind, extra) or (from_promise and emit(vm, "uncaughtException", extra)):
        return
    vm.p.err(uncaught_text(vm, error, from_promise))
    finish(vm, 1)


def finish(vm: Machine, code: int) -> None:
    """End the program: the listeners of "exit" first."""
    found = listeners(vm, "exit")
    vm.root.setdefault("process", {})["exit"] = []
    for fn in found:
        try:
            vm.call_now(fn, [code], {})
        except Thrown as error:
            vm.p.err(uncaught_text(vm, error))
            code = 1
        if vm.exit_code is not None:
            return
    wanted = vm.root.get("exitCode")
    vm.exit_code = int(wanted) if code == 0 and isinstance(wanted, int) else code


def _unhandled(vm: Machine) -> bool:
    """Look at the promises that were rejected: who handles them does so by now."""
    rows = vm.root.pop("rejected")
    for promise, trace in rows:
        if promise.data[3]:
            continue
        promise.data[3] = True
        error = Thrown(promise.data[1])
        error.trace = [tuple(row) for row in trace]
        if listeners(vm, "unhandledRejection"):
            emit(vm, "unhandledRejection", [promise.data[1], promise])
        else:
            uncaught(vm, error, True)
        return True
    return False


def is_alive(vm: Machine) -> bool:
    """Tell whether anything can still happen."""
    root = vm.root
    if vm.tasks or any(root.get(key) for key in ("ticks", "micro", "jobs", "late", "refs")):
        return True
    if root.get("asked"):
        return True
    return any(timer["ref"] for timer in root.get("timers", {}).values())


def until(vm: Machine, done: Any, among: int, most_us: int) -> int:
    """Let what was begun after a number happen at this instant, until something is done.

    Answers how much time the program's timers would have taken, in microseconds.
    """
    waited = 0
    for _ in range(2_000):
        while (vm.tasks or next_job_now(vm)) and not done() and vm.exit_code is None:
            for task in list(vm.tasks):
                if not task.waits and not task.done:
                    vm.turn_now(task)
            vm.tasks[:] = [task for task in vm.tasks if not task.done]
            if all(task.waits for task in vm.tasks) and vm.tasks:
                return waited
        if done() or vm.exit_code is not None:
            break
        best = _earliest(vm, among)
        if best is None or waited > most_us:
            break
        step = max(0, best[0] - _now(vm))
        waited += step
        vm.root["ahead"] = int(vm.root.get("ahead", 0)) + step
        _fire(vm, best)
    vm.root.pop("ahead", None)
    return waited


def _fire(vm: Machine, best: tuple[int, int, str, Any]) -> None:
    root = vm.root
    if best[2] == "late":
        row = root["late"].pop(best[3])
        _run(vm, *row[2])
        return
    timer = root["timers"][best[3]]
    if timer["every"] is None:
        del root["timers"][best[3]]
        timer["object"].data[1] = True
    else:
        timer["due"] = _now(vm) + timer["every"]
        timer["order"] = _order(vm)
    _run(vm, timer["fn"], timer["object"], list(timer["args"]))


def next_job_now(vm: Machine) -> bool:
    """Begin the next thing that waits for no time."""
    root = vm.root
    if any(root.get(key) for key in ("ticks", "micro", "jobs", "rejected")):
        return next_job(vm)
    return False


def system_error(vm: Machine, code: str, message: str, syscall: str, **more: Any) -> Obj:
    """Make an error of the operating system: ECONNREFUSED and its like."""
    numbers = {"ENOENT": -2, "EACCES": -13, "EEXIST": -17, "ENOTDIR": -20, "EISDIR": -21,
               "ECONNREFUSED": -111, "EADDRINUSE": -98, "ENOTFOUND": -3008, "EPIPE": -32,
               "ETIMEDOUT": -110, "ECONNRESET": -104, "ENOTEMPTY": -39, "EROFS": -30,
               "EHOSTUNREACH": -113, "EPERM": -1, "EINVAL": -22, "EAI_AGAIN": -3001}  # fmt: skip
    made = make_error(vm, "Error", message, errno=numbers.get(code, -5), code=code,
                      syscall=syscall, **more)  # fmt: skip
    if syscall in CALLERS:
        made.props["stack"] = Prop(f"Error: {message}\n    at {CALLERS[syscall]}")
    return made


def run_microtask_now(vm: Machine) -> None:
    """Do the next microtask and all that it calls at this instant."""
    before = len(vm.tasks)
    _microtask(vm, vm.root["micro"].pop(0))
    for task in list(vm.tasks[before:]):
        for _ in range(1000):
            if task.done or task.waits:
                break
            vm.turn_now(task)
    vm.tasks[before:] = [task for task in vm.tasks[before:] if not task.done]
