// "12 more": what did not fit. The words are drawn here; hits.js puts a button over them.

import { Keyed, put, svg, words } from "../dom.js";
import { textWidth } from "./shapes.js";

/** Draw the notes of what is left out: returns sync(scene). */
export function createMore(group) {
  const notes = new Keyed(group, () => svg("text", { class: "t-small" }), (node, note) => {
    put(node, { x: note.x, y: note.y, "text-anchor": note.start ? "start" : "end", "data-more": Boolean(note.entries) || null });
    words(node, note.text);
  });
  return (scene) => notes.sync(scene.more.map((note) => [note.key, note]));
}

/** The box of a note's button, around its words. */
export function boxOfMore({ x, y, text }) {
  const w = Math.max(textWidth(text, 11.5) + 12, 26);
  return { x: x + 6 - w, y: y - 16, w, h: 24 };
}
