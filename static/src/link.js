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
  bus.on("link", ({ state }) => {
    clearTimeout(timer);
    document.documentElement.toggleAttribute("data-stale", false);
    if (state === "open" || state === "opening") { element.hidden = true; return; }
    timer = setTimeout(() => {
      words(line, WORDS[state]);
      element.hidden = false;
      document.documentElement.toggleAttribute("data-stale", true);
      bus.emit("say", { text: WORDS[state] });
    }, state === "closed" ? 0 : 700);
  });
}
