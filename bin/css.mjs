// The work of bin/css: purges Tabler to the classes in use, writes its sides logically (so that dir="rtl" mirrors the
// page), lists all class names of the whole Tabler for the test, and cuts the icon sprite.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PurgeCSS } from "purgecss";
import postcss from "postcss";

const TABLER = "static/vendor/tabler-1.6.1";
const SPRITE = "static/vendor/tabler-icons-3.51.0/icons.svg";
const SOURCES = ["templates", "contacts_project", "departments", "contacts", "conversations", "static/js"];
const SAFELIST = ["is-invalid", "htmx-request"]; // written by Python or htmx while the page is up
// Attributes that Django's widgets and the browser write, not our templates.
const ATTRIBUTES = ["type", "disabled", "readonly", "multiple", "size", "list", "checked", "open", "hidden", "dir"];
const packages = "var/css-tools/node_modules";

function files(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "migrations" ? [] : files(path);
    if (path === "static/js/kithline.js") return []; // made of app.js and htmx, whose words are not classes
    return /\.(html|py|js)$/.test(entry.name) ? [path] : [];
  });
}

const PROPERTIES = [
  [/^(margin|padding)-left$/, "$1-inline-start"],
  [/^(margin|padding)-right$/, "$1-inline-end"],
  [/^border-left(.*)$/, "border-inline-start$1"],
  [/^border-right(.*)$/, "border-inline-end$1"],
  [/^border-top-left-radius$/, "border-start-start-radius"],
  [/^border-top-right-radius$/, "border-start-end-radius"],
  [/^border-bottom-left-radius$/, "border-end-start-radius"],
  [/^border-bottom-right-radius$/, "border-end-end-radius"],
  [/^left$/, "inset-inline-start"],
  [/^right$/, "inset-inline-end"],
];
const SIDES = { left: "start", right: "end" };

// Renames one declaration to its logical twin where CSS has one.
function logical(declaration) {
  for (const [pattern, name] of PROPERTIES) declaration.prop = declaration.prop.replace(pattern, name);
  if (declaration.prop === "text-align") declaration.value = SIDES[declaration.value] ?? declaration.value;
  if (/^(float|clear)$/.test(declaration.prop) && SIDES[declaration.value])
    declaration.value = `inline-${SIDES[declaration.value]}`;
}

const whole = readFileSync(join(packages, "@tabler/core/dist/css/tabler.min.css"), "utf8");
const content = SOURCES.flatMap(files);
const [purged] = await new PurgeCSS().purge({
  content,
  css: [{ raw: whole }],
  safelist: SAFELIST,
  dynamicAttributes: ATTRIBUTES,
  variables: true,
  keyframes: true,
  fontFace: true,
});
const cut = postcss.parse(purged.css);
cut.walkDecls(logical);
writeFileSync(join(TABLER, "tabler.css"), cut.toString().replace(/\/\*# sourceMappingURL.*?\*\//, "") + "\n");

const classes = new Set();
postcss.parse(whole).walkRules((rule) => {
  for (const [, name] of rule.selector.matchAll(/\.((?:[A-Za-z_-]|\\.)(?:[\w-]|\\.)*)/g)) classes.add(name.replace(/\\/g, ""));
});
writeFileSync(join(TABLER, "classes.txt"), [...classes].sort().join("\n") + "\n");

const EXTRA = []; // icons that only Python names, in a variable
const names = new Set(EXTRA);
for (const path of content) {
  const text = readFileSync(path, "utf8");
  for (const [, name] of text.matchAll(/{%\s*icon\s+["']([a-z0-9-]+)["']/g)) names.add(name);
  for (const [, name] of text.matchAll(/{%\s*nav_entry\s+"[^"]*"\s+"[^"]*"\s+"([a-z0-9-]+)"/g)) names.add(name);
}
const kept = new Map();
const old = readFileSync(SPRITE, "utf8");
for (const [symbol, name] of old.matchAll(/<symbol id="([^"]+)"[\s\S]*?<\/symbol>/g)) kept.set(name, symbol);
for (const name of names) {
  const path = join(packages, `@tabler/icons/icons/outline/${name}.svg`);
  if (name === "kithline" || !existsSync(path)) continue;
  const inside = readFileSync(path, "utf8").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
  const shapes = inside.replace(/<path stroke="none"[^>]*\/>/, "").replace(/\s+/g, " ").trim();
  kept.set(name, `<symbol id="${name}" viewBox="0 0 24 24"> ${shapes} </symbol>`);
}
const symbols = [...kept.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, symbol]) => symbol);
writeFileSync(SPRITE, `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
