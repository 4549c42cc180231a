// What the layer explorer knows of an image: rows by scope, as a tree; waste; what two images share.

import { byName } from "../text.js";

/** A row of a layer: {path, type, size, mode, change, text, digest, gone?} with `layer`, its number. */
export function rowsOf(image) {
  return image.layers.flatMap((layer, number) => layer.files.map((row) => ({ ...row, layer: number })));
}

/** The instruction that made a layer, as it was written: without the shell and BuildKit's mark. */
export function instruction(createdBy) {
  return (createdBy || "").replace(/\s*# buildkit( \(.*\))?$/, "").replace(/^RUN (\|\d+ (\S+=\S* )*)?\/bin\/(ba)?sh (-\S+ )*-c /, "RUN ").replace(/^EXPOSE map\[(.*)\]$/, (_, ports) => `EXPOSE ${ports.replace(/:\{\}/g, "")}`).replace(/^EXPOSE \[(.*)\]$/, "EXPOSE $1").replace(/^RUN # debian\.sh.*$/, "Debian's own files").trim();
}

const isThere = (row) => row.change !== "removed";

/** Rows of a scope: "whole", "waste", or the number of a layer; `all`: with what lies below it. */
export function scopeRows(image, scope, all = false) {
  const rows = rowsOf(image);
  if (scope === "whole") return rows.filter((row) => isThere(row) && row.gone == null);
  if (scope === "waste") return rows.filter((row) => row.gone != null && row.size > 0);
  const own = rows.filter((row) => row.layer === scope);
  for (const row of own) if (row.change === "removed") row.lost = lostBy(rows, scope, row.path);
  if (!all) return own;
  const seen = new Set(own.map((row) => row.path));
  const below = rows.filter((row) => row.layer < scope && isThere(row) && (row.gone == null || row.gone > scope) && !seen.has(row.path));
  return [...own, ...below.map((row) => ({ ...row, change: "kept" }))];
}

/** Bytes that a removal hides and that stay in the layers below. */
function lostBy(rows, layer, path) {
  return rows.filter((row) => row.gone === layer && (row.path === path || row.path.startsWith(`${path}/`))).reduce((sum, row) => sum + row.size, 0);
}

/** {added, modified, removed} of a layer; directories are not counted. */
export function counts(layer) {
  const found = { added: 0, modified: 0, removed: 0 };
  for (const row of layer.files) if (row.type !== "dir") found[row.change] += row.files ?? 1;
  return found;
}

/** Differences of two images as a container sees them: rows with change added, removed or modified. */
export function differences(one, other) {
  const before = new Map(scopeRows(one, "whole").map((row) => [row.path, row]));
  const after = new Map(scopeRows(other, "whole").map((row) => [row.path, row]));
  const rows = [];
  for (const [path, row] of after) {
    const old = before.get(path);
    if (!old) rows.push({ ...row, change: "added", of: "other" });
    else if (old.type !== row.type || old.digest !== row.digest || old.target !== row.target || old.mode !== row.mode) rows.push({ ...row, change: "modified", of: "other", before: old.size });
  }
  for (const [path, row] of before) if (!after.has(path)) rows.push({ ...row, change: "removed", lost: row.size, of: "one" });
  return rows;
}

/** Layers side by side: {shared, rows: [[layer | null, layer | null]], bytes} of two images. */
export function sideBySide(one, other) {
  let shared = 0;
  while (shared < Math.min(one.layers.length, other.layers.length) && one.layers[shared].diffID === other.layers[shared].diffID) shared += 1;
  const rows = Array.from({ length: Math.max(one.layers.length, other.layers.length) }, (_, n) => [one.layers[n] ?? null, other.layers[n] ?? null]);
  return { shared, rows, bytes: one.layers.slice(0, shared).reduce((sum, layer) => sum + layer.size, 0) };
}

/** A tree of rows: nodes {name, path, row, children, size, files}; folders of one folder are one node. */
export function treeOf(rows) {
  const root = { name: "", path: "", row: null, children: new Map(), size: 0, files: 0 };
  for (const row of rows) {
    let node = root;
    for (const name of row.path.split("/").filter(Boolean)) {
      if (!node.children.has(name)) node.children.set(name, { name, path: `${node.path}/${name}`, row: null, children: new Map(), size: 0, files: 0 });
      node = node.children.get(name);
    }
    if (!node.row || row.layer >= node.row.layer) node.row = row;
  }
  weigh(root);
  return root;
}

function weigh(node) {
  const own = node.row && node.row.type !== "dir" ? (node.row.change === "removed" ? node.row.lost ?? 0 : node.row.size) : 0;
  node.size = own;
  node.files = node.row && node.row.type !== "dir" ? node.row.files ?? 1 : 0;
  for (const child of node.children.values()) {
    weigh(child);
    node.size += child.size;
    node.files += child.files;
  }
  const list = [...node.children.values()].map(joined);
  node.list = list.sort((a, b) => isFolder(b) - isFolder(a) || isBundle(a) - isBundle(b) || byName(a.name, b.name));
}

/** /usr, /usr/local, /usr/local/lib with nothing else in them are one line: usr/local/lib. */
function joined(node) {
  const [only] = node.list;
  if (!node.path || node.list.length !== 1 || !only.list.length || (node.row && node.row.change === "removed")) return node;
  return { ...only, name: `${node.name}/${only.name}` };
}

const isFolder = (node) => (node.list.length || node.row?.type === "dir" ? 1 : 0);
const isBundle = (node) => (node.row?.type === "bundle" ? 1 : 0);

/** The visible lines: [{node, depth}]; `open` says of a path whether its folder is open. */
export function lines(root, open) {
  const found = [];
  const walk = (node, depth) => {
    for (const child of node.list) {
      found.push({ node: child, depth });
      if (child.list.length && open(child)) walk(child, depth + 1);
    }
  };
  walk(root, 0);
  return found;
}

/** The folders to open at first: all where that is a page or two, else from the top while they fit. */
export function firstOpen(root, most = 48) {
  const open = new Set();
  let queue = root.list, shown = root.list.length;
  while (queue.length) {
    const next = [];
    for (const node of queue) {
      if (!node.list.length || shown + node.list.length > most) continue;
      open.add(node.path);
      shown += node.list.length;
      next.push(...node.list);
    }
    queue = next;
  }
  return open;
}

/** The official image of the hub on whose layers an image stands: {name, layers: how many}, or null. */
export function baseOf(image, view) {
  let best = null;
  for (const entry of view.kind("hub").values()) {
    const count = entry.layers.length;
    if (!entry.official || count >= image.layers.length || count <= (best?.layers ?? 0)) continue;
    if (entry.layers.every((layer, n) => layer.digest === image.layers[n].digest)) best = { name: `${entry.repo}:${entry.tag}`, layers: count };
  }
  return best;
}

/** Only rows whose path has `text` in it. */
export function filtered(rows, text) {
  const wanted = text.trim().toLowerCase();
  return wanted ? rows.filter((row) => row.path.toLowerCase().includes(wanted)) : rows;
}
