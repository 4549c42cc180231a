// Projector mode puts on the stage, in large type, the goal that is open and the line just typed.

import { words } from "./dom.js";

/** Keep the two lines; they show only in projector mode. */
export function mount(root, bus) {
  const goal = root.querySelector("[data-part=goalline]"), typed = root.querySelector("[data-part=typed]");
  let goals = [], line = "", timer = null;

  function show() {
    const on = document.documentElement.dataset.mode === "projector";
    const open = goals.find((one) => one.state !== "met") ?? goals.at(-1);
    goal.hidden = !on || !open;
    typed.hidden = !on || !line;
    if (open) words(goal, `${open.state === "met" ? "Done: " : "Goal: "}${open.text}`);
    words(typed, line);
    bus.emit("resize");
  }

  bus.on("goals", (list) => { if (JSON.stringify(list) !== JSON.stringify(goals)) { goals = list; show(); } });
  bus.on("typed", ({ line: text }) => {
    line = text;
    show();
    clearTimeout(timer);
    timer = setTimeout(() => { line = ""; show(); }, 20_000);
  });
  addEventListener("drydock:looks", show);
  show();
}
