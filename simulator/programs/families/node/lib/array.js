// Methods of Array that call functions of the program.

function Array$prototype$forEach(fn, thisArg) {
  if (typeof fn !== 'function') throw new TypeError(`${sys.brief(fn)} is not a function`);
  const n = this.length;
  for (let i = 0; i < n; i++) if (!sys.isHole(this, i)) fn.call(thisArg, this[i], i, this);
}

function Array$prototype$map(fn, thisArg) {
  if (typeof fn !== 'function') throw new TypeError(`${sys.brief(fn)} is not a function`);
  const out = [];
  const n = this.length;
  for (let i = 0; i < n; i++) {
    if (sys.isHole(this, i)) out.length++;
    else out[i] = fn.call(thisArg, this[i], i, this);
  }
  return out;
}

function Array$prototype$filter(fn, thisArg) {
  if (typeof fn !== 'function') throw new TypeError(`${sys.brief(fn)} is not a function`);
  const out = [];
  const n = this.length;
  for (let i = 0; i < n; i++) {
    const value = this[i];
    if (!sys.isHole(this, i) && fn.call(thisArg, value, i, this)) out.push(value);
  }
  return out;
}

function Array$prototype$reduce(fn, ...initial) {
  if (typeof fn !== 'function') throw new TypeError(`${sys.brief(fn)} is not a function`);
  let i = 0;
  let value = initial[0];
  const n = this.length;
  if (!initial.length) {
    if (!n) throw new TypeError('Reduce of empty array with no initial value');
    value = this[i++];
  }
  for (; i < n; i++) value = fn(value, this[i], i, this);
  return value;
}

function Array$prototype$reduceRight(fn, ...initial) {
  if (typeof fn !== 'function') throw new TypeError(`${sys.brief(fn)} is not a function`);
  let i = this.length - 1;
  let value = initial[0];
  if (!initial.length) {
    if (i < 0) throw new TypeError('Reduce of empty array with no initial value');
    value = this[i--];
  }
  for (; i >= 0; i--) value = fn(value, this[i], i, this);
  return value;
}

function Array$prototype$some(fn, thisArg) {
  const n = this.length;
  for (let i = 0; i < n; i++) if (!sys.isHole(this, i) && fn.call(thisArg, this[i], i, this)) return true;
  return false;
}

function Array$prototype$every(fn, thisArg) {
  const n = this.length;
  for (let i = 0; i < n; i++) if (!sys.isHole(this, i) && !fn.call(thisArg, this[i], i, this)) return false;
  return true;
}

function Array$prototype$find(fn, thisArg) {
  if (typeof fn !== 'function') throw new TypeError(`${sys.brief(fn)} is not a function`);
  const n = this.length;
  for (let i = 0; i < n; i++) if (fn.call(thisArg, this[i], i, this)) return this[i];
  return undefined;
}

function Array$prototype$findIndex(fn, thisArg) {
  const n = this.length;
  for (let i = 0; i < n; i++) if (fn.call(thisArg, this[i], i, this)) return i;
  return -1;
}

function Array$prototype$findLast(fn, thisArg) {
  for (let i = this.length - 1; i >= 0; i--) if (fn.call(thisArg, this[i], i, this)) return this[i];
  return undefined;
}

function Array$prototype$findLastIndex(fn, thisArg) {
  for (let i = this.length - 1; i >= 0; i--) if (fn.call(thisArg, this[i], i, this)) return i;
  return -1;
}

function Array$prototype$flatMap(fn, thisArg) {
  const out = [];
  const n = this.length;
  for (let i = 0; i < n; i++) {
    const made = fn.call(thisArg, this[i], i, this);
    if (Array.isArray(made)) for (const one of made) out.push(one);
    else out.push(made);
  }
  return out;
}

function mergeSort(items, fn) {
  if (items.length < 2) return items;
  const middle = items.length >> 1;
  const left = mergeSort(items.slice(0, middle), fn);
  const right = mergeSort(items.slice(middle), fn);
  const out = [];
  let a = 0;
  let b = 0;
  while (a < left.length && b < right.length) {
    if (fn(left[a], right[b]) <= 0) out.push(left[a++]);
    else out.push(right[b++]);
  }
  while (a < left.length) out.push(left[a++]);
  while (b < right.length) out.push(right[b++]);
  return out;
}

