// A virtual machine: a thick slab whose strata fill as it boots. A container has only the top one.

import { Keyed, put, style, svg, words } from "../dom.js";
import { duration } from "../text.js";
import { fit } from "./shapes.js";

const STRATA = ["firmware", "kernel", "init", "services", "app"];

function create() {
  const stratum = () => svg("g", { class: "stratum" }, svg("rect", { class: "stratum-room", rx: 3 }), svg("rect", { class: "stratum-fill", rx: 3 }), svg("text", { class: "t-stratum" }));
  return svg("g", { class: "vm" }, svg("rect", { class: "vm-slab", rx: 7 }), svg("text", { class: "t-name" }), svg("text", { class: "t-sub", "text-anchor": "end" }), ...STRATA.map(stratum));
}

/** How far each phase is at `now`: 0 to 1. */
export function strata(vm, now) {
  const phases = vm.phases?.length ? vm.phases : STRATA.map((name) => ({ name, start_us: null, end_us: null }));
  return phases.map((phase) => {
    if (vm.state === "off" || phase.start_us == null) return { name: phase.name, filled: vm.state === "running" ? 1 : 0 };
    if (now >= phase.end_us) return { name: phase.name, filled: 1 };
    return { name: phase.name, filled: now <= phase.start_us ? 0 : (now - phase.start_us) / (phase.end_us - phase.start_us) };
  });
}

function update(node, { x, y, w, h, vm, now }) {
  const [slab, name, state, ...rows] = node.children;
  put(node, { "data-shape": vm.state });
  style(node, "transform", `translate(${x}px, ${y}px)`);
  put(slab, { width: w, height: h });
  put(name, { x: 9, y: 18 });
  put(state, { x: w - 9, y: 18 });
  const word = vm.state === "running" ? (vm.ready_us ? duration(vm.ready_us - vm.started_us) : "up") : vm.state === "booting" ? duration(Math.max(now - vm.started_us, 0)) : "off";
  words(state, word);
  words(name, fit(vm.name, w - 78, 12.5, { weight: 600 }));
  const list = strata(vm, now).slice(0, rows.length);
  const tall = Math.min((h - 32) / list.length, 40);
  rows.forEach((row, index) => {
    const [room, fill, label] = row.children;
    const phase = list[index];
    const top = 26 + (list.length - 1 - index) * tall;
    put(row, { visibility: phase ? "visible" : "hidden", "data-full": phase?.filled >= 1 || null });
    if (!phase) return;
    put(room, { x: 7, y: top, width: w - 14, height: tall - 3 });
    put(fill, { x: 7, y: top, width: ((w - 14) * phase.filled).toFixed(1), height: tall - 3 });
    put(label, { x: 14, y: top + tall / 2 + 2.5 });
    words(label, fit(phase.name, w - 26, 12.5));
  });
}

/** Draw VMs into `group`: returns sync(scene, now). */
export function createVms(group) {
  const nodes = new Keyed(group, create, update);
  return (scene, now) => nodes.sync([...scene.items].filter(([, box]) => box.size === "vm").map(([key, box]) => [key, { ...box, vm: box.item.value, now }]));
}
