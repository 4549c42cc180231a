// Who asks, the Services in between, and the lines the requests take.

import { Keyed, put, style, svg, words } from "../dom.js";
import { rate } from "../text.js";
import { fan, machineOf, trunk, way } from "./routes.js";
import { firstFit, fit, textWidth } from "./shapes.js";

/** From this rate on, a flow is a band as wide as its rate; below, each request is a dot. */
export const BAND_FROM = 50;

/** Kinds as kubectl shortens them. */
const longName = ({ kind, name }) => `${kind} ${name}`;
const chipRoom = (box, { ready, desired }) => box.w - 24 - `${ready}/${desired}`.length * 8;
const SHORT = { Deployment: "deploy", StatefulSet: "sts", DaemonSet: "ds", ReplicaSet: "rs" };

const width = (rps) => (rps < BAND_FROM ? 1.6 : Math.min(2 + 2.2 * Math.log2(rps / 25), 14));

/** Within a machine a line has a gap between two boxes, and no more. */
const WIDEST_WITHIN = 5;
/** Between two cards there is a little more room. */
const WIDEST_BETWEEN = 7;

/** The lines to draw: those to one machine as one, and its branches within the machine. */
function linesOf(scene, model) {
  const lines = [], sums = new Map();
  for (const { key, value } of model.flows) {
    const machine = machineOf(scene, value.to);
    if (!machine) { lines.push([key, { flow: value, path: way(scene, value.from, value.to) }]); continue; }
    lines.push([key, { flow: value, path: fan(scene, machine, value.to), thin: true }]);
    if (machineOf(scene, value.from) === machine) continue;
    const id = `${value.from}>${machine}`;
    if (!sums.has(id)) sums.set(id, { from: value.from, machine, rps: 0, error_rps: 0 });
    const sum = sums.get(id);
    sum.rps += value.rps;
    sum.error_rps += value.error_rps ?? 0;
  }
  for (const [id, sum] of sums) lines.push([id, { flow: sum, path: trunk(scene, sum.from, sum.machine) }]);
  return lines;
}

/** The autoscaler's chip stands with its workload: what it measures, and between which limits it moves. */
function drawScaler(node, box, hpa) {
  const [chip, name, figure] = node.children;
  style(node, "transform", `translate(${box.x}px, ${box.y}px)`);
  put(chip, { width: box.w, height: box.h });
  put(node, { "data-short": hpa.desired > hpa.current || null });
  const text = `${hpa.min}–${hpa.max}`;
  put(name, { x: 10, y: 18 });
  words(name, fit(`⇅ ${(hpa.metric || "autoscaler").replaceAll("<unknown>", "?")}`, box.w - 24 - text.length * 8, 11.5));
  put(figure, { x: box.w - 10, y: 18 });
  words(figure, text);
}

/** A claim whose disk is attached to no machine. */
function drawLoose(node, box, disk) {
  const [chip, name, figure] = node.children;
  style(node, "transform", `translate(${box.x}px, ${box.y}px)`);
  put(chip, { width: box.w, height: box.h });
  const text = disk.phase === "Bound" ? "not attached" : disk.phase;
  put(name, { x: 10, y: 18 });
  words(name, fit(`disk ${disk.name}`, box.w - 24 - textWidth(text, 11, 400, true), 11.5));
  put(figure, { x: box.w - 10, y: 18 });
  words(figure, text);
}

