// The ways of requests. They run above the machines, enter at a machine's left edge, and reach a pod or
// container through the gaps between: no line and no dot passes over a name.

import { cable, curve, straight } from "./shapes.js";

const LANE = 5.5;
const INSET = 6;
const BELOW_HEAD = 35;

/** The machine a pod or container stands on: its key, or null. */
export function machineOf(scene, key) {
  const value = scene.items.get(key)?.item.value;
  const name = value?.node ?? value?.machine;
  return name && scene.machines.has(`machine/${name}`) ? `machine/${name}` : null;
}

const placeOf = (scene, key) => scene.clients.get(key) ?? scene.services.get(key) ?? null;

/** The height at which the lines from a place run above the machines; neighbours have lanes of their own. */
function laneY(scene, from) {
  const places = [...scene.clients.keys(), ...scene.services.keys()];
  const lanes = Math.max(1, Math.floor((scene.machinesTop - scene.laneBottom - 10) / LANE));
  return scene.machinesTop - 7 - (Math.max(places.indexOf(from), 0) % lanes) * LANE;
}

/** From the lane above all machines to a machine's left edge; to a lower row beside the ones before it. */
function entry(scene, box, y) {
  const x = box.x + INSET;
  if (box.y <= scene.machinesTop + 1) return [{ x, y }, { x, y: box.y }];
  const gap = box.x - INSET;
  return [{ x: gap, y }, { x: gap, y: box.y - 7 }, { x, y: box.y - 7 }, { x, y: box.y }];
}

/** From a machine's upper left to the left edge of a thing on it: below its name, then down a gap. */
function within(scene, machineKey, key) {
  const box = scene.machines.get(machineKey), thing = scene.items.get(key);
  const x = box.x + INSET, gap = thing.x - thing.gap, middle = thing.y + thing.h / 2, bus = box.y + BELOW_HEAD;
  const across = gap - x < 2 ? [] : [{ x, y: bus }, { x: gap, y: bus }];
  return [{ x, y: box.y }, ...across, { x: gap, y: middle }, { x: thing.x, y: middle }];
}

/** Where a line leaves a place for the machines: the lower edge of a user or Service, or up out of a machine. */
function leaving(scene, from, y) {
  const place = placeOf(scene, from);
  if (place) return [{ x: place.x + place.w / 2, y: place.y + place.h }, { x: place.x + place.w / 2, y }];
  const machine = machineOf(scene, from);
  if (!machine) return null;
  return [...within(scene, machine, from).reverse(), ...entry(scene, scene.machines.get(machine), y).reverse()];
}

/** One line from where requests come from to a machine. */
export function trunk(scene, from, machineKey) {
  const box = scene.machines.get(machineKey);
  const y = laneY(scene, from), start = box && leaving(scene, from, y);
  return start ? cable([...start, ...entry(scene, box, y)]) : null;
}

/** The line from a machine's upper edge to a thing on it. */
export function fan(scene, machineKey, key) {
  return cable(within(scene, machineKey, key), 5);
}

/** From a user to a Service: straight, or over those that stand between. */
function along(scene, a, b) {
  const start = { x: a.x + a.w, y: a.y + a.h / 2 }, end = { x: b.x, y: b.y + b.h / 2 };
  const between = [...scene.clients.values(), ...scene.services.values()].some((box) => box.x >= start.x && box.x < b.x);
  if (!between) return straight(start, end);
  const over = a.y - 6;
  return { lane: true, ...cable([start, { x: start.x + 6, y: start.y }, { x: start.x + 6, y: over }, { x: end.x - 6, y: over }, { x: end.x - 6, y: end.y }, end], 6) };
}

/** The whole way from one place to the next: {d, at(t), length}, or null if either is not on the stage. */
export function way(scene, from, to) {
  const [a, b] = [placeOf(scene, from), placeOf(scene, to)];
  if (a && b) return along(scene, a, b);
  const y = laneY(scene, from), machine = machineOf(scene, to);
  if (!machine && !b && !scene.machines.has(to)) return null;
  const own = machineOf(scene, from);
  if (own && own === machine) return beside(scene, own, from, to);
  const start = leaving(scene, from, y);
  if (!start) return null;
  if (b) return cable([...start, { x: b.x + b.w / 4, y }, { x: b.x + b.w / 4, y: b.y + b.h }]);
  const box = scene.machines.get(machine ?? to);
  if (box.tile) return curve(start[0], { x: box.x + box.w / 2, y: box.y });
  return cable([...start, ...entry(scene, box, y), ...(machine ? within(scene, machine, to).slice(1) : [])]);
}

/** From one thing to another of the same machine, without leaving it. */
function beside(scene, machineKey, from, to) {
  const bus = scene.machines.get(machineKey).y + BELOW_HEAD;
  const up = within(scene, machineKey, from).reverse().slice(0, 2), down = within(scene, machineKey, to).slice(-2);
  return cable([...up, { x: up[1].x, y: bus }, { x: down[0].x, y: bus }, ...down], 5);
}
