// The latest picture of the lab: `key -> value`, kept by frames. The latest frame is the state.

/** A view with the frames' keys grouped by kind (the part before the first slash). */
export function createView() {
  const kinds = new Map();
  let last = 0;

  function kindOf(key) {
    const slash = key.indexOf("/");
    return slash < 0 ? key : key.slice(0, slash);
  }

  return {
    /** Number of the last frame taken in; 0 before the first. */
    get last() { return last; },

    /** All values of one kind: Map of key -> value. */
    kind(name) {
      let map = kinds.get(name);
      if (!map) kinds.set(name, (map = new Map()));
      return map;
    },

    /** The value under one key, or undefined. */
    get(key) { return kinds.get(kindOf(key))?.get(key); },

    /** Take a frame in. Returns {kinds, put, drop, whole}, or null for a frame with a gap before it. */
    apply(frame) {
      const whole = frame.base === 0;
      if (!whole && frame.base > last) return null;
      if (!whole && frame.n <= last) return { kinds: new Set(), put: {}, drop: [], whole: false };
      const touched = new Set();
      if (whole) {
        for (const [name, map] of kinds) if (map.size) { touched.add(name); map.clear(); }
      }
      for (const key of frame.drop ?? []) {
        if (this.kind(kindOf(key)).delete(key)) touched.add(kindOf(key));
      }
      for (const key in frame.put ?? {}) {
        this.kind(kindOf(key)).set(key, frame.put[key]);
        touched.add(kindOf(key));
      }
      last = frame.n;
      return { kinds: touched, put: frame.put ?? {}, drop: frame.drop ?? [], whole };
    },

    /** Forget the frame number, so that the next hello asks for everything. */
    forget() { last = 0; },
  };
}

/** The lab's clock as the viewer sees it: the last frame's time, carried on between frames. */
export function createClock(wall = () => performance.now()) {
  let now = 0, at = wall(), speed = 1, paused = true, live = false;
  return {
    take(frame) {
      if (frame.now_us != null) { now = frame.now_us; at = wall(); }
      if (frame.speed != null) speed = frame.speed;
      if (frame.paused != null) paused = frame.paused;
      live = true;
    },
    /** The connection is lost: time stands still on the page until the next frame. */
    halt() { now = this.now(); at = wall(); live = false; },
    now() {
      if (paused || !live || speed === "max") return now;
      // Frames come only when something has changed, so this may be the clock for a long while.
      return Math.round(now + (wall() - at) * 1000 * speed);
    },
    get speed() { return speed; },
    get paused() { return paused; },
    get live() { return live; },
  };
}
