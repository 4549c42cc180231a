"""`trap`: what is run for a signal, at the shell's end (EXIT) and, in bash, at a failure (ERR).

They stand in the state of the script as "traps" {name without SIG: text}; an empty text ignores
the signal. Source: POSIX, 2.14 (trap); "Bourne Shell Builtins" of the Bash Reference Manual.
"""

from __future__ import annotations

from .variables import Variables

SIGNALS = {
    "EXIT": 0, "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "BUS": 7, "FPE": 8,
    "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15,
    "STKFLT": 16, "CHLD": 17, "CONT": 18, "STOP": 19, "TSTP": 20, "TTIN": 21, "TTOU": 22,
    "URG": 23, "XCPU": 24, "XFSZ": 25, "VTALRM": 26, "PROF": 27, "WINCH": 28, "IO": 29, "PWR": 30,
    "SYS": 31,
}  # fmt: skip
"""Of Linux on x86 and ARM (signal(7))."""
_OF_BASH = ("ERR", "DEBUG", "RETURN")


def trap(shell: Variables, argv: list[str]) -> tuple[str, str, int]:
    """Carry out `trap`; answers (what it writes, its complaint, its status)."""
    words = argv[1:]
    if words[:1] == ["--"]:
        words = words[1:]
    traps: dict[str, str] = shell.state["traps"]
    if not words or words[0] == "-p":
        return _listed(shell), "", 0
    action = "-" if len(words) == 1 or words[0].isdigit() else words[0]
    names = words if len(words) == 1 or words[0].isdigit() else words[1:]
    for word in names:
        name = _name(shell, word)
        if name is None:
            if shell.option("bash"):
                return "", f"trap: {word}: invalid signal specification", 1
            return "", f"trap: {word}: bad trap", 1
        traps = {key: text for key, text in traps.items() if key != name}
        if action != "-":
            traps[name] = action
        shell.state["traps"] = traps
    return "", "", 0


def _name(shell: Variables, word: str) -> str | None:
    if word.isdigit():
        return next((name for name, number in SIGNALS.items() if str(number) == word), None)
    name = word.upper().removeprefix("SIG")
    known = name in SIGNALS or (name in _OF_BASH and shell.option("bash"))
    return name if known else None


def _listed(shell: Variables) -> str:
    bash = shell.option("bash")
    rows = sorted(shell.state["traps"].items(), key=lambda row: SIGNALS.get(row[0], 99))
    lines = ""
    for name, text in rows:
        shown = text.replace("'", "'\\''" if bash else "'\"'\"'")
        lines += f"trap -- '{shown}' {'SIG' if bash and SIGNALS.get(name) else ''}{name}\n"
    return lines
