// The playground in a real browser, from a plain file server: every pane, both languages, both appearances, a phone.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { axe, launch, open, serve } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = new URL("../shots/", import.meta.url).pathname;
let browser;
let server;
before(async () => {
  mkdirSync(shots, { recursive: true });
  [server, browser] = [await serve(), await launch()];
});
after(async () => {
  await browser.close();
  server.close();
});

async function start(options, hash = "") {
  const opened = await open(browser, `${server.address}/site/${hash}`, options);
  await opened.page.waitForSelector("[data-ready]");
  return opened;
}

const tab = (page, name) => page.locator(`#tab-${name}`).click();
const pane = (page, name) => page.locator(`#pane-${name}`);
const choose = (page, example) => page.locator("#example").selectOption(example);

test("the front page's policy is decided, explained and drawn as it stands", async () => {
  const { page, errors } = await start();
  assert.equal(await page.locator("#summary").innerText(), "The policy compiles.");
  assert.equal(await pane(page, "decision").locator(".outcome").innerText(), "Incomplete");
  assert.match(await pane(page, "decision").innerText(), /Is your household registered in the city\?/);
  assert.deepEqual(await axe(page, AXE), []);
  await tab(page, "explanation");
  assert.match(await pane(page, "explanation").innerText(), /✓ Aged 80 or over \(Art\. 3\(1\)\): holds/);
  await tab(page, "graph");
  const svg = page.locator("#pane-graph .sheet svg");
  assert.equal(await svg.locator("g.require.on.fine").count(), 1);
  assert.equal(await svg.locator("g.require.on.missing").count(), 1);
  assert.ok((await svg.locator("path.line.on").count()) > 0);
  await page.screenshot({ path: `${shots}playground-graph.png` });
  assert.deepEqual(await axe(page, AXE), []);
  await page.locator("#facts").fill('{"birth_date": "1960-01-01"}');
  assert.equal(await svg.locator("g.require.on.against").count(), 1);
  assert.equal(await svg.locator("g.outcome.on").innerText().catch(() => svg.locator("g.outcome.on").textContent()).then((t) => /decline proposed/.test(t)), true);
  await tab(page, "decision");
  assert.match(await pane(page, "decision").innerText(), /A decline is proposed/);
  assert.deepEqual(errors, []);
});

test("mistakes are told as one writes; what is declared is offered; the format is one press away", async () => {
  const { page, errors } = await start();
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\nrequire more ag");
  await page.locator(".cm-tooltip-autocomplete").waitFor();
  assert.match(await page.locator(".cm-tooltip-autocomplete").innerText(), /^age/m);
  await page.keyboard.press("Escape");
  await page.keyboard.type("g is at least 5");
  await page.waitForFunction(() => document.querySelector("#diagnostics").textContent.includes("`agg`"));
  assert.equal(await page.locator("#summary").getAttribute("class"), "bad");
  assert.equal(await page.locator(".cm-lintRange-error").count(), 1);
  assert.match(await page.locator("#pane-decision .stale").innerText(), /last one that did/);
  assert.equal(await page.locator("#pane-decision .outcome").innerText(), "Incomplete", "the last good policy still decides");
  await page.screenshot({ path: `${shots}playground-mistake.png` });
  assert.deepEqual(await axe(page, AXE), []);
  await page.locator("#diagnostics button").first().click();
  await page.keyboard.type("age");
  await page.waitForFunction(() => document.querySelector("#summary").className.startsWith("good"));
  await page.locator("#format").click();
  assert.match(await page.locator(".cm-content").innerText(), /require more\s+age is at least 5/);
  const colours = await page.evaluate(() => ["t-declaration", "t-keyword", "t-declared", "t-text", "t-number"].map((c) => document.querySelectorAll(`.${c}`).length));
  assert.ok(colours.every((n) => n > 0), colours.join());
  assert.deepEqual(errors, []);
});

test("facts that do not fit are told beside them", async () => {
  const { page, errors } = await start();
  await page.locator("#facts").fill('{"birth_dat": "1960-01-01"}');
  assert.match(await page.locator("#facts-trouble").innerText(), /did you mean `birth_date`/);
  assert.equal(await pane(page, "decision").locator(".outcome").innerText(), "Invalid");
  await page.locator("#facts").fill("{");
  assert.match(await page.locator("#facts-trouble").innerText(), /not JSON/);
  await page.locator("#facts").fill("{}");
  assert.equal(await page.locator("#facts-trouble").innerText(), "");
  await page.locator("#on").fill("2020-01-01");
  assert.match(await pane(page, "decision").innerText(), /in force from 2024-01-01/);
  assert.deepEqual(errors, []);
});

