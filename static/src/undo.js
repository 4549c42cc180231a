// Undo: back to just before the last thing that was done. The old branch stays in the lab's log.

import { el, put } from "./dom.js";
import { icon } from "./icons.js";

const inText = (node) => node.closest?.("input, textarea, select, [contenteditable=true]");

/** Put the button into the clock's group; adds bus.undo. */
export function mount(root, bus) {
  const element = document.querySelector("[data-part=controls]");
  const button = el("button", { class: "button button-icon", type: "button", disabled: true }, icon("undo"));
  element.prepend(button);

  const last = () => [...bus.view.kind("mark").values()].filter((mark) => mark.kind !== "state").sort((a, b) => a.at_us - b.at_us).at(-1);

  function show() {
    const mark = last();
    button.disabled = !mark;
    const label = mark ? `Undo ${mark.text}` : "Nothing to undo yet";
    put(button, { "aria-label": label, title: `${label} (Ctrl+Z outside of text)` });
  }

  bus.undo = () => {
    const mark = last();
    if (!mark) return;
    if (bus.rewind(mark.at_us - 1, { keep: true })) bus.emit("say", { text: `Undone: ${mark.text}` });
  };

  button.addEventListener("click", bus.undo);
  addEventListener("keydown", (event) => {
    if (event.code !== "KeyZ" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    if (inText(event.composedPath()[0])) return;
    event.preventDefault();
    bus.undo();
  });
  bus.on("frame", ({ kinds }) => { if (kinds.has("mark")) show(); });
  show();
}
