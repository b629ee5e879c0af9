// Copies what the pages need of the installed browser libraries to static/vendor/ (git-ignored).
// Run by `npm run vendor` after `npm ci --ignore-scripts`.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "..", "node_modules");
const vendor = join(here, "vendor");

const icons = [
  "arrow-left", "circle-stop", "clock", "corner-down-left", "dices", "download", "image-plus",
  "pause", "play", "rotate-ccw", "step-back", "step-forward", "triangle-alert", "x",
];

/** @type {Record<string, string>} source below node_modules -> target below static/vendor */
const files = {
  "htmx.org/dist/htmx.min.js": "htmx.min.js",
  "htmx.org/dist/ext/hx-sse.min.js": "hx-sse.min.js",
  "modern-normalize/modern-normalize.css": "modern-normalize.css",
  "@fontsource-variable/geist/files/geist-latin-wght-normal.woff2": "fonts/geist-latin.woff2",
  "@fontsource-variable/geist/files/geist-latin-ext-wght-normal.woff2": "fonts/geist-latin-ext.woff2",
  "@fontsource-variable/geist-mono/files/geist-mono-latin-wght-normal.woff2": "fonts/geist-mono-latin.woff2",
};
for (const icon of icons) files[`lucide-static/icons/${icon}.svg`] = `icons/${icon}.svg`;

rmSync(vendor, { recursive: true, force: true });
for (const [source, target] of Object.entries(files)) {
  mkdirSync(dirname(join(vendor, target)), { recursive: true });
  cpSync(join(modules, source), join(vendor, target));
}
console.log(`${Object.keys(files).length} files copied to static/vendor/`);
