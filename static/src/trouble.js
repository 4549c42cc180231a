// What went wrong, where it went wrong: an alert that stays until it is closed or ten seconds old.

import { el } from "./dom.js";
import { icon } from "./icons.js";

/** Show every "trouble" ({error, hint}). */
export function mount(element, bus) {
  let timer = null;
  const close = () => { clearTimeout(timer); element.replaceChildren(); };
  bus.on("hello", ({ failed }) => {
    if (failed) bus.emit("trouble", { error: "The simulation of this lab has failed and stands still.", hint: `Start over, or send its log to whoever looks after the server. ${typeof failed === "string" ? failed : ""}` });
  });
  bus.on("trouble", ({ error, hint }) => {
    clearTimeout(timer);
    element.replaceChildren(el("div", { class: "trouble-card" }, el("div", {}, el("p", { class: "trouble-error" }, error), hint ? el("p", { class: "trouble-hint" }, hint) : null),
      el("button", { class: "button button-quiet button-icon", type: "button", "aria-label": "Close this message", on: { click: close } }, icon("close"))));
    timer = setTimeout(close, 10_000);
  });
}
