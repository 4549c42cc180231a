// The text twin of the stage: the same facts as a table of machines and what runs on them.

import { el, Keyed, put, words } from "./dom.js";
import { claimWord } from "./stage/actions.js";
import { byName, memory, plural, rate, shortDigest, shortImage } from "./text.js";

/** Every object that has a row: [key, {place, name, state, ready, image, layers, more}]. */
export function twinRows(view) {
  const rows = [];
  for (const [key, m] of view.kind("machine")) {
    rows.push([key, { sort: `${m.name} 0`, place: m.name, name: `machine ${m.name}`, state: m.node && m.power === "off" ? `no power; node ${m.state}` : m.state, ready: "", image: "",
      more: `${m.role}, ${m.arch}, ${m.cpu} cores${m.power === "off" ? ", no power" : ""}` }]);
  }
  for (const [key, vm] of view.kind("vm")) {
    rows.push([key, { sort: `${vm.machine} 1`, place: vm.machine, name: `VM ${vm.name}`, state: vm.state, ready: "", image: "",
      more: plural(vm.phases?.length ?? 0, "boot phase") }]);
  }
  for (const [key, c] of view.kind("container")) {
    if (c.pod) continue;
    rows.push([key, { sort: `${c.machine} 2`, place: c.machine, name: `container ${c.name}`, state: c.health ? `${c.state} (${c.health})` : c.state,
      ready: "", image: faced(c), more: [c.reason, (c.ports ?? []).join(", ")].filter(Boolean).join("; ") }]);
  }
  for (const [key, p] of view.kind("pod")) {
    rows.push([key, { sort: `${p.node ?? "zzy"} 3`, place: p.node ?? "no machine yet", name: `pod ${p.name}`, state: p.status, ready: p.ready,
      image: faced(p), more: [p.restarts ? plural(p.restarts, "restart") : "", p.message].filter(Boolean).join("; ") }]);
  }
  for (const [key, s] of view.kind("service")) {
    rows.push([key, { sort: "zzz 1", place: "cluster", name: `service ${s.name}`, state: s.type, ready: "", image: "",
      more: plural((s.endpoints ?? []).filter((end) => end.ready).length, "ready endpoint") }]);
  }
  for (const [key, c] of view.kind("claim")) {
    const on = c.attached[0]?.node;
    rows.push([key, { sort: `${on ?? "zzx"} 4`, place: on ?? "no machine", name: `disk ${c.name}`, state: claimWord(c), ready: "", image: "", more: `${memory(c.size)} ${c.modes.join(", ")}${c.pods.length ? `, used by ${c.pods.map((pod) => pod.name).join(", ")}` : ""}` }]);
  }
  for (const [key, v] of view.kind("volume")) {
    rows.push([key, { sort: `${v.machine} 4`, place: v.machine, name: `volume ${v.name}`, state: v.containers.length ? "used" : "unused", ready: "", image: "", more: v.containers.join(", ") }]);
  }
  for (const [key, c] of view.kind("client")) {
    rows.push([key, { sort: "zzz 0", place: "outside", name: `users ${c.name}`, state: rate(c.rps), ready: "", image: "", more: `to ${c.target}` }]);
  }
  return rows.sort(([, a], [, b]) => byName(a.sort, b.sort) || byName(a.name, b.name));
}

function faced(object) {
  const layers = object.layers ?? [];
  return layers.length ? `${shortImage(object.image)} (${plural(layers.length, "layer")}, top ${shortDigest(layers.at(-1), 6)})` : shortImage(object.image);
}

/** Fill `element` with the table. Rows keep their place in the page while they live. */
export function mount(element, bus) {
  const body = el("tbody");
  const heads = ["Where", "What", "State", "Ready", "Image", "More"];
  element.append(el("table", { class: "twin-table" },
    el("caption", { class: "only-read" }, "Everything on the stage"),
    el("thead", {}, el("tr", {}, ...heads.map((name) => el("th", { scope: "col" }, name)))), body));

  const rows = new Keyed(body,
    (key) => el("tr", {}, el("td"), el("td", {}, el("button", { class: "row-button", type: "button", on: { click: () => bus.select(key, { open: true }) } })),
      el("td"), el("td"), el("td"), el("td")),
    (row, datum, key) => {
      const cells = row.children;
      words(cells[0], datum.place);
      words(cells[1].firstChild, datum.name);
      words(cells[2], datum.state);
      words(cells[3], datum.ready);
      words(cells[4], datum.image);
      words(cells[5], datum.more);
      put(row, { "data-selected": bus.selected === key || null });
    });

  const KINDS = ["machine", "vm", "container", "pod", "service", "client", "claim", "volume"];
  function show() {
    const entries = twinRows(bus.view).slice(0, 2000);
    rows.sync(entries);
    rows.order(entries.map(([key]) => key));
  }
  bus.on("frame", ({ kinds }) => { if (element.offsetParent && KINDS.some((kind) => kinds.has(kind))) show(); });
  bus.on("tab", ({ name }) => { if (name === "table") show(); });
  bus.on("select", () => { if (element.offsetParent) show(); });
}
