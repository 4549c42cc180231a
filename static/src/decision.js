// The scheduler's table about one pod: which filters each node passed, how it was scored, and so why
// the pod is there, or nowhere. A decision that is not kept is asked again.

import { el, put, words } from "./dom.js";
import { clockText, plural } from "./text.js";

const PAGE = 100;
/** Plugins in as few words as still tell them. */
const BRIEF = { NodeResourcesFit: "Resources Fit", NodeResourcesBalancedAllocation: "Balanced Use", PodTopologySpread: "Topology Spread", InterPodAffinity: "Pod Affinity", TaintToleration: "Taints", NodeAffinity: "Node Affinity", ImageLocality: "Image Locality" };
/** What a plugin looks at, for who hovers over it. */
const ABOUT = {
  NodeUnschedulable: "cordoned?", NodeName: "the node that the pod names", TaintToleration: "taints that the pod does not tolerate", NodeAffinity: "nodeSelector and node affinity", NodePorts: "host ports still free",
  NodeResourcesFit: "requests fit into what is free; the emptier, the better", VolumeRestrictions: "volumes that only one pod may use", NodeVolumeLimits: "how many volumes a node can attach", VolumeBinding: "volumes that can be bound there", VolumeZone: "volumes of another zone",
  PodTopologySpread: "spread over zones and nodes", InterPodAffinity: "near or far from other pods", NodeResourcesBalancedAllocation: "CPU and memory used in like shares", ImageLocality: "the image is there already",
};
const brief = (name) => BRIEF[name] ?? name;

