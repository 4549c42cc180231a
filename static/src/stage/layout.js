// Where everything stands. Left to right: who asks, Service, machines, hub; the control plane on
// top. Pure arithmetic on the model and the room there is, in pixels before the stage's scale.

export const PAD = 14;
const GAP = 12;
export const HEADER = 34;
export const METERS = 27;
const ROW = 24;
const WIDE_ROW = 38;
export const TILES_FROM = 25;

/** Sizes a pod or container is drawn at, largest first. */
export const SIZES = [
  { name: "l", w: 132, h: 60 }, { name: "m", w: 90, h: 46 }, { name: "c", w: 66, h: 32 }, { name: "s", w: 58, h: 24 }, { name: "xs", w: 24, h: 24 },
];
const ZOOMED = { name: "xl", w: 204, h: 96 };
const VM = { w: 168, h: 212 };
const SPACE = 8;
/** Room for a note of what did not fit, beside the cards of a row. */
const ASIDE = 52;
const CLIENT = 116;
const SERVICE = 138;

/** Heights that a beamer's stage saves, so that what stays can be twice as large. */
const REGULAR = { control: 12, lane: 58, under: 16, cable: 26, meters: METERS };
const COMPACT = { control: 6, lane: 48, under: 6, cable: 12, meters: 8 };

/** What a beamer's stage leaves out of a lab with a cluster: the hub, and machines with nothing on them. */
function trimmed(model) {
  const busy = model.machines.filter((machine) => machine.value.node || model.things.has(machine.value.name));
  return { ...model, machines: busy.length ? busy : model.machines, hub: [], without: "hub" };
}

/** Lay the model out in width x height. zoom: name of the machine to fill the stage, or null. */
export function layout(whole, width, height, zoom = null) {
  const model = whole.compact && whole.control.length ? trimmed(whole) : whole;
  const scene = { width, height, m: whole.compact ? COMPACT : REGULAR, level: "world", machines: new Map(), items: new Map(), images: new Map(), disks: new Map(), more: [],
    hubRows: new Map(), services: new Map(), clients: new Map(), workloads: new Map(), pending: null, control: null, hub: null, cables: [], kernels: [], tiles: null, laneBottom: 0, machinesTop: 0 };
  const only = zoom && [...model.machines, ...model.control].find((machine) => machine.value.name === zoom);
  if (only) return zoomed(scene, model, only);
  let top = PAD;
  if (model.control.length) top = placeControl(scene, model, top);
  const many = model.machines.length >= TILES_FROM;
  if (model.control.length && !many || model.clients.length || model.services.length || model.pending.length || model.workloads.length) top = placeLane(scene, model, top);
  const hubWidth = model.without === "hub" ? 0 : model.hub.length || (model.machines.length && !many) ? Math.min(model.machines.length > 3 && width < 1100 ? 190 : 226, width * 0.27) : 0;
  scene.machinesTop = top;
  const room = { x: PAD, y: top, w: width - 2 * PAD - (hubWidth ? hubWidth + GAP * 2 : 0), h: height - top - PAD };
  if (many) placeTiles(scene, model, room);
  else placeMachines(scene, model, room);
  if (hubWidth) placeHub(scene, model, { x: width - PAD - hubWidth, y: room.y, w: hubWidth, h: scene.machinesBottom - room.y });
  return scene;
}

function zoomed(scene, model, only) {
  scene.level = "machine";
  const box = { x: PAD, y: PAD, w: scene.width - 2 * PAD, h: scene.height - 2 * PAD };
  scene.machines.set(only.key, box);
  furnish(scene, model, [only], [ZOOMED, ...SIZES]);
  scene.machinesBottom = box.y + box.h;
  return scene;
}

/** A note of what did not fit; its text is a button that opens the list of entries: [{key, value}]. */
function leaveOut(scene, key, { x, y, text, what, entries }) {
  scene.more.push({ key: `more:${key}`, x, y, text, what, entries });
}

