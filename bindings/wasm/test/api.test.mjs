import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  ArtefactError, Bundle, FactsError, PlacetError, Policy, PolicyError, check, format, scenarios, study, tokens, vocabulary,
} from "../pkg/drafting.node.js";
import * as compiler from "../pkg/index.node.js";
import { facts, people } from "../bench/heating.mjs";
import * as runtime from "../pkg/runtime.node.js";

const TEXT = `policy rent_help "Help with rent", zh "租房补助"
  version "2"
  in force from 2024-01-01
  cites "Act 7"
fact income: money in EUR from 0 to 100_000 label "Income" ask "What do you earn?"
fact age: whole number from 0 to 130 label "Age"
fact people: list of person at most 4
entity person
  fact earns: money in EUR from 0
end
require poor "Little income" cites "s. 2" income is at most 1_000 otherwise "You earn {income}."
require grown_up "Of age" cites "s. 1" age is at least 18
award amount: money in EUR as 100 + (sum of earns over people)
scenario "fine" on 2026-03-02 given income 900, age 30, people [] expect approved with amount 100
scenario "wrong" on 2026-03-02 given income 900, age 30, people [] expect approved with amount 200
`;
const on = "2026-03-02";
const policy = Policy.compile(TEXT);

test("one decision, as every door gives it", () => {
  const decision = policy.decide({ income: "900.50", age: 30, people: [{ earns: 10n }, { earns: 0.1 }] }, { on });
  assert.equal(decision.outcome, "approved");
  assert.deepEqual(decision.awards, { amount: "110.10" });
  assert.equal(decision.version, "2");
  const no = policy.decide({ income: 1000.01, age: 30, people: [] }, { on, language: "zh" });
  assert.deepEqual([no.outcome, no.proposed], ["referred", "declined"]);
  assert.equal(no.reasons[0].message, "You earn 1000.01 EUR.");
  assert.deepEqual(policy.needs({ income: 5, people: [] }, { on }).map((n) => n.fact), ["age"]);
  assert.deepEqual(policy.brief({ income: 5000, age: 30, people: [] }, { on }), {
    outcome: "referred", proposed: "declined", rule: "poor",
  });
  const date = { toJSON: () => on };
  assert.equal(policy.decide({ income: 5 }, { on: date }).on, on);
});

test("a policy tells of itself", () => {
  assert.deepEqual([policy.name, policy.title("zh"), policy.title(), policy.cites("zh")], [
    "rent_help", "租房补助", "Help with rent", "Act 7",
  ]);
  assert.deepEqual(policy.inForce, { from: "2024-01-01", until: undefined });
  assert.equal(policy.graphHash.length, 64);
  assert.deepEqual(policy.sample(), { income: null, age: null, people: [{ earns: null }] });
  assert.match(policy.typescript(), /export interface Facts/);
  assert.equal(policy.schema().properties.age.title, "Age");
  assert.ok(policy.schema({ of: "decisions" }).anyOf.length === 1);
  for (const [form, sign] of [["svg", "<svg"], ["mermaid", "flowchart"], ["dot", "digraph"], ["text", "policy rent_help"]]) {
    assert.ok(policy.graph({ format: form }).includes(sign), form);
  }
  assert.match(policy.picture({ income: 5000 }, { on }), /require on against/);
  const explanation = policy.explain({ income: 5000 }, { on });
  assert.equal(explanation.rules[0].condition.rests_on[0].name, "income");
  assert.match(policy.explainText({ income: 5000 }, { on, language: "zh" }), /转人工处理/);
});

test("a form asks what matters and a no names what would change it", () => {
  assert.deepEqual(policy.fields().map((f) => f.kind), ["number", "number", "list"]);
  const standing = policy.standing({ income: 5000 }, { on });
  assert.deepEqual([standing.tone, standing.because[0].title], ["against", "Little income"]);
  const [change] = policy.changes({ income: 5000 }, { on });
  assert.deepEqual([change.fact, change.to[0].value, change.alone], ["income", "1000.00", true]);
});

test("columns are decided as rows are", () => {
  const income = Array.from({ length: 2500 }, (_, i) => i);
  const age = Int32Array.from(income, (i) => i % 40);
  const people = income.map((i) => (i % 3 ? [] : [{ earns: i }]));
  const decided = policy.decideColumns({ income, age, people }, { on });
  assert.equal(decided.outcome.length, 2500);
  for (const i of [0, 17, 18, 999, 1000, 1001, 1023, 1024, 2499]) {
    const one = policy.decide({ income: income[i], age: age[i], people: people[i] }, { on });
    assert.equal(decided.outcome[i], one.outcome);
    assert.equal(decided.proposed[i], one.proposed === "declined");
    assert.equal(decided.rule[i], one.reasons.find((r) => r.deciding)?.rule ?? null);
    assert.deepEqual(decided.awards.amount[i], one.awards?.amount ?? null);
  }
  const bad = policy.decideColumns({ income: [1, -1], age: BigInt64Array.of(20n, 20n), people: [[], []] }, { on });
  assert.deepEqual(bad.outcome, ["approved", "invalid"]);
  assert.match(bad.error[1], /from 0/);
  assert.throws(() => policy.decideColumns({ income: [1], age: [] }, { on }), { code: "usage" });
  assert.deepEqual(policy.decideColumns({ income: [] }, { on }).outcome, []);
});

