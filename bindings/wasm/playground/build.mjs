// Builds the playground into `site/`: a static page that works from any plain file server. The engine stands beside the page as
// it stands in the npm package; the editor is bundled; the rule packs become its examples.
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const rules = join(here, "../../../rules");
const site = join(here, "../site");

/** Policies by their files, the day to decide on, and sample applicants. */
const EXAMPLES = [
  ["cn/shenzhen", "old_age_allowance", "2024-08-20", "samples/old_age_allowance.jsonl"],
  ["cn/shenzhen", "residence_permit", "2024-06-30", "samples/residence_permit.jsonl"],
  ["cn/shenzhen", "ride_hailing_driver", "2024-06-30", "samples/ride_hailing_driver.jsonl"],
  ["cn/shenzhen", "talent_subsidy", "2020-06-01", "samples/talent_subsidy.jsonl"],
  ["us/snap", "snap", "2026-01-15", "samples/snap.jsonl"],
  ["gb/statutory_maternity_pay", "statutory_maternity_pay", "2025-01-15", "sample.jsonl"],
  ["fr/allocations_familiales", "allocations_familiales", "2022-03-01", "sample.jsonl"],
  ["dmn/lending", "lending", "2026-01-15", "sample.jsonl"],
];

function example([pack, policy, on, samples]) {
  const folder = join(rules, pack);
  const files = {};
  const add = (name) => {
    if (files[name]) return;
    files[name] = readFileSync(join(folder, name), "utf8");
    for (const [, used] of files[name].matchAll(/^use "(.+)"/gm)) add(used);
  };
  add(`${policy}.placet`);
  const tests = `${policy}_test.placet`;
  if (readdirSync(folder).includes(tests)) add(tests);
  const lines = readFileSync(join(folder, samples), "utf8").trim().split("\n");
  return { id: policy, pack, title: titleOf(files[`${policy}.placet`]), on, files, cases: lines.map((line) => JSON.parse(line)) };
}

/** A policy's title as it is written, for the menu. */
function titleOf(text) {
  const [, name, en = name, zh = en] = /^policy (\w+)(?:\s+"([^"]+)"(?:,\s+zh "([^"]+)")?)?/m.exec(text);
  return { en, zh };
}

/** The policy of the front page comes first. */
function frontPage() {
  const readme = readFileSync(join(rules, "../README.md"), "utf8");
  const [, text] = /```placet\n([\s\S]*?)```/.exec(readme);
  const cases = [
    { id: "Li", birth_date: "1930-05-04", alive: true },
    { id: "Wang", birth_date: "1941-02-01", registered_here: true, alive: true },
    { id: "Zhao", birth_date: "1952-02-01", registered_here: true, alive: true },
  ];
  return { id: "allowance", pack: "", title: titleOf(text), on: "2026-11-24", files: { "allowance.placet": text }, cases };
}

rmSync(site, { recursive: true, force: true });
mkdirSync(join(site, "placet"), { recursive: true });
cpSync(join(here, "../pkg"), join(site, "placet"), { recursive: true, filter: (path) => !/\.(md|d\.ts|node\.js)$/.test(path) });
for (const name of ["index.html", "style.css"]) cpSync(join(here, name), join(site, name));
writeFileSync(join(site, "examples.json"), JSON.stringify([frontPage(), ...EXAMPLES.map(example)]));
await build({
  entryPoints: [join(here, "main.js")],
  outfile: join(site, "main.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  external: ["./placet/*"],
  logLevel: "warning",
});
