// The form in a real browser, with the keyboard alone, through three rule packs; what axe finds; what a phone shows.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { axe, launch, open, serve } from "./browser.mjs";
import { answer, answerAll, focused, headline, questions } from "./keyboard.mjs";
import { compiled, formPage } from "./packs.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = new URL("../shots/", import.meta.url).pathname;
const packs = {
  snap: compiled("us/snap", "snap"),
  maternity: compiled("gb/statutory_maternity_pay", "statutory_maternity_pay"),
  driver: compiled("cn/shenzhen", "ride_hailing_driver"),
  allowance: compiled("cn/shenzhen", "old_age_allowance"),
};
let browser;
let server;
before(async () => {
  mkdirSync(shots, { recursive: true });
  const extra = Object.fromEntries(Object.entries(packs).map(([name, policy]) => [`/${name}.compiled`, policy.toCompiled()]));
  extra["/snap.html"] = formPage("snap", "2026-01-15");
  extra["/snap-zh.html"] = formPage("snap", "2026-01-15", { language: "zh-Hans" });
  extra["/maternity.html"] = formPage("maternity", "2025-01-15", { more: "ask-all remember=\"maternity\"" });
  extra["/driver.html"] = formPage("driver", "2024-06-30", { language: "zh-Hans", more: "ask-all" });
  extra["/allowance.html"] = formPage("allowance", "2024-08-20");
  const supplied = JSON.stringify({ birth_date: { value: "1950-05-01", source: "Household register (public security)", observed: "2024-08-10" } });
  extra["/supplied.html"] = formPage("allowance", "2024-08-20", { script: `form.supplied = ${supplied};` });
  extra["/undated.html"] = formPage("snap", "");
  [server, browser] = [await serve(extra), await launch()];
});
after(async () => {
  await browser.close();
  server.close();
});

/** A form that is ready, with the focus on its first control. */
async function start(name, options) {
  const opened = await open(browser, `${server.address}/${name}.html`, options);
  await opened.page.waitForFunction(() => document.querySelector("placet-form").standing);
  await opened.page.keyboard.press("Tab");
  return opened;
}

const standing = (page) => page.evaluate(() => document.querySelector("placet-form").standing);
const facts = (page) => page.evaluate(() => document.querySelector("placet-form").facts);
const text = (page) => page.evaluate(() => document.querySelector("placet-form").shadowRoot.querySelector(".sheet").textContent);

const SNAP = {
  state: "CA", members: ["Ana", "Ben"], household_income: "0", alaska_area: "urban", housing_cost: "900", dependent_care: "0",
  child_support_paid: "0", homeless: false, assets: "0", age: "35", ineligible_student: false, in_school: false, disabled: false,
  pregnant: false, veteran: false, weekly_hours: "30", employment_income: "1,200", self_employment_income: "0", unearned_income: "0",
  medical_expense: "0",
};
const MATERNITY = {
  is_employee: true, expected_week: "2025-03-02", certificate: true, employed_since: "2021-09-01", employed_until: null,
  relevant_earnings: "4000", paid_by: "week", relevant_weeks: "8", chosen_start: "2025-02-16", notice_given_on: "2025-01-05",
  born_on: null, absent_for_pregnancy_on: null, in_custody: false,
};

test("food assistance: only what matters is asked, member by member, and the rest is said to come from elsewhere", async () => {
  const { page, errors } = await start("snap");
  assert.equal((await focused(page)).fact, "state");
  assert.deepEqual(await axe(page, AXE), []);
  const asked = await answerAll(page, SNAP);
  // A household in California is not asked for its part of Alaska, nobody who works thirty hours for a reason not to.
  assert.ok(!asked.includes("alaska_area"), asked.join());
  assert.deepEqual(asked.filter((f) => f === "age").length, 2);
  const end = await standing(page);
  assert.ok(end.elsewhere.length > 0 && end.ask.length === 0);
  assert.match(await text(page), /Held by/);
  assert.deepEqual((await facts(page)).members.map((m) => m.id), ["Ana", "Ben"]);
  assert.equal((await facts(page)).members[0].employment_income, "1200");
  assert.deepEqual(await axe(page, AXE), []);
  await page.screenshot({ path: `${shots}form-snap-result.png`, fullPage: true });
  assert.deepEqual(errors, []);
});

