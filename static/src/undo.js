// Undo: back to just before the last thing that was done; redo: on again to where the lab was.
// The branches that are left stay in the lab's log.

import { el, put } from "./dom.js";
import { icon } from "./icons.js";

const inText = (node) => node.closest?.("input, textarea, select, [contenteditable=true]");

/** Put the two buttons into the clock's group; adds bus.undo and bus.again. */
export function mount(root, bus) {
  const element = document.querySelector("[data-part=controls]");
  const button = el("button", { class: "button button-icon", type: "button", disabled: true }, icon("undo"));
  const again = el("button", { class: "button button-icon", type: "button", disabled: true }, icon("redo"));
  element.prepend(button, again);
  let undone = 0, names = [];

  const last = () => [...bus.view.kind("mark").values()].filter((mark) => mark.kind !== "state").sort((a, b) => a.at_us - b.at_us).at(-1);

  function show() {
    const mark = last();
    button.disabled = !mark;
    const label = mark ? `Undo ${mark.text}` : "Nothing to undo yet";
    put(button, { "aria-label": label, title: `${label} (Ctrl+Z outside of text)` });
    again.disabled = !undone;
    const name = undone ? `Do again${names.length === undone ? `: ${names.at(-1)}` : ""}` : "Nothing undone";
    put(again, { "aria-label": name, title: `${name} (Ctrl+Shift+Z outside of text)` });
  }

  function forget() {
    if (!undone) return;
    undone = 0;
    names = [];
    show();
  }

  bus.undo = () => {
    const mark = last();
    if (!mark || !bus.rewind(mark.at_us - 1, { keep: true })) return;
    names.push(mark.text);
    bus.emit("say", { text: `Undone: ${mark.text}` });
  };
  bus.again = () => {
    if (!undone || !bus.redo()) return;
    bus.emit("say", { text: `Done again: ${names.pop() ?? "the last step"}` });
  };

  button.addEventListener("click", () => bus.undo());
  again.addEventListener("click", () => bus.again());
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || inText(event.composedPath()[0])) return;
    if (event.code === "KeyZ") (event.shiftKey ? bus.again : bus.undo)();
    else if (event.code === "KeyY" && !event.shiftKey) bus.again();
    else return;
    event.preventDefault();
  });
  bus.on("rewound", (message) => { undone = message.undone ?? 0; names = names.slice(-undone || names.length); show(); });
  bus.on("done", forget);
  bus.on("frame", ({ kinds }) => { if (kinds.has("mark")) show(); });
  show();
}
