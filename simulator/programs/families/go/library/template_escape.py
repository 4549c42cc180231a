"""The contextual escaping of html/template: where in HTML an action stands, what its value becomes.

# Simplified: The contexts of a Go template are found while it is executed, not before, so that a
template whose branches end in different contexts is carried out where Go refuses it.
Source: the documentation of html/template, and its tables of replacements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote

URLS = frozenset(
    ["action", "archive", "background", "cite", "classid", "codebase", "data", "formaction",
     "href", "icon", "longdesc", "manifest", "poster", "profile", "src", "usemap"]
)  # fmt: skip
SCRIPTS = frozenset(
    ["", "application/ecmascript", "application/javascript", "application/json",
     "application/ld+json", "application/x-ecmascript", "application/x-javascript", "module",
     "text/ecmascript", "text/javascript", "text/x-javascript"]
)  # fmt: skip
HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;", "+": "&#43;",
        "\0": "\xef\xbf\xbd"}  # fmt: skip
BARE = {**HTML, "\t": "&#9;", "\n": "&#10;", "\v": "&#11;", "\f": "&#12;", "\r": "&#13;",
        " ": "&#32;", "=": "&#61;", "`": "&#96;"}  # fmt: skip
JS = {"\0": "\\u0000", "\t": "\\t", "\n": "\\n", "\v": "\\u000b", "\f": "\\f", "\r": "\\r",
      '"': "\\u0022", "`": "\\u0060", "&": "\\u0026", "'": "\\u0027", "+": "\\u002b",
      "/": "\\/", "<": "\\u003c", ">": "\\u003e", "\\": "\\\\"}  # fmt: skip
SPACES = " \t\n\r\f"
FAILED = "ZgotmplZ"
TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*(?:[:-][A-Za-z0-9]+)*)")


@dataclass(frozen=True)
class Place:
    """Where the text has come to.

    state: text, comment, tag, name (of an attribute), after (its name), value (before it), attr,
    raw (title and textarea), js, css. kind: of an attribute, "", "url", "js", "css". quote: what
    ends the attribute ('"', "'" or " "). string: the quote or the comment that is open in a script
    or a style. element: whose content or tag it is. url: "" at its beginning, "path", "query".
    """

    state: str = "text"
    kind: str = ""
    quote: str = ""
    string: str = ""
    element: str = ""
    url: str = ""
    closing: bool = False
    type: str = ""
    attribute: str = ""


@lru_cache(maxsize=2048)
def walked(place: Place, text: str) -> tuple[Place, str]:
    """Go through a template's own words: (where they lead, what is written of them)."""
    out: list[str] = []
    at = 0
    while at < len(text):
        place, at = STATES[place.state](place, text, at, out)
    return place, "".join(out)


def _text(place: Place, text: str, at: int, out: list[str]) -> tuple[Place, int]:
    less = text.find("<", at)
    if less < 0:
        out.append(text[at:])
        return place, len(text)
    out.append(text[at:less])
    if text.startswith("<!--", less):
        return replace(place, state="comment"), less + 4
    match = TAG.match(text, less)
    if match is None:
        kept = text[less + 1 : less + 2] in ("!", "?") or text.startswith("</", less)
        out.append("<" if kept else "&lt;")
        return place, less + 1
    out.append(match[0])
    return Place("tag", element=match[1].lower(), closing=match[0][1] == "/"), match.end()


def _comment(place: Place, text: str, at: int, out: list[str]) -> tuple[Place, int]:
    end = text.find("-->", at)
    return (Place(), end + 3) if end >= 0 else (place, len(text))


def _tag(place: Place, text: str, at: int, out: list[str]) -> tuple[Place, int]:
    sign = text[at]
    if sign == ">":
        out.append(sign)
        return _content(place), at + 1
    if sign in SPACES or sign == "/":
        out.append(sign)
        return replace(place, state="tag", attribute=""), at + 1
    return replace(place, state="name", attribute=""), at


