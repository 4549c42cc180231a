// The small menu beside a touched object.

import { el, style } from "../dom.js";
import { icon } from "../icons.js";
import { actionsFor, headings } from "./actions.js";

/** A menu within `element`: {open(anchor, key, value), list(anchor, title, entries), close(), isOpen()}. */
export function createMenu(element, bus) {
  const list = el("div", { class: "menu-items", role: "menu" });
  const head = el("p", { class: "menu-head", id: "menu-head" });
  const box = el("div", { class: "menu", hidden: true }, head, list);
  element.append(box);
  list.setAttribute("aria-labelledby", "menu-head");
  let anchor = null;

  function close(back = false) {
    if (box.hidden) return;
    box.hidden = true;
    if (back) anchor?.focus();
    anchor = null;
  }

  async function act(action) {
    close(!action.line && !action.zoom && !action.inspect);
    if (action.look) bus.layers(action.look);
    if (action.decision) bus.decision({ namespace: action.decision.namespace, name: action.decision.name });
    if (action.inspect) { bus.select(action.inspect, { open: true }); document.querySelector("#tab-inspect")?.focus({ preventScroll: true }); }
    if (action.zoom) bus.zoom(action.zoom);
    if (action.line) bus.emit("type", { line: action.line });
    if (action.command) {
      const result = await bus.run(action.command);
      if (result.error) bus.emit("trouble", result);
    }
  }

  function open(node, key, value) {
    const { kind, name, state } = headings(key, value);
    head.replaceChildren(el("span", { class: "menu-kind" }, kind), ` ${name}`, state ? el("span", { class: "menu-state" }, state) : "");
    fill(node, actionsFor(key, value, bus.view).map((action) => item(() => act(action), icon(action.icon), el("span", {}, action.label))));
  }

  /** What did not fit, as a list; who chooses one gets its own menu. */
  function openList(node, title, entries) {
    head.replaceChildren(title);
    fill(node, entries.map(({ key, of, value }) => {
      const { kind, name, state } = headings(of ?? key, value);
      return item(() => { bus.select(of ?? key); open(node, of ?? key, bus.view.get(of ?? key) ?? value); },
        el("span", { class: "menu-entry" }, name, el("span", { class: "menu-state" }, state ? `${kind}, ${state}` : kind)));
    }));
  }

  const item = (click, ...inside) => el("button", { type: "button", role: "menuitem", tabindex: "-1", class: "menu-item", on: { click } }, ...inside);

  function fill(node, items) {
    anchor = node;
    list.replaceChildren(...items);
    box.hidden = false;
    list.scrollTop = 0;
    place(node);
    list.firstChild.focus({ preventScroll: true });
  }

  function place(node) {
    const room = element.getBoundingClientRect(), at = node.getBoundingClientRect();
    style(box, "max-height", `${Math.round(room.height - 8)}px`);
    const [w, h] = [box.offsetWidth, box.offsetHeight];
    const right = at.right - room.left + 6, left = at.left - room.left - w - 6;
    const x = right + w < room.width - 4 ? right : left > 4 ? left : Math.max(4, Math.min(at.left - room.left + 20, room.width - w - 4));
    const y = Math.max(4, Math.min(at.top - room.top, room.height - h - 4));
    style(box, "left", `${Math.round(x)}px`);
    style(box, "top", `${Math.round(y)}px`);
  }

  list.addEventListener("keydown", (event) => {
    const items = [...list.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) { event.preventDefault(); items[(to + items.length) % items.length].focus(); }
    else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(true); }
    else if (event.key === "Tab") close(true);
    else if (/^[a-z]$/i.test(event.key)) items.find((item) => item.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  });
  document.addEventListener("pointerdown", (event) => { if (!box.contains(event.target)) close(); });

  return { open, list: openList, close, isOpen: () => !box.hidden };
}
