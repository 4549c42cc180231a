// Machines: a card each, with its kind, name, state word and meters; as tiles when there are many.

import { Keyed, put, style, svg, words } from "../dom.js";
import { memory } from "../text.js";
import { HEADER } from "./layout.js";
import { firstFit, fit, textWidth } from "./shapes.js";

const ROLE = {
  laptop: "M4 5.5h12v8H4zM2 16h16",
  server: "M4 3h12v4.5H4zM4 9.5h12V14H4zM6.5 5.2v.01M6.5 11.7v.01M4 17h12",
  pi: "M4 5h12v10H4zM7.5 8.5h4v3.5h-4zM6 5V3M10 5V3M14 5V3M6 17v-2M10 17v-2M14 17v-2",
  worker: "M4 3h12v14H4zM7 7h6M7 10.5h6M7 14h.01",
};

const fine = (machine) => /^(On|Ready)$/.test(machine.state ?? "") && machine.power === "on";

/** How a machine is drawn: ok, off, lost (has power, is not Ready), busy (booting), held (cordoned). */
export function machineShape(machine) {
  if (machine.power === "off") return "off";
  if (machine.reachable === false) return "cut";
  if (machine.power === "booting" || machine.state === "Booting") return "coming";
  if (/NotReady|Unknown/.test(machine.state ?? "")) return "lost";
  if (/SchedulingDisabled/.test(machine.state ?? "")) return "held";
  return fine(machine) ? "ok" : "ok";
}

/** What is said of a machine, the longest first: its own state, and what the cluster believes of it. */
export function stateWords(machine) {
  const own = machine.power === "off" ? ["no power", "off"] : machine.reachable === false ? ["cut off", "cut off"] : null;
  if (!machine.node) return own ?? [machine.state === "On" ? machine.arch : String(machine.state)];
  if (!own) return [String(machine.state)];
  return [`⚡ ${own[0]} · node ${machine.state}`, `${own[0]} · node ${machine.state}`, `${own[1]} · node ${machine.state}`, `${own[1]} · ${machine.state}`];
}

const share = (used, whole) => (whole ? Math.min(Math.max((used ?? 0) / whole, 0), 1) : 0);

function createCard() {
  const meter = (name) => svg("g", { class: `stage-meter meter-${name}` }, svg("rect", { class: "meter-room", rx: 2.5 }), svg("rect", { class: "meter-fill", rx: 2.5 }), svg("text", { class: "t-tiny" }), svg("text", { class: "t-tiny", "text-anchor": "end" }));
  return svg("g", { class: "machine" }, svg("rect", { class: "machine-card", rx: 11 }), svg("path", { class: "machine-role" }),
    meter("cpu"), meter("memory"), svg("text", { class: "t-empty" }));
}

function updateHead(node, { box, machine }) {
  const [title, state] = node.children;
  const shape = machineShape(machine);
  put(node, { "data-shape": shape });
  style(node, "transform", `translate(${box.x}px, ${box.y}px)`);
  const left = box.w < 185 ? 12 : 36;
  const room = box.w - left - 46;
  put(title, { x: left, y: 15.5 });
  words(title, fit(machine.name, room, 14, { weight: 650 }));
  put(state, { x: left, y: 28 });
  words(state, firstFit(stateWords(machine), room + 8, 12, { weight: shape === "ok" ? 400 : 650 }));
}

function updateCard(node, { box, machine, used, empty }) {
  const [card, role, cpu, ram, nothing] = node.children;
  const shape = machineShape(machine);
  put(node, { "data-shape": shape });
  style(node, "transform", `translate(${box.x}px, ${box.y}px)`);
  put(card, { width: box.w, height: box.h });
  put(role, { d: box.w < 185 ? "" : ROLE[machine.role] ?? ROLE.worker, transform: "translate(11 8) scale(0.9)" });
  drawMeter(cpu, box, 0, "cpu", share(used.cpu, machine.cpu), used.cpu == null ? `${machine.cpu} cores` : `${Number(used.cpu.toFixed(1))}/${machine.cpu}`);
  drawMeter(ram, box, 1, "mem", share(used.memory, machine.memory), memory(machine.memory));
  put(nothing, { x: 14, y: HEADER + 22 });
  words(nothing, empty && box.h > 110 ? firstFit([empty, "empty"], box.w - 34, 12) : "");
}

