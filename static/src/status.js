// The page's one polite voice: at most one message in three seconds, the rest summarised.

import { plural } from "./text.js";

const PAUSE_MS = 3000;

/** Speak what is emitted as "say" ({text}), and pods and machines that changed. */
export function mount(element, bus) {
  let waiting = [], last = 0, timer = null;

  function speak() {
    timer = null;
    last = Date.now();
    const shown = waiting.slice(-2);
    const more = waiting.length - shown.length;
    element.textContent = (more > 0 ? `${plural(more, "earlier change")}. ` : "") + shown.join(". ");
    waiting = [];
  }

  function say({ text }) {
    if (waiting.at(-1) === text) return;
    waiting.push(text);
    if (!timer) timer = setTimeout(speak, Math.max(150, PAUSE_MS - (Date.now() - last)));
  }

  const known = new Map();
  function watch({ put, drop, whole }) {
    for (const key in put) {
      const word = /^machine\//.test(key) ? put[key].state
        : /^goal\//.test(key) ? put[key].state
          : /^pod\//.test(key) ? put[key].status : null;
      if (word == null) continue;
      const before = known.get(key);
      known.set(key, word);
      if (whole || before === word) continue;
      if (key.startsWith("goal/")) {
        if (word === "met") say({ text: `Goal met: ${put[key].text}` });
      } else if (before !== undefined || key.startsWith("pod/")) {
        say({ text: `${put[key].name} is ${word}` });
      }
    }
    for (const key of drop) known.delete(key);
  }

  bus.on("say", say);
  bus.on("frame", watch);
}
