"""Tools that ask about the system or start other programs: uname, env, xargs, sleep, ..."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from simulator.docker.shellmodel import dates
from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import file_entry

NOW = 1_767_603_600
"""Seconds since 1970 at which every command of a build runs: 5 January 2026, 09:00 UTC."""
UNAME = {"amd64": "x86_64", "arm64": "aarch64", "arm/v7": "armv7l", "": "x86_64"}


def uname(run: Run) -> int:
    """`uname [-a|-m|-s|-r]`."""
    values = {
        "s": "Linux",
        "n": "buildkitsandbox",
        "r": "6.1.0",
        "v": "#1 SMP",
        "o": "GNU/Linux",
        "m": UNAME.get(run.clock.arch, "x86_64"),
        "p": "unknown",
        "i": "unknown",
    }
    flags = "".join(a[1:] for a in run.argv[1:] if a.startswith("-")) or "s"
    letters = "snrvmo" if "a" in flags else flags
    run.out(" ".join(values.get(letter, "") for letter in letters) + "\n")
    return 0


def arch(run: Run) -> int:
    """`arch`."""
    run.out(UNAME.get(run.clock.arch, "x86_64") + "\n")
    return 0


def nproc(run: Run) -> int:
    """`nproc`."""
    run.out("4\n")
    return 0


def getconf(run: Run) -> int:
    """`getconf`: the number of processors, or the word size."""
    run.out("64\n" if "LONG_BIT" in run.argv else "4\n")
    return 0


def date(run: Run) -> int:
    """`date`: always the same moment, so that equal steps give equal layers."""
    text, wrong = dates.printed(run.argv, datetime.fromtimestamp(NOW, UTC))
    run.out(text)
    return run.fail(wrong) if wrong else 0


def sleep(run: Run) -> int:
    """`sleep N`."""
    match = re.match(r"(\d{1,6}(?:\.\d{1,6})?)([smh]?)", "".join(run.operands()[:1]))
    if match is None:
        word = "".join(run.operands()[:1])
        if word in ("infinity", "inf"):
            return run.fail("invalid time interval 'infinity': this build would never end")
        return run.fail(f"invalid time interval '{word}'" if word else "missing operand")
    run.clock.us += int(float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]] * 1_000_000)
    return 0


def env(run: Run) -> int:
    """`env [NAME=VALUE...] [CMD...]` and `printenv`."""
    args = run.argv[1:]
    if run.name == "printenv" and args:
        value = run.shell.environment().get(args[0])
        run.out(f"{value}\n" if value is not None else "")
        return 0 if value is not None else 1
    shell = run.shell.copy()
    while args and (args[0].startswith("-") or "=" in args[0]):
        if args[0] in ("-i", "-", "--ignore-environment"):
            shell.state["vars"], shell.exported = {"PATH": shell.get("PATH") or ""}, {}
        elif args[0] in ("-u", "--unset") and len(args) > 1:
            shell.unset(args.pop(1))
        name, equals, value = args.pop(0).partition("=")
        if equals and not name.startswith("-"):
            shell.variables[name] = value
            shell.exported[name] = None
    if args:
        return shell.program(args)
    for name, value in shell.environment().items():
        run.out(f"{name}={value}\n")
    return 0


def wrapper(run: Run) -> int:
    """Programs that only start another one: nice, nohup, time, timeout, tini, ..."""
    args = run.argv[1:]
    skip = {"timeout": 1, "chroot": 1}.get(run.name, 0)
    while args and (args[0].startswith("-") or skip):
        skip -= not args[0].startswith("-")
        args = args[2:] if args[0] in ("-n", "-s", "-k", "-u", "-i", "-c") else args[1:]
    limit = re.match(r"(\d{1,9}(?:\.\d{1,6})?)([smhd]?)$", _length(run.argv))
    began = run.clock.us
    status = run.shell.program(args) if args else 0
    if run.name == "timeout" and limit:
        units = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
        longest = int(float(limit[1]) * units[limit[2]] * 1_000_000)
        if longest and run.clock.us - began > longest + 100_000:
            run.clock.us = began + longest
            return 124
    return status


def _length(argv: list[str]) -> str:
    """Give the time that `timeout` leaves a program."""
    return next((word for word in argv[1:] if word[:1].isdigit()), "")


def echo_like(run: Run) -> int:
    """`/bin/echo`, `/usr/bin/printf`, `/usr/bin/test` called by path or through exec form."""
    return run.shell.call([run.name, *run.argv[1:]])


def quiet(run: Run) -> int:
    """Tools whose effect stays outside of files: ldconfig, sync, sysctl, service, ..."""
    run.clock.us += 20_000
    return 0


def hostname(run: Run) -> int:
    """`hostname`."""
    run.out("buildkitsandbox\n")
    return 0


def locale(run: Run) -> int:
    """`locale-gen`, `localedef`: generate a locale archive."""
    from simulator.docker import tree

    run.put(
        "/usr/lib/locale/locale-archive",
        tree.file_entry(size=3_000_000, content=" ".join(run.argv)),
    )
    run.spend(900_000)
    return 0


def yes(run: Run) -> int:
    """`yes`: a hundred lines are enough for any reader of this model."""
    run.out(((run.operands() or ["y"])[0] + "\n") * 100)
    return 0


def crontab(run: Run) -> int:
    """`crontab [-u USER] [FILE | -]`, `crontab -l`, `crontab -r`: the table of a user.

    Sources: as of the crontab of containers, `simulator.programs.utilities.crontab`.
    """
    from simulator.programs.families.cron.daemon import SPOOL
    from simulator.programs.utilities.crontab import wrong_table

    busybox = run.shell.flavour == "ash"
    words = run.operands(("-u", "-c"))
    named = run.argv[run.argv.index("-u") + 1 :][:1] if "-u" in run.argv else []
    user = named[0] if named else run.env("USER") or "root"
    place = f"{SPOOL}/{user}"
    if run.has_flag("-l", "-r"):
        if not run.tree.exists(place):
            return run.fail(f"can't open '{user}': No such file or directory" if busybox
                            else f"no crontab for {user}")  # fmt: skip
        if run.has_flag("-l"):
            run.out(run.tree.text(place) or "")
        else:
            run.tree.remove(place)
        return 0
    source = words[0] if words else "-"
    if source != "-" and run.need(source) is None:
        return run.fail(f"can't open '{source}': No such file or directory" if busybox
                        else f"{source}: No such file or directory")  # fmt: skip
    text = run.stdin if source == "-" else run.tree.text(source, run.cwd) or ""
    wrong = "" if busybox else wrong_table(text, source)
    if wrong:
        run.err(wrong)
        return 1
    run.make_dir(SPOOL)
    run.put(place, file_entry(text, mode=0o600))
    return 0


MODELS = {
    "crontab": crontab,
    "uname": uname,
    "arch": arch,
    "nproc": nproc,
    "getconf": getconf,
    "date": date,
    "sleep": sleep,
    "env": env,
    "printenv": env,
    "hostname": hostname,
    "locale-gen": locale,
    "localedef": locale,
    "yes": yes,
    **dict.fromkeys(
        (
            "nice",
            "nohup",
            "time",
            "timeout",
            "ionice",
            "setpriv",
            "tini",
            "dumb-init",
            "catchsegv",
            "stdbuf",
            "chroot",
            "docker-php-entrypoint",
        ),
        wrapper,
    ),
    **dict.fromkeys(("echo", "printf", "test", "[", "true", "false", "pwd"), echo_like),
    **dict.fromkeys(
        (
            "ldconfig",
            "sync",
            "sysctl",
            "service",
            "systemctl",
            "update-rc.d",
            "mount",
            "umount",
            "update-ca-certificates",
            "update-alternatives",
            "mesg",
            "stty",
            "debconf-set-selections",
            "dpkg-reconfigure",
            "setcap",
            "kill",
            "killall",
            "pkill",
            "flock",
            "gpgconf",
            "update-locale",
            "fc-cache",
            "ps",
        ),
        quiet,
    ),
}
