"""Columns as Go's text/tabwriter sets them: elastic, one block of neighbouring lines at a time."""

from __future__ import annotations


def tabulate(text: str, minwidth: int = 0, padding: int = 2) -> str:
    """Set the tab-terminated cells of a text into columns.

    Neighbouring lines that have a cell in a column share its width. What follows the last tab of
    a line is no cell and is not padded.
    """
    ends = text.endswith("\n")
    lines = [line.split("\t") for line in (text[:-1] if ends else text).split("\n")]
    widths: list[list[int]] = [[] for _ in lines]
    _format(lines, widths, 0, len(lines), 0, minwidth, padding)
    out = []
    for cells, spans in zip(lines, widths, strict=True):
        padded = [cell.ljust(span) for cell, span in zip(cells, spans, strict=False)]
        out.append("".join([*padded, *cells[len(spans) :]]))
    return "\n".join(out) + ("\n" if ends else "")


def _format(
    lines: list[list[str]],
    widths: list[list[int]],
    first: int,
    last: int,
    column: int,
    minwidth: int,
    padding: int,
) -> None:
    at = first
    while at < last:
        if column >= len(lines[at]) - 1:
            at += 1
            continue
        start, width = at, minwidth
        while at < last and column < len(lines[at]) - 1:
            width = max(width, len(lines[at][column]) + padding)
            at += 1
        for line in range(start, at):
            widths[line].append(width)
        _format(lines, widths, start, at, column + 1, minwidth, padding)


def table(rows: list[list[str]], widths: list[int] | None = None) -> str:
    """Set rows as `kubectl get` prints them: at least six wide, three apart.

    widths: columns of earlier rows, which a watch goes on with; made wider in place.
    """
    spans = widths if widths is not None else []
    for row in rows:
        for n, cell in enumerate(row[:-1]):
            if n == len(spans):
                spans.append(6)
            spans[n] = max(spans[n], len(cell) + 3)
    return "".join(
        "".join(cell.ljust(spans[n]) for n, cell in enumerate(row[:-1])) + row[-1] + "\n"
        for row in rows
    )
