"""A window on a lab of a server that may be killed, and what is typed into its terminal."""

from __future__ import annotations

import re

import pytest

BOOT_MS = 60_000
SEEN_MS = 20_000
BACK_MS = 30_000


class Desk:
    """A page on a lab of a server of its own."""

    def __init__(self, browser, server, **lab):
        self.expect = pytest.importorskip("playwright.sync_api").expect
        self.expect.set_options(timeout=SEEN_MS)
        self.server = server
        server.start()
        self.lab = server.lab("laptop", **lab)
        self.page = browser.new_page(viewport={"width": 1280, "height": 720})
        self.faults = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.goto(f"{server.base}/labs/{self.lab.id}?token={self.lab.token}")
        self.line = self.page.locator("#term-input")
        self.sign = self.page.locator(".term-prompt")
        self.log = self.page.locator(".term-log")
        self.link = self.page.locator("[data-part=link]")
        self.stands_at("student@laptop")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.page.close()

    def type(self, text):
        """Type a line and press Enter."""
        self.line.fill(text)
        self.line.press("Enter")

    def paste(self, text):
        """Paste into the line, as Ctrl-V would."""
        self.line.evaluate(
            """(line, text) => {
              const data = new DataTransfer();
              data.setData('text', text);
              const as = {clipboardData: data, bubbles: true, cancelable: true};
              line.dispatchEvent(new ClipboardEvent('paste', as));
            }""",
            text,
        )

    def shell(self):
        """Open a shell in a container."""
        self.type("docker run -it --rm alpine:3.24")
        self.expect(self.sign).to_have_text("/ # ", timeout=BOOT_MS)

    def load_anew(self, holding=False):
        """Load the page again; from now on what the server sends can be held back."""
        self._holding, self._held = holding, []
        self.page.route_web_socket(re.compile("/ws/labs/"), self._carry)
        self.page.reload()

    def _carry(self, socket):
        server = socket.connect_to_server()

        def take(message):
            if self._holding:
                self._held.append((socket, message))
            else:
                socket.send(message)

        server.on_message(take)

    def hold_back(self):
        """Let nothing that the server sends reach the page."""
        self._holding = True

    def let_through(self):
        """Let what was held back reach the page, and what comes."""
        self._holding = False
        for socket, message in self._held:
            socket.send(message)

    def shows(self, text):
        """Wait until a text is on the terminal."""
        self.expect(self.log).to_contain_text(text)

    def stands_at(self, sign):
        """Wait for a prompt."""
        self.expect(self.sign).to_contain_text(sign)

    def lose_the_server(self):
        """Kill the server; wait until the page says that it is away."""
        self.server.kill()
        self.expect(self.link).to_be_visible()

    def get_the_server_back(self):
        """Start the server again; wait until the page has found it."""
        self.server.start()
        self.expect(self.link).to_be_hidden(timeout=BACK_MS)
