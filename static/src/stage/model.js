// What of the view is on the stage, sorted so that nothing changes its place without a cause.

import { byName, shortImage } from "../text.js";

const ROLE_ORDER = { laptop: 0, server: 1, pi: 2, worker: 3 };
const SYSTEM = /^(kube-.*|ingress-nginx|local-path-storage)$/;
const SYSTEM_IMAGE = /^(registry\.k8s\.io|k8s\.gcr\.io)\/|^ingress-nginx\//;

/** A program with a port is awaited until it listens; one without is up as soon as it runs. */
const isAwaited = (c) => c.ready_us == null && c.listens !== false;

/** Shape of a container: running, coming, going, failed, waiting or done. */
export function containerShape(c) {
  switch (c.state) {
    case "running": return c.health === "unhealthy" ? "failed" : c.health === "starting" || isAwaited(c) ? "coming" : "running";
    case "created": case "paused": return "waiting";
    case "restarting": case "dead": return "failed";
    case "removing": return "going";
    default: return c.exit_code ? "failed" : "done";
  }
}

/** Word that goes with a container's shape. */
export function containerWord(c) {
  if (c.state === "exited") return c.reason === "OOMKilled" ? "OOMKilled" : `Exited (${c.exit_code ?? 0})`;
  if (c.state === "running") return c.health === "unhealthy" ? "Unhealthy" : c.health === "starting" || isAwaited(c) ? "Starting" : "Up";
  return c.state.charAt(0).toUpperCase() + c.state.slice(1);
}

/** Requests that wait, by the view key of the pod or container they wait in. */
function queuesOf(view) {
  const waiting = new Map();
  for (const [key, count] of view.kind("queue")) {
    const id = key.slice(6);
    for (const [place, container] of view.kind("container")) {
      if (container.id === id) waiting.set(container.pod ? `pod/${container.pod}` : place, count);
    }
  }
  return waiting;
}

/** An image's reference in short, with the tag that is meant when none is written. */
function tagged(reference) {
  const short = shortImage(reference);
  return /[:@][^/]*$/.test(short) ? short : `${short}:latest`;
}

/** The squares of a pod whose image is still on its way: the transfer's layers, and how many are here. */
function arriving(view, pod) {
  if (pod.layers?.length || !pod.node) return null;
  const image = tagged(pod.image);
  for (const transfer of view.kind("transfer").values()) {
    if (transfer.to !== pod.node || tagged(transfer.image) !== image || !transfer.layers.length) continue;
    return { layers: transfer.layers.map((layer) => layer.digest), layers_ready: transfer.layers.filter((layer) => ["exists", "done"].includes(layer.state)).length };
  }
  return null;
}

/** What of a machine is used: its own figures, else what metrics-server saw, else its containers' memory. */
export function usageOf(view, machine) {
  const seen = view.get(`usage/${machine.name}`);
  let memory = machine.memory_used ?? seen?.memory;
  if (memory == null) {
    memory = 0;
    for (const container of view.kind("container").values()) if (container.machine === machine.name) memory += container.memory ?? 0;
    for (const vm of view.kind("vm").values()) if (vm.machine === machine.name && vm.state !== "off") memory += vm.memory ?? 0;
  }
  return { cpu: machine.cpu_used ?? seen?.cpu ?? null, memory };
}

function group(map, name, item) {
  if (!map.has(name)) map.set(name, []);
  map.get(name).push(item);
}

/** What the system runs is shown where requests of the student go through it. */
function isShown(view, kind, value, busy) {
  return !SYSTEM.test(value.namespace) || busy.has(`${kind}/${value.namespace}/${value.name}`);
}

/** Keys of the places that traffic comes to. */
function placesOfTraffic(view) {
  return new Set([...view.kind("flow").values()].filter((flow) => flow.rps > 0).flatMap((flow) => [flow.from, flow.to]));
}

/** A pod's word: kubectl's STATUS, but "not ready" for one that runs and may not be asked yet. */
function podWord(pod) {
  return pod.status === "Running" && pod.shape === "coming" ? "not ready" : pod.status;
}

