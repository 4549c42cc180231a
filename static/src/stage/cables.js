// The network: a cable from every machine to the hub, and the layers that travel along it.

import { Keyed, put, svg } from "../dom.js";
import { paint } from "../faces.js";
import { cable } from "./shapes.js";

/** The cable from a machine to the hub (or to the end of its row). */
export function cableOf(scene, key) {
  const box = scene.machines.get(key);
  if (!box?.cable) return null;
  const start = { x: box.x + box.w / 2, y: box.y + box.h };
  const hub = scene.hub;
  if (!hub) {
    const far = Math.max(...[...scene.machines.values()].map((other) => other.x + other.w / 2));
    return cable([start, { x: start.x, y: box.cable }, { x: far, y: box.cable }]);
  }
  if (box.cable > hub.y + hub.h) return cable([start, { x: start.x, y: box.cable }, { x: hub.x + hub.w / 2, y: box.cable }, { x: hub.x + hub.w / 2, y: hub.y + hub.h }]);
  return cable([start, { x: start.x, y: box.cable }, { x: hub.x, y: box.cable }]);
}

const place = (name) => `machine/${name}`;

/** Draw cables into `group`: returns sync(scene, model). */
export function createCables(group) {
  const lines = new Keyed(group, () => svg("path", { class: "cable" }), (node, { d, shape }) => put(node, { d, "data-shape": shape }));
  return (scene, model) => {
    if (scene.level !== "world" || (scene.machines.size < 2 && !scene.hub)) { lines.sync([]); return; }
    const busy = new Set(model.transfers.flatMap(({ value }) => [value.from, value.to]));
    lines.sync(model.machines.map(({ key, value }) => [key, cableOf(scene, key), value]).filter(([, path]) => path)
      .map(([key, path, value]) => [key, { d: path.d, shape: value.power === "off" || value.reachable === false ? "cut" : busy.has(value.name) ? "busy" : "idle" }]));
  };
}

/** Layers under way: returns {sync(scene, model), move()}; move answers whether anything still moves. */
export function createTravellers(group) {
  const squares = new Keyed(group, () => svg("rect", { class: "face traveller", width: 12, height: 12, rx: 3 }), (node, datum) => {
    node.datum = datum;
    paint(node, datum.digest);
    put(node, { "data-state": datum.state });
  });

  function sync(scene, model) {
    const entries = [];
    for (const { key, value } of model.transfers) {
      const pull = value.direction === "pull";
      const path = cableOf(scene, place(pull ? value.to : value.from));
      if (!path) continue;
      value.layers.forEach((layer, index) => {
        if (!["downloading", "uploading", "extracting"].includes(layer.state)) return;
        entries.push([`${key}/${index}`, { path, digest: layer.digest, state: layer.state, layer, pull }]);
      });
    }
    squares.sync(entries);
  }

  /** How much of a layer is over at `now`: what was counted, and what its rate has carried since. */
  function shareOf({ state, layer }, now) {
    if (state === "extracting") return 1;
    if (!layer.size) return 0;
    const since = layer.rate ? Math.max(0, now - layer.as_of_us) / 1e6 : 0;
    return Math.min(1, (layer.done + since * (layer.rate ?? 0)) / layer.size);
  }

  function move(smooth, now) {
    let moving = false;
    for (const node of squares.nodes.values()) {
      const { path, pull, layer } = node.datum;
      const share = shareOf(node.datum, now);
      node.shown ??= share;
      moving ||= layer.rate > 0 && share < 1;
      const gap = share - node.shown;
      node.shown = smooth && Math.abs(gap) > 0.002 ? node.shown + gap * 0.18 : share;
      moving ||= node.shown !== share;
      const at = path.at(pull ? 1 - node.shown : node.shown);
      put(node, { transform: `translate(${(at.x - 6).toFixed(1)} ${(at.y - 6).toFixed(1)})` });
    }
    return moving;
  }
  return { sync, move };
}
