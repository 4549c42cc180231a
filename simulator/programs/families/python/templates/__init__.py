"""Template languages: a template's text is translated to a tree of Python, which the machine runs.

The name of a template's source tells all that its translation depends on, so that it is done once:
`tpl:jinja:FLAGS:PATH` or `tpl:django::PATH`. Lines of the tree are the template's own, hence they
are those of a traceback. What the tree calls are the natives of `machine.templating` and what the
modules `jinja2.pym` and `django.template.pym` define.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from .problems import TemplateProblem

PREFIX = "tpl:"


def path_of(source: str) -> str:
    """Give the path of a template's file, as its tracebacks show it."""
    return source.split(":", 3)[3]


@lru_cache(maxsize=512)
def translate(source: str, text: str) -> ast.Module:
    """Translate a template; raises TemplateProblem."""
    from . import django, jinja

    _, kind, flags, _ = source.split(":", 3)
    if len(text) > 1 << 18:
        raise TemplateProblem("the template is too large", 1)
    try:
        if kind == "jinja":
            return jinja.translate(text, flags)
        return django.translate(text)
    except RecursionError:
        raise TemplateProblem("the template is nested too deeply", 1) from None


__all__ = ["PREFIX", "TemplateProblem", "path_of", "translate"]
