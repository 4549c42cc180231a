// What is known about one object: facts, why it is where it is, its YAML, the command that shows it.

import { el, put, words } from "./dom.js";
import { clockText, duration, memory, plural, rate, shortDigest, shortImage, size } from "./text.js";
import { faces } from "./faces.js";
import { lookInto } from "./looks.js";
import { claimWord, loopWord } from "./stage/actions.js";

/** The line of the terminal that shows this object in full, or null. */
export function commandFor(key, value) {
  const [kind] = key.split("/");
  switch (kind) {
    case "pod": return `kubectl get pod ${value.name} -n ${value.namespace} -o yaml`;
    case "service": return `kubectl get service ${value.name} -n ${value.namespace} -o yaml`;
    case "workload": return `kubectl get ${value.kind.toLowerCase()} ${value.name} -n ${value.namespace} -o yaml`;
    case "machine": return value.node ? `kubectl describe node ${value.name}` : value.docker ? "docker info" : null;
    case "container": return `docker inspect ${value.name}`;
    case "claim": return `kubectl get pvc ${value.name} -n ${value.namespace} -o yaml`;
    case "volume": return `docker volume inspect ${value.name}`;
    case "image": return `docker image inspect ${value.tags?.[0] ?? shortDigest(value.id, 12)}`;
    default: return null;
  }
}

const FACTS = {
  machine: (m) => [["Power", m.power], [m.node ? "Node" : "State", m.node ? `${m.state}${m.power === "off" && /^Ready/.test(m.state) ? ", as far as Kubernetes knows" : ""}` : m.state], ["Role", m.role], ["Processor", `${m.cpu} cores, ${m.arch}`], ["Memory", memory(m.memory)], ["Link", m.link_mbps ? `${m.link_mbps} Mbit/s` : null], ["Zone", m.zone], ["Address", m.ip], ["Network", m.reachable === false ? "cut off" : null]],
  pod: (p) => [["Status", p.status], ["Ready", p.ready], ["Machine", p.node ?? "none yet"], ["Image", shortImage(p.image)], ["Address", p.ip], ["Owner", p.owner], ["Restarts", p.restarts], ["Waiting requests", p.queue || null], ["Disks", (p.claims ?? []).join(", ")], ["Message", p.message]],
  container: (c) => [["State", c.state], ["Exit code", c.exit_code], ["Health", c.health], ["Machine", c.machine], ["Image", shortImage(c.image)], ["Id", shortDigest(c.id, 12)], ["Ports", (c.ports ?? []).join(", ")], ["Networks", (c.networks ?? []).join(", ")], ["Mounts", (c.mounts ?? []).map((one) => `${one.name || one.type} on ${one.path}`).join(", ")], ["Took to start", c.ready_us && c.started_us != null ? duration(c.ready_us - c.started_us) : null], ["Memory", c.memory != null ? `${memory(c.memory)}${c.memory_limit ? ` of ${memory(c.memory_limit)}` : ""}` : null], ["Reason", c.reason], ["Pod", c.pod]],
  vm: (v) => [["State", v.state], ["Machine", v.machine], ["Memory", v.memory ? memory(v.memory) : null], ["Took to start", v.ready_us ? duration(v.ready_us - v.started_us) : null]],
  service: (s) => [["Type", s.type], ["Address", s.cluster_ip], ["Ports", (s.ports ?? []).join(", ")], ["Selector", s.selector ? Object.entries(s.selector).map(([k, v]) => `${k}=${v}`).join(", ") : null], ["Endpoints", plural((s.endpoints ?? []).length, "pod")]],
  image: (i) => [["Tags", (i.tags ?? []).join(", ")], ["Id", shortDigest(i.id, 12)], ["Size", size(i.size)], ["Platform", i.arch], ["Machine", i.machine]],
  hub: (h) => [["Repository", h.repo], ["Tag", h.tag], ["Digest", shortDigest(h.digest, 12)], ["Size", size(h.size)], ["Platforms", (h.platforms ?? []).join(", ")]],
  claim: (c) => [["Phase", c.phase], ["Disk", claimWord(c)], ["Size", memory(c.size)], ["Access", c.modes.join(", ")], ["Class", c.class], ["Volume", c.volume], ["Used by", c.pods.map((pod) => `${pod.name}${pod.node ? ` on ${pod.node}` : ""}`).join(", ") || "no pod"]],
  volume: (v) => [["Machine", v.machine], ["Driver", v.driver], ["Used by", v.containers.join(", ") || "no container"]],
  loop: (l) => [["Just now", loopWord(l)], ["Keys that wait", String(l.depth)], ["Reconciled so far", plural(l.runs, "time")], ["Last key", l.last]],
  client: (c) => [["Asks", c.target], ["Rate", rate(c.rps)], ["Arrivals", c.kind]],
};