function thingsByMachine(view, all) {
  const busy = placesOfTraffic(view);
  const things = new Map(), pending = [], waiting = queuesOf(view);
  for (const [key, value] of view.kind("vm")) group(things, value.machine, { key, kind: "vm", value, shape: value.state });
  for (const [key, value] of view.kind("container")) {
    if (value.pod) continue;
    group(things, value.machine, { key, kind: "container", value, shape: containerShape(value), word: containerWord(value), title: value.name, queue: value.queue ?? waiting.get(key) ?? 0 });
  }
  for (const [key, value] of view.kind("pod")) {
    if (!all && !isShown(view, "pod", value, busy)) continue;
    const item = { key, kind: "pod", value: { ...value, ...arriving(view, value) }, queue: value.queue ?? waiting.get(key) ?? 0, shape: value.shape, word: podWord(value), title: value.app ?? value.name };
    if (value.node) group(things, value.node, item);
    else pending.push(item);
  }
  for (const [machine, list] of things) {
    const value = view.get(`machine/${machine}`);
    if (value?.power === "off") for (const item of list) item.dark = true;
  }
  const age = (item) => item.value.created_us ?? (item.value.created ? Date.parse(item.value.created) : item.value.started_us ?? 0);
  for (const list of [...things.values(), pending]) {
    list.sort((a, b) => age(a) - age(b) || byName(a.value.name, b.value.name));
  }
  return { things, pending };
}

/** Disks by the machine they are attached to, and the claims whose disk is nowhere (yet). */
function disksOf(view, all) {
  const disks = new Map(), loose = [];
  for (const [key, value] of view.kind("claim")) {
    if (!all && SYSTEM.test(value.namespace)) continue;
    for (const { node, attached } of value.attached) group(disks, node, { key: `${key}@${node}`, of: key, disk: true, value, coming: !attached });
    // A disk of a machine's own is never attached: it stands with the pods that use it.
    const own = value.attached.length ? null : value.pods.find((pod) => pod.node)?.node;
    if (own && value.phase === "Bound") group(disks, own, { key: `${key}@${own}`, of: key, disk: true, value, coming: value.class !== null && !isLocal(value) });
    else if (!value.attached.length) loose.push({ key, value });
  }
  for (const [key, value] of view.kind("volume")) group(disks, value.machine, { key, of: key, disk: true, value });
  const unnamed = ({ value }) => (/^[0-9a-f]{64}$/.test(value.name) ? 1 : 0);
  for (const list of disks.values()) list.sort((a, b) => unnamed(a) - unnamed(b) || byName(a.key, b.key));
  loose.sort((a, b) => byName(a.key, b.key));
  return { disks, loose };
}

const isLocal = (claim) => /local|hostpath/i.test(claim.class ?? "");

const LOOP_ORDER = ["scheduler", "deployment", "replicaset", "endpointslice", "node-lifecycle", "horizontalpodautoscaler", "taint-eviction", "statefulset", "daemonset", "job"];
const loopRank = ({ value }) => (LOOP_ORDER.includes(value.name) ? LOOP_ORDER.indexOf(value.name) : 99);

/** The stage's model. all: also the pods of the system's own namespaces. */
export function stageModel(view, { all = false } = {}) {
  const machines = [], control = [], used = new Map();
  let hubMachine = null;
  for (const [key, value] of view.kind("machine")) {
    used.set(value.name, usageOf(view, value));
    if (value.role === "hub") hubMachine = { key, value };
    else (value.role === "control-plane" ? control : machines).push({ key, value });
  }
  machines.sort((a, b) => (ROLE_ORDER[a.value.role] ?? 9) - (ROLE_ORDER[b.value.role] ?? 9) || byName(a.value.name, b.value.name));
  const { things, pending } = thingsByMachine(view, all);
  const images = new Map();
  for (const [key, value] of view.kind("image")) {
    if (all || !SYSTEM_IMAGE.test(value.tags?.[0] ?? "")) group(images, value.machine, { key, value });
  }
  const { disks, loose } = disksOf(view, all);
  for (const list of images.values()) list.sort((a, b) => (b.value.created_us ?? 0) - (a.value.created_us ?? 0) || byName(a.key, b.key));
  const busy = placesOfTraffic(view);
  const entries = (kind, keep = () => true) => [...view.kind(kind)].filter(([, v]) => keep(v)).map(([key, value]) => ({ key, value })).sort((a, b) => byName(a.key, b.key));
  return {
    machines, control, hubMachine, used, things, pending, images, disks, loose,
    hub: entries("hub", (h) => !SYSTEM_IMAGE.test(h.repo)).sort((a, b) => Number(a.value.official) - Number(b.value.official) || byName(a.value.repo, b.value.repo) || byName(b.value.tag, a.value.tag)),
    services: entries("service", (s) => s.name !== "kubernetes" && isShown(view, "service", s, busy)),
    clients: entries("client"),
    loops: control.length ? entries("loop").sort((a, b) => loopRank(a) - loopRank(b)) : [],
    workloads: entries("workload", (w) => !SYSTEM.test(w.namespace)),
    flows: entries("flow", (f) => f.rps > 0),
    transfers: entries("transfer", (t) => t.state === "active"),
    hpas: view.kind("hpa"),
    scalers: new Map([...view.kind("hpa")].map(([key, hpa]) => [`workload/${hpa.namespace}/${hpa.target}`, key])),
  };
}
