// A terminal that a screen reader can read: a log of what was printed, and one line to type.

import { el, put, words } from "./dom.js";
import { clockText } from "./text.js";
import { textWidth } from "./stage/shapes.js";
import { ansiRuns, overwritten } from "./ansi.js";
import { keepTerminal } from "./termkeep.js";

const KEEP = 400;
const LONGEST = 100_000;
const HOME = "/home/student";

/** Progress in so many columns. Of a pull: bars only where there is room, as docker has it (more than
 * 110 columns); of a build or of compose: times at the right edge, long steps cut. */
function refit(whole, columns) {
  const text = columns > 110 ? whole : whole.replace(/^(\S+: \w+) \[[=> ]*\]( +\S+)$/gm, "$1$2");
  if (!/^(\[\+\] | => )/m.test(text) || columns < 40) return text;
  return text.replace(/^( => .*?| +[✔!✘⠀-⣿] .*?) +(\d+\.\ds) ?$|^(\[\+\] Building .*?) +(\S+:\S+)$/gm, (line, step, time, head, builder) => {
    const left = step ?? head, right = time ?? builder;
    const room = columns - right.length - 1;
    return (left.length > room ? `${left.slice(0, room - 1)}…` : left.padEnd(room)) + ` ${right}`;
  });
}

/** What helps where bash only says that it knows no such command. */
function missing(text) {
  const name = /^bash: (\S+): command not found$/m.exec(text)?.[1];
  if (!name) return null;
  if (name === "sudo") return "Nothing here needs sudo: type the line without it.";
  if (/^(python3?|pip3?|node|npm|go|java|ruby|php)$/.test(name)) return `This machine has no ${name} of its own. Programs run in containers here: docker run -it ${name.replace(/^(pip3?|python3)$/, "python").replace(/^npm$/, "node").replace(/^go$/, "golang")} brings one.`;
  if (/^(vim?|nano|emacs|code|ed|pico|micro)$/.test(name)) return "Files are written under Files, beside this terminal; they are saved by themselves.";
  return "help lists the programs of this machine; a container brings its own.";
}

