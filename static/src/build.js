// The last build: its steps, which came from the cache and which did not, and why.

import { el, Keyed, put, words } from "./dom.js";
import { faces } from "./faces.js";
import { duration, plural, shortDigest } from "./text.js";

const STATE_WORDS = { waiting: "waits", running: "runs", cached: "cached", done: "done", error: "failed" };

/** Fill `element` with the steps of the newest build; its tab comes to the front when one begins. */
export function mount(element, bus) {
  const empty = el("p", { class: "empty" }, "No build yet. docker build shows its steps here: which layers it made, which it took from its cache, and why.");
  const title = el("p", { class: "build-title" });
  const list = el("ol", { class: "build-steps" });
  element.append(empty, title, list);
  let newest, state, shown;

  const rows = new Keyed(list,
    () => el("li", { class: "build-step" }, el("span", { class: "build-face" }), el("div", { class: "build-words" }, el("button", { class: "build-look", type: "button", on: { click: (event) => look(event.currentTarget.closest("li")) } }, el("code")), el("p", { class: "build-why" })), el("span", { class: "build-state" }), el("span", { class: "build-time" })),
    (row, step) => {
      const [square, text, state, time] = row.children;
      put(row, { "data-state": step.state });
      if (row.digest !== step.digest) {
        row.digest = step.digest;
        square.replaceChildren(step.digest ? faces([step.digest]) : "");
        square.title = step.digest ? shortDigest(step.digest, 12) : "";
      }
      row.step = step;
      words(text.firstChild.firstChild, step.name.replace(/docker\.io\/(library\/)?/, "").replace(/@sha256:[0-9a-f]+/, ""));
      text.firstChild.title = step.digest ? `${step.name}: look into its layer` : step.name;
      text.firstChild.disabled = !step.digest;
      const why = step.state === "cached" ? "" : step.why ?? "";
      words(text.lastChild, why);
      text.lastChild.hidden = !why;
      words(state, STATE_WORDS[step.state] ?? step.state);
      const end = step.end_us ?? (step.state === "running" ? bus.clock.now() : null);
      words(time, step.start_us != null && end != null && step.state !== "cached" ? duration(Math.max(0, end - step.start_us)) : "");
    });

  function look(row) {
    if (shown?.image) bus.layers({ machine: shown.machine, image: shown.image, layer: row.step.digest });
  }

  /** The Dockerfile's own steps; what the builder does for itself is shown when it failed. */
  const own = (build) => build.steps.filter((step) => step.kind !== "internal" || step.state === "error");
  const number = (key) => Number(key.slice(key.lastIndexOf("/") + 1)) || 0;

  function show() {
    const builds = [...bus.view.kind("build")].sort(([a], [b]) => number(b) - number(a));
    const [key, build] = builds[0] ?? [];
    empty.hidden = Boolean(build);
    title.hidden = !build;
    if (!build) { rows.sync([]); return; }
    shown = build;
    const steps = own(build), cached = steps.filter((step) => step.state === "cached").length;
    const share = steps.length ? `, ${cached} of ${plural(steps.length, "step")} from the cache` : build.state === "error" ? " before its first step; the terminal says why" : "";
    words(title, `${build.tag || "build"} on ${build.machine}: ${STATE_WORDS[build.state] ?? build.state}${share}`);
    rows.sync(steps.map((step) => [`${key}/${step.n}`, step]));
    rows.order(steps.map((step) => `${key}/${step.n}`));
    if (build.state !== "running" && state === "running") element.scrollTop = 0;
    state = build.state;
    const running = steps.find((step) => step.state === "running");
    if (running && element.offsetParent) rows.nodes.get(`${key}/${running.n}`)?.scrollIntoView({ block: "nearest" });
  }

  bus.on("frame", ({ kinds, whole }) => {
    if (!kinds.has("build")) return;
    const last = [...bus.view.kind("build").keys()].sort((a, b) => number(b) - number(a))[0];
    if (last !== newest) {
      // A page loaded anew comes back to a build that still runs.
      if (!whole || bus.view.get(last)?.state === "running") bus.openTab("build");
      newest = last;
    }
    if (element.offsetParent) show();
  });
  bus.on("tab", ({ name }) => { if (name === "build") show(); });
}
