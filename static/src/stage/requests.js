// Sampled requests: each a dot that goes its way, waits in the queue, and turns into what became of it.

import { mayMove, put, svg } from "../dom.js";
import { way } from "./routes.js";

const MOST = 90;
const LEG_MS = [420, 900];
const MS_A_PIXEL = 0.9;
const INSIDE_MS = 110;
const OUTCOME_MS = 420;

const apart = (a, b) => Math.hypot(b.x - a.x, b.y - a.y) > 2;

/** Dots in `group`: returns {add(samples, scene, clock), move(now), clear()}. */
export function createRequests(group) {
  let dots = [], clock = 0, last = null;

  function add(samples, scene, viewer) {
    if (!mayMove() || viewer.paused || scene.level !== "world" || document.hidden) return;
    const slow = typeof viewer.speed === "number" && viewer.speed < 1 ? Math.min(3, 1 / viewer.speed) : 1;
    const first = Math.min(...samples.map((sample) => sample.at_us));
    for (const sample of samples) {
      if (dots.length >= MOST) break;
      const dot = prepare(sample, scene, slow);
      if (!dot) continue;
      const speed = viewer.speed === "max" ? 100 : viewer.speed;
      dot.start = clock + Math.min((sample.at_us - first) / 1000 / speed, 400);
      group.append(dot.node);
      dots.push(dot);
    }
  }

  function prepare(sample, scene, slow) {
    const legs = [];
    for (let i = 1; i < sample.path.length; i += 1) {
      const path = way(scene, sample.path[i - 1].place, sample.path[i].place);
      if (!path) continue;
      // A Service hands a request on: it goes in at one edge and comes out of another.
      if (legs.length && apart(legs.at(-1).path.at(1), path.at(0))) legs.push({ path, ms: INSIDE_MS * slow, inside: true });
      legs.push({ path, ms: Math.min(Math.max(path.length * MS_A_PIXEL, LEG_MS[0]), LEG_MS[1]) * slow });
      const waited = (sample.path[i].queued_us ?? 0) / 1000;
      if (waited > 1) legs.push({ path, ms: Math.min(180 + waited * 0.8, 1400) * slow, wait: true });
    }
    if (!legs.length) return null;
    const ok = sample.outcome === "ok";
    return { legs, ok, sample, whole: legs.reduce((sum, leg) => sum + leg.ms, 0), node: svg("circle", { class: "request", r: 3.6, visibility: "hidden" }) };
  }

  function turn(dot) {
    dot.turned = true;
    const at = dot.legs.at(-1).path.at(1);
    const node = dot.ok ? svg("circle", { class: "outcome outcome-ok", r: 5, cx: at.x.toFixed(1), cy: at.y.toFixed(1) })
      : svg("path", { class: "outcome outcome-bad", d: "M-4.5-4.5l9 9M4.5-4.5l-9 9", transform: `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})` });
    dot.node.replaceWith(node);
    dot.node = node;
  }

  function step(dot) {
    let t = clock - dot.start;
    if (t < 0) return true;
    if (t >= dot.whole) {
      if (!dot.turned) turn(dot);
      const left = 1 - (t - dot.whole) / (dot.ok ? OUTCOME_MS : OUTCOME_MS * 2);
      if (left <= 0) { dot.node.remove(); return false; }
      put(dot.node, { opacity: left.toFixed(2) });
      return true;
    }
    for (const leg of dot.legs) {
      if (t <= leg.ms) {
        const at = leg.path.at(leg.wait ? 1 : leg.inside ? 0 : t / leg.ms);
        put(dot.node, { cx: at.x.toFixed(1), cy: at.y.toFixed(1), visibility: leg.inside ? "hidden" : "visible", "data-waits": leg.wait || null });
        return true;
      }
      t -= leg.ms;
    }
    return true;
  }

  return {
    add,
    /** Move on; returns whether any dot is under way. `still`: time stands, so do the dots. */
    move(now, still) {
      if (last !== null && !still) clock += Math.min(now - last, 100);
      last = dots.length ? now : null;
      if (!still) dots = dots.filter(step);
      return dots.length > 0;
    },
    clear() {
      for (const dot of dots) dot.node.remove();
      dots = [];
    },
  };
}
