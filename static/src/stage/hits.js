// The part of the stage that is touched: a transparent button over every object, one Tab stop for
// all, arrow keys from one to the next. The drawing below is a picture; these are its handles.

import { el, Keyed, put, style } from "../dom.js";
import { icon } from "../icons.js";
import { lookInto } from "../looks.js";
import { rate, shortImage } from "../text.js";
import { headings } from "./actions.js";
import { boxOfMore } from "./more.js";

const ORDER = { control: 0, client: 1, service: 2, machine: 3, thing: 4, image: 5, hub: 6, more: 7, plug: 8 };

function boxesOf(scene, model) {
  const boxes = [];
  const add = (key, box, layer, value) => boxes.push([key, { x: box.x, y: box.y, w: Math.max(box.w, 24), h: Math.max(box.h, 24), layer, value }]);
  for (const machine of [...model.machines, ...model.control]) {
    const box = scene.machines.get(machine.key) ?? (machine === model.control[0] && scene.control ? scene.control : null);
    if (!box) continue;
    if (box.tile) { boxes.push([machine.key, { ...box, w: box.w, h: box.h, layer: "machine", value: machine.value }]); continue; }
    add(machine.key, box, "machine", machine.value);
    const at = box.pills ? { x: box.x + 117, y: box.y + box.h / 2 - 14 } : { x: box.x + box.w - 36, y: box.y + 4 };
    boxes.push([`plug:${machine.key}`, { ...at, w: 28, h: 28, layer: "plug", value: machine.value }]);
  }
  for (const { key, value } of model.clients) if (scene.clients.has(key)) add(key, scene.clients.get(key), "client", value);
  for (const { key, value } of model.services) if (scene.services.has(key)) add(key, scene.services.get(key), "service", value);
  for (const { key, value } of model.workloads) if (scene.workloads.has(key)) add(key, scene.workloads.get(key), "service", value);
  for (const [key, value] of model.hpas) if (scene.workloads.has(key)) add(key, scene.workloads.get(key), "service", value);
  for (const [key, box] of scene.items) add(key, box, "thing", box.item.value);
  for (const [key, box] of scene.images) add(key, box, "image", box.image);
  for (const [key, box] of scene.disks) add(key, box, "image", box.disk.value);
  for (const { key, value } of model.loose) if (scene.workloads.has(key)) add(key, scene.workloads.get(key), "service", value);
  for (const [key, box] of scene.hubRows) add(key, box, "hub", box.entry);
  for (const note of scene.more) if (note.entries) add(note.key, boxOfMore(note), "more", note);
  for (const loop of scene.control?.loops ?? []) {
    const { x, y, w, h } = scene.control.pills.get(loop.key);
    if (loop.entries) add("more:loops", { x, y, w, h }, "more", { what: "loops of the control plane", entries: loop.entries });
    else add(loop.key, { x, y, w, h }, "control", loop.value);
  }
  return boxes;
}

function label(key, { layer, value }) {
  if (layer === "more") return `${value.entries.length} more: ${value.what}`;
  const { kind, name, state } = headings(key, value);
  if (layer === "plug") return value.power === "off" ? `Plug ${value.name} in again` : `Pull the plug of ${value.name}`;
  const extra = layer === "thing" && value.image ? `, image ${shortImage(value.image)}` : layer === "client" ? `, ${rate(value.rps)}` : "";
  return `${kind} ${name}${state ? `, ${state}` : ""}${extra}`;
}