test("errors are errors, with codes and all that is wrong", () => {
  const caught = (f) => {
    try {
      f();
    } catch (error) {
      assert.ok(error instanceof PlacetError && error instanceof Error);
      return error;
    }
    return assert.fail("nothing was thrown");
  };
  const broken = caught(() => Policy.compile("policy p\nrequire a x is 5\nrequire b \"中文\" y is 5"));
  assert.ok(broken instanceof PolicyError);
  assert.deepEqual([broken.code, broken.name, broken.diagnostics.length], ["policy", "PolicyError", 2]);
  const { units } = broken.diagnostics[1].place;
  assert.equal("policy p\nrequire a x is 5\nrequire b \"中文\" y is 5".slice(...units), "y");
  const facts = caught(() => policy.decide({ incme: 5, age: 200 }, { on }));
  assert.ok(facts instanceof FactsError);
  assert.deepEqual(facts.errors.map((e) => [e.fact, e.found]), [[undefined, "`incme`"], ["age", "`200`"]]);
  assert.equal(facts.errors[0].help, "did you mean `income`?");
  assert.ok(caught(() => Policy.fromCompiled(new Uint8Array([1, 2, 3]))) instanceof ArtefactError);
  assert.ok(caught(() => runtime.Policy.fromCompiled(new ArrayBuffer(0))) instanceof runtime.ArtefactError);
  for (const wrong of [
    () => policy.decide({}, {}),
    () => policy.decide({}, { on: "2026-02-30" }),
    () => policy.decide({}, { on: new Date() }),
    () => policy.decide({}, { on, reasons: "some" }),
    () => policy.brief({}, { on: "never" }),
    () => policy.graph({ format: "png" }),
    () => Policy.compile(5),
    () => policy.decideJson(5, { on }),
    () => policy.briefJson(undefined, { on }),
    () => policy.decide({}, { on, language: 5 }),
    () => policy.fields({ language: 5 }),
    () => policy.title({}),
    () => Policy.compile(TEXT, { policy: "other" }),
    () => runtime.Bundle.compile(TEXT),
  ]) {
    assert.equal(caught(wrong).code, "usage", String(wrong));
  }
});

test("an artefact that is changed and signed anew is refused, or decides as before", () => {
  const whole = Policy.compile(readFileSync(new URL("../../../benches/src/heating.placet", import.meta.url), "utf8")).toCompiled();
  const [applicant] = people(1, on).map(facts);
  const brief = (bundle) => bundle.policies[0].brief(applicant, { on });
  const before = brief(runtime.Bundle.fromCompiled(whole));
  const header = 44;
  let refused = 0;
  for (let at = header; at < whole.length; at++) {
    for (const change of [1, 0x80, 0xff]) {
      const bytes = Uint8Array.from(whole);
      bytes[at] ^= change;
      bytes.set(createHash("sha256").update(bytes.subarray(header)).digest(), header - 32);
      let loaded;
      try {
        loaded = runtime.Bundle.fromCompiled(bytes);
      } catch (error) {
        assert.ok(error instanceof runtime.ArtefactError, error);
        refused += 1;
        continue;
      }
      assert.deepEqual(brief(loaded), before, `byte ${at}`);
      loaded.free();
    }
  }
  assert.ok(refused > whole.length);
});

test("nothing passes for a value that is none", () => {
  for (const odd of [NaN, Infinity, () => 1, Symbol("a")]) {
    assert.throws(() => policy.decide({ income: odd }, { on }), { code: "facts" });
    assert.throws(() => policy.brief({ people: [{ earns: odd }] }, { on }), { code: "facts" });
  }
  // A sum of binary floats is not the amount it looks like.
  assert.throws(() => policy.decide({ income: 0.1 + 0.2 }, { on }), { code: "facts" });
  for (const odd of [null, undefined, [], "x", 5]) assert.throws(() => policy.decide(odd, { on }), { code: "facts" });
  // A date has no clock.
  assert.throws(() => Policy.compile("policy p fact d: date require r d is before 2020-01-01").decide({ d: new Date() }, { on }), {
    code: "facts",
  });
  assert.deepEqual(policy.needs({ income: undefined, age: null }, { on }).map((n) => n.fact), ["income", "age", "people"]);
});

