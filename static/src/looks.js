// What covers the stage while one thing is looked at closely: the layer explorer, the scheduler's
// table. Each is fetched when it is first asked for.

const VIEWS = {
  layers: () => import("./layers/index.js").then(({ createExplorer }) => createExplorer),
  decision: () => import("./decision.js").then(({ createDecision }) => createDecision),
};

/** Wire the stage; adds bus.layers({machine, image | container, layer?}) and bus.decision({namespace, name}). */
export function mount(root, bus) {
  const stage = root.querySelector("[data-part=stage]"), place = stage.querySelector("[data-part=looks]");
  const made = new Map();
  let shown = null, opener = null;

  /** The stage again; what was touched before has the focus. */
  function closed() {
    shown = null;
    stage.removeAttribute("data-looking");
    bus.emit("resize");
    if (opener?.isConnected && opener.offsetParent) opener.focus();
    else bus.focusStage?.();
  }

  async function show(name, target) {
    const from = document.activeElement;
    if (!made.has(name)) made.set(name, VIEWS[name]().then((create) => create(place, bus, closed)));
    const view = await made.get(name);
    if (shown && shown !== view) shown.hide();
    if (!shown) opener = from;
    shown = view;
    stage.setAttribute("data-looking", "");
    await view.open(target);
  }

  bus.layers = (target) => show("layers", target);
  bus.decision = (target) => show("decision", target);
  bus.on("rewound", () => { if (shown) { shown.hide(); closed(); } });
}

/** What to look into for an object of the view: {machine, image | container}, or null. */
export function lookInto(key, value, view) {
  const kind = key.split("/")[0];
  if (kind === "image") return { machine: value.machine, image: value.id };
  if (kind === "container") return { machine: value.machine, container: value.id };
  if (kind === "build" && value.image) return { machine: value.machine, image: value.image };
  if (kind !== "pod" || !value.node) return null;
  const place = `${value.namespace}/${value.name}`;
  for (const container of view.kind("container").values()) {
    if (container.pod === place) return { machine: container.machine, container: container.id };
  }
  return null;
}
