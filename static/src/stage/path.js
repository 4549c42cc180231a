// Where the zoom stands, as breadcrumbs.

import { el } from "../dom.js";

/** Fill `element`; empty while the whole lab is shown. */
export function createPath(element, bus) {
  if (!element) return;
  bus.on("zoom", ({ machine }) => {
    element.replaceChildren();
    if (!machine) { bus.focusStage(); return; }
    const back = el("button", { class: "button button-small", type: "button", on: { click: () => bus.zoom(null) } }, "← All machines");
    element.append(back, el("span", { class: "stage-here", "aria-current": "location" }, machine));
    back.focus();
  });
}
