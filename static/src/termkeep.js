// What stands on the terminal outlives the page in this window: loading it anew brings it back.

const MOST = 80;
const LONGEST = 20_000;

/** Keep the last lines of the lab's terminal. now: answers {place, running: entry or null}. */
export function keepTerminal(bus, now) {
  const store = `drydock.terminal.${bus.lab.id}`;
  let shown = [];

  function save() {
    const entries = shown.map(({ line, sign, text, end, entry }) => ({ line, sign, text: text.slice(-LONGEST), end, entry }));
    try {
      sessionStorage.setItem(store, JSON.stringify({ entries, ...now() }));
    } catch {
      sessionStorage.removeItem(store); // the window's store is full: an empty terminal is no loss of work
    }
  }
  window.addEventListener("pagehide", save);

  return {
    add(one) { shown = [...shown, one].slice(-MOST); },
    last: () => shown.at(-1),
    clear(but) { shown = shown.filter((one) => one === but); },
    /** What stood here before the page was loaded anew, or null. */
    before: () => JSON.parse(sessionStorage.getItem(store) ?? "null"),
    /** An entry of the lab and what became of it, or null. */
    async lookUp(entry) {
      const answer = await fetch(`${bus.lab.api_url}/entries/${entry}?token=${encodeURIComponent(bus.lab.token)}`).catch(() => null);
      return answer?.ok ? answer.json() : null;
    },
  };
}
