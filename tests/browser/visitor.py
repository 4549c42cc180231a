"""A browser window on one page of the fixture server, without a student's hands."""

from __future__ import annotations

SIZE = {"width": 1280, "height": 720}


class Visit:
    """One page in a context of its own; remembers what the console complained about."""

    def __init__(self, browser, base, address, **context):
        self.context = browser.new_context(viewport=SIZE, **context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        self.page.goto(base + address)

    def _hear(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def seen(self, selector):
        """Wait until something is there; answers it."""
        found = self.page.locator(selector).first
        found.wait_for(state="attached")
        return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()
