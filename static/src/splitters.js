// Resizable borders of the workbench: by mouse, by touch, by arrow keys; remembered.

const LIMITS = { lesson: [240, 620], dock: [120, 900], side: [200, 1200] };

/** Wire every [data-split]; a size is the custom property --size-NAME on the workbench. */
export function mount(root, bus) {
  for (const bar of root.querySelectorAll("[data-split]")) wire(root, bar, bus);
}

function wire(root, bar, bus) {
  const name = bar.dataset.split;
  const upright = bar.getAttribute("aria-orientation") === "vertical";
  const store = `drydock.size.${name}`;
  const grown = { lesson: 1, dock: -1, side: -1 }[name];

  function measured() {
    const part = name === "lesson" ? root.querySelector(".lesson")
      : name === "dock" ? root.querySelector(".dock") : root.querySelector(".dock > .pane:last-child");
    const box = part.getBoundingClientRect();
    return upright ? box.width : box.height;
  }

  function set(size, keep = true) {
    const room = upright ? root.clientWidth : root.clientHeight;
    const [least, most] = [LIMITS[name][0], Math.min(LIMITS[name][1], room - 180)];
    const value = Math.round(Math.min(Math.max(size, least), most));
    root.style.setProperty(`--size-${name}`, `${value}px`);
    bar.setAttribute("aria-valuenow", value);
    bar.setAttribute("aria-valuemin", least);
    bar.setAttribute("aria-valuemax", most);
    if (keep) localStorage.setItem(store, value);
    bus.emit("resize");
  }

  function reset() {
    root.style.removeProperty(`--size-${name}`);
    localStorage.removeItem(store);
    bar.setAttribute("aria-valuenow", Math.round(measured()));
    bus.emit("resize");
  }

  bar.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    bar.setPointerCapture(event.pointerId);
    const start = upright ? event.clientX : event.clientY;
    const size = measured();
    const move = (now) => set(size + grown * ((upright ? now.clientX : now.clientY) - start));
    bar.addEventListener("pointermove", move);
    bar.addEventListener("pointerup", () => bar.removeEventListener("pointermove", move), { once: true });
  });
  bar.addEventListener("dblclick", reset);
  bar.addEventListener("keydown", (event) => {
    const by = event.shiftKey ? 64 : 16;
    const to = { ArrowLeft: upright ? -by : 0, ArrowRight: upright ? by : 0, ArrowUp: upright ? 0 : -by, ArrowDown: upright ? 0 : by }[event.key];
    if (event.key === "Home") { event.preventDefault(); reset(); } else if (to) { event.preventDefault(); set(measured() + grown * to); }
  });

  const kept = Number(localStorage.getItem(store));
  if (kept) set(kept, false);
  else {
    bar.setAttribute("aria-valuenow", Math.round(measured()));
    bar.setAttribute("aria-valuemin", LIMITS[name][0]);
    bar.setAttribute("aria-valuemax", LIMITS[name][1]);
  }
}
