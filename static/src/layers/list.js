// The layers of an image as a list, in the order of its Dockerfile; lines that made no files between.

import { el, put, words } from "../dom.js";
import { faces } from "../faces.js";
import { icon } from "../icons.js";
import { plural, shortDigest, size } from "../text.js";
import { baseOf, counts, instruction, rowsOf, scopeRows } from "./model.js";

const STATE = { cached: "from the cache", done: "built", running: "runs", error: "failed" };

function changes(layer) {
  const { added, modified, removed } = counts(layer);
  const parts = [added && ["added", `+${added}`], modified && ["modified", `~${modified}`], removed && ["removed", `−${removed}`]].filter(Boolean);
  return el("span", { class: "layer-counts", title: [added && plural(added, "file added", "files added"), modified && `${modified} changed`, removed && `${removed} removed`].filter(Boolean).join(", ") },
    ...parts.map(([kind, text]) => el("span", { "data-change": kind }, text)));
}

/** Why a layer was built or not: from the newest build of this very image, else of this layer. */
export function reasonOf(view, digest, imageId = "") {
  const made = (build) => Number(Boolean(imageId) && build.image === imageId);
  const builds = [...view.kind("build").values()].sort((a, b) => made(b) - made(a) || b.started_us - a.started_us);
  for (const build of builds) {
    const step = build.steps.find((one) => one.digest === digest && digest);
    if (step) return { build, step, word: STATE[step.state] ?? step.state, why: step.state === "cached" ? "" : step.why ?? "" };
  }
  return null;
}

function layerRow(image, number, most, view) {
  const layer = image.layers[number];
  const reason = reasonOf(view, layer.digest, image.id);
  const by = layer.writable ? "What this container wrote itself" : instruction(layer.createdBy) || "unknown";
  const bar = el("span", { class: "layer-bar", "aria-hidden": "true" }, el("span"));
  bar.firstChild.style.setProperty("inline-size", `${Math.max(layer.size / most, layer.size ? 0.02 : 0) * 100}%`);
  return el("button", { class: "layer", type: "button", "data-scope": String(number), title: by },
    layer.digest ? faces([layer.digest]) : el("span", { class: "faces" }, el("span", { class: "face face-own" })),
    el("code", { class: "layer-by" }, by), el("span", { class: "layer-bytes" }, size(layer.size)),
    el("span", { class: "layer-notes" }, bar, changes(layer), layer.digest ? el("code", {}, shortDigest(layer.digest, 8)) : "lost when the container is removed",
      layer.hides ? el("strong", { class: "layer-hides" }, `hides ${size(layer.hides)} below`) : null,
      reason ? el("span", { class: "layer-why", "data-state": reason.step.state, title: reason.why }, reason.why ? `${reason.word}: ${reason.why}` : reason.word) : null));
}

function whole(image) {
  const files = scopeRows(image, "whole").reduce((sum, row) => sum + (row.type === "dir" ? 0 : row.files ?? 1), 0);
  return el("button", { class: "layer layer-whole", type: "button", "data-scope": "whole" }, el("span", { class: "faces", "aria-hidden": "true" }, icon("layers")),
    el("span", { class: "layer-by" }, image.container ? "All that the container sees" : "All layers together", el("span", { class: "layer-files" }, plural(files, "file"))), el("span", { class: "layer-bytes" }, size(image.size - image.wasted)));
}

function waste(image) {
  const files = rowsOf(image).filter((row) => row.gone != null && row.size > 0).length;
  return el("button", { class: "layer layer-waste", type: "button", "data-scope": "waste" }, el("span", { class: "waste-mark", "aria-hidden": "true" }),
    el("span", { class: "layer-by" }, "Wasted", el("span", { class: "layer-files" }, plural(files, "file"))), el("span", { class: "layer-bytes" }, size(image.wasted)), el("span", { class: "layer-notes" }, "hidden by a later layer, stored all the same"));
}

/** The layers of the image that this one is made from, as one line that opens. */
function baseRow(image, base, toggle) {
  const bytes = image.layers.slice(0, base.layers).reduce((sum, layer) => sum + layer.size, 0);
  return el("button", { class: "layer layer-base", type: "button", "aria-expanded": "false", on: { click: toggle } }, el("span", { class: "layer-twist", "aria-hidden": "true" }, "▸"),
    el("span", { class: "layer-by" }, `FROM ${base.name}`), el("span", { class: "layer-bytes" }, size(bytes)), el("span", { class: "layer-notes" }, faces(image.layers.slice(0, base.layers).map((layer) => layer.digest)), plural(base.layers, "layer")));
}

const isOpen = new Set();

