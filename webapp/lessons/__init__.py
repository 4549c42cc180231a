"""Lessons: folders of Markdown and files, read once, checked by replaying their own solutions."""

from .parse import Lesson, LessonError, all_lessons, load_lesson
from .selftest import check_lesson

__all__ = ["Lesson", "LessonError", "all_lessons", "check_lesson", "load_lesson"]