function drawMeter(group, box, index, name, value, text) {
  const [room, fill, label, figure] = group.children;
  const half = (box.w - 24 - 14) / 2;
  const x = 12 + index * (half + 14), y = box.h - 14;
  const figured = half > 108;
  const wide = half - 34 - (figured ? 50 : 0);
  put(room, { x: x + 34, y: y - 4, width: Math.max(wide, 4), height: 5 });
  put(fill, { x: x + 34, y: y - 4, width: Math.max(wide, 4), height: 5, "data-high": value > 0.8 || null });
  style(fill, "transform", `scaleX(${value.toFixed(3)})`);
  style(fill, "transform-origin", `${x + 34}px 0`);
  put(label, { x, y: y + 2 });
  words(label, name);
  put(figure, { x: x + half, y: y + 2 });
  words(figure, figured ? text : "");
}

function createTile() {
  return svg("g", { class: "tile" }, svg("rect", { class: "tile-card", rx: 3 }), svg("rect", { class: "tile-fill", rx: 2 }), svg("path", { class: "tile-mark" }));
}

const MARK = { lost: "M2.5 2.5l7 7M9.5 2.5l-7 7", cut: "M2 6h3M7 6h3M5 9l2-6", off: "M7.5.8L2.5 7h3l-1 4.6L9.5 5h-3z", held: "M3 6h6", coming: "M6 2.5a3.5 3.5 0 1 1-3.5 3.5" };

function updateTile(node, { box, machine, used, count }) {
  const [card, fill, mark] = node.children;
  const shape = machineShape(machine);
  const use = share(used.cpu, machine.cpu);
  put(node, { "data-shape": shape, transform: `translate(${box.x} ${box.y})` });
  put(card, { width: box.w, height: box.h });
  const tall = Math.max((box.h - 2) * use, use > 0 || count ? 1.5 : 0);
  put(fill, { x: 1, y: (box.h - 1 - tall).toFixed(1), width: Math.max(box.w - 2, 1), height: tall.toFixed(1), "data-high": use > 0.8 || null });
  put(mark, { d: MARK[shape] ?? "", transform: `scale(${(box.w / 12).toFixed(2)})` });
}

/** Draw machines into `group`: returns sync(scene, model). */
export function createMachines(group, over) {
  const cards = new Keyed(group, createCard, updateCard);
  const heads = new Keyed(over, () => svg("g", { class: "machine-head" }, svg("text", { class: "t-title" }), svg("text", { class: "t-state" })), updateHead);
  const tiles = new Keyed(group, createTile, updateTile);
  const kernels = new Keyed(group, () => svg("g", { class: "kernel" }, svg("rect", { rx: 5 }), svg("text", { class: "t-stratum" })), (node, { x, y, w, h, text }) => {
    style(node, "transform", `translate(${x}px, ${y}px)`);
    put(node.firstChild, { width: w, height: h });
    put(node.lastChild, { x: 12, y: h / 2 + 4 });
    const whole = `${text}: containers share it, a virtual machine brings its own`;
    words(node.lastChild, textWidth(whole, 11.5) < w - 24 ? whole : fit(`${text}, shared by its containers`, w - 20, 11.5));
  });
  const zones = new Keyed(group, () => svg("text", { class: "t-small" }), (node, zone) => { put(node, { x: zone.x, y: zone.y }); words(node, zone.text); });
  return (scene, model) => {
    const all = [...model.machines, ...model.control].filter((machine) => scene.machines.has(machine.key));
    const entries = all.map(({ key, value }) => {
      const things = model.things.get(value.name) ?? [];
      const empty = things.length || value.power === "off" ? "" : value.node ? "nothing runs here yet" : "no containers yet";
      return [key, { box: scene.machines.get(key), machine: value, used: model.used.get(value.name), empty, count: things.length }];
    });
    const tiled = scene.level === "tiles";
    cards.sync(tiled ? [] : entries);
    heads.sync(tiled ? [] : entries);
    tiles.sync(tiled ? entries : []);
    kernels.sync(scene.kernels.map((kernel) => [kernel.key, kernel]));
    zones.sync((scene.tiles?.zones ?? []).map((zone) => [zone.key, zone]));
  };
}