test("a policy of one's own begins with a blank case of its facts", async () => {
  const { page, errors } = await start();
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText('policy pass "Museum pass"\nfact age: whole number from 0 to 130\n  ask "How old are you?"\nrequire young age is less than 18\n');
  await page.waitForFunction(() => document.querySelector("#facts-trouble").textContent.includes("birth_date"));
  await tab(page, "graph");
  const edge = await pane(page, "graph").locator(".trouble").evaluate((e) => parseFloat(getComputedStyle(e).paddingInlineStart));
  assert.ok(edge > 8, "what is wrong with the facts stands off the edge");
  await page.locator("#sample").selectOption("blank");
  assert.deepEqual(JSON.parse(await page.locator("#facts").inputValue()), { age: null });
  await tab(page, "decision");
  assert.match(await pane(page, "decision").innerText(), /Incomplete[^]*How old are you\?/);
  assert.deepEqual(errors, []);
});

test("every rule pack opens, decides its samples and runs its scenarios", async () => {
  const { page, errors } = await start();
  const examples = await page.locator("#example option").evaluateAll((all) => all.map((o) => o.value));
  assert.ok(examples.length >= 9);
  for (const example of examples) {
    await choose(page, example);
    await tab(page, "decision");
    assert.match(await page.locator("#summary").getAttribute("class"), /^good/, example);
    const samples = await page.locator("#sample option").evaluateAll((all) => all.map((o) => o.value).filter(Boolean));
    assert.ok(samples.length > 2, example);
    for (const sample of samples.slice(0, 3)) {
      await page.locator("#sample").selectOption(sample);
      assert.notEqual(await pane(page, "decision").locator(".outcome").innerText(), "", example);
    }
    await tab(page, "graph");
    assert.ok((await page.locator("#pane-graph .sheet svg g").count()) > 4, example);
    await tab(page, "scenarios");
    const told = await pane(page, "scenarios").innerText();
    const [, passed, all] = /(\d+) of (\d+) scenarios passed/.exec(told) ?? [];
    if (passed) assert.equal(passed, all, example);
    else assert.match(told, /no scenarios/);
  }
  assert.deepEqual(errors, []);
});

test("scenarios: failures with what came, coverage beside the text and in it, a scenario as the case", async () => {
  const { page, errors } = await start();
  await choose(page, "old_age_allowance");
  await tab(page, "scenarios");
  assert.match(await pane(page, "scenarios").innerText(), /(\d+) of \1 scenarios passed/);
  await page.evaluate(() => (document.querySelector(".cm-scroller").scrollTop = 2300));
  await page.locator(".tint-full").first().waitFor();
  await page.screenshot({ path: `${shots}playground-scenarios.png` });
  assert.deepEqual(await axe(page, AXE), []);
  await page.locator("#pane-scenarios .scenarios li").first().getByRole("button", { name: "Show this case" }).click();
  assert.equal(await page.locator("#on").inputValue(), "2024-06-20");
  assert.equal(await pane(page, "decision").locator(".outcome").innerText(), "Approved");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type('\nscenario "wrong"\n  on 2024-06-20\n  given applied_on none\n  expect approved\n');
  await tab(page, "scenarios");
  await page.locator("#pane-scenarios li.failed").waitFor();
  assert.match(await page.locator("#pane-scenarios li.failed").innerText(), /outcome expected approved, found not applicable/);
  assert.deepEqual(errors, []);
});

test("the form asks for the policy that is open; its answers become the case", async () => {
  const { page, errors } = await start();
  await tab(page, "form");
  await page.locator("#ask-all").check();
  await page.locator("placet-form input").first().waitFor();
  assert.deepEqual(await axe(page, AXE), []);
  await page.screenshot({ path: `${shots}playground-form.png` });
  const date = page.locator("placet-form .dates input");
  for (const [i, text] of ["4", "5", "1930"].entries()) await date.nth(i).fill(text);
  await page.keyboard.press("Enter");
  assert.match(await page.locator("#facts").inputValue(), /"birth_date": "1930-05-04"/);
  await choose(page, "snap");
  await page.locator("placet-form select").waitFor();
  assert.match(await page.locator("placet-form h2").innerText(), /Supplemental Nutrition/);
  assert.deepEqual(errors, []);
});

