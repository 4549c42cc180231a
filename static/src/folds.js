// The lesson folds to a rail, the dock grows tall; both are remembered.

import { icon } from "./icons.js";

/** Wire every [data-fold]: the state is data-folded-NAME on the workbench. */
export function mount(root, bus) {
  for (const button of root.querySelectorAll("[data-fold]")) {
    const name = button.dataset.fold;
    const store = `drydock.fold.${name}`;
    const set = (on) => {
      root.toggleAttribute(`data-folded-${name}`, on);
      button.replaceChildren(icon(name === "dock" ? (on ? "shrink" : "expand") : on ? "unfold" : "fold"));
      if (name === "dock") button.setAttribute("aria-pressed", String(on));
      else {
        button.setAttribute("aria-expanded", String(!on));
        button.setAttribute("aria-label", on ? "Show the lesson" : "Fold the lesson away");
        button.title = button.getAttribute("aria-label");
      }
      bus.emit("resize");
    };
    button.addEventListener("click", () => {
      const on = !root.hasAttribute(`data-folded-${name}`);
      localStorage.setItem(store, on ? "1" : "0");
      set(on);
    });
    const kept = localStorage.getItem(store);
    const small = () => name === "lesson" && document.documentElement.dataset.mode === "projector" && root.clientWidth < 1600;
    set(kept === null ? small() : kept === "1");
    addEventListener("drydock:looks", () => { if (localStorage.getItem(store) === null) set(small()); });
  }
}