test("maternity pay: approved, with the amounts; the answers outlive the page", async () => {
  const { page, errors, context } = await start("maternity");
  const first = await answer(page, MATERNITY);
  assert.deepEqual(first, ["is_employee"]);
  const asked = await answerAll(page, MATERNITY);
  assert.ok(!asked.includes("relevant_months"), "who is paid by the week has no months");
  assert.equal((await standing(page)).tone, "approved");
  assert.match(await text(page), /For all 39 weeks: \d/);
  assert.equal((await focused(page)).tag, "h3", "the result has the focus");
  assert.deepEqual(await axe(page, AXE), []);
  await page.screenshot({ path: `${shots}form-maternity-result.png`, fullPage: true });
  await page.reload();
  await page.waitForFunction(() => document.querySelector("placet-form").standing?.tone === "approved");
  assert.deepEqual((await page.evaluate(() => window.told)).map(([name]) => name), ["placet-finish"]);
  assert.deepEqual(errors, []);
  await context.close();
});

test("a no is told on a page that explains, with what would change it, and never as an error of a field", async () => {
  const { page, errors } = await start("maternity");
  await answerAll(page, { ...MATERNITY, employed_since: "2024-06-02" });
  const end = await standing(page);
  assert.deepEqual([end.tone, end.because.map((b) => b.rule)], ["against", ["continuous_employment"]]);
  const told = await text(page);
  assert.match(told, /Employment has to begin by 2024-06-01/);
  assert.match(told, /s\. 164\(2\)\(a\)/);
  assert.match(told, /What would change this/);
  assert.match(told, /were 2024-06-01/);
  assert.match(told, /it comes from Payroll/);
  assert.equal(await page.locator("placet-form [aria-invalid]").count(), 0);
  assert.equal(await page.locator("placet-form .error:visible").count(), 0);
  assert.deepEqual(await axe(page, AXE), []);
  await page.screenshot({ path: `${shots}form-maternity-no.png`, fullPage: true });
  // The answer is changed from the list of answers, and the rest is not asked again.
  await page.getByRole("button", { name: /Change: First day of the continuous employment/ }).focus();
  await page.keyboard.press("Enter");
  assert.deepEqual(await questions(page), ["employed_since"]);
  await answer(page, { employed_since: "2021-09-01" });
  // Only now it matters how the rest is.
  const more = await answerAll(page, MATERNITY);
  assert.ok(more.length > 5 && !more.includes("is_employee") && !more.includes("employed_since"), more.join());
  assert.equal((await standing(page)).tone, "approved");
  assert.deepEqual(errors, []);
});

test("what does not fit is an error of its field, in the reader's language, and the focus goes there", async () => {
  const { page, errors } = await start("driver", { viewport: { width: 390, height: 844 } });
  const [fact] = await questions(page);
  await page.keyboard.press("Enter");
  assert.match(await page.locator("placet-form .error:visible").innerText(), /请作答/);
  assert.equal((await focused(page)).fact, fact);
  assert.deepEqual(await axe(page, AXE), []);
  const maternity = await start("maternity");
  await answer(maternity.page, MATERNITY);
  await answer(maternity.page, { expected_week: "2025-02-30" });
  assert.match(await maternity.page.locator("placet-form .error:visible").innerText(), /a date that exists/);
  assert.equal((await focused(maternity.page)).fact, "expected_week");
  await answer(maternity.page, { expected_week: "2019-01-01" });
  assert.match(await maternity.page.locator("placet-form .error:visible").innerText(), /from 2022-01-01/);
  assert.deepEqual([...errors, ...maternity.errors], []);
});

