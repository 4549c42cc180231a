// Pods and containers: one box each, whose outline and glyph say its state and whose squares are its image.

import { Keyed, put, style, svg, words } from "../dom.js";
import { syncFaces } from "../faces.js";
import { briefImage, duration, memory, podSuffix, shortImage } from "../text.js";
import { firstFit, fit, glyph, setGlyph, textWidth } from "./shapes.js";

function create(key, { item }) {
  return svg("g", { class: `thing thing-${item.kind}` }, svg("rect", { class: "thing-box", rx: 6 }), glyph(),
    svg("text", { class: "t-name" }), svg("text", { class: "t-sub" }), svg("text", { class: "t-sub t-mono" }), svg("g", { class: "thing-faces" }), svg("g", { class: "thing-queue" }));
}

/** Shorter words for narrow boxes, by the word they stand for. */
const BRIEF = { ContainerCreating: "creating", CrashLoopBackOff: "crash loop", ImagePullBackOff: "no image", ErrImagePull: "no image", Terminating: "ending", Completed: "done" };
const brief = (word) => BRIEF[word] ?? word.replace(/^Exited \((\d+)\)$/, "exit $1");

/** The network that somebody made for a container, if it is on one. */
const networkOf = (value) => (value.networks ?? []).find((name) => !["bridge", "host", "none"].includes(name));

/** Second line: the state if it is not the usual one, else what tells this one from its siblings. */
function secondLine(item) {
  const calm = item.shape === "running" || item.shape === "done";
  if (!calm) return { texts: [item.word, brief(item.word)], mono: false };
  if (item.kind === "pod") return { texts: [item.value.restarts ? `${podSuffix(item.value.name)} ↻${item.value.restarts}` : podSuffix(item.value.name)], mono: true };
  if (item.shape === "done") return { texts: [item.word, brief(item.word)], mono: false };
  const image = shortImage(item.value.image), network = networkOf(item.value);
  return { texts: [network && `${image} · ${network}`, network && `${briefImage(image)} · ${network}`, image, briefImage(image)].filter(Boolean), mono: false };
}

function update(node, { x, y, w, h, size, item }) {
  const [box, mark, name, sub, extra, faces, queue] = node.children;
  put(node, { "data-shape": item.shape, "data-size": size, "data-dark": item.dark || null });
  style(node, "transform", `translate(${x}px, ${y}px)`);
  put(box, { width: w, height: h, rx: item.kind === "pod" ? 11 : 4 });
  const small = size === "s", tiny = size === "xs", big = size === "xl", close = size === "c";
  setGlyph(mark, item.shape, tiny ? w / 2 - 6 : w - 18, tiny || small ? h / 2 - 6 : close ? 4 : 6);
  const second = secondLine(item);
  const calm = item.shape === "running" || item.shape === "done";
  // Where a name does not fit it is smaller, and its end stays: worker-b and worker-c differ there.
  const tight = textWidth(item.title, 12.5, 600) > w - (small ? 24 : close ? 27 : 30);
  put(name, { x: tight ? 5 : small ? 6 : 8, y: small ? h / 2 + 4 : close ? 14 : 16, class: tight ? "t-name t-tight" : "t-name" });
  words(name, tiny ? "" : tight ? fit(item.title, w - 24, 11, { weight: 600, middle: true }) : item.title);
  put(sub, { x: 8, y: big ? 33 : close ? 26 : size === "l" ? 31 : 28.5, class: second.mono ? "t-sub t-mono" : "t-sub" });
  words(sub, small || tiny || (close && calm) ? "" : firstFit(second.texts, w - 14, 11, { mono: second.mono }));
  const across = drawFaces(faces, item, { w, h, size });
  put(extra, { x: big ? 8 : w - 8, class: "t-sub", "text-anchor": big ? "start" : "end" });
  if (big) { put(extra, { y: 52 }); words(extra, fit(detail(item), w - 14, 11)); }
  else drawBegan(extra, item, { w, h, size, beside: [across, textWidth(sub.textContent, 11, 400, second.mono)] });
  drawQueue(queue, item.queue ?? 0, { w, h, size });
}

/** How long it took to start: beside the squares, else beside the line above them, else only the figure. */
function drawBegan(extra, item, { w, h, size, beside }) {
  const began = size === "l" ? startedIn(item) : "";
  const low = h - 9, high = 31;
  const [text, y] = [began, began.replace("ready", "up"), began.replace("ready in ", "")].flatMap((one) => [[one, low, beside[0]], [one, high, beside[1]]])
    .find(([one, , taken]) => textWidth(one, 11) <= w - taken - 24) ?? ["", low];
  put(extra, { y });
  words(extra, text);
}

/** How long a container took from its creation until it answered. */
function startedIn({ kind, value, shape }) {
  return kind === "container" && shape === "running" && value.ready_us && value.created_us != null ? `ready in ${duration(value.ready_us - value.created_us)}` : "";
}

function detail({ kind, value, shape }) {
  const used = value.memory != null ? memory(value.memory) : "";
  if (kind === "pod") return [value.ready && `${value.ready} ready`, value.ip, value.restarts ? `↻${value.restarts}` : ""].filter(Boolean).join(" · ");
  const began = startedIn({ kind, value, shape });
  return [began, (value.ports ?? [])[0], used].filter(Boolean).join(" · ");
}

function drawFaces(group, { kind, value, shape }, { w, h, size }) {
  const digests = value.layers ?? [];
  if (size === "s" || size === "xs" || (size === "c" && shape !== "running" && shape !== "done")) { syncFaces(group, [], {}); return 0; }
  const gap = size === "xl" ? 4 : size === "c" ? 1.5 : 2;
  const wished = size === "xl" ? 13 : size === "l" ? 10 : 7;
  const face = Math.max(4.5, Math.min(wished, (w - 16 + gap) / Math.max(digests.length, 1) - gap));
  const most = Math.floor((w - 16 + gap) / (face + gap));
  const ready = kind === "pod" && shape !== "running" ? value.layers_ready ?? digests.length : digests.length;
  return syncFaces(group, digests, { x: 8, y: h - face - (size === "l" || size === "xl" ? 8 : 6), size: face, gap, ready, most });
}

/** Requests that wait: a short stack at the right edge; past six, the figure. */
function drawQueue(group, length, { w, h, size }) {
  const close = size === "c";
  const shown = size === "xs" || size === "s" ? 0 : close ? Math.min(length, 1) : Math.min(length, 6);
  while (group.childElementCount > shown + 1) group.lastChild.remove();
  if (!group.firstChild) group.append(svg("text", { class: "t-tiny", "text-anchor": "end" }));
  while (group.childElementCount < shown + 1) group.append(svg("circle", { class: "waiting", r: 2.4 }));
  const text = group.firstChild;
  put(text, { x: w - 7, y: h - 7 });
  words(text, shown && (close || length > 6) ? (close ? `${length}…` : `${length} wait`) : "");
  for (let i = 0; i < shown; i += 1) put(group.children[i + 1], { cx: w - 9 - i * 6.5, cy: h - 10.5, visibility: close || length > 6 ? "hidden" : "visible" });
}

/** Draw pods and containers into `group`: returns sync(scene). */
export function createThings(group) {
  const nodes = new Keyed(group, create, update);
  return (scene) => nodes.sync([...scene.items].filter(([, box]) => box.size !== "vm"));
}
