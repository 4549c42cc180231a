// The event feed: what the cluster and the daemons said, newest first.

import { el, Keyed, put, words } from "./dom.js";
import { clockText } from "./text.js";

/** Fill `element` with the last events. */
export function mount(element, bus) {
  const empty = el("p", { class: "empty" }, "Nothing has happened yet. Events of the daemons and of Kubernetes appear here.");
  const body = el("tbody");
  const table = el("table", { class: "event-table" },
    el("caption", { class: "only-read" }, "Events, newest first"),
    el("thead", {}, el("tr", {}, ...["Time", "Type", "Reason", "Object", "Message"].map((name) => el("th", { scope: "col" }, name)))), body);
  element.append(empty, table);

  const rows = new Keyed(body, () => el("tr", {}, ...Array.from({ length: 5 }, () => el("td"))), (row, event) => {
    const cells = row.children;
    put(row, { "data-type": event.type });
    words(cells[0], event.at_us != null ? clockText(event.at_us).slice(0, -2) : (event.at ?? "").slice(11, 19));
    words(cells[1], event.type);
    words(cells[2], event.reason);
    words(cells[3], event.object);
    words(cells[4], event.count > 1 ? `${event.message} (×${event.count})` : event.message);
  });

  function show() {
    const events = [...bus.view.kind("event")].sort(([a, x], [b, y]) => (y.n ?? y.at_us ?? 0) - (x.n ?? x.at_us ?? 0) || (a < b ? 1 : -1));
    empty.hidden = events.length > 0;
    table.hidden = !events.length;
    rows.sync(events);
    rows.order(events.map(([key]) => key));
  }

  let due = true;
  const later = () => { due = true; if (element.offsetParent) { due = false; show(); } };
  bus.on("frame", ({ kinds }) => { if (kinds.has("event")) later(); });
  bus.on("tab", ({ name }) => { if (name === "events" && due) { due = false; show(); } });
  show();
}
