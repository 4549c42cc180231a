// The ways of requests: from a client to a Service, from a Service to a pod or container.

import { cable, curve } from "./shapes.js";

const FAN_SHARE = 0.28;

/** Where lines leave and reach a place: view key or "client/x"; null if it is not on the stage. */
function anchors(scene, key) {
  const client = scene.clients.get(key);
  if (client) return { out: { x: client.x + client.w, y: client.y + client.h / 2 }, down: { x: client.x + client.w / 2, y: client.y + client.h }, into: null };
  const service = scene.services.get(key);
  if (service) return { out: { x: service.x + service.w / 2, y: service.y + service.h }, into: { x: service.x, y: service.y + service.h / 2 }, service: true };
  const box = scene.items.get(key) ?? scene.machines.get(key);
  if (box) return { into: { x: box.x + box.w / 2, y: box.y }, out: { x: box.x + box.w / 2, y: box.y } };
  return null;
}

/** The machine a pod or container stands on: its key, or null. */
export function machineOf(scene, key) {
  const value = scene.items.get(key)?.item.value;
  const name = value?.node ?? value?.machine;
  return name && scene.machines.has(`machine/${name}`) ? `machine/${name}` : null;
}

/** One line from a Service to a machine; it goes round the machines that stand before it. */
export function trunk(scene, from, machineKey) {
  const box = scene.machines.get(machineKey);
  const start = anchors(scene, from);
  if (!box || !start) return null;
  const a = start.down ?? start.out;
  const end = { x: box.x + box.w / 2, y: box.y };
  const first = Math.min(...[...scene.machines.values()].map((other) => other.y));
  if (box.y <= first + 1) return curve(a, end);
  const left = box.x - 6, right = box.x + box.w + 6;
  const gutter = Math.abs(left - a.x) < Math.abs(right - a.x) ? left : right;
  return cable([a, { x: a.x, y: first - 9 }, { x: gutter, y: first - 9 }, { x: gutter, y: box.y - 7 }, { x: end.x, y: box.y - 7 }, end], 9);
}

/** The short line from a machine's upper edge to a thing on it. */
export function fan(scene, machineKey, key) {
  const box = scene.machines.get(machineKey), thing = scene.items.get(key);
  return curve({ x: box.x + box.w / 2, y: box.y }, { x: thing.x + thing.w / 2, y: thing.y });
}

/** The whole way from one place to the next: {d, at(t)}, or null if either is not on the stage. */
export function way(scene, from, to) {
  const a = anchors(scene, from), b = anchors(scene, to);
  if (!a || !b?.into) return null;
  if (b.service && a.down) return curve(a.out, b.into, true);
  const machine = scene.trunks ? machineOf(scene, to) : null;
  if (!machine) return curve(a.down ?? a.out, b.into);
  const first = trunk(scene, from, machine), last = fan(scene, machine, to);
  return { d: first.d, at: (t) => (t < 1 - FAN_SHARE ? first.at(t / (1 - FAN_SHARE)) : last.at((t - 1 + FAN_SHARE) / FAN_SHARE)) };
}
