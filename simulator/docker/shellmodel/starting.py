"""A shell that is started as a program: its options, its script, and which shell it is."""

from __future__ import annotations

from simulator.docker import unknown
from simulator.docker.shellmodel.builtins import set_options
from simulator.docker.shellmodel.process import Run, TooLong


def run_shell(run: Run) -> int:
    """Run a shell started as a program: `sh -c ...`, `bash script`, `bash < text`."""
    shell = run.shell.copy()
    if shell.depth > 12:
        raise TooLong("shells within shells")
    shell.state["kind"] = flavour_of(run)
    shell.state["name"] = run.argv[0]
    shell.options = {}
    shell.functions = {}
    shell.lenient = 0
    args = run.argv[1:]
    script: str | None = None
    while args and args[0][:1] in ("-", "+") and len(args[0]) > 1:
        arg = args.pop(0)
        if arg == "--":
            break
        if arg.startswith("--"):
            continue
        if "o" in arg[1:] and args:
            set_options(shell, ["set", "-o", args.pop(0)])
        for letter in arg[1:]:
            if letter in "euxf":
                shell.options[letter] = None
        if "c" in arg[1:] and not arg.startswith("+"):
            if not args:
                shell.complain("-c requires an argument")
                return 2
            script = args.pop(0)
            if args:
                shell.state["name"] = args.pop(0)
            break
        if "s" in arg[1:] and not arg.startswith("+"):  # the script comes from standard input
            args = args[args[:1] == ["--"] :]
            script, shell.stdin = shell.stdin, ""
            break
    if script is None and args and args[0] != "-":
        path = args.pop(0)
        entry = run.need(path)
        if entry is None:
            shell.complain(
                f"0: cannot open {path}: No such file"
                if shell.flavour == "dash"
                else f"{path}: No such file or directory"
            )
            return 2 if shell.flavour == "dash" else 127
        shell.state = {**shell.state, "name": path, "script": True}
        script = entry.get("text")
        if script is None:
            unknown.mark(shell.tree, "/", path)
            script = ""
    if script is None:
        script, shell.stdin = shell.stdin, ""
    if script.startswith("\0archive "):  # what came through the pipe is not known
        unknown.mark(shell.tree, "/", script.split()[-1])
        script = ""
    shell.positional = args
    status = shell.end(shell.run(script))
    run.shell.stdin = shell.stdin
    return status


def flavour_of(run: Run) -> str:
    """Tell which shell a program file is: dash, bash or busybox's ash."""
    real = run.real(run.path).rpartition("/")[2]
    if real.startswith("busybox"):
        return "ash"
    return "bash" if real.startswith(("bash", "zsh")) else "dash"
