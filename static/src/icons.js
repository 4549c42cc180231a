// Line icons, drawn on a 24-unit square with the text's colour.

import { svg } from "./dom.js";

const PATHS = {
  play: ["M7 4.500v15l12-7.500z"],
  pause: ["M8 5v14M16 5v14"],
  step: ["M5 5l9 7-9 7zM18.5 5v14"],
  undo: ["M8.5 5.5L4 10l4.500 4.500M4 10h9.500a5.5 5.5 0 0 1 0 11H9"],
  redo: ["M15.5 5.5L20 10l-4.500 4.500M20 10h-9.500a5.5 5.5 0 0 0 0 11H15"],
  plug: ["M9 3v5M15 3v5M6.5 8h11v3.500a5.5 5.5 0 0 1-11 0zM12 17v4"],
  unplugged: ["M9 3v3M15 3v3M6.5 10h11v2.500a5.5 5.5 0 0 1-11 0zM12 18v3", "M3 4l18 17"],
  close: ["M6 6l12 12M18 6L6 18"],
  expand: ["M4 9V4h5M20 15v5h-5M4 4l6 6M20 20l-6-6"],
  shrink: ["M10 4v6H4M14 20v-6h6M10 10L4 4M14 14l6 6"],
  fold: ["M4 5v14M19 12H9M13 8l-4 4 4 4"],
  unfold: ["M4 5v14M9 12h10M15 8l4 4-4 4"],
  zoom: ["M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13zM15.5 15.500L21 21M10.5 7.500v6M7.5 10.500h6"],
  kill: ["M13 2L5 14h6l-1 8 8-12h-6z"],
  inspect: ["M4 5h16M4 10h10M4 15h16M4 20h7"],
  scales: ["M12 4v16M8 20h8M5 7h14M5 7l-2.500 6a3 3 0 0 0 5 0zM19 7l-2.500 6a3 3 0 0 0 5 0z"],
  layers: ["M12 3.500l9 4.500-9 4.500-9-4.500zM3.5 12.500l8.500 4.200 8.500-4.200M3.5 16.500l8.500 4.200 8.500-4.200"],
  file: ["M6 3h8l5 5v13H6zM14 3v5h5"],
  link: ["M9 12h6M7 8a4 4 0 0 0 0 8h2M17 8a4 4 0 0 1 0 8h-2"],
  cut: ["M4 12h5M15 12h5M10 7l4 10"],
};

/** An SVG icon by name, hidden from readers: its button has the words. */
export function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" },
    ...PATHS[name].map((d) => svg("path", { d })));
}
