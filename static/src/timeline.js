// The whole past on one line: how far the lab has come and what happened, marked.

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
  element.append(start, track, end, tip);

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
    groups.forEach((group, index) => label(group, (groups[index + 1]?.x ?? width + 60) - group.x - 14, groups[index + 1]));
    return groups;
  }

  /** A label stands where it fits; that of a fault takes the next one's room if it must. */
  function label(group, room, next) {
    if (group.hushed) { group.label = ""; return; }
    const text = group.marks.length > 1 ? `${group.marks.at(-1).text} +${group.marks.length - 1}` : group.marks[0].text;
    const needs = textWidth(text, 12.5, 600) + 4;
    if (kindOf(group) === "fault" && needs > room && next) { next.hushed = true; group.label = text; group.width = 170; return; }
    group.label = needs <= room || room > 74 ? text : "";
    group.width = Math.min(Math.max(room, 0), 170);
  }

  const kindOf = (group) => (group.marks.some((mark) => mark.kind === "fault") ? "fault" : group.marks.some((mark) => mark.kind === "state") ? "state" : "command");
  const spoken = (mark) => `${clockText(mark.at_us).slice(0, -2)} ${mark.text}`;

  const nodes = new Keyed(marks,
    () => el("button", { class: "mark", type: "button", "aria-describedby": "timeline-tip" }, el("span", { class: "mark-tick" }), el("span", { class: "mark-label", "aria-hidden": "true" })),
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
    words(end, clockText(whole).slice(0, -2).replace(/^00:/, ""));
    nodes.sync(grouped(width, whole).map((group) => [group.key, group]));
    drawn = now;
  }

  function tell(event) {
    const node = event.target.closest?.(".mark");
    tip.hidden = !node;
    if (!node) return;
    tip.replaceChildren(...node.marks.slice(-6).map((mark) => el("p", { "data-kind": mark.kind }, spoken(mark))));
    const x = node.offsetLeft + track.offsetLeft;
    style(tip, "inset-inline-start", `${Math.max(8, Math.min(x - 60, element.clientWidth - 260))}px`);
  }
  for (const name of ["pointerover", "focusin"]) marks.addEventListener(name, tell);
  for (const name of ["pointerleave", "focusout"]) marks.addEventListener(name, () => { tip.hidden = true; });

  bus.on("frame", ({ kinds }) => { if (kinds.has("mark") || bus.clock.now() !== drawn) show(); });
  bus.on("resize", show);
  new ResizeObserver(show).observe(track);
  setInterval(() => { if (!bus.clock.paused && bus.clock.now() !== drawn) show(); }, 400);
}