/** Build the view within `place`: {open({namespace, name}), hide()}. */
export function createDecision(place, bus, closed) {
  const back = el("button", { class: "button button-small", type: "button", on: { click: () => close() } }, "← Stage");
  const title = el("h2", { class: "looks-title", tabindex: "-1" });
  const when = el("span", { class: "looks-where" });
  const again = el("button", { class: "button button-small", type: "button", title: "How would each machine compare if the pod had to be placed now?", on: { click: () => load(true) } }, "Ask again now");
  const body = el("div", { class: "decision-body", tabindex: "0", role: "region", "aria-label": "The scheduler's table" });
  const element = el("section", { class: "decision", "aria-label": "The scheduler's decision", hidden: true }, el("div", { class: "looks-head" }, back, title, when, again), body);
  place.append(element);
  let target = null, told = null, shown = PAGE;

  async function open(next) {
    target = next;
    element.hidden = false;
    words(title, `Pod ${next.name}`);
    words(when, "");
    body.replaceChildren();
    await load(false);
    title.focus({ preventScroll: true });
  }

  async function load(now) {
    const mine = target;
    const query = new URLSearchParams({ pod: `${mine.namespace}/${mine.name}`, token: bus.lab.token, ...(now ? { now: "1" } : {}) });
    const answer = await fetch(`${bus.lab.api_url}/decision?${query}`).catch(() => null);
    const found = answer ? await answer.json().catch(() => null) : null;
    if (mine !== target) return;
    if (!answer?.ok) {
      body.replaceChildren(el("p", { class: "decision-answer" }, found ? `${found.error}.` : "No connection to the lab."), el("p", { class: "note-line" }, found?.hint ?? ""));
      again.hidden = true;
      return;
    }
    told = found;
    // Where the pod really is stands beside where it would be put now.
    const own = told.table.findIndex((row) => row.node === told.bound);
    if (own > 1) told.table.splice(1, 0, ...told.table.splice(own, 1));
    shown = PAGE;
    again.hidden = false;
    draw();
    bus.emit("say", { text: body.querySelector(".decision-answer").textContent });
  }

  function draw() {
    words(title, told.node ? `Why ${told.node}?` : "Why on no machine?");
    words(when, `pod ${target.name} · ${told.asked === "now" ? "asked again" : "decided"} at ${clockText(told.at_us).slice(0, -2)}`);
    const scored = told.table.find((row) => row.scores.length)?.scores.map(({ plugin, weight }) => ({ plugin, weight })) ?? [];
    body.replaceChildren(...[answer(), preempted(), reasons(), table(scored), filters()].filter(Boolean));
  }

  function answer() {
    const text = told.message ?? (told.feasible === 1 ? `${told.node} is the only machine that fits, so there was nothing to score.`
      : `${told.feasible} of ${told.nodes} machines fit. ${told.node} has the highest total, ${told.table[0].total}${ties() ? "; of equals one is drawn" : ""}.`);
    const moved = told.asked === "now" && told.bound && told.node !== told.bound ? ` The pod is on ${told.bound}: it stays where it was put, even when another machine would be chosen now.` : "";
    const [said, more] = text.split(/ (?=preemption: )/);
    return el("div", {}, el("p", { class: "decision-answer" }, said + moved), more ? el("p", { class: "decision-note" }, more) : null);
  }
  const ties = () => told.table.filter((row) => row.passed && row.total === told.table[0].total).length > 1;

  function preempted() {
    if (!told.preempted) return null;
    const { node, victims } = told.preempted;
    return el("p", { class: "decision-note" }, el("strong", {}, "Preemption: "), `it fitted nowhere, so ${plural(victims.length, "pod")} of lower priority had to leave ${node}: ${victims.map((one) => one.replace(/^default\//, "")).join(", ")}.`);
  }

  /** In a large cluster the reasons are told once each, with how many nodes they stand for. */
  function reasons() {
    if (told.nodes <= told.table.length || !told.reasons?.length) return null;
    return el("ul", { class: "decision-reasons" }, ...told.reasons.slice(0, 6).map((one) => el("li", {}, el("strong", {}, plural(one.count, "machine")), ` ${one.reason} `, el("code", {}, one.plugin))));
  }

  function table(scored) {
    const rows = told.table.slice(0, shown), most = Math.max(...told.table.flatMap((row) => row.scores.map((score) => score.weighted)), 1);
    const head = el("tr", {}, el("th", { scope: "col" }, "Machine"), el("th", { scope: "col" }, "Filters"),
      ...scored.map(({ plugin, weight }) => el("th", { scope: "col", class: "score-head", title: `${plugin}: ${ABOUT[plugin] ?? ""}` }, brief(plugin), " ", el("span", { class: "score-weight" }, `×${weight}`))),
      scored.length ? el("th", { scope: "col", class: "score-head" }, "Total") : el("th", { scope: "col" }, "Why not"));
    const left = told.table.length - rows.length, hidden = told.nodes - told.table.length;
    return el("div", {}, el("table", { class: "decision-table" }, el("caption", { class: "only-read" }, "Machines by plugin: passed or why not, points, total"), el("thead", {}, head), el("tbody", {}, ...rows.map((row) => line(row, scored, most)))),
      left > 0 ? el("button", { class: "button button-small", type: "button", on: { click: () => { shown += PAGE; draw(); } } }, `Show ${Math.min(left, PAGE)} more of ${left.toLocaleString("en")}`) : null,
      hidden > 0 ? el("p", { class: "note-line" }, `The best ${told.table.length} of ${told.nodes.toLocaleString("en")} machines are kept; “Ask again now” compares all.`) : null);
  }

  function line(row, scored, most) {
    const chosen = row.node === told.node;
    const passed = el("td", { class: "filters-cell" }, strip(row), el("span", { class: "filter-word" }, row.passed ? "fits" : row.plugin ? el("code", {}, row.plugin) : ""));
    const cells = row.passed && !scored.length ? [el("td", {})] : row.passed ? scored.map((_, n) => score(row.scores[n], most))
      : [el("td", { class: "score-reason", colspan: String(Math.max(scored.length, 1)) }, row.reason)];
    return el("tr", { "data-chosen": chosen || null, "data-passed": String(row.passed) }, el("th", { scope: "row" }, row.node, chosen ? el("span", { class: "chosen-word" }, told.asked === "now" ? "would be chosen" : "chosen") : row.node === told.bound ? el("span", { class: "chosen-word" }, "it is here") : null), passed, ...cells,
      scored.length ? el("td", { class: "score-total" }, row.passed ? String(row.total) : "–") : null);
  }

  function score(one, most) {
    if (!one) return el("td", {});
    const bar = el("span", { class: "score-bar", "aria-hidden": "true" }, el("span"));
    bar.firstChild.style.setProperty("inline-size", `${Math.round((100 * Math.max(one.weighted, 0)) / most)}%`);
    return el("td", { class: "score", title: `raw ${one.raw}, normalised ${one.normalized}, times ${one.weight}` }, el("b", {}, String(one.weighted)), bar,
      el("span", { class: "score-raw" }, one.raw === one.normalized ? `${one.normalized} × ${one.weight}` : `${one.raw.toLocaleString("en")} → ${one.normalized} × ${one.weight}`));
  }

  /** One mark a filter, in their order: passed, said no, not asked any more, nothing to do with this pod. */
  function strip(row) {
    let over = row.passed ? "ok" : null;
    const marks = told.filters.map(({ name, skipped }) => {
      let state = skipped ? "skipped" : over === "after" ? "after" : "ok";
      if (!row.passed && name === row.plugin) { state = "no"; over = "after"; }
      if (!row.passed && !row.plugin) state = "after";
      return el("span", { "data-filter": state, title: `${name}${state === "no" ? `: ${row.reason}` : ""}` });
    });
    return el("span", { class: "filter-strip", "aria-hidden": "true" }, ...marks);
  }

  function filters() {
    return el("details", { class: "inspect-more decision-filters" }, el("summary", {}, `The ${told.filters.length} filters, in their order`),
      el("p", { class: "note-line" }, el("span", { "data-filter": "ok" }), " passed, ", el("span", { "data-filter": "no" }), " said no, ", el("span", { "data-filter": "after" }), " not asked after that, ", el("span", { "data-filter": "skipped" }), " has nothing to do with this pod"),
      el("ol", {}, ...told.filters.map(({ name, skipped }) => el("li", { "data-skipped": skipped || null }, el("code", {}, name), ` ${ABOUT[name] ?? ""}`))));
  }

  function hide() {
    element.hidden = true;
    target = null;
  }
  function close() { hide(); closed(); }

  element.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); } });
  bus.on("frame", ({ put: changed }) => {
    if (!target || told?.asked === "now") return;
    const row = changed[`schedule/${target.namespace}/${target.name}`];
    if (row && row.at_us !== told?.at_us) load(false);
  });
  return { open, hide };
}