def _content(place: Place) -> Place:
    """Give what follows a tag."""
    if place.closing:
        return Place()
    if place.element == "script":
        kind = place.type.partition(";")[0].strip().lower()
        return Place("js" if kind in SCRIPTS else "raw", element="script")
    if place.element == "style":
        return Place("css", element="style")
    if place.element in ("textarea", "title"):
        return Place("raw", element=place.element)
    return Place()


def _name(place: Place, text: str, at: int, out: list[str]) -> tuple[Place, int]:
    match = re.compile(r"[^ \t\n\r\f=>/]*").match(text, at)
    end = match.end() if match else at
    out.append(text[at:end])
    name = place.attribute + text[at:end].lower()
    if end >= len(text):
        return replace(place, attribute=name), end
    return replace(place, state="after", attribute=name), end


def _after(place: Place, text: str, at: int, out: list[str]) -> tuple[Place, int]:
    sign = text[at]
    if sign in SPACES:
        out.append(sign)
        return place, at + 1
    if sign == "=":
        out.append(sign)
        return replace(place, state="value", kind=_kind(place.attribute)), at + 1
    return replace(place, state="tag"), at


def _kind(name: str) -> str:
    name = name.removeprefix("data-") if name.startswith("data-") else name.rpartition(":")[2]
    if name.startswith("on"):
        return "js"
    if name == "style":
        return "css"
    url = name in URLS or "src" in name or "uri" in name or "url" in name
    return "url" if url and name != "srcset" else ""


def _value(place: Place, text: str, at: int, out: list[str]) -> tuple[Place, int]:
    sign = text[at]
    if sign in SPACES:
        out.append(sign)
        return place, at + 1
    if sign == ">":
        return replace(place, state="tag"), at
    if sign in "\"'":
        out.append(sign)
        return replace(place, state="attr", quote=sign, url="", string=""), at + 1
    return replace(place, state="attr", quote=" ", url="", string=""), at


def _attr(place: Place, text: str, at: int, out: list[str]) -> tuple[Place, int]:
    ends = r"[ \t\n\r\f>]" if place.quote == " " else re.escape(place.quote)
    match = re.compile(ends).search(text, at)
    end = match.start() if match else len(text)
    words = text[at:end]
    out.append(words)
    if place.kind == "url":
        place = replace(place, url=_url(place.url, words))
    elif place.kind in ("js", "css"):
        place = replace(place, string=_string(place.string, words))
    if place.attribute == "type" and place.element == "script":
        place = replace(place, type=place.type + words)
    if match is None:
        return place, end
    tag = Place("tag", element=place.element, closing=place.closing, type=place.type)
    if place.quote == " ":
        return tag, end
    out.append(place.quote)
    return tag, end + 1


def _url(part: str, words: str) -> str:
    if part == "query" or "?" in words or "#" in words:
        return "query"
    return "path" if part or words.strip(SPACES) else ""


def _string(inside: str, words: str) -> str:
    """Follow the strings of a script: the quote that is open at its end."""
    at = 0
    while at < len(words):
        sign = words[at]
        if inside:
            if sign == "\\":
                at += 1
            elif sign == inside:
                inside = ""
        elif sign in "\"'`":
            inside = sign
        at += 1
    return inside


def _code(place: Place, text: str, at: int, out: list[str]) -> tuple[Place, int]:
    """Follow a script or a style up to its end; comments are left out."""
    if place.string in ("//", "/*"):
        end = text.find("\n" if place.string == "//" else "*/", at)
        stop = re.compile(rf"</{place.element}", re.I).search(text, at)
        if stop and (end < 0 or stop.start() < end):
            return replace(place, string=""), stop.start()
        if end < 0:
            return place, len(text)
        out.append("" if place.string == "//" else " ")
        return replace(place, string=""), end if place.string == "//" else end + 2
    sign = text[at]
    if text[at : at + 2 + len(place.element)].lower() == f"</{place.element}":
        return Place(), at
    if not place.string:
        begins = text[at : at + 2]
        if begins == "/*" or (begins == "//" and place.state == "js"):
            return replace(place, string=begins), at + 2
    elif sign == "\\":
        out.append(text[at : at + 2])
        return place, at + 2
    if sign in "\"'`" and place.string in ("", sign):
        place = replace(place, string="" if place.string else sign)
    out.append(sign)
    return place, at + 1


