// One decision after another, side by side in one run: answers first compared, then each way timed in turns.
//   npm install --prefix bench --no-save @goplasmatic/datalogic@4.0.14   (the peer; left out where it is not installed)
//   node bench/decide.mjs
import { existsSync, readFileSync } from "node:fs";
import { Policy } from "../pkg/index.node.js";
import { JSON_LOGIC, RULES, byHand, facts, people } from "./heating.mjs";

const COUNT = 10_000;
const ROUNDS = 15;
const on = "2026-03-02";
const policy = Policy.compile(readFileSync(new URL("../../../benches/src/heating.placet", import.meta.url), "utf8"));
const cases = people(COUNT, on);
const own = cases.map(facts);
const ownTexts = own.map((c) => JSON.stringify(c));
const texts = cases.map((c) => JSON.stringify(c));
const day = { on };
const whole = { on, reasons: "deciding" };

const place = (brief) => (brief.rule === undefined ? 0 : RULES.indexOf(brief.rule) + 1);
const ways = [
  ["Placet, outcome and rule, from an object", own, (c) => place(policy.brief(c, day))],
  ["Placet, outcome and rule, from JSON text", ownTexts, (c) => place(policy.briefJson(c, day))],
  ["Placet, the whole decision, from an object", own, (c) => {
    const decision = policy.decide(c, whole);
    return place({ rule: decision.reasons?.[0]?.rule });
  }],
  ["by hand, from an object", cases, byHand],
  ["by hand, from JSON text", texts, (c) => byHand(JSON.parse(c))],
];
const peer = new URL("node_modules/@goplasmatic/datalogic/web/datalogic_wasm.js", import.meta.url);
if (existsSync(peer)) {
  const datalogic = await import(peer);
  await datalogic.default({ module_or_path: readFileSync(new URL("datalogic_wasm_bg.wasm", peer)) });
  const rule = new datalogic.CompiledRule(JSON.stringify(JSON_LOGIC), false);
  ways.push(["datalogic (WASM), from JSON text", texts, (c) => Number(rule.evaluate(c))]);
}

const expected = cases.map(byHand);
for (const [name, input, decide] of ways) {
  const wrong = input.findIndex((c, i) => decide(c) !== expected[i]);
  if (wrong >= 0) throw new Error(`${name} decides otherwise: ${texts[wrong]} ${decide(input[wrong])} ${expected[wrong]}`);
}
const times = new Map(ways.map(([name]) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, input, decide] of ways) {
    let sum = 0;
    const from = process.hrtime.bigint();
    for (const c of input) sum += decide(c);
    const nanoseconds = Number(process.hrtime.bigint() - from) / COUNT;
    if (sum < 0) throw new Error("never");
    times.get(name).push(nanoseconds);
  }
}
for (const [name, all] of times) {
  all.sort((a, b) => a - b);
  console.log(`${name.padEnd(44)} ${all[all.length >> 1].toFixed(0).padStart(7)} ns   (${all[0].toFixed(0)} to ${all.at(-1).toFixed(0)})`);
}
