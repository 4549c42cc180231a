"""What the libraries of workers need of the machine: calls that are checked, words said aloud.

# Simplified: Of Celery the model follows tasks, results, retries, chains, groups, chords, beat and
the worker over Redis, with the keys of kombu; its pool's processes are threads of one process, time
limits are not kept, and other brokers and result backends are refused aloud.
"""

from __future__ import annotations

from typing import Any

from ....vm import Enter, Function, Machine, Task
from .. import sites
from ..output import flush
from .calls import bind, call, native
from .errors import error
from .objects import Bound, Instance, More
from .operators import unwrap
from .world import Args, Words

SIGNALS = {1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 9: "SIGKILL", 10: "SIGUSR1", 12: "SIGUSR2",
           14: "SIGALRM", 15: "SIGTERM", 18: "SIGCONT", 19: "SIGSTOP"}  # fmt: skip


@native("_vm.check_call")
def _check_call(vm: Machine, args: Args, words: Words) -> Any:
    """Raise the TypeError that a call would give: function, arguments, keywords, its name."""
    function, values, keywords, name = args
    if type(function) is Bound:
        function, values = function.function, [function.owner, *values]
    if type(function) is not Function:
        return
    more: More = function.more
    shown = More(more.name, name, more.module, more.defaults, more.keywords, more.annotations)
    bind(vm.code(function.source, function.code).info, shown, list(values), dict(keywords))


@native("_vm.unfollowed")
def _unfollowed(vm: Machine, args: Args, words: Words) -> Any:
    """Say in the program's log that something of a library is not followed."""
    flush(vm.p)
    vm.p.err(f"drydock: {args[0]} is not followed by the model\n")


@native("_vm.cannot_wait")
def _cannot_wait(vm: Machine, args: Args, words: Words) -> Any:
    """Say that a request runs to its end at this instant, so that nothing can come meanwhile.

    # Simplified: A handler that a probe or a proxy has asked cannot wait for what another program
    does meanwhile, such as a task's result: the wait ends at once as if its time were over.
    """
    _unfollowed(vm, [f"{args[0]} inside a request of this kind"], {})


@native("_vm.keep")
def _keep(vm: Machine, args: Args, words: Words) -> Any:
    """Keep something with an object, beside its attributes; gives it."""
    args[0].value = args[1]
    return args[1]


@native("_vm.kept")
def _kept(vm: Machine, args: Args, words: Words) -> Any:
    """Give what was kept with an object; None for nothing."""
    return args[0].value


@native("_vm.site")
def _site(vm: Machine, args: Args, words: Words) -> Any:
    """Give the folder of the installed packages."""
    return next((one for one in sites.sites(vm.p) if vm.p.view.is_dir(one)), sites.sites(vm.p)[0])


@native("_vm.pid")
def _pid(vm: Machine, args: Args, words: Words) -> Any:
    return vm.p.pid


@native("os.kill")
def _kill(vm: Machine, args: Args, words: Words) -> Any:
    """Send a signal: to this process through its own handler, to another by the kernel."""
    pid, number = int(args[0]), int(unwrap(args[1]))
    if pid != vm.p.pid:
        if str(pid) not in vm.p.box["processes"]:
            raise error("ProcessLookupError", 3, "No such process")
        if number:
            vm.p.flush()
            vm.p.programs.signal(vm.p.container, SIGNALS.get(number, "SIGTERM"), pid)
        return None
    handler = (vm.root.get("handlers") or {}).get(number)
    if handler is not None and not isinstance(handler, int) and vm.task is not vm.root.get("main"):
        p = vm.p  # a handler runs in the main thread, wherever the signal came from
        p.flush()
        p.programs.signal(p.container, SIGNALS.get(number, "SIGTERM"), pid)
        vm.p = p
        return None
    if handler is not None and not isinstance(handler, int):
        result = call(vm, handler, [number, None], {})
        return result if type(result) is Enter else None
    if number == 2:
        raise error("KeyboardInterrupt")
    if number and handler != 1 and not (pid == 1 and handler is None):
        vm.exit_code = 128 + number
    return None


@native("_vm.handler")
def _handler(vm: Machine, args: Args, words: Words) -> Any:
    """Give what a signal's handler is now: SIG_DFL (0) when nothing was set."""
    return (vm.root.get("handlers") or {}).get(int(args[0]), 0)


@native("_vm.stop")
def _stop(vm: Machine, args: Args, words: Words) -> Any:
    """End a task wherever it stands, as a process is ended by SIGTERM.

    # Simplified: The processes of multiprocessing are threads of one modelled process: what one
    changes in a list or a global the others see, and `docker top` shows one process.
    """
    task = args[0]
    if type(task) is not Task or task.done:
        return
    if task.number is not None:
        vm.p.stop_asking(task.number)
    task.wake_us, task.number, task.blocked, task.then = None, None, False, ""
    task.frames.clear()
    task.done = True


@native("_vm.thread_name")
def _thread_name(vm: Machine, args: Args, words: Words) -> Any:
    """Name the thread at work.

    # Simplified: `os.execvp` and its like run the program as a child and end with its exit code.
    """
    more = vm.task.more if vm.task is not None else None
    thread = more.get("thread") if type(more) is dict else None
    return thread.fields.get("name", "MainThread") if type(thread) is Instance else "MainThread"
