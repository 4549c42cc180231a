"""The pages' colours: every pair of text and ground keeps its contrast in every theme."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[1] / "static" / "css"
TEXTS = ("ink", "soft", "accent", "ok", "warn", "bad", "busy")
GROUNDS = ("card", "paper", "sunken", "water")
OWN_WASH = [(name, f"{name}-wash") for name in ("accent", "ok", "warn", "bad", "busy")]
THEMES = {
    "light": [":root {"],
    "dark": [":root {", ':root[data-theme="dark"] {'],
    "projector": [":root {", ':root[data-mode="projector"] {'],
    "projector dark": [
        ":root {",
        ':root[data-theme="dark"] {',
        ':root[data-mode="projector"] {',
        ':root[data-mode="projector"][data-theme="dark"] {',
    ],
}


def tokens_of(selectors):
    """The hex colours that hold when the blocks of `selectors` apply in this order."""
    text = (CSS / "tokens.css").read_text()
    found = {}
    for selector in selectors:
        body = text.split(selector, 1)[1].split("}", 1)[0]
        found |= dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body))
    return found


def luminance(colour):
    """Relative luminance of a hex colour, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """Contrast ratio of two hex colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_can_be_read_on_every_ground(theme):
    colours = tokens_of(THEMES[theme])
    least = 7 if theme.startswith("projector") else 4.5
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS] + OWN_WASH
    pairs += [("accent-ink", "accent"), ("ink", "code"), ("ink", "accent-wash"), ("card", "ink")]
    weak = {
        pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2)
        for pair in pairs
        if contrast(colours[pair[0]], colours[pair[1]]) < least
    }
    assert not weak


def test_the_ratio_of_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_the_dark_theme_is_the_same_whether_chosen_or_the_systems():
    chosen = tokens_of([':root[data-theme="dark"] {'])
    assert tokens_of([":root:not([data-theme]) {"]) == chosen


def test_no_colour_is_written_outside_the_tokens():
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b(?!\s*\{)|\b(?:rgb|hsl)a?\(\s*\d")
    shadows = re.compile(r"rgb\(0 0 0 / \d+%\)")
    for sheet in sorted(CSS.glob("*.css")):
        if sheet.name == "tokens.css":
            continue
        assert not literal.findall(shadows.sub("", sheet.read_text())), sheet.name