/** Draw clients, services, flows and workloads: returns sync(scene, model). */
export function createTraffic(lines, places) {
  const flows = new Keyed(lines, () => svg("g", { class: "flow" }, svg("path", { class: "flow-line" }), svg("path", { class: "flow-errors" })), (node, { path, flow, thin }) => {
    const most = thin ? WIDEST_WITHIN : path.lane ? WIDEST_BETWEEN : Infinity;
    put(node.firstChild, { d: path.d, "stroke-width": Math.min(width(flow.rps), most).toFixed(1), "data-band": flow.rps >= BAND_FROM || null, "data-thin": thin || null });
    const bad = flow.error_rps > 0;
    put(node.lastChild, { d: bad ? path.d : "", "stroke-width": Math.min(Math.max(1.4, width(flow.error_rps ?? 0) * 0.7), most).toFixed(1) });
  });

  const clients = new Keyed(places, () => svg("g", { class: "client" }, svg("rect", { class: "place-card", rx: 10 }), svg("path", { class: "people", d: "M8 8a3.4 3.4 0 1 0 0-6.8A3.4 3.4 0 0 0 8 8zM1.5 17c0-4 2.6-6.5 6.5-6.5s6.5 2.5 6.5 6.5M16 8.5a2.8 2.8 0 1 0-1.6-5.2M17 10.7c2.6.6 4 2.8 4 6.3" }), svg("text", { class: "t-title" }), svg("text", { class: "t-sub t-mono" })),
    (node, { box, client }) => {
      const [card, people, title, figure] = node.children;
      style(node, "transform", `translate(${box.x}px, ${box.y}px)`);
      put(card, { width: box.w, height: box.h });
      put(people, { transform: "translate(10 10)" });
      put(title, { x: 38, y: 24 });
      words(title, fit(client.name, box.w - 44, 13.5, { weight: 650 }));
      put(figure, { x: 12, y: 45 });
      words(figure, client.rps ? rate(client.rps) : "silent");
    });

  const services = new Keyed(places, () => svg("g", { class: "service" }, svg("rect", { class: "service-card" }), svg("text", { class: "t-kind", "text-anchor": "middle" }), svg("text", { class: "t-title", "text-anchor": "middle" }), svg("text", { class: "t-sub", "text-anchor": "middle" })),
    (node, { box, service, rps }) => {
      const [card, kind, title, figure] = node.children;
      style(node, "transform", `translate(${box.x}px, ${box.y}px)`);
      const ready = (service.endpoints ?? []).filter((end) => end.ready).length;
      put(node, { "data-shape": ready ? "running" : "failed" });
      put(card, { width: box.w, height: box.h, rx: box.h / 2 });
      put(kind, { x: box.w / 2, y: 15 });
      words(kind, "Service");
      put(title, { x: box.w / 2, y: 31 });
      words(title, fit(service.name, box.w - 40, 13.5, { weight: 650 }));
      put(figure, { x: box.w / 2, y: 46 });
      words(figure, `${ready ? `${ready} ready` : "no endpoints"}${rps ? ` · ${Math.round(rps)}/s` : ""}`);
    });

  const workloads = new Keyed(places, () => svg("g", { class: "workload" }, svg("rect", { class: "chip", rx: 8 }), svg("text", { class: "t-sub" }), svg("text", { class: "t-sub t-mono", "text-anchor": "end" })),
    (node, { box, workload, hpa, disk, short }) => {
      put(node, { "data-loose": disk ? disk.phase === "Bound" ? "free" : "waits" : null });
      if (hpa) { drawScaler(node, box, hpa); return; }
      if (disk) { drawLoose(node, box, disk); return; }
      const [chip, name, figure] = node.children;
      style(node, "transform", `translate(${box.x}px, ${box.y}px)`);
      put(chip, { width: box.w, height: box.h });
      put(node, { "data-short": workload.ready < workload.desired || null });
      const text = `${workload.ready}/${workload.desired}`;
      put(name, { x: 10, y: 18 });
      words(name, firstFit([short ? "" : longName(workload), `${SHORT[workload.kind] ?? "job"}/${workload.name}`, workload.name].filter(Boolean), chipRoom(box, workload), 11.5));
      put(figure, { x: box.w - 10, y: 18 });
      words(figure, text);
    });

  return (scene, model) => {
    const into = new Map();
    for (const { value } of model.flows) into.set(value.to, (into.get(value.to) ?? 0) + value.rps);
    flows.sync(linesOf(scene, model).filter(([, entry]) => entry.path));
    clients.sync(model.clients.filter(({ key }) => scene.clients.has(key)).map(({ key, value }) => [key, { box: scene.clients.get(key), client: value }]));
    services.sync(model.services.filter(({ key }) => scene.services.has(key)).map(({ key, value }) => [key, { box: scene.services.get(key), service: value, rps: into.get(key) }]));
    const chips = [...model.loose.map(({ key, value }) => [key, { disk: value }]), ...model.workloads.map(({ key, value }) => [key, { workload: value }]), ...[...model.hpas].map(([key, hpa]) => [key, { hpa }])];
    const shown = chips.filter(([key]) => scene.workloads.has(key)).map(([key, chip]) => [key, { ...chip, box: scene.workloads.get(key) }]);
    // One that has to be short makes all of them short: side by side they read alike.
    const short = shown.some(([, { workload, box }]) => workload && textWidth(longName(workload), 11.5) > chipRoom(box, workload));
    workloads.sync(shown.map(([key, chip]) => [key, { ...chip, short }]));
  };
}
