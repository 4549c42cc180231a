"""What is wrong with a template."""

from __future__ import annotations


class TemplateProblem(Exception):
    """A template that cannot be translated: its words, and the line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
