// The lesson page: put each part on its element, and let them talk over one bus.

import { createBus } from "./bus.js";
import { createClock, createView } from "./view.js";
import * as socket from "./socket.js";
import * as controls from "./controls.js";
import * as undo from "./undo.js";
import * as timeline from "./timeline.js";
import * as lesson from "./lesson.js";
import * as link from "./link.js";
import * as status from "./status.js";
import * as stage from "./stage/index.js";
import * as splitters from "./splitters.js";
import * as tabs from "./tabs.js";
import * as terminal from "./terminal.js";
import * as files from "./files.js";
import * as events from "./events.js";
import * as texttwin from "./texttwin.js";
import * as chart from "./chart.js";
import * as machines from "./machines.js";
import * as inspector from "./inspector.js";
import * as shortcuts from "./shortcuts.js";
import * as build from "./build.js";
import * as lablink from "./lablink.js";
import * as trouble from "./trouble.js";
import * as projector from "./projector.js";
import * as glow from "./glow.js";
import * as folds from "./folds.js";
import * as looks from "./looks.js";

const root = document.querySelector("[data-lab]");
const bus = createBus();
bus.view = createView();
bus.clock = createClock();
bus.lab = JSON.parse(document.querySelector("#lab-data").textContent);
bus.query = new URLSearchParams(location.search);
bus.selected = null;

/** Choose an object by view key; every part shows it in its own way. */
bus.select = (key, detail = {}) => {
  bus.selected = key;
  bus.emit("select", { key, ...detail });
};

const parts = { controls, lesson, link, status, drawing: stage, timeline, terminal, files, events,
  table: texttwin, traffic: chart, build, machines, inspect: inspector, trouble };

splitters.mount(root, bus);
tabs.mount(root, bus);
for (const [name, part] of Object.entries(parts)) {
  const element = document.querySelector(`[data-part="${name}"]`);
  if (element) part.mount(element, bus);
}
for (const part of [undo, shortcuts, projector, glow, folds, lablink, looks]) part.mount(root, bus);
socket.mount(root, bus);
