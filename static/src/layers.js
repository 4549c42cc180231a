// Opens the layer explorer over the stage; it is fetched when it is first asked for.

/** Wire the stage; adds bus.layers({machine, image | container, layer?}). */
export function mount(root, bus) {
  const stage = root.querySelector("[data-part=stage]");
  let explorer = null;

  bus.layers = async (target) => {
    explorer ??= import("./layers/index.js").then(({ createExplorer }) => createExplorer(stage.querySelector("[data-part=layers]"), bus, () => {
      stage.removeAttribute("data-looking");
      bus.emit("resize");
    }));
    const found = await explorer;
    stage.setAttribute("data-looking", "");
    await found.open(target);
  };
  bus.on("rewound", async () => (await explorer)?.close());
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