/** One row of pills; the loops that do not fit share the last one. */
function placeControl(scene, model, top) {
  const wide = scene.width - 2 * PAD;
  const rows = wide < 560 ? 2 : 1;
  const cols = Math.max(1, Math.min(Math.ceil(model.loops.length / rows), Math.floor((wide - 146) / 127)));
  const shown = model.loops.length <= cols * rows ? model.loops : model.loops.slice(0, cols * rows - 1);
  const left = model.loops.slice(shown.length), rest = left.map(({ value }) => value);
  const loops = [...shown];
  if (rest.length) loops.push({ key: "loop:rest", value: { name: `${rest.length} more`, busy: rest.some((loop) => loop.busy), depth: rest.reduce((sum, loop) => sum + loop.depth, 0) } });
  const w = Math.min(wide, 146 + cols * 127 + 4);
  const h = scene.m.control + rows * 34;
  const x = (scene.width - w) / 2;
  scene.control = { x, y: top, w, h, loops, pills: new Map() };
  loops.forEach((loop, index) => {
    if (loop.key === "loop:rest") loop.entries = left;
    scene.control.pills.set(loop.key, { x: x + 146 + (index % cols) * 127, y: top + 2 + scene.m.control / 2 + Math.floor(index / cols) * 34, w: 121, h: 30 });
  });
  return top + h + GAP;
}

/** How many users and columns of workloads a lane may show, so that at least one Service stands between. */
function sharesOfLane(model, wide, list, tray) {
  const space = wide > 900 ? 72 : wide > 500 ? 40 : 14;
  const widthOf = (clients, chips) => Math.max(clients, wide > 640 ? 1 : 0) * (CLIENT + GAP) + (clients < model.clients.length ? ASIDE + GAP : 0)
    + (model.services.length ? SERVICE + GAP + (model.services.length > 1 ? ASIDE + GAP : 0) + space : 0) + chips * 168 + (tray ? tray + GAP : 0) + 2 * PAD;
  let clients = Math.min(model.clients.length, 4), chips = wide < 640 ? 0 : Math.min(Math.ceil(list.length / 2), 2);
  while (widthOf(clients, chips) > wide && clients > 2) clients -= 1;
  while (widthOf(clients, chips) > wide && chips > 1) chips -= 1;
  while (widthOf(clients, chips) > wide && clients > 1) clients -= 1;
  return { clients, chips, space };
}

function placeLane(scene, model, top) {
  const h = scene.m.lane, right = scene.width - PAD;
  const loose = model.loose.map((disk) => ({ ...disk, loose: true }));
  const list = [...loose, ...model.workloads].flatMap((workload) => (model.scalers.has(workload.key) ? [workload, { key: model.scalers.get(workload.key) }] : [workload]));
  const tray = model.pending.length ? Math.min(38 + Math.min(model.pending.length, 3) * 102, 344) : 0;
  const shares = sharesOfLane(model, scene.width, list, tray);
  const left = placeClients(scene, model, top, shares);
  const chipsX = right - shares.chips * 168 + SPACE - (tray ? tray + GAP : 0);
  const x = placeServices(scene, model, top, left, chipsX);
  placeChips(scene, model, top, list, { x: chipsX, cols: shares.chips });
  if (tray) {
    if (right - tray < x) top += h + SPACE;
    placeTray(scene, model, top, { x: right - tray, w: tray });
  }
  if (!scene.clients.size && !scene.services.size) scene.more.push({ key: "lane", x: PAD + 4, y: top + h / 2 + 4, text: "Users and Services will stand here.", start: true });
  scene.laneBottom = top + h;
  return top + h + GAP + scene.m.under;
}

/** Users at the left; answers where Services begin. */
function placeClients(scene, model, top, { clients, space }) {
  const h = scene.m.lane;
  let x = PAD;
  for (const client of model.clients.slice(0, clients)) {
    scene.clients.set(client.key, { x, y: top, w: CLIENT, h });
    x += CLIENT + GAP;
  }
  const unseen = model.clients.slice(clients);
  if (unseen.length) {
    leaveOut(scene, "clients", { x: x + ASIDE - 6, y: top + h / 2 + 4, text: `${unseen.length} more`, what: "users", entries: unseen });
    x += ASIDE + GAP;
  }
  // Services keep their place when the first users come.
  if (!model.clients.length && scene.width > 640) x += CLIENT + GAP;
  return model.clients.length || scene.width > 640 ? x + space : x;
}

function placeServices(scene, model, top, left, end) {
  const h = scene.m.lane, fitting = (room) => Math.max(1, Math.floor(room / (SERVICE + GAP)));
  let x = left, most = fitting(end - left);
  if (model.services.length > most) most = fitting(end - left - ASIDE - GAP);
  for (const service of model.services.slice(0, most)) {
    scene.services.set(service.key, { x, y: top, w: SERVICE, h });
    x += SERVICE + GAP;
  }
  const unseen = model.services.slice(most);
  if (unseen.length) leaveOut(scene, "services", { x: x + ASIDE - 6, y: top + h / 2 + 4, text: `${unseen.length} more`, what: "Services", entries: unseen });
  return x;
}

