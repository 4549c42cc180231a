// Disks on the machine they are attached to: the drum of a claim or a Docker volume, and its name.

import { Keyed, put, style, svg, words } from "../dom.js";
import { memory } from "../text.js";
import { fit, textWidth } from "./shapes.js";

const DRUM = "M2 3.200c0-1.200 2.500-2 5.500-2s5.500.8 5.500 2v8c0 1.200-2.500 2-5.500 2s-5.500-.8-5.500-2zM2 3.200c0 1.200 2.500 2 5.500 2s5.500-.8 5.500-2M2 7.200c0 1.200 2.500 2 5.500 2s5.500-.8 5.500-2";

/** A volume that Docker named itself is told by the beginning of its name. */
export const diskName = ({ name }) => (/^[0-9a-f]{64}$/.test(name) ? `unnamed ${name.slice(0, 6)}` : name);

/** What is said of a disk beside its name. */
export function diskWord({ value, coming }) {
  if (!value.modes) return value.containers.length ? "" : "unused";
  return coming ? "attaching" : `${memory(value.size)} ${value.modes[0] ?? ""}`.trim();
}

/** Draw disks into `group`: returns sync(scene). */
export function createDisks(group) {
  const rows = new Keyed(group, () => svg("g", { class: "disk-row image-row" }, svg("rect", { class: "row-wash", rx: 6 }), svg("path", { class: "drum", d: DRUM }), svg("text", { class: "t-image" }), svg("text", { class: "t-sub", "text-anchor": "end" })),
    (node, { x, y, w, h, disk }) => {
      const [wash, drum, name, note] = node.children;
      style(node, "transform", `translate(${x}px, ${y}px)`);
      put(node, { "data-shape": disk.coming ? "coming" : "running" });
      put(wash, { x: -4, y: 1, width: w + 8, height: h - 2 });
      put(drum, { transform: `translate(0 ${h / 2 - 7})` });
      const text = diskWord(disk), room = w - 22 - textWidth(text, 11) - 8;
      put(name, { x: 21, y: h / 2 + 4 });
      words(name, fit(diskName(disk.value), room > 40 ? room : w - 22, 12, { weight: 550, middle: true }));
      put(note, { x: w, y: h / 2 + 4 });
      words(note, room > 40 ? text : "");
    });
  return (scene) => rows.sync(scene.disks);
}
