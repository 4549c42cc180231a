// A tree of files of any size: only the lines in sight are in the page. One Tab stop; arrow keys
// move and open, as in every tree.

import { el, Keyed, put, style, words } from "../dom.js";
import { paint } from "../faces.js";
import { plural, size } from "../text.js";
import { firstOpen, lines } from "./model.js";

const MARKS = { added: ["+", "added"], modified: ["~", "changed"], removed: ["−", "removed"], kept: ["", ""] };
const SPARE = 8;

/** A tree within `parent`: {show(root, {digestOf}), chosen(), focus()}; chosen(node) is called on choice. */
export function createTree(parent, { label, choose }) {
  const spacer = el("div", { class: "tree-spacer", role: "presentation" });
  const box = el("div", { class: "tree", role: "tree", tabindex: "0", "aria-label": label }, spacer);
  parent.append(box);
  let root = null, rows = [], open = new Set(), at = 0, chosen = null, digestOf = () => null, marked = true;

  const height = () => Number.parseFloat(getComputedStyle(box).getPropertyValue("--tree-row")) || 24;
  const nodes = new Keyed(spacer,
    () => el("div", { class: "tree-row", role: "treeitem" }, el("span", { class: "tree-twist", "aria-hidden": "true" }), el("span", { class: "tree-mark" }), el("span", { class: "tree-name" }), el("span", { class: "tree-note" }), el("span", { class: "tree-size" }), el("span", { class: "face", "aria-hidden": "true" })),
    (node, { line, index, top }) => {
      const { node: file, depth } = line;
      const [twist, mark, name, note, bytes, square] = node.children;
      const folder = file.list.length > 0;
      node.index = index;
      style(node, "top", `${top}px`);
      style(node, "--depth", String(depth));
      const change = file.row?.change;
      put(node, { id: `tree-${index}`, "aria-level": String(depth + 1), "aria-expanded": folder ? String(open.has(file.path)) : null, "aria-selected": String(chosen === file.path),
        "data-at": index === at || null, "data-change": marked ? change ?? null : null, "aria-setsize": String(rows.length), "aria-posinset": String(index + 1) });
      words(twist, folder ? (open.has(file.path) ? "▾" : "▸") : "");
      words(mark, marked && change && file.row.type !== "dir" ? MARKS[change][0] : "");
      put(mark, { "aria-label": mark.textContent ? MARKS[change][1] : null, role: mark.textContent ? "img" : null });
      words(name, nameOf(file, folder));
      words(note, file.row?.type === "link" ? `→ ${file.row.target}` : folder && !open.has(file.path) ? plural(file.files, "file") : "");
      words(bytes, file.size ? size(file.size) : file.row?.type === "file" ? "0 B" : "");
      const digest = digestOf(file.row);
      square.hidden = !digest;
      if (digest) paint(square, digest);
    });

  function nameOf(file, folder) {
    if (file.row?.type === "bundle") return `… ${plural(file.row.files ?? 0, "more file")}`;
    return `${file.name}${folder || file.row?.type === "dir" ? "/" : ""}`;
  }

  function draw() {
    const tall = height();
    style(spacer, "height", `${rows.length * tall}px`);
    const first = Math.max(0, Math.floor(box.scrollTop / tall) - SPARE);
    const last = Math.min(rows.length, Math.ceil((box.scrollTop + (box.clientHeight || 400)) / tall) + SPARE);
    const shown = [];
    for (let index = first; index < last; index += 1) shown.push([index, { line: rows[index], index, top: index * tall }]);
    nodes.sync(shown);
    put(box, { "aria-activedescendant": rows.length ? `tree-${at}` : null });
  }

  function reflow() {
    rows = root ? lines(root, (node) => open.has(node.path)) : [];
    at = Math.min(at, Math.max(rows.length - 1, 0));
    draw();
  }

  function go(index) {
    if (!rows.length) return;
    at = Math.max(0, Math.min(index, rows.length - 1));
    const tall = height();
    if (at * tall < box.scrollTop) box.scrollTop = at * tall;
    else if ((at + 1) * tall > box.scrollTop + box.clientHeight) box.scrollTop = (at + 1) * tall - box.clientHeight;
    draw();
  }

  function flip(node, on = !open.has(node.path)) {
    if (on) open.add(node.path);
    else open.delete(node.path);
    reflow();
  }

  function take(node) {
    chosen = node.path;
    draw();
    choose(node);
  }

  const parentOf = (index) => { let up = index - 1; while (up >= 0 && rows[up].depth >= rows[index].depth) up -= 1; return up; };

  box.addEventListener("keydown", (event) => {
    const line = rows[at];
    if (!line || event.altKey || event.ctrlKey || event.metaKey) return;
    const folder = line.node.list.length > 0, isOpen = open.has(line.node.path);
    const page = Math.max(1, Math.floor(box.clientHeight / height()) - 1);
    const act = {
      ArrowDown: () => go(at + 1), ArrowUp: () => go(at - 1), Home: () => go(0), End: () => go(rows.length - 1),
      PageDown: () => go(at + page), PageUp: () => go(at - page),
      ArrowRight: () => (folder && !isOpen ? flip(line.node, true) : folder && go(at + 1)),
      ArrowLeft: () => (folder && isOpen ? flip(line.node, false) : parentOf(at) >= 0 && go(parentOf(at))),
      Enter: () => { take(line.node); if (folder) flip(line.node); }, " ": () => take(line.node),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  box.addEventListener("click", (event) => {
    const row = event.target.closest(".tree-row");
    if (!row) return;
    at = row.index;
    const { node } = rows[at];
    if (node.list.length) flip(node);
    take(node);
  });
  box.addEventListener("scroll", draw, { passive: true });
  new ResizeObserver(draw).observe(box);

  return {
    /** Show a tree; keep: it is the same one with other contents, so what is open stays open. */
    show(next, { faces = () => null, marks = true, keep = false } = {}) {
      root = next;
      digestOf = faces;
      marked = marks;
      if (!keep) { open = firstOpen(root); at = 0; chosen = null; box.scrollTop = 0; }
      reflow();
    },
    count: () => rows.length,
    focus: () => box.focus(),
  };
}
