// The whole past on one line: how far the lab has come and what happened, marked. A mark's menu
// leads back to it.

import { el, Keyed, put, style, words } from "./dom.js";
import { clockText, plural } from "./text.js";
import { textWidth } from "./stage/shapes.js";

const NEAR = 26;

/** Fill `element` with the line. Marks too near to be told apart share one button. */
export function mount(element, bus) {
  const line = el("div", { class: "timeline-line", "aria-hidden": "true" }, el("span", { class: "timeline-past" }));
  const marks = el("div", { class: "timeline-marks" });
  const start = el("span", { class: "timeline-time" }, "0:00");
  const end = el("span", { class: "timeline-time", "aria-hidden": "true" });
  const track = el("div", { class: "timeline-track" }, line, marks);
  const tip = el("div", { class: "timeline-tip", role: "tooltip", id: "timeline-tip", hidden: true });
  const menu = el("div", { class: "timeline-tip timeline-menu", role: "group", "aria-label": "Go back", hidden: true });
  element.append(start, track, end, tip, menu);

  /** The line's right end: a round time at least as late as now, so that it moves in few steps. */
  function span(now) {
    const steps = [30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400].map((s) => s * 1_000_000);
    return steps.find((limit) => limit >= now * 1.02) ?? Math.ceil(now / 86_400_000_000) * 86_400_000_000;
  }

  function grouped(width, whole) {
    const groups = [];
    const sorted = [...bus.view.kind("mark")].sort(([, a], [, b]) => a.at_us - b.at_us);
    for (const [key, mark] of sorted) {
      const x = (mark.at_us / whole) * width;
      const last = groups.at(-1);
      if (last && x - last.x < NEAR) last.marks.push(mark);
      else groups.push({ key, x, marks: [mark] });
    }
    label(groups, width);
    return groups;
  }

  /** Labels stand where they fit: faults first, then states, the newest command, the others. */
  function label(groups, width) {
    const size = Number.parseFloat(getComputedStyle(marks).fontSize) * 0.96;
    const order = ["fault", "state", "command"];
    const taken = [];
    for (const group of [...groups].reverse().sort((a, b) => order.indexOf(kindOf(a)) - order.indexOf(kindOf(b)))) {
      const shown = group.marks.findLast((mark) => mark.kind === kindOf(group));
      const text = group.marks.length > 1 ? `${shown.text} +${group.marks.length - 1}` : shown.text;
      const right = Math.min(width + 4, ...taken.filter((other) => other.from > group.x).map((other) => other.from - 10));
      const free = taken.some((other) => other.from <= group.x && other.to > group.x) ? 0 : right - group.x;
      const needs = Math.min(textWidth(text, size, 600) + 6, size * 22);
      group.width = Math.min(needs, free);
      group.label = group.width >= Math.min(needs, 84) ? text : "";
      if (group.label) taken.push({ from: group.x, to: group.x + group.width + 8 });
    }
  }

  const kindOf = (group) => (group.marks.some((mark) => mark.kind === "fault") ? "fault" : group.marks.some((mark) => mark.kind === "state") ? "state" : "command");
  const spoken = (mark) => `${clockText(mark.at_us).slice(0, -2)} ${mark.text}`;

  const nodes = new Keyed(marks,
    () => el("button", { class: "mark", type: "button", "aria-describedby": "timeline-tip", on: { click: (event) => open(event.currentTarget) } }, el("span", { class: "mark-tick" }), el("span", { class: "mark-label", "aria-hidden": "true" })),
    (node, group) => {
      style(node, "inset-inline-start", `${(group.x - 12).toFixed(1)}px`);
      put(node, { "data-kind": kindOf(group), "data-many": group.marks.length > 1 || null,
        "aria-label": `${group.label ? `${group.label}: ` : ""}${group.marks.length > 3 ? `${plural(group.marks.length, "mark")} from ${spoken(group.marks[0])}` : group.marks.map(spoken).join(", ")}` });
      words(node.lastChild, group.label);
      style(node.lastChild, "max-inline-size", `${(group.width ?? 0).toFixed(0)}px`);
      node.marks = group.marks;
    });

  let drawn = 0;
  function show() {
    const now = bus.clock.now();
    const whole = span(now);
    const width = track.clientWidth;
    if (!width) return;
    style(line.firstChild, "inline-size", `${((now / whole) * 100).toFixed(2)}%`);
    words(end, clockText(whole).slice(0, -2).replace(/^00:0?/, ""));
    nodes.sync(grouped(width, whole).map((group) => [group.key, group]));
    drawn = now;
  }

  function tell(event) {
    const node = event.target.closest?.(".mark");
    tip.hidden = !node || !menu.hidden;
    if (tip.hidden) return;
    tip.replaceChildren(...node.marks.slice(-6).map((mark) => el("p", { "data-kind": mark.kind }, spoken(mark))));
    place(tip, node);
  }

  const place = (box, node) => style(box, "inset-inline-start", `${Math.max(8, Math.min(node.offsetLeft + track.offsetLeft - 60, element.clientWidth - box.offsetWidth - 8))}px`);

  /** What a mark stands for, each with the way back to just before it. */
  function open(node) {
    tip.hidden = true;
    menu.replaceChildren(...node.marks.slice(-6).map((mark) => el("div", { class: "timeline-row", "data-kind": mark.kind }, el("span", {}, spoken(mark)),
      el("button", { class: "button button-small", type: "button", "aria-label": `Go back to just before ${mark.text}`, on: { click: () => { close(node); bus.rewind(mark.at_us - 1); } } }, "Go back"))));
    menu.append(el("p", { class: "note-line" }, "Takes the lab, with its files, to just before. What came after stays in its log."));
    menu.hidden = false;
    place(menu, node);
    menu.querySelector("button").focus({ preventScroll: true });
    menu.onkeydown = (event) => { if (event.key === "Escape") { event.stopPropagation(); close(node); } };
  }
  function close(node) { menu.hidden = true; if (node?.isConnected) node.focus(); }
  document.addEventListener("pointerdown", (event) => { if (!menu.contains(event.target)) close(); });

  for (const name of ["pointerover", "focusin"]) marks.addEventListener(name, tell);
  for (const name of ["pointerleave", "focusout"]) marks.addEventListener(name, () => { tip.hidden = true; });

  bus.on("frame", ({ kinds }) => { if (kinds.has("mark") || bus.clock.now() !== drawn) show(); });
  bus.on("resize", show);
  new ResizeObserver(show).observe(track);
  setInterval(() => { if (!bus.clock.paused && bus.clock.now() !== drawn) show(); }, 400);
}
