"""In a real browser: the editor's margin says what is wrong while a file is written."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndatas:\n  a: b\n"
COMPOSE = "services:\n  web:\n    image: nginx\n    prots: []\n"


@pytest.mark.parametrize(
    ("path", "text", "says", "wrong", "right"),
    [
        ("own.yaml", CONFIG, 'Line 5: unknown field "datas"', "datas", "data"),
        (
            "compose.yaml",
            COMPOSE,
            "Line 4: services.web additional properties 'prots'",
            "prots",
            "ports",
        ),
    ],
)
def test_a_field_that_nobody_knows_is_marked_and_the_mark_goes_when_it_is_mended(
    learn, path, text, says, wrong, right
):
    with learn("/sandbox/?scenario=three-nodes&theme=light") as student:
        student.new_file(path, "")
        student.rewrite(path, text)
        student.page.locator(".file-wrong", has_text=says).wait_for()
        assert student.page.locator(".cm-lint-marker-error").count() == 1

        student.change(path, wrong, right)
        student.page.locator(".file-wrong").wait_for(state="hidden")
        assert student.page.locator(".cm-lint-marker-error").count() == 0
