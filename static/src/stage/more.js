// "+12": what did not fit.

import { Keyed, put, svg, words } from "../dom.js";

/** Draw the notes of what is left out: returns sync(scene). */
export function createMore(group) {
  const notes = new Keyed(group, () => svg("text", { class: "t-small" }), (node, note) => { put(node, { x: note.x, y: note.y, "text-anchor": note.start ? "start" : "end" }); words(node, note.text); });
  return (scene) => notes.sync(scene.more.map((note) => [note.key, note]));
}