/** Fill `parent` with the rows of an image; choose(scope) is called on choice. One Tab stop, arrow keys. */
export function createList(parent, choose) {
  let buttons = [];

  function mark(scope) {
    const wanted = String(scope);
    for (const button of buttons) put(button, { "aria-pressed": String(button.dataset.scope === wanted), tabindex: button.dataset.scope === wanted ? "0" : "-1" });
    const chosen = buttons.find((button) => button.dataset.scope === wanted);
    if (chosen?.closest("[hidden]")) parent.querySelector(".layer-base").click();
    chosen?.scrollIntoView({ block: "nearest" });
  }
  const scopeOf = (button) => (/^\d+$/.test(button.dataset.scope) ? Number(button.dataset.scope) : button.dataset.scope);

  parent.addEventListener("click", (event) => {
    const button = event.target.closest("[data-scope]");
    if (button) choose(scopeOf(button));
  });
  parent.addEventListener("keydown", (event) => {
    const all = [...parent.querySelectorAll(".layer")].filter((button) => !button.closest("[hidden]"));
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = all[Math.max(0, Math.min(to, all.length - 1))];
    if (next.dataset.scope) choose(scopeOf(next));
    next.focus();
  });

  function rows(image, view) {
    const most = Math.max(...image.layers.map((layer) => layer.size), 1);
    const found = image.history.map((line, n) => [line.layer ?? -1 - n, line.layer == null
      ? el("li", { class: "layer-none", title: line.createdBy }, el("code", {}, instruction(line.createdBy)), el("span", {}, "no files"))
      : el("li", {}, layerRow(image, line.layer, most, view))]);
    const told = new Set(image.history.map((line) => line.layer));
    image.layers.forEach((layer, number) => { if (!told.has(number)) found.push([number, el("li", {}, layerRow(image, number, most, view))]); });
    return found;
  }

  return {
    mark,
    show(image, view) {
      const focused = buttons.includes(document.activeElement);
      const base = baseOf(image, view), found = rows(image, view);
      const items = found.map(([, item]) => item);
      if (base) {
        // The base's own history ends where the first layer above it begins, or with its last line.
        const end = found.findIndex(([number]) => number >= base.layers);
        const upTo = view.get(`hub/${base.name}`) ? lastOfBase(found, base.layers, end) : end;
        const under = items.slice(0, upTo);
        const toggle = (event) => {
          const on = under[0].hidden;
          if (on) isOpen.add(base.name); else isOpen.delete(base.name);
          for (const item of under) item.hidden = !on;
          const button = event?.currentTarget ?? head;
          button.setAttribute("aria-expanded", String(on));
          words(button.firstChild, on ? "▾" : "▸");
        };
        const head = baseRow(image, base, toggle);
        for (const item of under) item.hidden = true;
        if (isOpen.has(base.name)) toggle();
        items.unshift(el("li", {}, head));
      }
      for (const mount of image.mounts) items.push(el("li", { class: "layer-none" }, el("code", {}, mount.path), el("span", {}, `${mount.type} ${mount.type === "volume" ? mount.source : ""}: in no layer`)));
      if (image.wasted) items.push(el("li", {}, waste(image)));
      parent.replaceChildren(el("ol", { class: "layer-rows" }, el("li", {}, whole(image)), ...items));
      buttons = [...parent.querySelectorAll("[data-scope]")];
      return focused;
    },
    focus: () => buttons.find((button) => button.tabIndex === 0)?.focus({ preventScroll: true }),
  };
}

/** Where the base's lines end: settings right after its last layer are its own up to its CMD. */
function lastOfBase(found, layers, end) {
  const last = found.findLastIndex(([number]) => number >= 0 && number < layers);
  const between = found.slice(last + 1, end < 0 ? found.length : end);
  const starts = (word) => between.findIndex(([, item]) => item.textContent.startsWith(word));
  const command = starts("CMD") < 0 ? starts("ENTRYPOINT") : starts("CMD");
  return last + 1 + (command < 0 ? 0 : command + 1);
}

const cell = (layer) => (layer ? el("td", {}, faces([layer.digest]), " ", el("code", { title: layer.createdBy }, instruction(layer.createdBy) || "unknown"), el("span", { class: "layer-bytes" }, size(layer.size))) : el("td", {}, "–"));

/** Two images' layers side by side, for a comparison: what they share, then what differs. */
export function pairs({ shared, rows, bytes }, names) {
  const alike = rows.slice(0, shared).map(([one]) => one);
  const line = ([one, other]) => {
    const same = one && other && one.diffID === other.diffID;
    const word = same ? "the same content, on other layers: the hub keeps it once" : "differs";
    return el("tr", { "data-same": same || null, title: word }, el("th", { scope: "row" }, el("span", { "aria-hidden": "true" }, same ? "≈" : "≠"), el("span", { class: "only-read" }, word)), cell(one), cell(other));
  };
  return el("div", {},
    el("p", { class: "note-line" }, shared ? `The first ${plural(shared, "layer is", "layers are")} the same: ${size(bytes)} that a machine keeps, and a link carries, only once.` : "They share no layer at their bottom."),
    shared ? el("details", { class: "pair-shared" }, el("summary", {}, faces(alike.map((layer) => layer.digest)), ` ${plural(shared, "layer")} in both`),
      el("ul", { class: "about-life" }, ...alike.map((layer) => el("li", {}, faces([layer.digest]), " ", el("code", {}, instruction(layer.createdBy)), ` ${size(layer.size)}`)))) : null,
    shared < rows.length ? el("table", { class: "pair-table" }, el("caption", { class: "only-read" }, "Layers that differ"),
      el("thead", {}, el("tr", {}, el("td"), ...names.map((name) => el("th", { scope: "col" }, name)))), el("tbody", {}, ...rows.slice(shared).map(line))) : null);
}
