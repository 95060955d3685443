// Somebody who fills in a form with the keyboard alone: whatever has the focus is looked at, answered, and sent with Enter.

/** What has the focus, inside the form. */
export const focused = (page) =>
  page.evaluate(() => {
    const active = document.querySelector("placet-form").shadowRoot.activeElement;
    const field = active?.closest("[data-fact]");
    return active && {
      tag: active.tagName.toLowerCase(), type: active.type ?? "", text: active.textContent.trim(), fact: field?.dataset.fact ?? null,
      part: active.closest(".dates label")?.className ?? "",
    };
  });

/** The questions of the page, as they are read out. */
export const questions = (page) =>
  page.evaluate(() => {
    const all = document.querySelector("placet-form").shadowRoot.querySelectorAll(".question [data-fact]");
    return [...all].map((f) => f.dataset.fact);
  });

export const headline = (page) =>
  page.evaluate(() => document.querySelector("placet-form").shadowRoot.querySelector(".headline")?.textContent ?? "");

/** Moves to the next control until it belongs to another field. */
async function leave(page, fact) {
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    if (now?.fact !== fact) return;
  }
  throw new Error(`the keyboard does not get past ${fact}`);
}

async function fill(page, value) {
  const at = await focused(page);
  if (value === null) {
    for (let now = at; now.type !== "checkbox"; now = await focused(page)) await page.keyboard.press("Tab");
    return page.keyboard.press("Space");
  }
  if (at.part) {
    const parts = Object.fromEntries(value.split("-").map((text, i) => [["year", "month", "day"][i], text]));
    for (let i = 0; i < 3; i++) {
      const { part } = await focused(page);
      await page.keyboard.press("Control+A");
      await page.keyboard.type(parts[part]);
      if (i < 2) await page.keyboard.press("Tab");
    }
    return;
  }
  if (at.type === "radio") {
    // A group is one stop of the tabulator; arrows choose in it.
    await page.keyboard.press("Space");
    for (let i = 0; i < 12; i++) {
      const chosen = await page.evaluate(() => {
        const input = document.querySelector("placet-form").shadowRoot.activeElement;
        return input.checked ? input.id.slice(input.id.indexOf("-") + 1) : "";
      });
      if (chosen === (value === true ? "yes" : value === false ? "no" : value)) return;
      await page.keyboard.press("ArrowDown");
    }
    throw new Error(`${at.fact} does not offer ${value}`);
  }
  if (at.tag === "select") return page.keyboard.type(String(value));
  if (Array.isArray(value)) {
    for (const name of value) {
      for (let now = await focused(page); now.tag !== "button" || !/^(Add|添加|再添加)/.test(now.text); now = await focused(page)) {
        await page.keyboard.press("Tab");
      }
      await page.keyboard.press("Enter");
      await page.keyboard.type(name);
    }
    return;
  }
  await page.keyboard.press("Control+A");
  await page.keyboard.type(String(value));
}

/** Answers the page that is shown. `answers`: values by fact; of members the same for all. Gives the facts that were asked. */
export async function answer(page, answers) {
  const asked = await questions(page);
  for (const [i, fact] of asked.entries()) {
    const at = await focused(page);
    if (at?.fact !== fact) throw new Error(`the focus is on ${JSON.stringify(at)}, not on ${fact}`);
    if (!(fact in answers)) throw new Error(`nobody expected to be asked for ${fact}`);
    await fill(page, answers[fact]);
    if (i + 1 < asked.length) await leave(page, fact);
  }
  const { tag } = await focused(page);
  if (tag === "button" || tag === "select") {
    // Enter on an empty list's button would add to it, on a menu open it: on to "Continue".
    while (!/^(Continue|继续)$/.test((await focused(page))?.text ?? "")) await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  return asked;
}

/** Answers until nothing is asked any more; all that was asked, in order. */
export async function answerAll(page, answers, most = 60) {
  const all = [];
  for (let i = 0; i < most; i++) {
    if ((await questions(page)).length === 0) return all;
    const before = await page.evaluate(() => window.told.length);
    all.push(...(await answer(page, answers)));
    await page.waitForFunction((n) => window.told.length > n, before);
  }
  throw new Error(`still asked after ${most} pages: ${all.join(", ")}`);
}