test("drivers in Shenzhen, in Chinese, on a phone: to the end with the keyboard", async () => {
  const { page, errors } = await start("driver", { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  assert.match(await headline(page), /没有不符合之处/);
  const sample = readFileSync(new URL("../../../rules/cn/shenzhen/samples/ride_hailing_driver.jsonl", import.meta.url), "utf8");
  const { id: _, last_cycles: cycles, ...rest } = JSON.parse(sample.split("\n")[0]);
  const answers = { ...rest, last_cycles: cycles.map((_, i) => String(i + 1)), points: "0" };
  for (const field of packs.driver.fields()) {
    if (!(field.name in answers)) answers[field.name] = { truth: false, date: "2020-01-01", number: "30", choice: field.choices?.[0] }[field.kind];
  }
  const asked = await answerAll(page, answers);
  assert.ok(asked.length > 5);
  assert.equal((await standing(page)).open, false);
  assert.deepEqual(await axe(page, AXE), []);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `nothing is wider than the phone: ${width}`);
  await page.screenshot({ path: `${shots}form-driver-phone.png`, fullPage: true });
  assert.deepEqual(errors, []);
});

test("what registers have supplied is shown with its source and not asked", async () => {
  const { page, errors } = await start("supplied");
  assert.match(await text(page), /Known already.*1950-05-01/s);
  const names = (await standing(page)).elsewhere.map((e) => e.fact);
  assert.ok(!names.includes("birth_date") && names.includes("hukou_in_shenzhen"));
  // Everything else is held by registers too: the person may answer it all the same.
  await page.keyboard.press("Tab");
  await page.getByRole("button", { name: "Answer these yourself" }).focus();
  await page.keyboard.press("Enter");
  assert.ok((await questions(page)).length === 1);
  assert.deepEqual(errors, []);
});

test("one may not know, go back, and begin again", async () => {
  const { page, errors } = await start("snap");
  await answer(page, SNAP);
  assert.deepEqual(await questions(page), ["members"]);
  await page.getByRole("button", { name: "I do not know" }).focus();
  await page.keyboard.press("Enter");
  assert.deepEqual(await questions(page), ["household_income"]);
  await page.getByRole("button", { name: "Back" }).focus();
  await page.keyboard.press("Enter");
  assert.deepEqual(await questions(page), ["members"]);
  await answer(page, { members: ["Ana"] });
  assert.deepEqual((await facts(page)).members, [{ id: "Ana" }]);
  const state = await page.evaluate(() => document.querySelector("placet-form").state);
  await page.evaluate(() => document.querySelector("placet-form").reset());
  assert.deepEqual(await facts(page), {});
  await page.evaluate((s) => (document.querySelector("placet-form").state = s), state);
  assert.deepEqual((await facts(page)).state, "CA");
  assert.deepEqual(errors, []);
});

test("a list's members are taken out again, and the others keep what was told of them", async () => {
  const { page, errors } = await start("snap");
  await answerAll(page, SNAP);
  await page.getByRole("button", { name: /^Change: Everyone who lives/ }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Remove Number 1" }).focus();
  await page.keyboard.press("Enter");
  while (!/^Continue$/.test((await focused(page))?.text ?? "")) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const { members } = await facts(page);
  assert.deepEqual([members.length, members[0].id, members[0].age], [1, "Ben", "35"]);
  assert.deepEqual(errors, []);
});

test("the standing follows each key within 8 ms in the largest rule pack", async () => {
  const { page, errors } = await start("snap");
  await answerAll(page, SNAP);
  await page.getByRole("button", { name: /^Change: Rent or mortgage/ }).focus();
  await page.keyboard.press("Enter");
  await page.evaluate(() => {
    window.spent = [];
    const form = document.querySelector("placet-form");
    let from = 0;
    form.shadowRoot.addEventListener("input", () => (from = performance.now()), { capture: true });
    form.addEventListener("placet-standing", () => window.spent.push(performance.now() - from));
  });
  await page.keyboard.press("Control+A");
  for (let i = 0; i < 60; i++) await page.keyboard.press(i % 2 ? "Backspace" : "7");
  const spent = (await page.evaluate(() => window.spent)).sort((a, b) => a - b);
  assert.ok(spent.length >= 30);
  console.log(`# key press to new standing: median ${spent[spent.length >> 1].toFixed(2)} ms, largest ${spent.at(-1).toFixed(2)} ms`);
  assert.deepEqual(errors, []);
});

test("in Chinese the whole page is; without a day the form says what is missing", async () => {
  const { page, errors } = await start("snap-zh", { colorScheme: "dark" });
  await page.screenshot({ path: `${shots}form-snap-zh.png` });
  const told = await text(page);
  assert.match(told, /您在此填写的内容不会离开本页面/);
  assert.doesNotMatch(told, /Continue|Nothing stands/);
  assert.deepEqual(await axe(page, AXE), []);
  assert.deepEqual(errors, []);
  const undated = await open(browser, `${server.address}/undated.html`);
  await undated.page.waitForFunction(() => window.told.some(([name]) => name === "placet-error"));
  assert.match(await text(undated.page), /attribute `on`/);
});
