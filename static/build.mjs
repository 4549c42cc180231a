// Bundle static/src into static/build. `core` is on every page, `lab` on the pages with a lab.
// The editor and the charts are split off and fetched when first shown.
import { build, context } from "esbuild";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const options = {
  entryPoints: { core: join(here, "src/core.js"), lab: join(here, "src/lab.js") },
  outdir: join(here, "build"),
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  sourcemap: true,
  chunkNames: "[name]-[hash]",
  logLevel: "info",
};

if (process.argv.includes("--watch")) {
  const watched = await context(options);
  await watched.watch();
} else {
  await rm(options.outdir, { recursive: true, force: true });
  await build(options);
}
