// Tab lists: arrow keys move, the chosen tab is remembered for the session.

/** Wire every [data-tabs] pane; adds bus.openTab(panelName). */
export function mount(root, bus) {
  for (const pane of root.querySelectorAll("[data-tabs]")) wire(pane, bus);
  bus.openTab = (name, { focus = false } = {}) => {
    const tab = root.querySelector(`#tab-${name}`);
    if (!tab) return;
    choose(tab, bus);
    if (focus) tab.focus();
  };
}

function tabsOf(tab) {
  return [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
}

function choose(tab, bus) {
  for (const other of tabsOf(tab)) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  bus.emit("tab", { name: tab.id.replace("tab-", "") });
}

function wire(pane, bus) {
  const tabs = [...pane.querySelectorAll("[role=tab]")];
  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(tab, bus));
    tab.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(tab);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const next = tabs[(to + tabs.length) % tabs.length];
      choose(next, bus);
      next.focus();
    });
  }
}
