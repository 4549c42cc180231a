// The two charts, drawn by uPlot with the page's own colours.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function shortTime(seconds) {
  const s = Math.round(seconds);
  return s < 3600 ? `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`
    : `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, "0")}`;
}

function axes(unit) {
  const font = `${Math.round(parseFloat(token("--text-xs")) * 15)}px ${token("--sans")}`;
  const base = { stroke: token("--soft"), font, grid: { stroke: token("--line"), width: 1 }, ticks: { show: false } };
  return [
    { ...base, space: 60, size: 24, gap: 4, values: (_, list) => list.map((at, index) => (index ? shortTime(at) : "")), grid: { show: false } },
    { ...base, space: 26, size: Math.round(parseFloat(token("--text-xs")) * 72), gap: 4, values: (_, list) => list.map((n) => `${n}${unit}`) },
  ];
}

const line = (colour, width, dash) => ({ stroke: token(colour), width, dash, points: { show: false } });

function options(size, unit, series) {
  return { ...size, cursor: { show: false }, legend: { show: false }, padding: [6, 16, 0, 0],
    scales: { x: { time: false }, y: { range: (_, low, high) => [0, Math.max(high * 1.15, 1)] } },
    axes: axes(unit), series: [{}, ...series] };
}

/** Make the charts in `parent`: draw(points), resize(), recolour(). */
export function createPlots(parent) {
  let plots = [], last = [];

  function half() {
    const [width, height] = [parent.clientWidth, parent.clientHeight];
    const side = width > height * 2.2;
    parent.toggleAttribute("data-side", side);
    return { width: Math.max(100, Math.floor(side ? (width - 10) / 2 : width)), height: Math.max(50, Math.floor(side ? height : height / 2)) };
  }

  function make() {
    for (const plot of plots) plot.destroy();
    const strong = document.documentElement.dataset.mode === "projector" ? 1.6 : 1;
    plots = [
      new uPlot(options(half(), "/s", [{ ...line("--accent", 2 * strong), fill: token("--accent-wash") }, line("--bad", 2 * strong, [5, 3])]), [[], [], []], parent),
      new uPlot(options(half(), " ms", [line("--ok", 1.6 * strong, [2, 3]), line("--busy", 1.8 * strong, [6, 3]), line("--accent", 2.2 * strong)]), [[], [], [], []], parent),
    ];
    feed();
  }

  function feed() {
    const at = last.map((point) => point.at_us / 1e6);
    const column = (name) => last.map((point) => point[name] ?? null);
    plots[0].setData([at, column("rps"), column("failed")]);
    plots[1].setData([at, column("p50"), column("p95"), column("p99")]);
  }

  make();
  return {
    draw(points) { last = points; feed(); },
    resize() { const size = half(); for (const plot of plots) if (plot.width !== size.width || plot.height !== size.height) plot.setSize(size); },
    recolour: make,
  };
}