/** Fill `element` with the chosen object. */
export function mount(element, bus) {
  const empty = el("p", { class: "empty" }, "Choose something on the stage: a machine, a container, a service. What is known about it is shown here.");
  const card = el("div", { class: "inspect", hidden: true });
  element.append(empty, card);
  let shownFor = null;

  function facts(rows) {
    return el("dl", { class: "facts" }, ...rows.filter(([, value]) => value != null && value !== "").map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(value)))));
  }

  function layersOf(value) {
    if (!value.layers?.length) return null;
    const rows = value.layers.map((layer) => (typeof layer === "string" ? { digest: layer } : layer));
    const target = lookInto(bus.selected, value, bus.view);
    return el("details", { class: "inspect-more" }, el("summary", {}, plural(rows.length, "layer")),
      target ? el("button", { class: "button button-small", type: "button", on: { click: () => bus.layers(target) } }, "Open the layer explorer") : null,
      el("ol", { class: "layer-list" }, ...rows.map((layer) => el("li", {}, faces([layer.digest]), el("code", {}, shortDigest(layer.digest, 12)),
        layer.size != null ? el("span", { class: "layer-size" }, size(layer.size)) : null, layer.created_by ? el("span", { class: "layer-by" }, layer.created_by) : null))));
  }

  function containersOf(value) {
    if (!value.containers?.length) return null;
    return el("table", { class: "inspect-containers" }, el("thead", {}, el("tr", {}, ...["Container", "State", "Ready", "Restarts"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, ...value.containers.map((c) => el("tr", {}, el("th", { scope: "row" }, c.name), el("td", {}, c.reason ?? c.state), el("td", {}, c.ready ? "yes" : "no"), el("td", {}, String(c.restarts ?? 0))))));
  }

  function scheduling(value) {
    const decision = bus.view.get(`schedule/${value.namespace}/${value.name}`);
    const text = !decision ? "" : decision.node ? `${decision.feasible} of ${plural(decision.nodes ?? decision.table.length, "machine")} fitted at ${clockText(decision.at_us).slice(0, -2)}.` : decision.message ?? "";
    return el("p", { class: "inspect-why" }, el("button", { class: "button button-small", type: "button", on: { click: () => bus.decision({ namespace: value.namespace, name: value.name }) } }, value.node ? `Why ${value.node}?` : "Why on no machine?"), text);
  }

  const KINDS = { pod: "Pod", service: "Service", machine: "Node", claim: "PersistentVolumeClaim", hpa: "HorizontalPodAutoscaler" };

  /** What the cluster said of the object last, newest first. */
  function eventsOf(key, value) {
    const kind = key.startsWith("workload/") ? value.kind : KINDS[key.split("/")[0]];
    if (!kind) return null;
    const place = value.namespace && kind !== "Node" ? `event/${value.namespace}/` : "event/";
    const rows = [...bus.view.kind("event")].filter(([at, event]) => at.startsWith(place) && event.object === `${kind}/${value.name}`).sort(([, a], [, b]) => b.n - a.n).slice(0, 5);
    if (!rows.length) return null;
    return el("ul", { class: "inspect-events" }, ...rows.map(([, event]) => el("li", { "data-type": event.type }, el("span", { class: "inspect-time" }, clockText(event.at_us).slice(3, -2)), el("strong", {}, event.reason), ` ${event.message}${event.count > 1 ? ` (×${event.count})` : ""}`)));
  }

  function source(key, value) {
    const command = commandFor(key, value);
    if (!command) return null;
    const out = el("pre", { class: "inspect-source", tabindex: "0", "aria-label": "Output" });
    const run = async () => {
      words(out, "…");
      const result = await bus.run({ terminal: command, machine: value.machine ?? bus.shell?.machine, cwd: bus.shell?.cwd });
      words(out, result.output || result.error || "");
    };
    const details = el("details", { class: "inspect-more" }, el("summary", {}, "As the command line shows it"),
      el("p", { class: "command-line" }, el("code", {}, command), el("button", { class: "button", type: "button", on: { click: () => bus.emit("type", { line: command }) } }, "Put in the terminal")), out);
    details.addEventListener("toggle", () => { if (details.open && !out.textContent) run(); });
    return details;
  }

  function draw(key, value) {
    const kind = key.split("/")[0];
    const title = value.name ?? value.tags?.[0] ?? `${value.repo}:${value.tag}`;
    const head = el("h2", { class: "inspect-title" }, el("span", { class: "inspect-kind" }, kind === "hub" ? "on the hub" : kind === "claim" ? "disk" : kind), " ", title);
    const factsPart = el("div", { "data-facts": "" }, facts(FACTS[kind]?.(value) ?? []));
    card.replaceChildren(head, factsPart, ...[containersOf(value), kind === "pod" ? scheduling(value) : null, el("div", { "data-events": "" }, eventsOf(key, value) ?? ""), layersOf(value), source(key, value)].filter(Boolean));
  }

  let lastText = "";
  function show(force) {
    const key = bus.selected;
    const value = key ? bus.view.get(key) : null;
    empty.hidden = Boolean(value);
    card.hidden = !value;
    if (!value) { shownFor = null; return; }
    if (key !== shownFor || force) { draw(key, value); shownFor = key; lastText = JSON.stringify(value); return; }
    card.querySelector("[data-events]").replaceChildren(eventsOf(key, value) ?? "");
    const text = JSON.stringify(value);
    if (text === lastText) return;
    lastText = text;
    card.querySelector("[data-facts]").replaceChildren(facts(FACTS[key.split("/")[0]]?.(value) ?? []));
  }

  bus.on("select", ({ open }) => {
    show(true);
    if (open) bus.openTab("inspect");
  });
  bus.on("frame", () => { if (bus.selected && element.offsetParent) show(false); });
  bus.on("tab", ({ name }) => { if (name === "inspect") show(true); });
  put(card, { "aria-live": "off" });
}
