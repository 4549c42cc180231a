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

/** A smooth line from a to b that leaves and arrives upright: {d, at(t), length}. */
export function curve(a, b) {
  const bend = Math.max(18, Math.abs(b.y - a.y) * 0.55);
  const [c1, c2] = [{ x: a.x, y: a.y + bend }, { x: b.x, y: b.y - bend }];
  const n = (v) => v.toFixed(1);
  return {
    length: far(a, b),
    d: `M${n(a.x)} ${n(a.y)}C${n(c1.x)} ${n(c1.y)} ${n(c2.x)} ${n(c2.y)} ${n(b.x)} ${n(b.y)}`,
    at(t) {
      const u = 1 - t;
      const [p, q, r, s] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
      return { x: p * a.x + q * c1.x + r * c2.x + s * b.x, y: p * a.y + q * c1.y + r * c2.y + s * b.y };
    },
  };
}

const far = (a, b) => Math.hypot(b.x - a.x, b.y - a.y);

function toward(from, to, by) {
  const whole = far(from, to) || 1;
  return { x: from.x + ((to.x - from.x) / whole) * by, y: from.y + ((to.y - from.y) / whole) * by };
}

const between = (a, b, t) => ({ x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t });

/** A straight line: {d, at(t), length}. */
export function straight(a, b) {
  return cable([a, b]);
}

/** A cable through points with rounded corners: {d, at(t), length} with t by length, on the line as drawn. */
export function cable(points, radius = 10) {
  const corners = points.filter((point, index) => index === 0 || far(points[index - 1], point) > 0.5);
  const parts = [];
  let here = corners[0], length = 0;
  const add = (to, bend) => {
    const part = { from: here, to, bend, length: bend ? 0.81 * (far(here, bend) + far(bend, to)) : far(here, to) };
    parts.push(part);
    length += part.length;
    here = to;
  };
  for (let i = 1; i < corners.length - 1; i += 1) {
    const r = Math.min(radius, far(corners[i - 1], corners[i]) / 2, far(corners[i], corners[i + 1]) / 2);
    add(toward(corners[i], corners[i - 1], r));
    add(toward(corners[i], corners[i + 1], r), corners[i]);
  }
  add(corners.at(-1));
  const n = ({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  return {
    length,
    d: `M${n(corners[0])}${parts.map(({ to, bend }) => (bend ? `Q${n(bend)} ${n(to)}` : `L${n(to)}`)).join("")}`,
    at(t) {
      let left = Math.min(Math.max(t, 0), 1) * length;
      for (const { from, to, bend, length: own } of parts) {
        if (left <= own && own) {
          const u = left / own;
          return bend ? between(between(from, bend, u), between(bend, to, u), u) : between(from, to, u);
        }
        left -= own;
      }
      return here;
    },
  };
}