test("the address holds everything: another window shows the same", async () => {
  const { page, errors } = await start();
  await choose(page, "statutory_maternity_pay");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("# mine\n");
  await tab(page, "explanation");
  await page.locator("#language").click();
  await page.locator("#theme").selectOption("dark");
  await page.waitForFunction(() => location.hash.length > 20);
  await page.waitForTimeout(600);
  const hash = new URL(page.url()).hash;
  const again = await start({}, hash);
  assert.match(await again.page.locator(".cm-content").innerText(), /^# mine/);
  assert.equal(await again.page.locator("#tab-explanation").getAttribute("aria-selected"), "true");
  assert.equal(await again.page.locator("#tab-explanation").innerText(), "说明");
  assert.equal(await again.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), "dark");
  assert.equal(await again.page.locator("#facts").inputValue(), await page.locator("#facts").inputValue());
  const odd = await start({}, "#nonsense");
  assert.equal(await odd.page.locator("#summary").innerText(), "The policy compiles.");
  assert.deepEqual([...errors, ...again.errors, ...odd.errors], []);
});

test("tabs move with arrows", async () => {
  const { page } = await start();
  await page.locator("#tab-decision").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.evaluate(() => document.activeElement.id), "tab-explanation");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.evaluate(() => document.activeElement.id), "tab-scenarios");
});

for (const [name, options] of [
  ["dark-zh", { colorScheme: "dark", locale: "zh-CN" }],
  ["phone", { viewport: { width: 390, height: 844 } }],
  ["phone-dark-zh", { viewport: { width: 390, height: 844 }, colorScheme: "dark", locale: "zh-CN" }],
]) {
  test(`as ${name}: fits, and nothing for axe to find`, async () => {
    const { page, errors } = await start(options);
    await choose(page, "old_age_allowance");
    for (const pane of ["decision", "explanation", "graph", "form", "scenarios"]) {
      await tab(page, pane);
      assert.deepEqual(await axe(page, AXE), [], pane);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${pane} is too wide`);
      await page.screenshot({ path: `${shots}playground-${name}-${pane}.png`, fullPage: true });
    }
    assert.deepEqual(errors, []);
  });
}

/** Milliseconds from a key to the diagnostics and panes that follow from it. */
const timed = (page) =>
  page.evaluate(async () => {
    const all = [];
    const told = document.querySelector(".diagnostics");
    document.querySelector(".cm-content").focus();
    for (let i = 0; i < 30; i++) {
      const done = new Promise((resolve) =>
        new MutationObserver((_, observer) => (observer.disconnect(), resolve())).observe(told, { childList: true, subtree: true, characterData: true }));
      const from = performance.now();
      document.execCommand("insertText", false, i % 2 ? "x" : "y");
      await done;
      all.push(performance.now() - from);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    return all.sort((a, b) => a - b);
  });

test("diagnostics follow each key: 500 lines, and the largest rule pack", async () => {
  const { page, errors } = await start();
  const rules = Array.from({ length: 98 }, (_, i) =>
    `define amount_${i}: money in CNY\n  as income_${i} * 2 + (if single then ${i} else 0)\nrequire rule_${i} "Rule ${i}" cites "Art. ${i}"\n  amount_${i} is at most ${1000 + i} or single\nfact income_${i}: money in CNY from 0 to 100_000`);
  const text = `policy long "Long"\nfact single: yes or no\n${rules.join("\n")}\n# 500\n`;
  assert.ok(Math.abs(text.split("\n").length - 500) < 10, String(text.split("\n").length));
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.evaluate((t) => document.execCommand("insertText", false, t), `${text}# `);
  await page.keyboard.press("Control+End");
  await page.waitForFunction(() => document.querySelector("#summary").className.startsWith("good"));
  const report = (what, spent) => {
    assert.equal(spent.length, 30);
    console.log(`# key to diagnostics and decision, ${what}: median ${spent[15].toFixed(1)} ms, largest ${spent.at(-1).toFixed(1)} ms`);
  };
  report("500 lines", await timed(page));
  await choose(page, "snap");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n# ");
  report("the largest rule pack, six files", await timed(page));
  assert.deepEqual(errors, []);
});
