// Images on machines and on the hub: a name and a row of squares, the same wherever the image is.

import { Keyed, put, style, svg, words } from "../dom.js";
import { syncFaces } from "../faces.js";
import { briefImage, shortDigest, shortImage, size } from "../text.js";
import { firstFit, fit, settle, textWidth } from "./shapes.js";

const rowNode = () => svg("g", { class: "image-row" }, svg("rect", { class: "row-wash", rx: 6 }), svg("text", { class: "t-image" }), svg("text", { class: "t-sub t-mono" }), svg("g", {}));

function drawRow(node, { x, y, w, h }, { title, below, digests }, card) {
  const [wash, name, sub, squares] = node.children;
  style(node, "transform", `translate(${x}px, ${y}px)`);
  put(wash, { x: -4, y: 1, width: w + 8, height: h - 2 });
  const face = card ? 11 : 8, gap = card ? 3 : 2;
  if (card && textWidth(title, 12, 550) > w - Math.min(digests.length, 12) * (face + gap) - 8) { drawTall(node, w, { title, below, digests }, face, gap); return; }
  // The name goes before the squares: of these the last few tell images apart as well.
  const room = Math.min(w * (card ? 0.5 : 0.55), w - textWidth(briefImage(title), 12.5, 600) - 8);
  const most = Math.max(1, Math.floor((room + gap) / (face + gap)));
  const shown = Math.min(digests.length, most);
  const across = shown * (face + gap) - gap;
  syncFaces(squares, digests, { x: w - across, y: card ? 6 : h / 2 - face / 2, size: face, gap, most });
  put(name, { x: 0, y: card ? 16 : h / 2 + 4 });
  words(name, firstFit([title, briefImage(title)], w - across - 8, 12, { weight: 550, middle: true }));
  put(sub, { x: 0, y: 30 });
  words(sub, card ? fit(below, w, 11, { mono: true }) : "");
}

/** A long name has the first line for itself; the squares go below it, beside what is short of the rest. */
function drawTall(node, w, { title, below, digests }, face, gap) {
  const [, name, sub, squares] = node.children;
  const across = syncFaces(squares, digests, { x: 0, y: 21, size: face, gap, most: Math.max(1, Math.floor((w + gap) / (face + gap))) });
  put(name, { x: 0, y: 16 });
  words(name, firstFit([title, briefImage(title)], w, 12, { weight: 550, middle: true }));
  const [digest, size] = below.split(" · ");
  const rest = w - across - 10;
  const shown = [`${digest} · ${size}`, digest, ""].find((text) => textWidth(text, 11, 400, true) <= rest);
  put(sub, { x: across + 10, y: 30 });
  words(sub, shown);
}

/** Draw the images of machines into `group`: returns sync(scene). */
export function createImages(group) {
  const rows = new Keyed(group, rowNode, (node, box) => {
    const image = box.image;
    drawRow(node, box, { title: shortImage(image.tags?.[0] ?? `<none> ${shortDigest(image.id, 6)}`), below: `${shortDigest(image.id)} · ${size(image.size)}${image.arch ? ` · ${image.arch}` : ""}`,
      digests: (image.layers ?? []).map((layer) => layer.digest) }, box.h > 30);
  });
  return (scene) => rows.sync(scene.images);
}

/** Draw the hub into `group`: returns sync(scene, model). */
export function createHub(group) {
  const card = svg("g", { class: "hub", visibility: "hidden" }, svg("rect", { class: "hub-card", rx: 11 }), svg("path", { class: "hub-mark", d: "M3 7.5L10 4l7 3.5v7L10 18l-7-3.5zM3 7.5l7 3.5 7-3.5M10 11v7" }), svg("text", { class: "t-title" }), svg("text", { class: "t-state", "text-anchor": "end" }), svg("text", { class: "t-empty" }));
  group.append(card);
  const rows = new Keyed(group, rowNode, (node, box) => {
    const entry = box.entry;
    drawRow(node, box, { title: `${shortImage(entry.repo)}:${entry.tag}`, below: `${shortDigest(entry.digest)} · ${size(entry.size)}`, digests: (entry.layers ?? []).map((layer) => layer.digest) }, true);
  });
  return (scene, model) => {
    rows.sync(scene.hubRows);
    const box = scene.hub;
    if (box) settle(card, box.x, box.y);
    put(card, { visibility: box ? "visible" : "hidden" });
    if (!box) return;
    const [rect, mark, title, note, nothing] = card.children;
    put(rect, { width: box.w, height: box.h });
    put(mark, { transform: "translate(11 7) scale(0.9)" });
    put(title, { x: 36, y: 22.5 });
    words(title, "hub");
    const moving = model.transfers[0]?.value;
    put(note, { x: box.w - 12, y: 22 });
    words(note, moving ? fit(`${Math.round(moving.mbps ?? 0)} Mbit/s ${moving.direction === "push" ? "in" : "out"}`, box.w - 90, 12) : "registry");
    put(nothing, { x: 14, y: 56 });
    words(nothing, scene.hubRows.size ? "" : "nothing pushed yet");
  };
}