/** Workloads, autoscalers and loose disks, two rows of chips; the last place tells of those without one. */
function placeChips(scene, model, top, list, { x, cols }) {
  const places = cols * 2, kept = list.length > places && places ? places - 1 : places;
  list.slice(0, kept).forEach((workload, index) => {
    scene.workloads.set(workload.key, { x: x + Math.floor(index / 2) * 168, y: top + (index % 2) * 31, w: 160, h: 27 });
  });
  if (kept === places) return;
  const entries = list.slice(kept).map((one) => ({ value: model.hpas.get(one.key), ...one }));
  leaveOut(scene, "workloads", { x: x + cols * 168 - SPACE - 10, y: top + 49, text: `${entries.length} more`, what: "workloads", entries });
}

/** Pods that have no machine yet. */
function placeTray(scene, model, top, { x, w }) {
  const h = scene.m.lane;
  scene.pending = { x, y: top - 2, w, h: h + 6 };
  model.pending.slice(0, 3).forEach((item, index) => {
    scene.items.set(item.key, { x: x + 8 + index * 102, y: top + 6, w: 94, h: 46, size: "m", item });
  });
  const entries = model.pending.slice(3);
  if (entries.length) leaveOut(scene, "pending", { x: x + w - 6, y: top + h / 2 + 5, text: `+${entries.length}`, what: "pods without a machine", entries });
}

/** The best grid for n machines in w x h: not too flat, not too narrow. */
function gridFor(n, w, h, cable) {
  let best = null;
  for (let cols = 1; cols <= n; cols += 1) {
    const rows = Math.ceil(n / cols);
    const cw = (w - GAP * (cols - 1)) / cols;
    const ch = (h - cable * rows) / rows;
    const score = Math.min(cw / 190, 1.2) * Math.min(ch / 160, 1.15) * (cw < 120 || ch < 84 ? 0.3 : 1) - 0.1 * Math.abs(rows * cols - n) - 0.05 * (rows - 1);
    if (!best || score > best.score) best = { cols, rows, cw, ch, score };
  }
  return best;
}

function placeMachines(scene, model, room) {
  const n = model.machines.length;
  scene.machinesBottom = room.y + room.h;
  if (!n) return;
  const grid = gridFor(n, room.w, room.h, scene.m.cable);
  const { cable } = scene.m;
  const w = Math.min(grid.cw, n === 1 ? 900 : 460);
  const h = Math.min(grid.ch, n === 1 ? 640 : 460);
  const used = { w: grid.cols * w + (grid.cols - 1) * GAP, h: grid.rows * (h + cable) };
  const x0 = room.x + (room.w - used.w) / 2;
  model.machines.forEach((machine, index) => {
    const row = Math.floor(index / grid.cols), col = index % grid.cols;
    scene.machines.set(machine.key, { x: x0 + col * (w + GAP), y: room.y + row * (h + cable), w, h, cable: room.y + row * (h + cable) + h + cable / 2 });
  });
  scene.machinesBottom = room.y + used.h - cable;
  for (let row = 0; row < grid.rows; row += 1) scene.cables.push({ y: room.y + row * (h + cable) + h + cable / 2, from: x0 + w / 2, row, last: row === grid.rows - 1 });
  furnish(scene, model, model.machines, n === 1 && grid.ch > 240 ? [ZOOMED, { name: "l", w: 148, h: 64 }, ...SIZES] : SIZES);
}

