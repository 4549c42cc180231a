// The one thing the parts of a page share: messages by name, the latest view, the clock.

/** A bus: on(name, listener) returns a function that stops listening; emit(name, detail). */
export function createBus() {
  const listeners = new Map();
  return {
    on(name, listener) {
      if (!listeners.has(name)) listeners.set(name, new Set());
      listeners.get(name).add(listener);
      return () => listeners.get(name).delete(listener);
    },
    emit(name, detail) {
      for (const listener of listeners.get(name) ?? []) listener(detail);
    },
  };
}
