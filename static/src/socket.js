// The page's one socket. htmx's ws extension opens and reopens it; JSON messages are taken here,
// messages that start with "<" are left to htmx, which swaps them in.

const REOPENED_BY_HTMX = new Set([1006, 1011, 1012, 1013]);
const FOR_GOOD = (code) => code >= 4400 && code < 4500;

/** Carry messages between the element with `ws-connect` and the bus. Adds bus.send, bus.run. */
export function mount(element, bus) {
  let wrapper = null, count = 0, opened = false, greeted = false, keeping = false, redoing = false;
  const waiting = new Map();

  if (window.htmx) window.htmx.config.wsReconnectDelay = delay;

  function delay(retry) {
    return 250 + Math.random() * Math.min(1000 * 2 ** retry, 6000);
  }

  bus.send = (message) => {
    if (!opened || !wrapper) return false;
    wrapper.sendImmediately(JSON.stringify(message));
    return true;
  };

  /** Whether the lab is there: the server has greeted, which it does once the lab is awake. */
  bus.connected = () => greeted;

  /** Send one command; resolves with the server's result message. */
  bus.run = (command) => new Promise((resolve) => {
    const id = `c${++count}`;
    waiting.set(id, { resolve, message: { t: "do", id, command } });
    const sent = bus.send({ t: "do", id, command });
    if (sent && !command.file) bus.emit("done", command);
    if (!sent) {
      waiting.delete(id);
      resolve({ id, unsent: true, entry: null, output: "", exit_code: 1, error: "Not connected to the lab.",
        hint: "The page is reconnecting; try again in a moment." });
    }
  });

  /** Ask something that changes nothing; resolves with the answer, or null when not connected. */
  const ask = (message) => new Promise((resolve) => {
    const id = `c${++count}`;
    waiting.set(id, { resolve, quiet: true });
    if (!bus.send({ ...message, id })) { waiting.delete(id); resolve(null); }
  });
  bus.complete = (request) => ask({ t: "complete", ...request });
  /** What is wrong with a text, by line: [{line, severity, rule, message}]. */
  bus.lint = async (path, text) => (await ask({ t: "lint", path, text }))?.problems ?? [];
  /** Take the lab back to a time; all its pages are told "rewound". keep: leave this page's files as written. */
  bus.rewind = (at, { keep = false } = {}) => {
    keeping = keep;
    return bus.send({ t: "rewind", at_us: Math.max(0, Math.floor(at)) });
  };

  /** Do again what was undone last, with this page's files as written. */
  bus.redo = () => {
    keeping = redoing = true;
    return bus.send({ t: "redo" });
  };

  function settle(message) {
    waiting.get(message.id)?.resolve(message);
    waiting.delete(message.id);
  }

  function take(message) {
    switch (message.t) {
      case "frame": return frame(message);
      case "result": case "completions": case "lint": return settle(message);
      case "rewound": {
        const [keep, again] = [keeping, redoing];
        keeping = redoing = false;
        return bus.emit("rewound", { ...message, keep, again });
      }
      case "output": return bus.emit("output", message);
      case "hello": {
        if (!greeted) {
          greeted = true;
          bus.emit("link", { state: "open" });
        }
        return bus.emit("hello", message);
      }
      case "error":
        return wrong(message);
      default: return undefined;
    }
  }

  /** An error belongs where its question came from; one without a question is said to all. */
  function wrong(message) {
    const asked = waiting.get(message.id);
    if (message.id) settle({ ...message, exit_code: 1, output: "" });
    if (!asked?.quiet && !asked?.message?.command.terminal) bus.emit("trouble", message);
  }

  function frame(message) {
    const change = bus.view.apply(message);
    if (!change) {
      bus.view.forget();
      bus.send({ t: "hello", last: 0 });
      return;
    }
    bus.clock.take(message);
    bus.send({ t: "ack", n: message.n });
    bus.emit("frame", { ...change, requests: message.requests ?? [] });
  }

  element.addEventListener("htmx:wsOpen", (event) => {
    wrapper = event.detail.socketWrapper;
    opened = true;
    bus.send({ t: "hello", last: bus.view.last });
  });

  element.addEventListener("htmx:wsClose", (event) => {
    const code = event.detail.event?.code ?? 1006;
    wrapper = event.detail.socketWrapper ?? wrapper;
    opened = greeted = false;
    bus.clock.halt();
    for (const { resolve } of waiting.values()) {
      resolve({ entry: null, output: "", exit_code: 1, error: "The connection to the lab was lost.",
        hint: "If the command had been accepted, it is in the log and shows when the page is back." });
    }
    waiting.clear();
    if (FOR_GOOD(code)) return bus.emit("link", { state: "closed", code });
    bus.emit("link", { state: "reopening", code });
    if (!REOPENED_BY_HTMX.has(code)) setTimeout(() => wrapper?.reconnect(), delay(1));
    return undefined;
  });

  element.addEventListener("htmx:wsBeforeMessage", (event) => {
    const text = event.detail.message;
    if (typeof text !== "string" || !text.startsWith("{")) return;
    event.preventDefault();
    take(JSON.parse(text));
  });

  bus.emit("link", { state: "opening" });
}
