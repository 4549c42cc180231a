"""Did you mean this?   Source: cobra's SuggestionsFor: Levenshtein distance of at most 2."""

from __future__ import annotations


def suggestions(typed: str, known: list[str]) -> list[str]:
    """Give the known words that are near, or that begin like what was typed."""
    return [
        word
        for word in sorted(known)
        if distance(typed.lower(), word.lower()) <= 2 or word.lower().startswith(typed.lower())
    ]


def distance(a: str, b: str) -> int:
    """Count the edits between two words."""
    before = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        row = [i]
        for j, right in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (left != right)))
        before = row
    return before[-1]