/** Fill `element` with a terminal. One shell; `ssh`, `cd` and `exit` change where it stands. */
export function mount(element, bus) {
  const log = el("div", { class: "term-log", role: "log", "aria-label": "Terminal output", tabindex: "0" });
  const prompt = el("label", { class: "term-prompt", for: "term-input" });
  const input = el("input", { class: "term-input", id: "term-input", type: "text", autocomplete: "off", autocapitalize: "off",
    autocorrect: "off", spellcheck: "false", enterkeyhint: "send", "aria-describedby": "term-hint", maxlength: String(LONGEST) });
  const hint = el("p", { class: "only-read", id: "term-hint" }, "Enter runs the line. Tab completes. Arrow up brings back earlier lines. Control C stops what runs. Inside a container lines go to its own shell; exit or Control D leaves it.");
  const offers = el("div", { class: "term-offers", hidden: true });
  const line = el("div", { class: "term-line" }, prompt, input);
  const held = el("p", { class: "term-held", role: "status" });
  element.append(log, offers, line, held, hint);

  const history = JSON.parse(sessionStorage.getItem("drydock.history") ?? "[]");
  const place = { machine: bus.lab.machine ?? "laptop", cwd: bus.lab.cwd ?? HOME };
  const running = new Map();
  const kept = keepTerminal(bus, () => ({ place: { machine: place.machine, cwd: place.cwd }, running: busy?.entry ?? null }));
  let at = history.length, draft = "", busy = null, ahead = false, met = false, begun = "";

  const short = (cwd) => (cwd === HOME ? "~" : cwd.startsWith(`${HOME}/`) ? `~${cwd.slice(HOME.length)}` : cwd);
  const sign = () => `student@${place.machine}:${short(place.cwd)}$`;
  const session = () => busy?.reads ? busy : null;
  const showPrompt = () => words(prompt, session() ? promptOf(busy.text) || "\u00a0" : begun ? ">" : sign());

  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  function keepDown(change) {
    const stuck = atEnd();
    change();
    while (log.childElementCount > KEEP) log.firstElementChild.remove();
    if (stuck) log.scrollTop = log.scrollHeight;
  }

  /** How many characters stand side by side. */
  function columns() {
    const style = getComputedStyle(log);
    return Math.floor((log.clientWidth - 32) / textWidth("0", Number.parseFloat(style.fontSize), 400, true)) - 1;
  }

  /** Columns keep their lines and scroll sideways; sentences wrap. */
  function print(target, whole) {
    const text = refit(whole, columns());
    put(target, { "data-columns": /\S {3,}\S/.test(text) || null });
    requestAnimationFrame(() => {
      const wide = target.scrollWidth > target.clientWidth + 2;
      put(target, { "data-wide": wide || null, tabindex: wide ? "0" : null, role: wide ? "group" : null, "aria-label": wide ? "Wide output; arrow keys scroll it" : null });
    });
    target.replaceChildren(...ansiRuns(overwritten(text)).map((run) => (run.className ? [el("span", { class: run.className }, run.text)] : sentences(run.text))).flat());
  }

  /** Among columns, what went wrong is a sentence all the same: it wraps. */
  const sentences = (text) => text.split(/^((?:ERROR|Error|error|failed|Warning)\b.{40,})$/m).map((part, index) => (index % 2 ? el("span", { class: "term-sentence" }, part) : part));

  function block(line, before = sign()) {
    const out = el("pre", { class: "term-out" });
    const piece = el("div", { class: "term-entry" },
      el("div", { class: "term-cmd" }, el("span", { class: "term-sign" }, `${before} `), el("span", {}, line)), out);
    keepDown(() => log.append(piece));
    const shown = { piece, out, text: "", line, sign: before };
    kept.add(shown);
    return shown;
  }

  /** A line that reads shows its last, unfinished line as the prompt, beside what is typed. */
  const promptOf = (text) => ansiRuns(overwritten(text.slice(text.lastIndexOf("\n") + 1))).map((run) => run.text).join("");

  function write(shown, text) {
    keepDown(() => {
      shown.text = text;
      print(shown.out, shown.reads ? text.slice(0, text.lastIndexOf("\n") + 1) : text);
    });
    if (busy === shown) showPrompt();
  }

  /** Let the line be typed into while what runs reads: as it is, hidden, or not at all. */
  function listen(shown, reads) {
    if ((shown.reads ?? null) === (reads ?? null)) return;
    shown.reads = reads ?? null;
    if (busy !== shown) return;
    put(line, { "data-busy": reads ? null : "", "data-session": reads ?? null });
    input.type = reads === "hidden" ? "password" : "text";
    write(shown, shown.text);
    if (reads && reads !== "hidden") follow();
  }

  async function send(text) {
    return busy?.entry != null ? bus.run({ stdin: { entry: busy.entry, text } }) : null;
  }

  /** While the page is not connected a line stays where it was typed, and says so. Before it has
   * ever been, nothing can have changed meanwhile: the line is entered as soon as it is. */
  function hold(text) {
    input.value = text;
    ahead = !met;
    words(held, met ? "Not sent: the page is connecting again. Press Enter once it has." : "The page is still connecting; this line is entered once it has.");
  }

  /** A line that waits for the one that runs. */
  function queue() {
    ahead = Boolean(input.value.trim());
    if (ahead) words(held, "The line before still runs; this one follows it. Control C stops what runs.");
  }

  function finish(shown, end) {
    const { exit_code: code, error } = end;
    if (end.cwd) place.cwd = end.cwd;
    if (end.machine) place.machine = end.machine;
    const advice = end.hint ?? (code ? missing(shown.text) : null);
    shown.end = { exit_code: code, error, hint: advice };
    listen(shown, null);
    keepDown(() => {
      if (error) shown.piece.append(el("p", { class: "term-error" }, error));
      if (advice) shown.piece.append(el("p", { class: "term-hint" }, advice));
      if (code) put(shown.piece, { "data-exit": code });
    });
    if (busy === shown) release();
  }

  function release() {
    busy = null;
    put(line, { "data-busy": null, "data-session": null });
    input.type = "text";
    showPrompt();
    follow();
  }

  /** What was entered while the line before ran is entered now, as a real terminal does. */
  function follow() {
    if (!ahead) return;
    forget();
    const text = input.value;
    input.value = "";
    enter(text);
  }

  function forget() {
    ahead = false;
    words(held, "");
  }

  /** The lines typed on this page: they are the viewer's, so the server does not know them all. */
  const numbered = (lines) => lines.map((one, index) => `${String(index + 1).padStart(5)}  ${one}\n`).join("");

  /** Type a line into what runs; one that was not taken comes back, with the reason. A server that
   * was killed may be a second behind the page: there the prompt is still to come. */
  async function answer(text) {
    const into = busy, result = await send(`${text}\n`);
    if (!result?.error || input.value) return;
    input.value = text;
    if (busy === into && /does not read/.test(result.error)) queue();
    else words(held, `${result.error} ${result.hint ?? ""}`);
  }

  function remember(text) {
    if (history.at(-1) !== text) history.push(text);
    at = history.length;
  }

  async function enter(text) {
    const own = !session() && !begun && ["", "clear", "history"].includes(text.trim());
    if (!own && !(met && bus.connected())) return hold(text);
    at = history.length;
    if (session()) {
      if (text.trim() && busy.reads !== "hidden") remember(text);
      return answer(text);
    }
    if (text.trim()) {
      remember(text);
      sessionStorage.setItem("drydock.history", JSON.stringify(history.slice(-200)));
    }
    const shown = block(text, begun ? ">" : sign());
    if (!text.trim() && !begun) return;
    if (!begun && text.trim() === "clear") return clear();
    if (!begun && text.trim() === "history") return write(shown, numbered(history));
    const whole = begun ? `${begun}\n${text}` : text;
    begun = "";
    occupy(shown);
    bus.emit("typed", { line: whole });
    const result = await bus.run({ terminal: whole, machine: place.machine, cwd: place.cwd });
    if (result.more) {
      begun = whole;
      return finish(shown, {});
    }
    if (result.entry != null) shown.entry = result.entry;
    if (result.exit_code == null && result.entry != null) {
      running.set(result.entry, shown);
      if (shown.stopped) stop(shown);
      if (result.output && !shown.text) write(shown, result.output);
      listen(shown, result.reads);
      for (const early of shown.early ?? []) takeOutput(early);
      return;
    }
    write(shown, result.output ?? "");
    finish(shown, result);
  }

  function takeOutput(message) {
    const shown = running.get(message.entry);
    if (!shown) {
      if (busy && busy.entry == null) (busy.early ??= []).push(message);
      return;
    }
    if (message.exit_code == null) {
      listen(shown, message.reads);
      if (busy === shown && message.reads && message.reads !== "hidden") follow();
    }
    if (message.screen != null) write(shown, message.screen);
    else if (message.text != null && message.offset <= shown.text.length) {
      write(shown, shown.text.slice(0, message.offset) + message.text);
    }
    if (message.exit_code != null) {
      running.delete(message.entry);
      finish(shown, message);
    }
  }

  function occupy(shown) {
    busy = shown;
    put(line, { "data-busy": "" });
  }

  /** After the page was loaded anew: what stood here stands here again, and what runs goes on. */
  async function restore({ entries, place: stood, running: entry }) {
    Object.assign(place, stood);
    for (const old of entries) {
      const shown = block(old.line, old.sign);
      if (old.text) write(shown, old.text);
      if (old.end) finish(shown, old.end);
      else if (old.entry != null && old.entry === entry) Object.assign(shown, { entry });
    }
    showPrompt();
    const shown = kept.last();
    if (shown?.entry == null || shown.entry !== entry) return;
    occupy(shown);
    running.set(entry, shown);
    const now = await kept.lookUp(entry);
    if (now?.command?.terminal !== shown.line) {
      running.delete(entry);
      finish(shown, { exit_code: 1 });
    } else takeOutput({ ...now, entry, text: now.output, offset: 0 });
  }

  function clear() {
    log.replaceChildren();
    kept.clear(busy);
    for (const shown of running.values()) log.append(shown.piece);
  }

  async function complete() {
    const answer = await bus.complete({ line: input.value, cursor: input.selectionStart, ...place });
    if (!answer || !answer.options.length) return;
    const head = input.value.slice(0, answer.from), tail = input.value.slice(input.selectionStart);
    const common = answer.options.reduce((a, b) => { let n = 0; while (n < a.length && a[n] === b[n]) n += 1; return a.slice(0, n); });
    const done = answer.options.length === 1 && !common.endsWith("/") ? `${common} ` : common;
    input.value = head + done + tail;
    input.setSelectionRange(head.length + done.length, head.length + done.length);
    offers.hidden = answer.options.length === 1;
    offers.replaceChildren(...answer.options.slice(0, 40).map((option) => el("span", {}, option)));
  }

  function recall(by) {
    if (at === history.length) draft = input.value;
    at = Math.min(Math.max(at + by, 0), history.length);
    input.value = at === history.length ? draft : history[at];
    input.setSelectionRange(input.value.length, input.value.length);
  }

  function interrupt() {
    if (!busy) {
      block(`${input.value}^C`, begun ? ">" : sign());
      input.value = begun = "";
      return showPrompt();
    }
    if (session()) input.value = "";
    stop(busy);
  }

  /** Stop a line; one that has no entry yet, because its answer is under way, as soon as it has. */
  function stop(shown) {
    if (shown.entry != null) bus.run({ interrupt: shown.entry });
    else shown.stopped = true;
  }

  input.addEventListener("keydown", (event) => {
    const ctrl = event.ctrlKey && !event.altKey;
    if (event.key !== "Tab") offers.hidden = true;
    if (!["Shift", "Control", "Alt", "Meta"].includes(event.key)) forget();
    if (event.key === "Enter") {
      event.preventDefault();
      if (busy && !session()) { queue(); return; }
      const text = input.value;
      input.value = "";
      enter(text);
    } else if (event.key === "Tab" && !event.shiftKey && input.value.trim()) { event.preventDefault(); if (!busy) complete(); }
    else if (event.key === "ArrowUp") { event.preventDefault(); recall(-1); }
    else if (event.key === "ArrowDown") { event.preventDefault(); recall(1); }
    else if (ctrl && event.key === "c" && input.selectionStart === input.selectionEnd && !String(getSelection())) { event.preventDefault(); interrupt(); }
    else if (ctrl && session() && event.key === "d" && !input.value) { event.preventDefault(); send("\x04"); }
    else if (ctrl && session() && "pq\\".includes(event.key)) { event.preventDefault(); send({ p: "\x10", q: "\x11", "\\": "\x1c" }[event.key]); }
    else if (ctrl && event.key === "l") { event.preventDefault(); clear(); }
    else if (ctrl && event.key === "u") { event.preventDefault(); input.value = ""; }
    else if (ctrl && event.key === "a") { event.preventDefault(); input.setSelectionRange(0, 0); }
    else if (ctrl && event.key === "e") { event.preventDefault(); input.setSelectionRange(input.value.length, input.value.length); }
  });
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (text.length > LONGEST) {
      event.preventDefault();
      bus.emit("trouble", { error: `That text is too long for the terminal: ${text.length.toLocaleString("en")} characters.`, hint: `A line may have ${LONGEST.toLocaleString("en")}. Put it into a file instead (up to 1 MiB).` });
      return;
    }
    const lines = text.split(/\r?\n/);
    if (lines.length < 2) return;
    event.preventDefault();
    if (session()) {
      if (!bus.connected()) { words(held, "Not sent: the page is connecting again. Paste once it has."); return; }
      const last = lines.pop();
      send(lines.map((part, index) => `${index ? "" : input.value}${part}\n`).join(""));
      input.value = last;
      return;
    }
    if (busy) { input.setRangeText(lines.filter((part) => part.trim()).join("; ").slice(0, LONGEST), input.selectionStart, input.selectionEnd, "end"); return; }
    while (lines.length > 1 && !lines.at(-1).trim()) lines.pop();
    lines[0] = input.value.slice(0, input.selectionStart) + lines[0];
    lines.push(lines.pop() + input.value.slice(input.selectionEnd));
    input.value = lines.pop();
    for (const part of lines) {
      finish(block(part, begun ? ">" : sign()), {});
      begun = begun ? `${begun}\n${part}` : part;
    }
    showPrompt();
  });
  element.addEventListener("mouseup", (event) => {
    if (!String(getSelection()) && !event.target.closest("button, a")) input.focus();
  });

  bus.on("output", takeOutput);
  bus.on("hello", () => {
    if (met) return;
    met = true;
    if (!busy || session()) follow();
  });
  bus.on("rewound", ({ at_us: at, again }) => {
    forget();
    for (const shown of running.values()) put(shown.piece, { "data-exit": 1 });
    running.clear();
    if (busy) release();
    keepDown(() => log.append(el("p", { class: "term-back" }, again ? `At ${clockText(at).slice(0, -2)} again, with what had been undone.` : `Back at ${clockText(at).slice(0, -2)}. What came after is undone.`)));
  });
  bus.on("link", ({ state }) => { if (state === "open") words(held, ""); });
  bus.on("link", ({ state }) => { if (state === "reopening" && busy && busy.entry == null) { forget(); release(); } });
  bus.on("type", ({ line: text }) => {
    bus.openTab("terminal");
    forget();
    input.value = text;
    input.focus();
    input.setSelectionRange(text.length, text.length);
  });
  bus.shell = place;
  showPrompt();
  const before = kept.before();
  if (before) restore(before);
}
