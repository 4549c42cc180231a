"""crontab: install, list and remove the table of a user.

Sources: crontab(1) of Debian's cron 3.0pl1, miscutils/crontab.c of BusyBox 1.37.
"""

from __future__ import annotations

from ..families.cron.daemon import SPOOL
from ..families.cron.schedule import REBOOT, BadField, split_line, times
from ..users import user_name
from . import Context, Utility
from .files import split


def crontab(c: Context) -> int:
    """Take a table from a file or standard input; -l shows it, -r removes it."""
    flags, paths = split(c.argv, "uc")
    user = flags.get("u") or user_name(c.view, c.p.uid) or str(c.p.uid)
    if "u" in flags and c.p.uid != 0 and flags["u"] != user_name(c.view, c.p.uid):
        return c.fail("must be privileged to use -u" if not c.is_busybox else "-u: not root")
    place = f"{flags.get('c') or SPOOL}/{user}"
    if "l" in flags:
        text = c.view.text(place)
        if text is None:
            if c.is_busybox:
                return c.fail(f"can't open '{user}': No such file or directory")
            c.err(f"no crontab for {user}\n")
            return 1
        c.out(text)
        return 0
    if "r" in flags:
        if not c.view.exists(place):
            c.err("" if c.is_busybox else f"no crontab for {user}\n")
            return 0 if c.is_busybox else 1
        c.view.remove(c.view.resolve(place))
        return 0
    source = paths[0] if paths else "-"
    why = "" if source == "-" else c.p.unreadable(source)
    if why:
        c.err(f"crontab: can't open '{source}': {why}\n" if c.is_busybox else f"{source}: {why}\n")
        return 1
    text = (c.stdin or "") if source == "-" else (c.view.text(source, c.p.cwd) or "")
    wrong = "" if c.is_busybox else wrong_table(text, source)
    if wrong:
        c.err(wrong)
        return 1
    c.view.write(place, text, uid=0)
    c.view.change(c.view.resolve(place), mode=0o600, uid=c.p.uid)
    return 0


def wrong_table(text: str, source: str) -> str:
    """Say what Debian's crontab has against a table; "" for nothing."""
    for number, line in enumerate(text.splitlines(), 1):
        found = split_line(line)
        try:
            if found is not None and found[0] != REBOOT:
                times(found[0])
        except BadField as error:
            return f'"{source}":{number}: bad {error}\nerrors in crontab file, can\'t install.\n'
    if text and not text.endswith("\n"):
        return "new crontab file is missing newline before EOF, can't install.\n"
    return ""


ALL: dict[str, Utility] = {"crontab": crontab}
