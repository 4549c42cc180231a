// How the page writes times, sizes, rates and digests.

const two = (n) => String(n).padStart(2, "0");

/** Microseconds as a clock with tenths: 00:07:42.5. Hours may pass 99. */
export function clockText(us) {
  const tenths = Math.floor(us / 100_000);
  const s = Math.floor(tenths / 10);
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${tenths % 10}`;
}

/** Microseconds in words: 380 ms, 4.2 s, 3 min 5 s, 2 h 4 min. */
export function duration(us) {
  if (us < 1000) return `${us} µs`;
  if (us < 1_000_000) return `${Math.round(us / 1000)} ms`;
  const s = us / 1_000_000;
  if (s < 60) return `${s.toFixed(s < 10 ? 1 : 0)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** Milliseconds of a request in words. */
export function milliseconds(ms) {
  if (ms == null) return "–";
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Bytes as docker prints sizes: powers of 1000, three digits. */
export function size(bytes) {
  if (bytes == null) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let n = bytes, unit = 0;
  while (n >= 1000 && unit < units.length - 1) { n /= 1000; unit += 1; }
  return `${unit === 0 || n >= 100 ? Math.round(n) : n.toPrecision(3)} ${units[unit]}`;
}

/** Bytes of memory, powers of 1024: 8 GiB. */
export function memory(bytes) {
  if (bytes == null) return "–";
  const gib = bytes / 2 ** 30;
  if (gib >= 1) return `${Number(gib.toFixed(1))} GiB`;
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

/** Requests per second. */
export function rate(rps) {
  if (rps == null) return "";
  if (rps > 0 && rps < 9.95) return `${rps.toFixed(1)} req/s`;
  return `${Math.round(rps).toLocaleString("en")} req/s`;
}

/** The first characters of a digest or id: 9f2c41aa0b. */
export function shortDigest(digest, length = 8) {
  return (digest ?? "").replace(/^sha256:/, "").slice(0, length);
}

/** A pod's own suffix: r2vpd of shop-7c9d5b6f4-r2vpd; the name itself if it has none. */
export function podSuffix(name) {
  const cut = name.lastIndexOf("-");
  return cut < 0 ? name : name.slice(cut + 1);
}

/** An image reference without its registry: library/nginx:1.27 -> nginx:1.27. */
export function shortImage(reference) {
  if (!reference) return "";
  return reference.replace(/^(docker\.io\/)?(library\/)?/, "").replace(/@sha256:([0-9a-f]{8})[0-9a-f]*$/, "@$1");
}

/** The same, in as few characters as still tell it: shop:1.0 of student/shop:1.0. */
export function briefImage(reference) {
  return shortImage(reference).replace(/^.*\//, "");
}

export const plural = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** Compare names as people do: worker-2 before worker-10. */
export const byName = new Intl.Collator("en", { numeric: true }).compare;
