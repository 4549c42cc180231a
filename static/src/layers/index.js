// The layer explorer: a zoom of the stage into one image or container. Which instruction made which
// layer, which file came from which, what is wasted, what two images share, and the text of files.

import { el, put, words } from "../dom.js";
import { faces } from "../faces.js";
import { byName, plural, shortDigest, shortImage, size } from "../text.js";
import { createList, pairs } from "./list.js";
import { differences, filtered, instruction, rowsOf, scopeRows, sideBySide, treeOf } from "./model.js";
import { createTree } from "./tree.js";

const mode = (bits) => (bits ?? 0).toString(8).padStart(4, "0");
const share = (part, whole) => (whole ? `${Number(((100 * part) / whole).toFixed(1))} %` : "0 %");

/** Build the explorer within `place`; returns {open(target), hide()}; closed() is called when the student is done. target: {machine, image | container, layer?}. */
export function createExplorer(place, bus, closed) {
  const back = el("button", { class: "button button-small", type: "button", on: { click: () => close() } }, "← Stage");
  const title = el("h2", { class: "looks-title", tabindex: "-1" });
  const figures = el("dl", { class: "layers-figures" });
  const other = el("select", { class: "field layers-other", "aria-label": "Compare with another image" });
  const list = el("div", { class: "layers-list", role: "group", "aria-label": "Layers, the base first" });
  const scopeTitle = el("p", { class: "layers-scope" });
  const filter = el("input", { class: "field layers-filter", type: "search", placeholder: "Find a file", "aria-label": "Find a file by its path", autocomplete: "off", spellcheck: "false" });
  const below = el("label", { class: "layers-below" }, el("input", { type: "checkbox" }), " and what is below");
  const treePlace = el("div", { class: "layers-tree" });
  const nothing = el("p", { class: "empty", hidden: true });
  const about = el("div", { class: "layers-about", role: "region", "aria-label": "The chosen file", tabindex: "0", hidden: true });
  const element = el("section", { class: "layers", "aria-label": "Layer explorer", hidden: true },
    el("div", { class: "looks-head" }, back, title, figures, other), list,
    el("div", { class: "layers-files" }, el("div", { class: "layers-tools" }, scopeTitle, below, filter), treePlace, nothing, about));
  place.append(element);

  const layers = createList(list, (scope) => choose(scope));
  const tree = createTree(treePlace, { label: "Files", choose: (node) => tell(node) });
  let target = null, image = null, compared = null, scope = "whole", text = "", timer = null;

  const asked = (at) => new URLSearchParams({ machine: at.machine, [at.container ? "container" : "image"]: at.container ?? at.image, token: bus.lab.token });
  async function get(at, path = "", more = {}) {
    const query = asked(at);
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    const answer = await fetch(`${bus.lab.api_url}/images${path}?${query}`).catch(() => null);
    return answer?.ok ? answer.json() : null;
  }

  async function open(next) {
    target = next;
    compared = null;
    scope = "whole";
    filter.value = "";
    element.hidden = false;
    await load(true);
    if (!image) return;
    const wanted = next.layer ? image.layers.findIndex((layer) => layer.digest === next.layer) : -1;
    choose(wanted >= 0 ? wanted : "whole");
    title.focus({ preventScroll: true });
    bus.emit("say", { text: `${name()}: ${plural(image.layers.length, "layer")}, ${size(image.size)}` });
  }

  /** The kubelet's containers are named k8s_CONTAINER_POD_NAMESPACE_UID_N. */
  const name = () => (image.container?.startsWith("k8s_") ? `pod ${image.container.split("_")[2]}` : image.container ? `container ${image.container}` : shortImage(image.tags[0] ?? shortDigest(image.id, 12)));

  async function load(first = false) {
    const mine = target;
    const told = await get(mine);
    if (mine !== target || element.hidden) return;
    if (!told) {
      if (first) { image = null; words(title, mine.container ?? mine.image); figures.replaceChildren(); list.replaceChildren(); missing("It is not on this machine any more."); }
      return;
    }
    const fresh = JSON.stringify(told);
    if (fresh === text && !first) return;
    text = fresh;
    image = told;
    head();
    if (layers.show(image, bus.view)) layers.focus();
    if (!first) choose(scope === "waste" && !image.wasted ? "whole" : scope, true);
  }

  function head() {
    title.replaceChildren(el("span", { class: "layers-name" }, name()), el("span", { class: "looks-where" }, `on ${image.machine} · ${image.arch}`));
    const figure = (label, value, note) => el("div", note ? { title: note } : {}, el("dt", {}, label), el("dd", {}, value));
    figures.replaceChildren(figure("Size", size(image.size)), figure("Wasted", `${size(image.wasted)}`, "Files that a later layer replaces or removes: still stored, still sent"),
      figure("Efficiency", share(image.size - image.wasted, image.size), "The share of the bytes that can be seen"));
    offers();
  }

  function offers() {
    const own = `${image.machine}\n${image.id}`;
    const options = [...bus.view.kind("image").values()].filter((one) => `${one.machine}\n${one.id}` !== own)
      .map((one) => [`${one.machine}\n${one.id}`, `${shortImage(one.tags?.[0] ?? `<none> ${shortDigest(one.id, 6)}`)} on ${one.machine}`]).sort(([, a], [, b]) => byName(a, b));
    const kept = compared ? other.value : "";
    other.replaceChildren(new Option("Compare with …", ""), ...options.map(([value, label]) => new Option(label, value)));
    other.value = kept;
    other.hidden = !options.length || Boolean(image.container);
  }

  /** Show the files of a scope; keep: the same scope with what it holds now. */
  function choose(next, keep = false) {
    scope = next;
    if (compared) return;
    layers.mark(scope);
    const layer = typeof scope === "number" ? image.layers[scope] : null;
    below.hidden = !layer;
    scopeTitle.replaceChildren(...(layer ? [layer.digest ? faces([layer.digest]) : "", el("code", {}, layer.writable ? "written by the container" : instruction(layer.createdBy))]
      : [scope === "waste" ? "Files that a later layer hides" : image.container ? "What the container sees" : "What a container sees"]));
    const all = scopeRows(image, scope, below.firstChild.checked);
    const rows = filtered(all, filter.value);
    const marks = Boolean(layer);
    tree.show(treeOf(rows), { keep, marks, faces: (row) => (layer && !below.firstChild.checked ? null : row && row.type !== "dir" && row.change !== "removed" ? image.layers[row.layer].digest : null) });
    treePlace.hidden = !rows.length;
    missing(rows.length ? "" : all.length ? `No path has “${filter.value}” in it.` : "This layer changed no files.");
    if (!keep) about.hidden = true;
  }

  function missing(why) {
    words(nothing, why);
    nothing.hidden = !why;
    if (why) treePlace.hidden = true;
  }

  async function compare() {
    const [machine, id] = other.value.split("\n");
    compared = id ? await get({ machine, image: id }) : null;
    about.hidden = true;
    filter.value = "";
    put(list, { tabindex: compared ? "0" : null });
    if (!compared) { layers.show(image, bus.view); choose(scope); return; }
    const both = sideBySide(image, compared);
    const names = [name(), shortImage(compared.tags[0] ?? shortDigest(compared.id, 12))];
    if (names[0] === names[1]) { names[0] += ` (${image.machine})`; names[1] += ` (${compared.machine})`; }
    list.replaceChildren(pairs(both, names));
    list.scrollTop = 0;
    below.hidden = true;
    words(scopeTitle, `${names[1]} against ${names[0]}`);
    difference();
  }

  function difference() {
    const all = differences(image, compared), rows = filtered(all, filter.value);
    tree.show(treeOf(rows), { faces: (row) => (row && row.type !== "dir" ? (row.of === "one" ? image : compared).layers[row.layer].digest : null) });
    treePlace.hidden = !rows.length;
    missing(rows.length ? "" : all.length ? `No path has “${filter.value}” in it.` : "A container sees the same files in both.");
  }

  /** Tell what is known of the chosen file: its layers, what hides it, its text. */
  async function tell(node) {
    const row = node.row;
    about.hidden = !row || row.type === "dir";
    if (about.hidden) return;
    const of = row.of === "other" ? compared : image;
    const at = row.of === "other" ? { machine: compared.machine, image: compared.id } : target;
    const where = row.type === "bundle" ? `${row.path.replace(/\/\*[0-9a-f]+$/, "")}/…` : row.path;
    const facts = [row.type === "link" ? `link to ${row.target}` : null, row.change === "removed" ? null : size(row.size), row.change === "removed" ? null : `mode ${mode(row.mode)}`].filter(Boolean).join(" · ");
    const out = el("pre", { class: "layers-text", hidden: true });
    about.replaceChildren(el("p", { class: "about-path" }, el("code", {}, where), " ", el("span", { class: "about-facts" }, facts)), lifeOf(of, row), out);
    if (!row.text) return;
    const file = await get(at, "/file", { layer: row.layer, path: row.path });
    if (file?.text == null) return;
    words(out, file.text);
    out.hidden = !file.text;
  }

  /** A file's life over the layers, in words. */
  function lifeOf(of, row) {
    const lines = [];
    const by = (number) => [of.layers[number].digest ? faces([of.layers[number].digest]) : "", " ", el("code", {}, of.layers[number].writable ? "the container" : instruction(of.layers[number].createdBy))];
    const rows = rowsOf(of);
    for (const one of rows.filter((other_) => other_.path === row.path)) {
      const verb = { added: "Added by", modified: "Written again by", removed: "Removed by" }[one.change];
      lines.push(el("li", {}, `${verb} `, ...by(one.layer), one.change === "removed" ? "" : `, ${size(one.size)}`, one.gone != null && one.size ? el("strong", { class: "layer-hides" }, ` hidden later, ${size(one.size)} wasted`) : ""));
      const own = rows.some((later) => later.path === row.path && later.layer === one.gone);
      if (one.gone != null && !own) lines.push(el("li", {}, "Removed, with its folder, by ", ...by(one.gone)));
    }
    return el("ul", { class: "about-life" }, ...lines);
  }

  function hide() {
    element.hidden = true;
    target = null;
  }
  function close() { hide(); closed(); }

  filter.addEventListener("input", () => (compared ? difference() : choose(scope)));
  below.addEventListener("change", () => choose(scope));
  other.addEventListener("change", compare);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (filter.value && event.target === filter) { filter.value = ""; if (compared) difference(); else choose(scope); } else close();
  });
  bus.on("frame", ({ kinds }) => {
    if (element.hidden || !image || compared || !["image", "container", "job", "build"].some((kind) => kinds.has(kind))) return;
    if (kinds.has("image")) offers();
    timer ??= setTimeout(() => { timer = null; if (target && !compared) load(); }, 800);
  });
  return { open, hide };
}
