// The control plane: one pill a loop, filled while it reconciles, with the depth of its work queue;
// and the tray of pods that have no machine yet.

import { Keyed, put, style, svg, words } from "../dom.js";
import { fit, settle } from "./shapes.js";
import { machineShape } from "./machines.js";

const SHORT = { horizontalpodautoscaler: "autoscaler", "node-lifecycle": "node lifecycle", endpointslice: "endpoints", "taint-eviction": "taint eviction", garbagecollector: "garbage" };

/** Draw the control plane and the tray: returns sync(scene, model). */
export function createControl(group, under) {
  const card = svg("g", { class: "control", visibility: "hidden" }, svg("rect", { class: "control-card", rx: 12 }), svg("text", { class: "t-title" }), svg("text", { class: "t-state" }));
  const tray = svg("g", { class: "tray", visibility: "hidden" }, svg("rect", { class: "tray-card", rx: 9 }));
  group.append(card);
  under.append(tray);
  const pills = new Keyed(group, () => svg("g", { class: "pill" }, svg("rect", { class: "pill-room", rx: 15 }), svg("text", { class: "t-pill", "text-anchor": "middle" })),
    (node, { box, loop }) => {
      const [room, name] = node.children;
      style(node, "transform", `translate(${box.x}px, ${box.y}px)`);
      put(node, { "data-busy": loop.depth > 0 ? "queue" : loop.busy ? "ran" : null });
      put(room, { width: box.w, height: box.h });
      put(name, { x: box.w / 2, y: box.h / 2 + 4.5 });
      const depth = loop.depth > 0 ? ` · ${loop.depth}` : "";
      words(name, fit(SHORT[loop.name] ?? loop.name, box.w - 14 - depth.length * 6.5, 12) + depth);
    });

  return (scene, model) => {
    const box = scene.control;
    if (box) settle(card, box.x, box.y);
    put(card, { visibility: box ? "visible" : "hidden" });
    pills.sync(box ? box.loops.map(({ key, value }) => [key, { box: box.pills.get(key), loop: value }]) : []);
    if (box) {
      const [rect, title, state] = card.children;
      const machine = model.control[0]?.value;
      put(card, { "data-shape": machine ? machineShape(machine) : "ok" });
      put(rect, { width: box.w, height: box.h });
      put(title, { x: 14, y: box.h > 60 ? 28 : 20 });
      words(title, "control plane");
      put(state, { x: 14, y: box.h > 60 ? 46 : 36 });
      words(state, machine ? (machine.power === "off" ? "no power" : machine.state) : "");
    }
    if (scene.pending) settle(tray, scene.pending.x, scene.pending.y);
    put(tray, { visibility: scene.pending ? "visible" : "hidden" });
    if (scene.pending) {
      const { w, h } = scene.pending;
      put(tray.firstChild, { width: w, height: h });
    }
  };
}