def _raw(place: Place, text: str, at: int, out: list[str]) -> tuple[Place, int]:
    match = re.compile(rf"</{place.element}", re.I).search(text, at)
    end = match.start() if match else len(text)
    out.append(text[at:end])
    return (Place() if match else place), end


STATES = {
    "text": _text, "comment": _comment, "tag": _tag, "name": _name, "after": _after,
    "value": _value, "attr": _attr, "js": _code, "css": _code, "raw": _raw,
}  # fmt: skip


# Values


def escaped(place: Place, text: str, kind: str, script: str) -> tuple[Place, str]:
    """Escape a value where it stands: (where it leads, what is written).

    text: as fmt.Sprint writes it. kind: "" or which of the types of html/template it has, as HTML
    or URL. script: it as JavaScript.
    """
    state = place.state
    if state == "text" or state == "raw":
        return place, text if kind == "HTML" and state == "text" else html(text)
    if state == "comment":
        return place, ""
    if state in ("tag", "name", "after"):
        plain = kind == "HTMLAttr" or re.fullmatch(r"[A-Za-z0-9_-]*", text)
        return (replace(place, state="name") if state == "tag" else place), (
            text if plain else FAILED)  # fmt: skip
    if state == "value":
        place = replace(place, state="attr", quote=" ", url="", string="")
    if place.state == "attr":
        return _in_attribute(place, text, kind, script)
    if place.state == "css":
        return place, text if kind == "CSS" else css(text)
    return place, _in_script(place.string, text, kind, script)


def _in_script(inside: str, text: str, kind: str, script: str) -> str:
    if inside in ("//", "/*"):
        return ""
    if inside:
        more = {"$": "\\u0024", "{": "\\u007b", "}": "\\u007d"} if inside == "`" else {}
        return text if kind == "JSStr" else "".join(
            JS.get(one) or more.get(one, one) for one in text)  # fmt: skip
    return text if kind == "JS" else f'"{text}"' if kind == "JSStr" else script


def _in_attribute(place: Place, text: str, kind: str, script: str) -> tuple[Place, str]:
    if place.kind == "js":
        text = _in_script(place.string, text, kind, script)
    elif place.kind == "css":
        text = text if kind == "CSS" else css(text)
    elif place.kind == "url":
        part = place.url
        if part == "query":
            text = quote(text.encode("latin-1"), safe="-._~")
        else:
            if not part and kind != "URL" and not _harmless(text):
                text = "#" + FAILED
            text = quote(text.encode("latin-1"), safe="-._~!#$&*+,/:;=?@[]%")
        place = replace(place, url=_url(part, text or "x"))
    elif kind == "HTML":
        text = re.sub(r"<[^>]*>", "", text)
    if place.quote == " ":
        return place, "".join(BARE.get(one, one) for one in text) or FAILED
    return place, html(text)


def _harmless(text: str) -> bool:
    scheme, colon, _ = text.partition(":")
    if not colon or "/" in scheme:
        return True
    return scheme.lower() in ("http", "https", "mailto")


def html(text: str) -> str:
    """Escape for HTML."""
    return "".join(HTML.get(one, one) for one in text)


def css(text: str) -> str:
    """Let a value of CSS pass that can do no harm."""
    if re.search(r"[\0\"'()/;@\[\\\]`{}<>]|--", text) or re.search(
        r"expression|mozbinding", re.sub(r"[^a-z]", "", text.lower())
    ):
        return FAILED
    return text
