"""A student at the lesson page: mouse and keyboard only, waiting for what the screen says."""

from __future__ import annotations

import re

WAIT_MS = 30_000


def pattern(label):
    """A regular expression that the driver's selectors can carry: they end at a slash."""
    return re.compile(label.replace("/", r"\x2f"))


class Student:
    """One browser window on one lab; remembers what the page's console complained about."""

    def __init__(self, browser, address, **context):
        context = {"viewport": {"width": 1280, "height": 720}, "bypass_csp": True, **context}
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        self.page.goto(address)
        self.page.locator('.hit-machine, .hit[data-key^="machine/"]').first.wait_for()

    def _hear(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    # The lesson

    def goal(self, name):
        """Wait until a goal ("2/built") is ticked on the page."""
        self.page.locator(f'[data-goal="{name}"][data-state="met"]').wait_for(state="attached")

    def is_open(self, name):
        """Say whether a goal is not met yet."""
        return self.page.locator(f'[data-goal="{name}"]').get_attribute("data-state") != "met"

    def predict(self, answer):
        """Choose an answer of the prediction that is shown, and keep it."""
        self.page.get_by_text(answer, exact=True).locator("visible=true").click()
        self.page.get_by_role("button", name="Keep my prediction").locator("visible=true").click()
        self.page.locator(".predict-answer:visible", has_text=answer).wait_for()

    def revealed(self, words):
        """Wait until what really happened stands beside the prediction."""
        self.page.locator(".predict-reveal:visible", has_text=words).wait_for()

    def next_step(self):
        """Go on; the button invites to as soon as all goals are met."""
        self.page.locator("[data-step-go='1'][data-ready]").click()

    # The terminal

    def type(self, line, done=True):
        """Type a line and press Enter; waits for the prompt to come back."""
        self.page.locator("#tab-terminal").click()
        self.page.locator("#term-input").click()
        self.page.keyboard.type(line)
        return self._enter(done)

    def click_line(self, line, done=True):
        """Click a command in the lesson's text, which puts it into the terminal; press Enter."""
        self.page.locator(".type-line:visible", has_text=line).first.click()
        self.page.wait_for_function(
            "line => document.activeElement?.id === 'term-input' "
            "&& document.activeElement.value.includes(line)",
            arg=line,
        )
        return self._enter(done)

    def _enter(self, done):
        count = self.page.locator(".term-entry").count()
        self.page.keyboard.press("Enter")
        self.page.wait_for_function(
            "n => document.querySelectorAll('.term-entry').length > n", arg=count
        )
        return self.last_output() if done else ""

    def last_output(self):
        """Wait for the prompt; answers what the last line printed, errors and all."""
        self.page.locator(".term-line:not([data-busy])").wait_for()
        return self.page.locator(".term-entry").last.inner_text()

    def interrupt(self):
        """Press Ctrl-C in the terminal."""
        self.page.locator("#term-input").focus()
        self.page.keyboard.press("Control+c")
        return self.last_output()

    # The files

    def new_file(self, path, text):
        """Make a file in the Files tab and write it."""
        self.page.locator("#tab-files").click()
        self.page.get_by_role("button", name="New file").click()
        self.page.keyboard.type(path)
        self.page.keyboard.press("Enter")
        self._file_is_open(path)
        self.page.keyboard.type(text, delay=0)
        self.saved()

    def rewrite(self, path, text):
        """Open a file and put other text in its place, as by pasting."""
        self.open_file(path)
        self.page.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.saved()

    def change(self, path, old, new):
        """Open a file and replace one text in it by another."""
        self.open_file(path)
        lines = self.page.locator(".cm-line").all_inner_texts()
        text = "\n".join("" if line == "\n" else line for line in lines)
        assert old in text, text
        self.rewrite(path, text.replace(old, new))

    def paste(self, text):
        """Paste where the caret is, as Ctrl-V would."""
        self.page.evaluate(
            """text => {
              const data = new DataTransfer();
              data.setData('text/plain', text);
              let at = document.activeElement;
              while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
              const event = new ClipboardEvent('paste',
                {clipboardData: data, bubbles: true, cancelable: true, composed: true});
              if (at.dispatchEvent(event)) document.execCommand('insertText', false, text);
            }""",
            text,
        )

    def open_file(self, path):
        """Open a file in the editor."""
        self.page.locator("#tab-files").click()
        self.page.locator(".file-tab", has_text=path).click()
        self._file_is_open(path)

    def _file_is_open(self, path):
        self.page.locator(f'.cm-content[aria-label^="{path}."]').wait_for()

    def saved(self):
        """Press Ctrl-S and wait until the page says that all is saved."""
        self.page.keyboard.press("Control+s")
        self.page.locator(".file-state[data-state=saved]", has_text="Saved").wait_for()

    # The stage and the clock

    def menu(self, label, item):
        """Click an object of the stage and choose from its menu."""
        self.page.get_by_role("button", name=pattern(label)).first.click()
        self.page.get_by_role("menuitem", name=item).click()

    def thing(self, label):
        """An object of the stage by what it is called for a screen reader."""
        return self.page.get_by_role("button", name=pattern(label))

    def sees(self, label):
        """Wait until an object is on the stage; answers it."""
        found = self.thing(label).first
        found.wait_for()
        return found

    def speed(self, value):
        """Choose the speed of time."""
        self.page.locator("select.speed").select_option(str(value))