/** Put things and images into machines that have their boxes; one size of thing for all of them. */
function furnish(scene, model, machines, sizes) {
  const first = scene.machines.get(machines[0].key);
  const wide = first.w >= 430 && !model.compact;
  const shelfless = model.compact && machines.some((machine) => model.things.get(machine.value.name)?.some((thing) => thing.kind === "vm"));
  const shelfOf = (machine) => [...(model.disks.get(machine.value.name) ?? []), ...(model.images.get(machine.value.name) ?? [])];
  const most = Math.max(...machines.map((machine) => shelfOf(machine).length));
  const inner = first.h - HEADER - scene.m.meters;
  const row = inner > 280 ? WIDE_ROW : ROW;
  const shelfRows = wide || shelfless ? 0 : Math.min(most, inner > 330 ? 4 : inner > 190 ? 3 : inner > 120 ? 2 : inner > 96 ? 1 : 0);
  const areasWith = (rows) => machines.map((machine) => areaOf(scene, model, machine, wide && most > 0, { rows: Math.min(rows, shelfOf(machine).length), row }));
  const left = (list, kind) => list.reduce((sum, area) => sum + Math.max(0, area.things.length - placesIn(area, kind)), 0);
  let areas = areasWith(shelfRows), size = pickSize(areas, sizes);
  // Images give way to pods that would else be too small to read, but for one row; from afar that is sooner.
  for (let rows = shelfRows - 1; rows >= 1 && size.h < (model.compact ? 60 : 32); rows -= 1) {
    const fewer = areasWith(rows), larger = pickSize(fewer, sizes);
    if (larger.h > size.h || left(fewer, larger) < left(areas, size)) { areas = fewer; size = larger; }
  }
  // Room that stays empty shows more of the images, as long as one more thing on each machine finds its place.
  for (let rows = shelfRows + 1; rows <= most && shelfRows && rows * row <= inner * 0.7; rows += 1) {
    const more = areasWith(rows);
    if (pickSize(more.map((area) => ({ ...area, things: [...area.things, null] })), sizes) !== size) break;
    areas = more;
  }
  for (const area of areas) if (area.kernel) scene.kernels.push(area.kernel);
  machines.forEach((machine, index) => {
    placeThings(scene, areas[index], size);
    placeImages(scene, areas[index], shelfOf(machine));
  });
}

function areaOf(scene, model, machine, wide, shelf) {
  const box = scene.machines.get(machine.key);
  const things = model.things.get(machine.value.name) ?? [];
  const vms = things.filter((thing) => thing.kind === "vm");
  const shelfHeight = shelf.rows ? shelf.rows * shelf.row + 6 : 0;
  const imageWidth = wide ? Math.min(250, box.w * 0.4) : 0;
  const area = { x: box.x + 12, y: box.y + HEADER + 4, w: box.w - 24 - (imageWidth ? imageWidth + 18 : 0), h: box.h - HEADER - scene.m.meters - shelfHeight - 6 };
  area.images = wide ? { x: box.x + box.w - imageWidth - 12, y: area.y, w: imageWidth, h: area.h, row: WIDE_ROW }
    : { x: area.x, y: area.y + area.h + 4, w: area.w, h: shelf.rows * shelf.row, row: shelf.row };
  if (vms.length) beside(area, vms, machine);
  area.machine = machine.value.name;
  area.things = things.filter((thing) => thing.kind !== "vm");
  return area;
}

/** VMs and containers side by side, all standing on the machine's own kernel. */
function beside(area, vms, machine) {
  const room = { x: area.x, w: area.w };
  area.h -= 34;
  area.kernel = { key: machine.key, x: room.x, y: area.y + area.h + 4, w: room.w, h: 26, text: `kernel of ${machine.value.name}` };
  const tall = Math.min(VM.h, area.h), wide = Math.min(VM.w, room.w * 0.5);
  area.vms = vms.map((vm, index) => ({ vm, x: room.x + index * (wide + SPACE), y: area.y + area.h - tall, w: wide, h: tall }));
  const across = vms.length * (wide + SPACE) + SPACE;
  area.x += across;
  area.w -= across;
  area.low = true;
}

const across = (area, size) => Math.max(1, Math.floor((area.w + SPACE) / (size.w + SPACE)));
const down = (area, size) => Math.max(1, Math.floor((area.h + SPACE) / (size.h + SPACE)));
const placesIn = (area, size) => across(area, size) * down(area, size);

function pickSize(areas, sizes) {
  return sizes.find((size) => areas.every((area) => !area.things.length || (area.w >= size.w && area.h >= size.h && area.things.length <= placesIn(area, size)))) ?? sizes.at(-1);
}

