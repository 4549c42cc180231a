// Machines as a table of bars: processor and memory, used of what there is.

import { el, Keyed, put, style, words } from "./dom.js";
import { byName, memory } from "./text.js";
import { usageOf } from "./stage/model.js";

/** Fill `element` with one row a machine. */
export function mount(element, bus) {
  const body = el("tbody");
  element.append(el("table", { class: "machine-table" },
    el("caption", { class: "only-read" }, "Processor and memory of each machine"),
    el("thead", {}, el("tr", {}, ...["Machine", "State", "CPU", "Memory"].map((name) => el("th", { scope: "col" }, name)))), body));

  const bar = () => el("td", { class: "meter-cell" }, el("span", { class: "meter", "aria-hidden": "true" }, el("span")), el("span", { class: "meter-words" }));
  const rows = new Keyed(body, () => el("tr", {}, el("th", { scope: "row" }), el("td"), bar(), bar()), (row, machine) => {
    const [name, state, cpu, ram] = row.children;
    words(name, machine.name);
    words(state, machine.state);
    put(row, { "data-power": machine.power });
    const used = usageOf(bus.view, machine);
    fill(cpu, used.cpu, machine.cpu, used.cpu == null ? `${machine.cpu} cores` : `${Number(used.cpu.toFixed(2))} of ${machine.cpu} cores`);
    fill(ram, used.memory, machine.memory, `${memory(used.memory)} of ${memory(machine.memory)}`);
  });

  function fill(cell, used, whole, text) {
    const share = whole ? Math.min((used ?? 0) / whole, 1) : 0;
    style(cell.firstChild.firstChild, "inline-size", `${Math.round(share * 100)}%`);
    put(cell.firstChild, { "data-high": share > 0.8 || null });
    words(cell.lastChild, text);
  }

  function show() {
    const machines = [...bus.view.kind("machine").values()].filter((machine) => machine.role !== "hub").sort((a, b) => byName(a.name, b.name)).slice(0, 200);
    rows.sync(machines.map((machine) => [machine.name, machine]));
    rows.order(machines.map((machine) => machine.name));
  }
  bus.on("frame", ({ kinds }) => { if ((kinds.has("machine") || kinds.has("usage") || kinds.has("container")) && element.offsetParent) show(); });
  bus.on("tab", ({ name }) => { if (name === "machines") show(); });
}
