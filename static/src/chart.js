// Traffic over time: requests and errors each second, and the 50th, 95th and 99th percentile.

import { el, Keyed, put, words } from "./dom.js";
import { milliseconds, rate } from "./text.js";

const SHOWN_S = 180;

/** Fill `element` with figures in words, always readable, and two charts once there is traffic. */
export function mount(element, bus) {
  const figures = el("dl", { class: "figures" });
  const fields = {};
  for (const [name, label] of [["rps", "Requests"], ["errors", "Errors"], ["p50", "p50"], ["p95", "p95"], ["p99", "p99"]]) {
    fields[name] = el("dd", {}, "–");
    figures.append(el("div", { class: `figure figure-${name}` }, el("dt", {}, label), fields[name]));
  }
  const empty = el("p", { class: "empty" }, "No traffic yet. Requests per second, errors and latency are drawn here as soon as somebody asks.");
  const causes = el("ul", { class: "causes", "aria-label": "Errors by cause" });
  const plots = el("div", { class: "plots", "aria-hidden": "true" });
  element.append(figures, causes, empty, plots);

  const causeRows = new Keyed(causes, () => el("li"), (node, [cause, count]) => words(node, `${cause}: ${count} in 10 s`));
  let charts = null, loading = null, dirty = false;

  const points = () => [...bus.view.kind("point").values()].sort((a, b) => a.at_us - b.at_us).slice(-SHOWN_S);
  const failed = (point) => Object.values(point.errors ?? {}).reduce((sum, n) => sum + n, 0);

  function showFigures(list) {
    const now = bus.clock.now();
    const recent = list.filter((point) => point.at_us > now - 10_000_000);
    const last = recent.at(-1);
    const bad = recent.reduce((sum, point) => sum + failed(point), 0);
    const all = recent.reduce((sum, point) => sum + (point.ok ?? 0), 0) + bad;
    words(fields.rps, last ? rate(last.rps).replace(" req", "") : "–");
    words(fields.errors, all ? `${((100 * bad) / all).toFixed(1)} %` : "–");
    put(fields.errors, { "data-bad": bad > 0 || null });
    for (const name of ["p50", "p95", "p99"]) words(fields[name], last ? milliseconds(last[name]) : "–");
    const sums = new Map();
    for (const point of recent) for (const cause in point.errors ?? {}) sums.set(cause, (sums.get(cause) ?? 0) + point.errors[cause]);
    causeRows.sync([...sums].sort((a, b) => b[1] - a[1]).slice(0, 3).map((entry) => [entry[0], entry]));
  }

  function show() {
    const list = points();
    showFigures(list);
    empty.hidden = list.length > 0;
    plots.hidden = !list.length;
    if (!list.length || !element.offsetParent) return;
    loading ??= import("./plots.js").then(({ createPlots }) => { charts = createPlots(plots); show(); });
    charts?.draw(list.map((point) => ({ ...point, failed: failed(point) })));
  }

  function later() {
    if (dirty) return;
    dirty = true;
    setTimeout(() => { dirty = false; show(); }, 250);
  }

  bus.on("frame", ({ kinds }) => { if (kinds.has("point")) later(); });
  bus.on("tab", ({ name }) => { if (name === "traffic") later(); });
  bus.on("resize", later);
  new ResizeObserver(() => { charts?.resize(); }).observe(plots);
  addEventListener("drydock:looks", () => { charts?.recolour(); later(); });
  show();
}
