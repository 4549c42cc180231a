"""`sed` in a build step: its files, and what it says of those that it cannot change."""

from __future__ import annotations

from simulator.docker.shellmodel.commands.text import inputs
from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import NO_ENTRY
from simulator.filters.editing import Editor
from simulator.filters.sedscript import Fault, Options, Script, options


def sed(run: Run) -> int:
    """`sed [-nEsi[SUFFIX]] [-e SCRIPT] [-f FILE] [FILE...]`."""
    wish = options(run.argv)
    scripts = [*wish.scripts]
    for path in wish.from_files:
        text = run.stdin if path == "-" else run.tree.text(path, run.cwd)
        if text is None:
            return run.fail(f"couldn't open file {path}: {NO_ENTRY}")
        scripts.append(text.removesuffix("\n"))
    if not scripts:
        run.err("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n")
        return 1
    try:
        script = Script("\n".join(scripts), wish.extended)
    except Fault as fault:
        return run.fail(str(fault), fault.status)
    run.clock.look_around(0)
    editor = Editor(script, wish.quiet, lambda path: run.tree.text(path, run.cwd))
    if wish.suffix is not None:
        return _in_place(run, wish, editor)
    text, status = inputs(run, wish.files)
    done = editor.edit(text)
    run.out(done.text)
    for path, written in done.written.items():
        run.write(path, written)
    return done.status or status


def _in_place(run: Run, wish: Options, editor: Editor) -> int:
    status = 0
    for path in wish.files:
        entry = run.need(path)
        if entry is None:
            status = run.fail(f"can't read {path}: {NO_ENTRY}", 2)
        elif entry["type"] == "dir":
            status = run.fail(f"couldn't edit {path}: not a regular file", 4)
        elif not run.may_write(path):
            status = run.fail(f"couldn't open temporary file {path}: Permission denied", 4)
        elif "text" in entry:
            if wish.suffix:
                folder, slash, name = path.rpartition("/")
                named = wish.suffix.replace("*", name) if "*" in wish.suffix else name + wish.suffix
                run.put(folder + slash + named, dict(entry))
            done = editor.edit(entry["text"])
            run.write(path, done.text)
            status = done.status or status
    return status


MODELS = {"sed": sed}