test("what goes wrong leaves the engine fit for the next call", () => {
  const odd = ["\u0000", "\ud800", "“", "{", "policy", "if ".repeat(5000), "(".repeat(5000), "policy p fact a: yes or no require r " + "not ".repeat(3000) + "a"];
  for (const text of odd) {
    assert.ok(check(text).some((d) => d.severity === "error"), text.slice(0, 20));
    assert.throws(() => policy.decideJson(text, { on }), { code: "facts" });
    assert.ok(tokens(text).length % 3 === 0);
    assert.throws(() => format(text), { code: "policy" });
  }
  const nested = `policy p fact a: yes or no require r ${"(".repeat(60)}a${")".repeat(60)}`;
  assert.equal(Policy.compile(nested).decide({ a: true }, { on }).outcome, "approved");
  const sum = `policy p fact a: whole number from 0 to 9 require r a${" + a".repeat(250)} is at most 9000`;
  assert.equal(Policy.compile(sum).decide({ a: 1 }, { on }).outcome, "approved");
  assert.throws(() => policy.decideJson("[".repeat(100_000), { on }), { code: "facts" });
  const bytes = policy.toCompiled();
  for (let i = 0; i < bytes.length; i += 7) {
    const damaged = bytes.slice();
    damaged[i] ^= 0x55;
    assert.throws(() => Policy.fromCompiled(damaged), { code: "artefact" });
  }
  assert.equal(policy.brief({ income: 5, age: 20, people: [] }, { on }).outcome, "approved");
});

test("the build that compiles and no more gives the same, and has nothing for drafters", () => {
  const own = compiler.Policy.compile(TEXT);
  assert.equal(own.graphHash, policy.graphHash);
  const facts = { income: "900.50", age: 30, people: [] };
  assert.deepEqual(own.decide(facts, { on }), policy.decide(facts, { on }));
  assert.deepEqual(compiler.check(TEXT), []);
  assert.deepEqual(compiler.check("policy"), check("policy"));
  assert.throws(() => compiler.Policy.compile("policy"), { code: "policy" });
  for (const name of ["graph", "picture", "schema", "typescript"]) assert.equal(own[name], undefined, name);
  assert.deepEqual(Object.keys(compiler).sort(), ["ArtefactError", "Bundle", "FactsError", "PlacetError", "Policy", "PolicyError", "check"]);
});

test("drafting: diagnostics, names, scenarios, format, tokens", () => {
  assert.deepEqual(check(TEXT), []);
  const run = scenarios(TEXT);
  assert.deepEqual(run.scenarios.map((s) => s.passed), [true, false]);
  assert.deepEqual(run.scenarios[1].differences, [{ what: "amount", expected: "200.00", found: "100.00" }]);
  assert.deepEqual(run.scenarios[0].facts, { income: "900.00", age: "30", people: [] });
  assert.ok(run.coverage.some((c) => c.of === "poor" && c.untried.includes("not_met")));
  const studied = study(`${TEXT}\nrequire odd nobody`, { language: "zh", scenarios: true });
  assert.equal(studied.bundle, undefined);
  assert.ok(studied.names.some((n) => n.kind === "declared" && n.name === "income"));
  assert.ok(study(TEXT).names.some((n) => n.kind === "fact" && n.name === "income" && n.title === "Income"));
  assert.equal(format("policy   p\nfact a:yes or no\nrequire r a"), "policy p\nfact a: yes or no\nrequire r\n  a\n");
  const { kinds, keywords } = vocabulary();
  const all = tokens('fact a: yes or no label "年龄" # b');
  const told = [];
  for (let i = 0; i < all.length; i += 3) told.push([all[i], all[i + 1], kinds[all[i + 2]]]);
  assert.deepEqual(told, [
    [0, 4, "declaration"], [5, 6, "declared"], [8, 17, "keyword"], [18, 23, "keyword"], [24, 28, "text"], [29, 32, "comment"],
  ]);
  assert.ok(keywords.includes("by first match table"));
});

test("files that use each other, several policies, one bundle", () => {
  const pack = new URL("../../../rules/us/snap/", import.meta.url);
  const names = ["snap.placet", "figures.placet", "figures_outside.placet", "allotment_rule.placet", "gross_income_rule.placet",
    "net_income_rule.placet", "shelter_rule.placet"];
  const files = Object.fromEntries(names.map((n) => [n, readFileSync(new URL(n, pack), "utf8")]));
  const bundle = Bundle.compile({ files });
  assert.deepEqual(bundle.policies.map((p) => p.name), ["snap"]);
  const again = runtime.Bundle.fromCompiled(bundle.toCompiled());
  assert.equal(again.policy("snap").graphHash, bundle.policy("snap").graphHash);
  assert.deepEqual(again.toCompiled(), bundle.toCompiled());
  again.free();
  again.free();
  assert.throws(() => again.policy("snap").decide({}, { on }), { code: "usage", message: "the bundle has been freed" });
  assert.equal(bundle.policy("snap").decide({}, { on: "2026-01-15" }).outcome, "incomplete");
});
