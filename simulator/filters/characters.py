"""cut, tr, fold and base64: texts character by character."""

from __future__ import annotations

import base64 as encoding
import binascii
import re

from .call import Call, Filter, count_of, lines_of

_CLASSES = {"upper": "A-Z", "lower": "a-z", "digit": "0-9", "alpha": "A-Za-z", "alnum": "A-Za-z0-9",
            "space": " \t\n\r\v\f", "blank": " \t", "xdigit": "0-9A-Fa-f", "cntrl": "\0-\x1f\x7f",
            "punct": "!-/:-@[-`{-~", "print": " -~", "graph": "!-~"}  # fmt: skip
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_TOKEN = re.compile(r"\[:([a-z]+):\]|\\([0-7]{1,3}|.)|(.)", re.S)
NAMED = {"delimiter": "d", "fields": "f", "characters": "c", "bytes": "b", "only-delimited": "s",
         "complement": "C", "output-delimiter": "O"}  # fmt: skip
MOST_FIELDS = 1 << 20


def cut(call: Call) -> int:
    """Print fields (`-f`) or characters (`-c`, `-b`) of lines."""
    flags, paths = call.options("dfcbO", NAMED)
    kind = next((letter for letter in "fcb" if letter in flags), "")
    if not kind:
        return call.fail("you must specify a list of bytes, characters, or fields")
    wish = flags[kind][-1]
    picks = [_span(piece) for piece in re.split(r"[, ]", wish)]
    wrong = next((at for at, pick in enumerate(picks) if pick is None), None)
    if wrong is not None:
        what = "field" if kind == "f" else "byte/character position"
        return call.fail(f"invalid {what} value ‘{re.split('[, ]', wish)[wrong]}’")
    spans = [pick for pick in picks if pick is not None]
    mark = flags.get("d", ["\t"])[-1][:1] or "\0"
    between = flags.get("O", [mark if kind == "f" else ""])[-1]
    for line in call.lines(paths):
        if kind == "f" and mark not in line:
            call.out("" if "s" in flags else f"{line}\n")
            continue
        cells = line.split(mark) if kind == "f" else list(line)
        kept = [cell for at, cell in enumerate(cells, 1)
                if any(a <= at <= b for a, b in spans) != ("C" in flags)]  # fmt: skip
        call.out(between.join(kept) + "\n")
    return call.status


def _span(piece: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"(\d{0,9})(-?)(\d{0,9})", piece)
    if match is None or not (match[1] or match[3]) or (match[3] and not match[2]):
        return None
    first = int(match[1] or 1)
    last = int(match[3]) if match[3] else MOST_FIELDS if match[2] else first
    return (first, last) if 0 < first <= last else None


def tr(call: Call) -> int:
    """Replace, delete (`-d`) or squeeze (`-s`) characters; `-c`: all but the first set."""
    flags, sets = call.options("", {"delete": "d", "squeeze-repeats": "s", "complement": "c"})
    if not sets:
        return call.fail("missing operand")
    if len(sets) == 1 and not {"d", "s"} & set(flags):
        return call.fail(f"missing operand after ‘{sets[0]}’")
    chars = [_set(text) for text in sets]
    text = call.stdin()
    others = bool({"c", "C"} & set(flags))
    inside = set(chars[0])
    if "d" in flags:
        text = "".join(char for char in text if (char in inside) == others)
    elif len(chars) > 1 and chars[1]:
        last = chars[1][-1]
        if others:
            text = "".join(char if char in inside else last for char in text)
        else:
            target = chars[1] + last * max(len(chars[0]) - len(chars[1]), 0)
            text = text.translate({ord(a): b for a, b in zip(chars[0], target, strict=False)})
    if "s" in flags:
        squeezed = set(chars[-1])
        wanted = others and len(chars) == 1
        pairs = zip(text, f"{text[:1] and chr(0)}{text}", strict=False)
        text = "".join(a for a, b in pairs if a != b or (a in squeezed) == wanted)
    call.out(text)
    return 0


def _set(text: str) -> str:
    """Expand `a-z`, `[:upper:]`, `\\n` and `\\012` into the characters that they stand for."""
    pieces: list[str] = []
    for match in _TOKEN.finditer(text):
        if match[1]:
            found = _CLASSES.get(match[1], "")
            pieces += re.sub(r"(.)-(.)", lambda m: _range(m[1], m[2]), found, flags=re.S)
        elif match[2]:
            octal = match[2][0] in "01234567"
            pieces.append(
                chr(int(match[2], 8) & 255) if octal else _ESCAPES.get(match[2], match[2])
            )
        else:
            pieces.append(match[3])
        if len(pieces) > 2 and pieces[-2] == "-" and match[3] != "-" and not match[1]:
            last = pieces.pop()
            pieces.pop()
            pieces += _range(pieces.pop(), last)
    return "".join(pieces)


def _range(first: str, last: str) -> str:
    """Give the characters between two; tr knows bytes, so that a range does not go beyond."""
    codes = range(ord(first), min(ord(last), 255) + 1)
    return "".join(map(chr, codes)) + (last if ord(last) > 255 else "")


def fold(call: Call) -> int:
    """Break lines that are longer than `-w` characters."""
    flags, paths = call.options("w", {"width": "w", "spaces": "s"})
    width = count_of(flags.get("w", ["80"])[-1]) or 80
    for line in call.lines(paths):
        while len(line) > width:
            cut_at = line.rfind(" ", 0, width) + 1 if "s" in flags else width
            call.out(line[: cut_at or width] + "\n")
            line = line[cut_at or width :]
        call.out(f"{line}\n")
    return call.status


def base64(call: Call) -> int:
    """Encode, or decode with `-d`; `-w`: characters in a line, 0 for one line."""
    flags, paths = call.options("w", {"decode": "d", "wrap": "w", "ignore-garbage": "i"})
    text = call.text(paths[:1])
    if "d" in flags or "D" in flags:
        try:
            data = encoding.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            return call.fail("invalid input")
        call.out(data.decode("utf-8", "surrogateescape"))
        return call.status
    shown = encoding.b64encode(text.encode("utf-8", "surrogateescape" if text.isascii() else
                                           "surrogatepass")).decode()  # fmt: skip
    width = count_of(flags.get("w", ["76"])[-1])
    if width:
        lines = [shown[at : at + width] for at in range(0, len(shown), width)]
        shown = "".join(f"{line}\n" for line in lines)
    call.out(shown)
    return call.status


def column(call: Call) -> int:
    """Line columns up with `-t`; otherwise pass the text on."""
    flags, paths = call.options("so", {"table": "t", "separator": "s", "output-separator": "o"})
    lines = lines_of(call.text(paths))
    if "t" in flags:
        sign = flags.get("s", [""])[-1]
        rows = [re.split(f"[{re.escape(sign)}]", line) if sign else line.split() for line in lines]
        widths: dict[int, int] = {}
        for row in rows:
            for at, cell in enumerate(row):
                widths[at] = max(widths.get(at, 0), len(cell))
        gap = flags.get("o", ["  "])[-1]
        lines = [gap.join(f"{cell:<{widths[at]}}" for at, cell in enumerate(row)).rstrip()
                 for row in rows if row]  # fmt: skip
    call.out("".join(f"{line}\n" for line in lines))
    return call.status


ALL: dict[str, Filter] = {
    "cut": cut, "tr": tr, "fold": fold, "base64": base64, "column": column,
}  # fmt: skip
