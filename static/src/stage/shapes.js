// Small drawing: the glyph of a state, text cut to a width, curves and cables.

import { put, style, svg } from "../dom.js";

/** Glyphs on a 12-unit square, one a state; the shape says it, the colour repeats it. */
const GLYPHS = {
  running: "M6 1.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9z",
  coming: "M6 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
  going: "M2.5 2.5l7 7M9.5 2.5l-7 7",
  failed: "M7.5.8L2.5 7h3l-1 4.6L9.5 5h-3z",
  waiting: "M6 1.5a4.5 4.5 0 1 1 0 9zM6 1.5a4.5 4.5 0 1 0 0 9",
  done: "M2 6.5L4.8 9.5 10 3",
};

/** A glyph node; set its state with setGlyph. */
export function glyph() {
  return svg("path", { class: "glyph" });
}

export function setGlyph(node, shape, x, y) {
  put(node, { d: GLYPHS[shape] ?? GLYPHS.waiting, "data-shape": shape, transform: `translate(${x} ${y})` });
}

/** Put a card at its place; when it comes into sight, without gliding there from somewhere else. */
export function settle(node, x, y) {
  if (node.getAttribute("visibility") !== "visible") {
    style(node, "transition", "none");
    setTimeout(() => style(node, "transition", ""), 80);
  }
  style(node, "transform", `translate(${x}px, ${y}px)`);
}

let pen = null;
let family = "";
const widths = new Map();

let least = 0;

/** From now on no text is drawn smaller than this (as stage.css does on a beamer's stage). */
export function setLeastSize(pixels) {
  least = pixels;
}

/** Width of `text` in pixels at a font size, measured as the page draws it. */
export function textWidth(text, wished, weight = 400, mono = false) {
  const size = Math.max(wished, least);
  if (!pen) pen = document.createElement("canvas").getContext("2d");
  if (!family) {
    const styles = getComputedStyle(document.documentElement);
    family = [styles.getPropertyValue("--sans"), styles.getPropertyValue("--mono")];
  }
  const key = `${mono}${weight}|${size}|${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    pen.font = `${weight} ${size}px ${family[mono ? 1 : 0]}`;
    width = pen.measureText(text).width;
    if (widths.size > 5000) widths.clear();
    widths.set(key, width);
  }
  return width;
}

/** `text`, cut in its middle with … so that it fits in `room` pixels. */
export function fit(text, room, size, { weight = 400, mono = false, middle = false } = {}) {
  const whole = String(text ?? "");
  if (room <= 0) return "";
  if (textWidth(whole, size, weight, mono) <= room) return whole;
  let keep = whole.length - 1;
  const cut = (n) => (middle ? `${whole.slice(0, Math.ceil(n / 2))}…${whole.slice(whole.length - Math.floor(n / 2))}` : `${whole.slice(0, n)}…`);
  while (keep > 1 && textWidth(cut(keep), size, weight, mono) > room) keep -= 1;
  return cut(keep);
}

/** The first of some texts that fits in `room`; the last one is cut if it must be. */
export function firstFit(texts, room, size, options = {}) {
  const whole = texts.find((text) => textWidth(text, size, options.weight, options.mono) <= room);
  return whole ?? fit(texts.at(-1), room, size, options);
}

/** A smooth line from a to b that leaves and arrives upright (or level): {d, at(t)}. */
export function curve(a, b, level = false) {
  const bend = level ? Math.max(20, Math.abs(b.x - a.x) / 2) : Math.max(18, Math.abs(b.y - a.y) * 0.55);
  const c1 = level ? { x: a.x + bend, y: a.y } : { x: a.x, y: a.y + bend };
  const c2 = level ? { x: b.x - bend, y: b.y } : { x: b.x, y: b.y - bend };
  const n = (v) => v.toFixed(1);
  return {
    d: `M${n(a.x)} ${n(a.y)}C${n(c1.x)} ${n(c1.y)} ${n(c2.x)} ${n(c2.y)} ${n(b.x)} ${n(b.y)}`,
    at(t) {
      const u = 1 - t;
      const [p, q, r, s] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
      return { x: p * a.x + q * c1.x + r * c2.x + s * b.x, y: p * a.y + q * c1.y + r * c2.y + s * b.y };
    },
  };
}

/** A cable through points with rounded corners: {d, at(t)} with t by length. */
export function cable(points, radius = 10) {
  const lengths = [];
  let whole = 0;
  for (let i = 1; i < points.length; i += 1) {
    const part = Math.hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
    lengths.push(part);
    whole += part;
  }
  const toward = (from, to, by) => {
    const far = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    return { x: from.x + ((to.x - from.x) / far) * by, y: from.y + ((to.y - from.y) / far) * by };
  };
  let d = `M${points[0].x} ${points[0].y}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const r = Math.min(radius, lengths[i - 1] / 2, lengths[i] / 2);
    const before = toward(points[i], points[i - 1], r), after = toward(points[i], points[i + 1], r);
    d += `L${before.x} ${before.y}Q${points[i].x} ${points[i].y} ${after.x} ${after.y}`;
  }
  const end = points.at(-1);
  d += `L${end.x} ${end.y}`;
  return {
    d,
    at(t) {
      let left = t * whole;
      for (let i = 0; i < lengths.length; i += 1) {
        if (left <= lengths[i]) return toward(points[i], points[i + 1], left);
        left -= lengths[i];
      }
      return end;
    },
  };
}
