// The stage: the lab drawn. Takes frames in, lays out, draws once a picture frame, moves what moves.

import { el, mayMove, put, style, svg, words } from "../dom.js";
import { clockText, plural } from "../text.js";
import { layout } from "./layout.js";
import { stageModel } from "./model.js";
import { createMachines } from "./machines.js";
import { createThings } from "./things.js";
import { createVms } from "./vms.js";
import { createDisks } from "./disks.js";
import { createHub, createImages } from "./images.js";
import { createTraffic } from "./traffic.js";
import { createControl } from "./control.js";
import { createCables, createTravellers } from "./cables.js";
import { createRequests } from "./requests.js";
import { createHits } from "./hits.js";
import { createMore } from "./more.js";
import { createMenu } from "./menu.js";
import { createPath } from "./path.js";
import { setLeastSize } from "./shapes.js";

const KINDS = ["machine", "vm", "container", "pod", "image", "hub", "transfer", "service", "client", "flow", "loop", "workload", "hpa", "queue", "usage", "claim", "volume"];
/** Scale at which the smallest text of a beamer's stage has 24 pixels. */
const BEAMER = 2.2;
const LAYERS = ["cables", "machines", "images", "flows", "tray", "things", "places", "control", "hub", "motion", "heads"];

/** Draw the lab into `element`. */
export function mount(element, bus) {
  const title = svg("title", { id: "stage-title" }, "The lab");
  const drawing = svg("svg", { class: "drawing", role: "img", "aria-labelledby": "stage-title" }, title);
  const g = Object.fromEntries(LAYERS.map((name) => [name, svg("g", { class: `layer-${name}` })]));
  drawing.append(...LAYERS.map((name) => g[name]));
  const hitsLayer = el("div", { class: "hits", role: "group", "aria-label": "Objects on the stage. Arrow keys move, Enter opens what can be done." });
  element.append(drawing, hitsLayer);

  const syncs = [createCables(g.cables), createMachines(g.machines, g.heads), createImages(g.images), createDisks(g.images), createThings(g.things),
    createTraffic(g.flows, g.places), createControl(g.control, g.tray), createHub(g.hub), createMore(g.places)];
  const syncVms = createVms(g.things);
  const travellers = createTravellers(g.motion);
  const requests = createRequests(g.motion);
  const menu = createMenu(element, bus);
  const hits = createHits(hitsLayer, bus, menu);

  let zoom = null, dirty = true, scene = null, model = null, moving = false, asleep = true;
  let samples = [], seen = {};

  function wake() {
    if (!asleep) return;
    asleep = false;
    requestAnimationFrame(draw);
  }

  function draw(now) {
    if (dirty) render();
    if (samples.length && scene) { requests.add(samples, scene, bus.clock); samples = []; }
    const still = bus.clock.paused || !bus.clock.live;
    const going = [travellers.move(mayMove() && !still, bus.clock.now()) && !still, requests.move(now, still) && !still];
    const booting = model && [...bus.view.kind("vm").values()].some((vm) => vm.state === "booting");
    if (booting && !still) syncVms(scene, bus.clock.now());
    moving = going.some(Boolean) || (booting && !still);
    if (moving || dirty) requestAnimationFrame(draw);
    else asleep = true;
  }

  function render() {
    dirty = false;
    const scale = Number(getComputedStyle(document.documentElement).getPropertyValue("--stage-scale")) || 1;
    if (element.clientWidth < 40 || element.clientHeight < 40) return;
    const compact = document.documentElement.dataset.mode === "projector" && element.clientHeight < 620;
    model = { ...stageModel(bus.view, { all: zoom !== null }), compact };
    put(drawing, { "data-compact": compact || null });
    setLeastSize(compact ? 12.5 : 0);
    if (zoom && !bus.view.get(`machine/${zoom}`)) zoom = null;
    const beamer = scale > 1 ? Math.max(scale, Math.min(BEAMER, element.clientWidth / 950)) : scale;
    const shrunk = arrange(compact ? Math.max(scale, BEAMER) : beamer);
    if (scene.width !== seen.width || scene.height !== seen.height) { requests.clear(); seen = scene; }
    put(drawing, { viewBox: `0 0 ${scene.width} ${scene.height}`, "data-level": scene.level });
    style(hitsLayer, "transform", shrunk === 1 ? "none" : `scale(${shrunk})`);
    for (const sync of syncs) sync(scene, model);
    syncVms(scene, bus.clock.now());
    travellers.sync(scene, model);
    hits.sync(scene, model);
    summarise();
  }

  /** Lay out at the wished scale; in a room too small for it, at the largest that leaves machines usable. */
  function arrange(wished) {
    const [width, height] = [element.clientWidth, element.clientHeight];
    const roomy = Math.min(1.35, width / 1100, height / 520);
    if (roomy > 1.02 && wished === 1) {
      scene = layout(model, width / roomy, height / roomy, zoom);
      const large = [...scene.items.values()].every((box) => !["c", "s", "xs"].includes(box.size));
      if (large && scene.level !== "tiles" && !scene.more.length) return roomy;
    }
    for (let scale = wished; ; scale *= 0.96) {
      scene = layout(model, width / scale, height / scale, zoom);
      const lowest = Math.min(...[...scene.machines.values()].map((box) => (box.tile ? Infinity : Math.min(box.h, box.w * 0.8))));
      // A beamer's larger scale is given up as far as it would leave pods without their names.
      const nameless = wished > 1 && scale > 1.02 && [...scene.items.values()].some((box) => box.size === "xs");
      // The strata of a virtual machine need a line each.
      const flat = model.compact && [...scene.items.values()].some((box) => box.size === "vm" && box.h < 128);
      if ((lowest >= (model.compact ? 77 : 118) && !nameless && !flat) || scale < 0.74) return scale;
    }
  }

  let spoken = 0;
  function summarise() {
    if (performance.now() - spoken < 1000) return;
    spoken = performance.now();
    const lost = model.machines.filter(({ value }) => value.power === "off" || /NotReady/.test(value.state ?? ""));
    const things = [...model.things.values()].flat();
    const running = things.filter((thing) => thing.shape === "running").length;
    words(title, [`The lab at ${clockText(bus.clock.now()).slice(0, -2)}`, plural(model.machines.length, "machine"),
      lost.length ? `${lost.map(({ value }) => value.name).slice(0, 5).join(", ")} lost` : "", `${running} of ${plural(things.length, "pod or container", "pods and containers")} running`,
      model.pending.length ? `${plural(model.pending.length, "pod")} waiting for a machine` : "", model.transfers.length ? `${plural(model.transfers.length, "image")} on the way` : "",
      "The Table tab has the same in words"].filter(Boolean).join(". "));
  }

  function redraw() { dirty = true; wake(); }

  /** Fill the stage with one machine; null goes back to all of them. */
  bus.zoom = (name) => {
    zoom = name;
    requests.clear();
    element.classList.add("zooming");
    redraw();
    setTimeout(() => element.classList.remove("zooming"), 60);
    bus.emit("zoom", { machine: name });
    bus.emit("say", { text: name ? `Zoomed in on ${name}` : "All machines" });
  };
  bus.focusStage = () => hits.focus();

  createPath(document.querySelector("[data-part=path]"), bus);
  bus.on("frame", ({ kinds, requests: list }) => {
    if (list.length && !document.hidden) { samples.push(...list); wake(); }
    if (KINDS.some((kind) => kinds.has(kind))) redraw();
  });
  bus.on("select", redraw);
  bus.on("resize", redraw);
  bus.on("link", redraw);
  addEventListener("drydock:looks", () => setTimeout(redraw, 0));
  addEventListener("keydown", (event) => { if (event.key === "Escape" && zoom && element.parentElement.contains(document.activeElement) && !menu.isOpen()) bus.zoom(null); });
  new ResizeObserver(redraw).observe(element);
  document.fonts?.ready.then(redraw);
}