function sortedBy(items, fn) {
  if (fn !== undefined && typeof fn !== 'function') {
    throw new TypeError('The comparison function must be either a function or undefined');
  }
  if (fn === undefined) return sys.sorted(items);
  const rows = [];
  let missing = 0;
  for (let i = 0; i < items.length; i++) {
    if (items[i] === undefined) missing++;
    else rows.push(items[i]);
  }
  const out = mergeSort(rows, fn);
  while (missing-- > 0) out.push(undefined);
  return out;
}

function Array$prototype$sort(fn) {
  return sys.replaceItems(this, sortedBy(this, fn));
}

function Array$prototype$toSorted(fn) {
  return sortedBy(this.slice(), fn);
}

function Array$from(source, fn, thisArg) {
  const items = sys.listed(source);
  return fn === undefined ? items : items.map(fn, thisArg);
}

async function Array$fromAsync(source, fn) {
  const out = [];
  for await (const one of source) out.push(fn ? await fn(one, out.length) : one);
  return out;
}

function Object$groupBy(items, fn) {
  const out = Object.create(null);
  let i = 0;
  for (const one of items) (out[fn(one, i++)] ??= []).push(one);
  return out;
}

function Map$groupBy(items, fn) {
  const out = new Map();
  let i = 0;
  for (const one of items) {
    const key = fn(one, i++);
    if (!out.has(key)) out.set(key, []);
    out.get(key).push(one);
  }
  return out;
}

function Map$prototype$forEach(fn, thisArg) {
  for (const [key, value] of this) fn.call(thisArg, value, key, this);
}

function Set$prototype$forEach(fn, thisArg) {
  for (const value of this) fn.call(thisArg, value, value, this);
}

function Set$prototype$union(other) {
  return new Set([...this, ...other.keys()]);
}

function Set$prototype$intersection(other) {
  return new Set([...this].filter((one) => other.has(one)));
}

function Set$prototype$difference(other) {
  return new Set([...this].filter((one) => !other.has(one)));
}

function Set$prototype$isSubsetOf(other) {
  return [...this].every((one) => other.has(one));
}

function* Iterator$prototype$map(fn) {
  let i = 0;
  for (const one of this) yield fn(one, i++);
}

function* Iterator$prototype$filter(fn) {
  let i = 0;
  for (const one of this) if (fn(one, i++)) yield one;
}

function* Iterator$prototype$take(n) {
  if (n <= 0) return;
  let i = 0;
  for (const one of this) {
    yield one;
    if (++i >= n) return;
  }
}

function* Iterator$prototype$drop(n) {
  let i = 0;
  for (const one of this) if (i++ >= n) yield one;
}

function Iterator$prototype$toArray() {
  return [...this];
}

function Iterator$prototype$forEach(fn) {
  let i = 0;
  for (const one of this) fn(one, i++);
}

function Iterator$prototype$reduce(fn, ...initial) {
  return [...this].reduce(fn, ...initial);
}

function String$prototype$replace(pattern, by) {
  if (this === undefined || this === null) throw new TypeError('String.prototype.replace called on null or undefined');
  const text = String(this);
  const all = sys.isRegExp(pattern) && pattern.global;
  return sys.isFunction(by) ? replaceWith(text, pattern, by, all) : sys.replaceText(text, pattern, String(by), all);
}

function String$prototype$replaceAll(pattern, by) {
  if (sys.isRegExp(pattern) && !pattern.global) {
    throw new TypeError('replaceAll must be called with a global RegExp');
  }
  const text = String(this);
  return sys.isFunction(by) ? replaceWith(text, pattern, by, true) : sys.replaceText(text, pattern, String(by), true);
}

function replaceWith(text, pattern, fn, all) {
  let out = '';
  let end = 0;
  for (const match of sys.matches(text, pattern, all)) {
    const more = match.groups ? [match.groups] : [];
    out += text.slice(end, match.index) + String(fn(...match, match.index, text, ...more));
    end = match.index + match[0].length;
  }
  return out + text.slice(end);
}

function revive(holder, key, fn) {
  const value = holder[key];
  if (value && typeof value === 'object') {
    for (const name of Object.keys(value)) {
      const made = revive(value, name, fn);
      if (made === undefined) delete value[name];
      else value[name] = made;
    }
  }
  return fn.call(holder, key, value);
}

function JSON$parse(text, fn) {
  const value = sys.parseJson(text);
  return typeof fn === 'function' ? revive({ '': value }, '', fn) : value;
}
