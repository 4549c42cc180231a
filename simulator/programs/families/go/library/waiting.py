"""sync, os/signal, timers: goroutines that wait for each other, for signals, for a time."""

from __future__ import annotations

from typing import Any

from ....vm import Suspend, Thrown
from ..channels import try_send
from ..language import program_of
from ..values import Map, Struct, items_of
from . import RESUMED

# A Mutex is {readers or -1 for a writer, waiting tasks as [task, writer]}; a WaitGroup {count,
# waiting tasks}.


def _lock(vm: Any, mutex: Struct, write: bool = True) -> Any:
    held, queue = mutex.f[0], mutex.f[1]
    if held == 0 or (held > 0 and not write and not queue):
        mutex.f[0] = -1 if write else held + 1
        return None
    if queue is None:
        queue = mutex.f[1] = []
    queue.append([vm.task, write])
    return Suspend(then="lock")


def _unlock(vm: Any, mutex: Struct, write: bool = True) -> None:
    held = mutex.f[0]
    if held == 0 or (held < 0) != write:
        raise Thrown(("runtime.fatalError", "sync: unlock of unlocked mutex"))
    mutex.f[0] = 0 if write else held - 1
    _pass_on(vm, mutex)


def _pass_on(vm: Any, mutex: Struct) -> None:
    queue = mutex.f[1] or []
    while queue and not queue[0][0].done:
        write = queue[0][1]
        if mutex.f[0] != 0 and (write or mutex.f[0] < 0):
            return
        task = queue.pop(0)[0]
        mutex.f[0] = -1 if write else mutex.f[0] + 1
        vm.resume(task, None)


def _add(vm: Any, group: Struct, delta: int) -> None:
    group.f[0] += delta
    if group.f[0] < 0:
        raise Thrown(("string", "sync: negative WaitGroup counter"))
    if group.f[0] == 0:
        waiting, group.f[1] = group.f[1] or [], None
        for task in waiting:
            vm.resume(task, None)


def _wait(vm: Any, group: Struct) -> Any:
    if group.f[0] == 0:
        return None
    if group.f[1] is None:
        group.f[1] = []
    group.f[1].append(vm.task)
    return Suspend(then="wait")


def _try_lock(vm: Any, mutex: Struct) -> bool:
    if mutex.f[0] != 0:
        return False
    mutex.f[0] = -1
    return True


def _cond_wait(vm: Any, cond: Struct) -> Any:
    if cond.f[1] is None:
        cond.f[1] = []
    cond.f[1].append(vm.task)
    return Suspend(then="wait")


def _cond_wake(vm: Any, cond: Struct, everyone: bool) -> None:
    waiting = cond.f[1] or []
    while waiting:
        vm.resume(waiting.pop(0), None)
        if not everyone:
            return


def _notify(vm: Any, channel: Any, names: Any) -> None:
    wanted = [one[1] for one in items_of(names) if one is not None and isinstance(one[1], str)]
    vm.root.setdefault("signals", []).append([channel, wanted])


def _stop_notify(vm: Any, channel: Any) -> None:
    rows = vm.root.get("signals") or []
    vm.root["signals"] = [row for row in rows if row[0] is not channel]


def _ignore(vm: Any, names: Any) -> None:
    _notify(vm, None, names)


SIGNALS = {
    "SIGTERM": "terminated",
    "SIGINT": "interrupt",
    "SIGHUP": "hangup",
    "SIGQUIT": "quit",
    "SIGUSR1": "user defined signal 1",
    "SIGUSR2": "user defined signal 2",
}


def deliver(vm: Any, name: str) -> bool:
    """Send a signal to the channels that asked for it; False when none did."""
    text = SIGNALS.get(name)
    found = False
    for channel, wanted in vm.root.get("signals") or []:
        if text is None or (wanted and text not in wanted):
            continue
        found = True
        if channel is not None:
            kind = "syscall.Signal" if program_of(vm).find_type("syscall.Signal").name else "os.sig"
            try_send(vm, channel, (kind, text))
    return found


def _end_timer(vm: Any, timer: Struct, number: int) -> None:
    """End the goroutine that a stopped timer sleeps in."""
    for task in vm.tasks:
        if (
            task.more is None
            and task.wake_us is not None
            and task.frames
            and (task.frames[0].more[1:2] == [timer])
        ):
            task.done, task.frames[:] = True, []
            task.wake_us = None


def _no_goroutine(vm: Any) -> None:
    """Let a goroutine of the library not be counted."""
    vm.task.more = None


def _map_items(vm: Any, table: Map) -> list[Any]:
    return list(table.d.items())


RESUMED["slept"] = lambda vm, task, answer: None
RESUMED["exit"] = lambda vm, task, answer: None

NATIVES: dict[str, Any] = {
    "sync.Mutex.Lock": _lock,
    "sync.Mutex.Unlock": _unlock,
    "sync.Mutex.TryLock": _try_lock,
    "sync.RWMutex.Lock": _lock,
    "sync.RWMutex.Unlock": _unlock,
    "sync.RWMutex.RLock": lambda vm, m: _lock(vm, m, False),
    "sync.RWMutex.RUnlock": lambda vm, m: _unlock(vm, m, False),
    "sync.WaitGroup.Add": _add,
    "sync.WaitGroup.Done": lambda vm, g: _add(vm, g, -1),
    "sync.WaitGroup.Wait": _wait,
    "sync.Cond.park": _cond_wait,
    "sync.Cond.wake": _cond_wake,
    "os/signal.notify": _notify,
    "os/signal.Stop": _stop_notify,
    "os/signal.Ignore": _ignore,
    "time.endTimer": _end_timer,
    "time.background": _no_goroutine,
}