/** Keep the buttons in `layer`: returns {sync(scene, model), focus()}. */
export function createHits(layer, bus, menu) {
  let current = null;

  const nodes = new Keyed(layer, (key, { layer: kind }) => {
    const node = el("button", { type: "button", class: kind === "plug" ? "plug" : `hit hit-${kind}`, tabindex: "-1" });
    node.dataset.key = key;
    if (kind !== "plug") node.setAttribute("aria-haspopup", "menu");
    return node;
  }, (node, datum, key) => {
    style(node, "transform", `translate(${datum.x}px, ${datum.y}px)`);
    style(node, "width", `${datum.w}px`);
    style(node, "height", `${datum.h}px`);
    const text = label(key, datum);
    put(node, { "aria-label": text, title: datum.layer === "machine" ? null : text, tabindex: key === current ? "0" : "-1", "data-selected": bus.selected === key || null, "data-glow": glows.has(key) || null });
    node.datum = datum;
    if (datum.layer !== "plug") return;
    const off = datum.value.power === "off";
    if (node.off !== off) { node.off = off; node.replaceChildren(icon(off ? "unplugged" : "plug")); put(node, { "data-off": off || null }); }
  });

  let glows = new Set();
  bus.on("glow", ({ keys }) => {
    glows = new Set(keys);
    for (const [key, node] of nodes.nodes) put(node, { "data-glow": glows.has(key) || null });
  });

  function enter(key) {
    if (current === key) return;
    if (current && nodes.nodes.has(current)) put(nodes.nodes.get(current), { tabindex: "-1" });
    current = key;
    if (nodes.nodes.has(key)) put(nodes.nodes.get(key), { tabindex: "0" });
  }

  function act(node) {
    const { layer: kind, value } = node.datum;
    if (kind === "plug") {
      bus.run({ fault: { kind: value.power === "off" ? "power-on" : "power-off", target: value.name } }).then((result) => { if (result.error) bus.emit("trouble", result); });
      return;
    }
    if (kind === "more") { menu.list(node, label(node.dataset.key, node.datum), value.entries); return; }
    const key = node.dataset.key.replace(/@.*$/, "");
    bus.select(key);
    menu.open(node, key, value);
  }

  /** A click on a square of an image looks into that layer. */
  function look(node, event) {
    const face = document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.classList.contains("face") && one.dataset.digest);
    const target = face && node.datum.value && lookInto(node.dataset.key, node.datum.value, bus.view);
    if (!target) return false;
    menu.close();
    bus.select(node.dataset.key);
    bus.layers({ ...target, layer: face.dataset.digest });
    return true;
  }

  const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  function nearest(from, [dx, dy]) {
    const a = from.datum;
    let best = null;
    for (const node of nodes.nodes.values()) {
      if (node === from) continue;
      const b = node.datum;
      const [x, y] = [b.x + b.w / 2 - a.x - a.w / 2, b.y + b.h / 2 - a.y - a.h / 2];
      const ahead = x * dx + y * dy;
      if (ahead <= 2) continue;
      const far = ahead + 2.2 * Math.abs(x * dy + y * dx);
      if (!best || far < best.far) best = { node, far };
    }
    return best?.node ?? null;
  }

  layer.addEventListener("click", (event) => {
    const node = event.target.closest("button");
    if (!node) return;
    enter(node.dataset.key);
    if (event.detail && look(node, event)) return;
    act(node);
  });
  layer.addEventListener("contextmenu", (event) => {
    const node = event.target.closest(".hit");
    if (!node) return;
    event.preventDefault();
    act(node);
  });
  layer.addEventListener("dblclick", (event) => {
    const node = event.target.closest(".hit-machine");
    if (node) { menu.close(); bus.zoom(node.datum.value.name); }
  });
  layer.addEventListener("focusin", (event) => { if (event.target.dataset.key) enter(event.target.dataset.key); });
  layer.addEventListener("keydown", (event) => {
    const way = DIRECTIONS[event.key];
    if (!way) return;
    event.preventDefault();
    const next = nearest(event.target, way);
    if (next) { enter(next.dataset.key); next.focus(); }
  });

  return {
    sync(scene, model) {
      const boxes = boxesOf(scene, model);
      const had = document.activeElement?.dataset?.key;
      if (!boxes.some(([key]) => key === current)) current = boxes[0]?.[0] ?? null;
      boxes.sort(([, a], [, b]) => ORDER[a.layer] - ORDER[b.layer]);
      nodes.sync(boxes);
      nodes.order(boxes.map(([key]) => key));
      if (had && layer !== document.activeElement && !document.activeElement?.dataset?.key && current && hadStage) nodes.nodes.get(current)?.focus();
      hadStage = layer.contains(document.activeElement);
    },
    focus() { nodes.nodes.get(current)?.focus(); },
  };
}

let hadStage = false;
