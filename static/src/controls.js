// Play, pause, step, speed and the clock. The clock belongs to the viewer, never to the lab's log.

import { el, put, words } from "./dom.js";
import { icon } from "./icons.js";
import { clockText } from "./text.js";

export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 10, 30, 60, 100, "max"];

/** Fill the header's clock group; adds bus.controls {toggle, step, faster, slower}. */
export function mount(element, bus) {
  const play = el("button", { class: "button button-icon", type: "button" }, icon("pause"));
  const step = el("button", { class: "button button-icon", type: "button", "aria-label": "Step to the next thing that happens", title: "Step to the next thing that happens (Alt+L)" }, icon("step"));
  const speed = el("select", { class: "field speed", "aria-label": "Speed of time", title: "Speed of time" },
    ...SPEEDS.map((value) => el("option", { value: String(value) }, value === "max" ? "max" : `${value}×`)));
  const clock = el("output", { class: "clock", "aria-label": "Time in the lab", "aria-live": "off" }, "00:00:00.0");
  element.append(play, step, speed, clock);

  let drawn = "";
  function show() {
    const state = bus.clock.paused ? "play" : "pause";
    if (drawn !== state) {
      drawn = state;
      play.replaceChildren(icon(state));
      const label = state === "play" ? "Play" : "Pause";
      put(play, { "aria-label": label, title: `${label} (Alt+K)` });
    }
    const value = String(bus.clock.speed);
    if (document.activeElement !== speed && speed.value !== value) {
      if (![...speed.options].some((option) => option.value === value)) speed.add(new Option(`${value}×`, value));
      speed.value = value;
    }
    put(clock, { "data-state": bus.clock.live ? (bus.clock.paused ? "paused" : "running") : "stale" });
  }

  function tick() {
    words(clock, clockText(bus.clock.now()));
    setTimeout(() => requestAnimationFrame(tick), bus.clock.paused ? 200 : 80);
  }

  const send = (change) => bus.send({ t: "clock", speed: bus.clock.speed, paused: bus.clock.paused, ...change });
  const toSpeed = (text) => (text === "max" ? "max" : Number(text));

  function shift(by) {
    const at = SPEEDS.findIndex((value) => String(value) === String(bus.clock.speed));
    const next = SPEEDS[Math.min(Math.max((at < 0 ? 3 : at) + by, 0), SPEEDS.length - 1)];
    send({ speed: next });
  }

  bus.controls = {
    toggle: () => send({ paused: !bus.clock.paused }),
    step: () => bus.send({ t: "step" }),
    faster: () => shift(1),
    slower: () => shift(-1),
  };
  play.addEventListener("click", bus.controls.toggle);
  step.addEventListener("click", bus.controls.step);
  speed.addEventListener("change", () => send({ speed: toSpeed(speed.value) }));

  bus.on("frame", show);
  bus.on("link", show);
  const asked = bus.query.get("speed");
  if (asked && SPEEDS.some((value) => String(value) === asked)) {
    const stop = bus.on("hello", () => { send({ speed: toSpeed(asked), paused: false }); stop(); });
  }
  show();
  tick();
}
