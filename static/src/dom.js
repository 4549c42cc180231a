// Small helpers to make and update nodes. Text is always set as text, never parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Make an HTML element. props: attributes; `on` maps event names to listeners. */
export function el(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** Make an SVG element. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, { on = {}, ...attributes }, children) {
  put(node, attributes);
  for (const [name, listener] of Object.entries(on)) node.addEventListener(name, listener);
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

const written = new WeakMap();

/** Set attributes, touching the document only where a value differs. null removes. */
export function put(node, attributes) {
  let last = written.get(node);
  if (!last) written.set(node, (last = {}));
  for (const name in attributes) {
    const value = attributes[name];
    if (last[name] === value) continue;
    last[name] = value;
    if (value == null || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : value);
  }
  return node;
}

/** Set a custom property or style, touching the document only where it differs. */
export function style(node, name, value) {
  const key = `style:${name}`;
  let last = written.get(node);
  if (!last) written.set(node, (last = {}));
  if (last[key] === value) return;
  last[key] = value;
  node.style.setProperty(name, value);
}

/** Set the text of a node if it differs. */
export function words(node, text) {
  const value = text == null ? "" : String(text);
  if (node.textContent !== value) node.textContent = value;
  return node;
}

/** Whether things may move: neither the system nor the reader asked for stillness. */
export function mayMove() {
  return document.documentElement.dataset.motion !== "reduce"
    && !matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Children of one parent, kept by key: a node lives as long as its key does, so focus does too. */
export class Keyed {
  constructor(parent, create, update) {
    Object.assign(this, { parent, create, update, nodes: new Map() });
  }

  /** entries: iterable of [key, datum]. */
  sync(entries) {
    const gone = new Set(this.nodes.keys());
    for (const [key, datum] of entries) {
      let node = this.nodes.get(key);
      if (!node) {
        node = this.create(key, datum);
        this.nodes.set(key, node);
        this.parent.append(node);
      }
      gone.delete(key);
      this.update(node, datum, key);
    }
    for (const key of gone) {
      this.nodes.get(key).remove();
      this.nodes.delete(key);
    }
  }

  /** Put the nodes in the order of `keys` without touching those already in place. */
  order(keys) {
    let at = this.parent.firstChild;
    for (const key of keys) {
      const node = this.nodes.get(key);
      if (!node) continue;
      if (node === at) at = at.nextSibling;
      else this.parent.insertBefore(node, at);
    }
  }
}
