// The editor and the stage speak of the same things: where the caret is in YAML, the object glows.

const field = (lines, pattern) => lines.map((line) => pattern.exec(line)?.[1]).find(Boolean)?.replace(/^["']|["']$/g, "");

/** The object that line `at` (from 1) of a YAML stream describes: {kind, name, namespace} or null. */
export function objectAt(text, at) {
  const lines = text.split("\n");
  let from = at - 1, to = at;
  while (from > 0 && !/^---/.test(lines[from])) from -= 1;
  while (to < lines.length && !/^---/.test(lines[to])) to += 1;
  const part = lines.slice(from, to);
  const kind = field(part, /^kind:\s*(\S+)/);
  const metadata = part.findIndex((line) => /^metadata:/.test(line));
  if (!kind || metadata < 0) return null;
  const rest = part.slice(metadata + 1);
  const end = rest.findIndex((line) => /^\S/.test(line));
  const own = (end < 0 ? rest : rest.slice(0, end)).filter((line) => /^ {1,4}\S/.test(line));
  return { kind, name: field(own, /^\s+name:\s*(\S+)/), namespace: field(own, /^\s+namespace:\s*(\S+)/) ?? "default" };
}

/** Keys of the view that an object is seen as on the stage. */
export function keysOf(view, { kind, name, namespace }) {
  if (kind === "Service") return [`service/${namespace}/${name}`];
  if (kind === "Pod") return [`pod/${namespace}/${name}`];
  const keys = [`workload/${namespace}/${kind}/${name}`];
  for (const [key, pod] of view.kind("pod")) {
    if (pod.namespace !== namespace || !pod.owner) continue;
    const [ownerKind, owner] = pod.owner.split("/");
    if ((ownerKind === kind && owner === name) || (kind === "Deployment" && ownerKind === "ReplicaSet" && owner.replace(/-[a-z0-9]+$/, "") === name)) keys.push(key);
  }
  return keys;
}

/** Emit "glow" ({keys}) as the caret moves. */
export function mount(root, bus) {
  let last = "";
  function tell(keys) {
    if (keys.join() === last) return;
    last = keys.join();
    bus.emit("glow", { keys });
  }
  bus.on("caret", ({ path, line, text }) => {
    const object = /\.ya?ml$/i.test(path ?? "") ? objectAt(text, line) : null;
    tell(object?.name ? keysOf(bus.view, object) : []);
  });
  root.querySelector("[data-part=files]").addEventListener("focusout", () => tell([]));
}
