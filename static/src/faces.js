// A layer's face: a small square whose colour comes from its digest. The digest is also said in text.

import { el, style, svg, put } from "./dom.js";

const faceOf = new Map();

/** Hue (degrees, one of 24) and lightness shift (one of 3) of a digest; the same on every page. */
export function face(digest) {
  let found = faceOf.get(digest);
  if (!found) {
    const hex = (digest ?? "").replace(/^sha256:/, "").slice(0, 8);
    let n = Number.parseInt(hex, 16);
    if (!Number.isFinite(n)) n = [...(digest ?? "")].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7);
    found = { hue: (n % 24) * 15, shift: [0, -9, 8][Math.floor(n / 24) % 3] };
    faceOf.set(digest, found);
  }
  return found;
}

function paint(node, digest) {
  const { hue, shift } = face(digest);
  style(node, "--hue", String(hue));
  style(node, "--shift", `${shift}%`);
  return node;
}

/** HTML row of squares for a list of digests. */
export function faces(digests) {
  return el("span", { class: "faces", "aria-hidden": "true" }, ...digests.map((digest) => paint(el("span", { class: "face" }), digest)));
}

/** SVG squares in a group: sync(group, layers, {x, y, size, gap, ready}) keeps one rect a layer.
 *  ready: how many are here; the rest are hollow. Returns the width used. */
export function syncFaces(group, digests, { x, y, size, gap, ready = digests.length, most = 12 }) {
  const shown = digests.length > most ? digests.slice(-most) : digests;
  while (group.childElementCount > shown.length) group.lastChild.remove();
  while (group.childElementCount < shown.length) group.append(svg("rect", { class: "face" }));
  const hidden = digests.length - shown.length;
  shown.forEach((digest, index) => {
    const rect = group.children[index];
    put(rect, { x: x + index * (size + gap), y, width: size, height: size, rx: size > 9 ? 2.5 : 1.5, "data-hollow": index + hidden >= ready || null, "data-digest": digest });
    paint(rect, digest);
  });
  return shown.length * (size + gap) - gap;
}

export { paint };