function placeThings(scene, area, size) {
  for (const { vm, ...box } of area.vms ?? []) scene.items.set(vm.key, { ...box, size: "vm", item: vm });
  const cols = across(area, size), rows = down(area, size);
  const w = ["l", "m", "c"].includes(size.name) ? Math.min(size.w * (size.name === "c" ? 1.5 : size.name === "l" ? 1.44 : 1.2), (area.w + SPACE) / cols - SPACE) : size.w;
  const used = Math.min(rows, Math.ceil(area.things.length / cols));
  const top = area.low ? area.y + area.h - used * (size.h + SPACE) + SPACE : area.y;
  // The last place of a full grid tells how many have none.
  const shown = area.things.length > cols * rows ? cols * rows - 1 : area.things.length;
  area.things.slice(0, shown).forEach((item, index) => {
    scene.items.set(item.key, { x: area.x + (index % cols) * (w + SPACE), y: top + Math.floor(index / cols) * (size.h + SPACE), w, h: size.h, size: size.name, item, gap: index % cols ? SPACE / 2 : area.low ? SPACE : 6 });
  });
  const entries = area.things.slice(shown);
  if (!entries.length) return;
  const last = { x: area.x + ((shown % cols) + 1) * (w + SPACE) - SPACE, y: top + Math.floor(shown / cols) * (size.h + SPACE) };
  leaveOut(scene, `things:${area.machine}`, { x: Math.max(last.x, area.x + 30), y: last.y + size.h / 2 + 4, text: `+${entries.length}`, what: `pods and containers on ${area.machine}`, entries });
}

function placeImages(scene, area, images) {
  const { x, y, w, h, row } = area.images;
  // A disk is one line, an image two; what does not fit is counted on the last row.
  const tall = (image) => (image.disk ? Math.min(row, ROW + 2) : row);
  const ends = [];
  for (const image of images) ends.push((ends.at(-1) ?? 0) + tall(image));
  let shown = images.length;
  if (h < row) shown = 0;
  else if (ends.at(-1) > h) shown = Math.max(ends.filter((end) => end <= h - Math.min(row, ROW)).length, 1);
  images.slice(0, shown).forEach((image, index) => {
    const box = { x, y: y + ends[index] - tall(image), w, h: tall(image) };
    if (image.disk) scene.disks.set(image.key, { ...box, disk: image });
    else scene.images.set(image.key, { ...box, image: image.value });
  });
  if (images.length > shown && shown && ends[shown - 1] + 18 <= h) leaveOut(scene, `images:${area.machine}`, { x: x + w, y: y + ends[shown - 1] + 15, text: `${images.length - shown} more`, what: `images and disks on ${area.machine}`, entries: images.slice(shown) });
}

function placeHub(scene, model, box) {
  scene.hub = box;
  const all = Math.floor((box.h - HEADER - 4) / 40);
  // The note of what is left out has a line of its own.
  const rows = model.hub.length > all ? Math.floor((box.h - HEADER - 24) / 40) : all;
  model.hub.slice(0, rows).forEach((entry, index) => {
    scene.hubRows.set(entry.key, { x: box.x + 10, y: box.y + HEADER + index * 40, w: box.w - 20, h: 38, entry: entry.value });
  });
  if (model.hub.length > rows) leaveOut(scene, "hub", { x: box.x + box.w - 12, y: box.y + box.h - 6, text: `${model.hub.length - rows} more`, what: "images on the hub", entries: model.hub.slice(rows) });
}

function placeTiles(scene, model, room) {
  scene.level = "tiles";
  const n = model.machines.length;
  const zones = new Map();
  for (const machine of model.machines) {
    const zone = machine.value.zone ?? "";
    if (!zones.has(zone)) zones.set(zone, []);
    zones.get(zone).push(machine);
  }
  const label = zones.size > 1 ? 18 : 0;
  let side = Math.floor(Math.sqrt((room.w * (room.h - label * zones.size)) / n));
  const rowsFor = (s) => [...zones.values()].reduce((sum, list) => sum + Math.ceil(list.length / Math.max(1, Math.floor(room.w / s))), 0);
  while (side > 5 && rowsFor(side) * side + zones.size * (label + 6) > room.h) side -= 1;
  side = Math.min(side, 64);
  const cols = Math.max(1, Math.floor(room.w / side));
  let y = room.y;
  scene.tiles = { side, zones: [] };
  for (const [zone, list] of zones) {
    if (label) { scene.tiles.zones.push({ key: zone, x: room.x, y: y + 12, text: `${zone || "no zone"} · ${list.length}` }); y += label; }
    const across = Math.ceil(list.length / Math.ceil(list.length / cols));
    list.forEach((machine, index) => {
      scene.machines.set(machine.key, { x: room.x + (index % across) * side, y: y + Math.floor(index / across) * side, w: side - 2, h: side - 2, tile: true });
    });
    y += Math.ceil(list.length / cols) * side + 6;
  }
  scene.machinesBottom = room.y + room.h;
}
