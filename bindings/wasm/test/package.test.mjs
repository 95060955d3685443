// What `npm pack` packs, installed into a project of its own: in Node, under TypeScript, and through vite into a browser.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, open } from "./browser.mjs";

const VITE = "8.3.8";
const here = fileURLToPath(new URL("..", import.meta.url));
const policy = readFileSync(join(here, "../../benches/src/heating.placet"), "utf8");
let project;
let packed;

const run = (command, args, cwd = project) => execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

before(() => {
  project = mkdtempSync(join(tmpdir(), "placet-project-"));
  [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", project], join(here, "pkg")));
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "scratch", private: true, type: "module" }));
  run("npm", ["install", "--silent", "--no-audit", "--no-fund", join(project, packed.filename)]);
  writeFileSync(join(project, "heating.placet"), policy);
});
after(() => rmSync(project, { recursive: true, force: true }));

test("the package holds what it says and nothing else", () => {
  const files = packed.files.map((f) => f.path).sort();
  const wanted = [
    "LICENSE", "README.md", "door.js", "drafting.d.ts", "drafting.js", "drafting.node.js", "errors.js", "facts.js", "form-fields.js",
    "form-style.js", "form-words.js", "form.d.ts", "form.js", "index.d.ts", "index.js", "index.node.js", "module.js", "package.json",
    "runtime.d.ts", "runtime.js", "runtime.node.js", "types.d.ts", "wasm/compiler.js", "wasm/compiler_bg.wasm",
    "wasm/drafting.js", "wasm/drafting_bg.wasm", "wasm/runtime.js", "wasm/runtime_bg.wasm",
  ];
  assert.deepEqual(files, wanted);
  const manifest = JSON.parse(readFileSync(join(here, "pkg/package.json"), "utf8"));
  assert.equal(manifest.dependencies, undefined);
  const wasm = ["compiler", "drafting", "runtime"].map((name) => readFileSync(join(here, `pkg/wasm/${name}_bg.wasm`), "latin1")).join("");
  assert.doesNotMatch(wasm, /\/(root|home|usr\/src|tmp)\//, "no path of the machine that built it");
});

test("in Node: the whole engine, the run-time build, one artefact", () => {
  writeFileSync(join(project, "main.js"), `
    import { readFileSync } from "node:fs";
    import { Policy } from "placet";
    import { Policy as Compiled } from "placet/runtime";
    const policy = Policy.compile(readFileSync("heating.placet", "utf8"));
    const bytes = policy.toCompiled();
    const facts = { residency: "none" };
    try { policy.decide(facts, { on: "2026-03-02" }); } catch (error) { console.log(error.name, error.code); }
    console.log(policy.decide({ residency: "temporary" }, { on: "2026-03-02" }).outcome);
    console.log(JSON.stringify(Compiled.fromCompiled(bytes).brief({ sanctioned: true, residency: "citizen" }, { on: "2026-03-02" })));
  `);
  assert.equal(run("node", ["main.js"]), 'FactsError facts\ndeclined\n{"outcome":"declined","rule":"under_sanction"}\n');
});

test("under TypeScript: the types of the package, and those of the policy's own facts and decisions", () => {
  const types = run("node", ["--input-type=module", "-e", `
    import { readFileSync } from "node:fs";
    import { Policy } from "placet/drafting";
    process.stdout.write(Policy.compile(readFileSync("heating.placet", "utf8")).typescript());
  `]);
  writeFileSync(join(project, "heating.ts"), types);
  const tsc = join(here, "node_modules/.bin/tsc");
  const options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2023,dom", "--skipLibCheck", "false"];
  writeFileSync(join(project, "good.ts"), `
    import { FactsError, Policy, check, type Field } from "placet";
    import { scenarios, tokens, Policy as Drafted } from "placet/drafting";
    import { Bundle } from "placet/runtime";
    import "placet/form";
    import type { Decision, Facts } from "./heating.js";
    const policy = Policy.compile<Facts, Decision>("policy p");
    const decision = policy.decide({ residency: "citizen", gross_income: "12.50", sanctioned: null }, { on: "2026-03-02" });
    const outcome: "approved" | string = decision.outcome;
    const brief = policy.brief({ region: { value: "west", source: "Register", observed: "2026-01-01" } }, { on: "2026-03-02" });
    if (brief.proposed === "declined") console.log(brief.rule?.length);
    const loose = Bundle.fromCompiled(new Uint8Array()).policies[0]!;
    loose.decide({ anything: 10n, list: [{ a: true }], gone: { closed: true } }, { on: "2026-03-02", show: ["age"] });
    const columns = loose.decideColumns({ age: Int32Array.of(1), name: ["a"] }, { on: "2026-03-02" });
    const fields: Field[] = loose.fields({ language: "zh" });
    for (const field of fields) if (field.kind === "list") console.log(field.fields.length);
    try { check("x").map((d) => d.place.units[0] + tokens("x").length + scenarios("x").coverage.length); }
    catch (error) { if (error instanceof FactsError) console.log(error.errors[0]?.fact, columns.outcome[0], outcome); }
    console.log(Drafted.compile("policy p").graph({ format: "dot" }).length);
    const form = document.createElement("placet-form");
    form.policy = policy as never;
    form.addEventListener("placet-finish", (event) => console.log(event.detail.standing.tone));
  `);
  run(tsc, [...options, "good.ts"]);
  for (const wrong of [
    'policy.decide({ residency: "nobody" }, { on: "2026-03-02" });',
    'policy.decide({ residense: "citizen" }, { on: "2026-03-02" });',
    "policy.decide({}, {});",
    "new Policy();",
    'policy.decide({}, { on: "2026-03-02" }).outcome = "maybe";',
    "policy.graph();",
  ]) {
    writeFileSync(join(project, "bad.ts"), `
      import { Policy } from "placet";
      import type { Decision, Facts } from "./heating.js";
      const policy = Policy.compile<Facts, Decision>("policy p");
      ${wrong}
    `);
    assert.throws(() => execFileSync(tsc, [...options, "bad.ts"], { cwd: project, stdio: "pipe" }), wrong);
  }
});

test("through vite into a browser: the engine and the form", async () => {
  run("npm", ["install", "--silent", "--no-audit", "--no-fund", "--save-dev", `vite@${VITE}`]);
  mkdirSync(join(project, "public"), { recursive: true });
  writeFileSync(join(project, "compile.js"), `
    import { readFileSync, writeFileSync } from "node:fs";
    import { Policy } from "placet";
    writeFileSync("public/heating.compiled", Policy.compile(readFileSync("heating.placet", "utf8")).toCompiled());
  `);
  run("node", ["compile.js"]);
  writeFileSync(join(project, "index.html"), `<!doctype html><html lang="en"><head><title>x</title><link rel="icon" href="data:,"></head>
    <body><placet-form src="/heating.compiled" on="2026-03-02"></placet-form><script type="module" src="/page.js"></script></body></html>`);
  writeFileSync(join(project, "page.js"), `
    import { Policy } from "placet";
    import text from "./heating.placet?raw";
    import "placet/form";
    window.outcome = Policy.compile(text).decide({ residency: "temporary" }, { on: "2026-03-02" }).outcome;
  `);
  run("npx", ["vite", "build", "--logLevel", "warn"]);
  const dist = join(project, "dist");
  assert.ok(readdirSync(join(dist, "assets")).some((f) => f.endsWith(".wasm")));
  const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    try {
      const body = readFileSync(join(dist, path === "/" ? "index.html" : path));
      response.writeHead(200, { "content-type": types[extname(path)] ?? (path === "/" ? "text/html" : "application/octet-stream") }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await launch();
  try {
    const { page, errors } = await open(browser, `http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => window.outcome && document.querySelector("placet-form").standing);
    assert.equal(await page.evaluate(() => window.outcome), "declined");
    assert.equal(await page.evaluate(() => document.querySelector("placet-form").standing.ask[0]), "residency");
    assert.deepEqual(errors, []);
  } finally {
    await browser.close();
    server.close();
  }
});
