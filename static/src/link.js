// Says whether the page is connected. What is on the screen is marked stale while it is not.

import { words } from "./dom.js";

const WORDS = {
  reopening: "Reconnecting. What you see is the last picture that arrived; nothing you did is lost.",
  closed: "This lab cannot be reached any more. Reload the page to try again.",
};

/** Show the state of the socket after a short grace, so that a blip is not seen. */
export function mount(element, bus) {
  const line = element.querySelector("[data-words]");
  let timer = null;

  function calm() {
    clearTimeout(timer);
    timer = null;
    element.hidden = true;
    document.documentElement.toggleAttribute("data-stale", false);
  }

  function say(state) {
    words(line, WORDS[state]);
    element.hidden = false;
    document.documentElement.toggleAttribute("data-stale", true);
    bus.emit("say", { text: WORDS[state] });
  }

  bus.on("link", ({ state }) => {
    if (state === "open" || state === "opening") return calm();
    if (state === "closed") { calm(); return say(state); }
    timer ??= setTimeout(say, 700, state); // one more vain attempt is the same break
    return undefined;
  });
}
