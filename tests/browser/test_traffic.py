"""In a real browser: requests on the stage are seen, and hide nothing."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

HIDDEN_WORDS = """() => {
  const drawing = document.querySelector('.drawing'), toScreen = drawing.getScreenCTM();
  const words = [...drawing.querySelectorAll('.layer-heads text, .layer-things text, \
.layer-places text, .layer-control text, .t-image')]
    .filter((text) => text.textContent.trim())
    .map((text) => ({text: text.textContent, box: text.getBoundingClientRect()}));
  const hidden = new Set();
  for (const line of drawing.querySelectorAll('.flow-line')) {
    for (let far = 0; far <= line.getTotalLength(); far += 3) {
      const at = line.getPointAtLength(far).matrixTransform(toScreen);
      for (const {text, box} of words) {
        if (at.x > box.left + 1 && at.x < box.right - 1 && at.y > box.top + 2
            && at.y < box.bottom - 2) hidden.add(text);
      }
    }
  }
  return [...hidden];
}"""

FASTEST = """async () => {
  const before = new WeakMap(), end = performance.now() + 3000;
  let last = performance.now(), seen = 0, fastest = 0;
  while (last < end) {
    const now = await new Promise(requestAnimationFrame);
    for (const dot of document.querySelectorAll('circle.request')) {
      const here = {x: +dot.getAttribute('cx'), y: +dot.getAttribute('cy'),
        shown: dot.getAttribute('visibility') === 'visible'};
      const there = before.get(dot);
      if (here.shown && there?.shown) {
        seen += 1;
        const far = Math.hypot(here.x - there.x, here.y - there.y);
        fastest = Math.max(fastest, far / Math.max(now - last, 16));
      }
      before.set(dot, here);
    }
    last = now;
  }
  return {seen, fastest};
}"""


@pytest.mark.parametrize("looks", ["theme=light", "mode=projector", "sandbox=1"])
def test_no_line_of_requests_runs_behind_a_word(visit, looks):
    with visit(f"/lab/cluster?{looks}", reduced_motion="reduce") as one:
        one.seen(".flow-line")
        one.page.wait_for_timeout(300)
        assert one.page.evaluate(HIDDEN_WORDS) == []


def test_a_request_goes_its_way_without_a_jump(visit):
    with visit("/lab/cluster") as one:
        one.seen("circle.request")
        measured = one.page.evaluate(FASTEST)
        assert measured["seen"] > 50
        assert measured["fastest"] < 3, "units of the drawing a millisecond"
