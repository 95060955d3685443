// The project's test pages through this door: the same policies and facts, the same answers.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { Bundle, FactsError } from "../pkg/index.node.js";
import { Bundle as RuntimeBundle } from "../pkg/runtime.node.js";

const folder = new URL("../../../tests/spec/", import.meta.url);
const STANDINGS = ["not_met", "met", "open", "faulty", "waived", "not_applicable", "not_in_force"];

function value(told) {
  if (told === null) return "none";
  if (typeof told === "boolean") return told ? "yes" : "no";
  if (typeof told === "string") return told;
  if ("from" in told) return `${value(told.from)} to ${value(told.to)}`;
  if ("one_of" in told) return told.one_of.map(value).join(" or ");
  return told.any ? "anything" : "faulty";
}

/** A decision in a line, as the pages write it. */
function line(d) {
  let out = d.outcome;
  if (d.proposed) out += ", decline proposed";
  if (d.settled === false) out += ", waiting for findings";
  if (d.possible) out += `; possible: ${d.possible.join(", ")}`;
  for (const standing of STANDINGS) {
    const rules = (d.reasons ?? []).filter((r) => r.standing === standing).map((r) => {
      const text = r.paragraph ?? r.cites;
      return `${r.rule}${r.deciding ? "!" : ""}${text === undefined ? "" : ` [${text}]`}`;
    });
    if (rules.length) out += `; ${standing}: ${rules.join(", ")}`;
  }
  for (const [name, told] of [d.awards, d.reports, d.values].flatMap((o) => Object.entries(o ?? {}))) {
    out += `; ${name} = ${value(told)}`;
  }
  if (d.needs) out += `; needs: ${d.needs.map((n) => `${n.fact} (${n.why})`).join(", ")}`;
  for (const fault of d.faults ?? []) out += `; fault in ${fault.rule}: ${fault.message}`;
  return d.error === undefined ? out : `${out}; ${d.error}`;
}

function fences(text) {
  return [...text.matchAll(/^```(\S+)([^\n]*)\n([\s\S]*?)\n?```$/gm)].map(([, kind, rest, body]) => ({ kind, rest, body }));
}

function optionsOf(rest) {
  const words = rest.trim().split(/\s+/);
  const options = { reasons: "all" };
  while (words.length) {
    const word = words.shift();
    if (word === "on") options.on = words.shift();
    else if (word === "attested") options.attested = true;
    else if (word === "show") options.show = words.shift().split(",");
    else if (word === "in") options.language = words.shift();
    else assert.fail(`\`${word}\` beside \`facts\``);
  }
  return options;
}

for (const name of readdirSync(folder).filter((n) => n.endsWith(".md")).sort()) {
  test(name, () => {
    let bundle;
    let loaded;
    let decided = [];
    let cases = 0;
    for (const { kind, rest, body } of fences(readFileSync(new URL(name, folder), "utf8"))) {
      if (kind === "placet") {
        bundle = Bundle.compile({ files: { "page.placet": `${body}\n` } });
        loaded = RuntimeBundle.fromCompiled(bundle.toCompiled());
      } else if (kind === "facts") {
        const options = optionsOf(rest);
        decided = body.split("\n").map((text) => {
          cases += 1;
          let decisions;
          try {
            decisions = bundle.decideJson(text, options);
          } catch (error) {
            assert.ok(error instanceof FactsError, error);
            return `invalid; ${error.message}`;
          }
          assert.deepEqual(loaded.decideJson(text, options), decisions, "a loaded artefact decides alike");
          bundle.policies.forEach((policy, i) => {
            assert.deepEqual(policy.decideJson(text, options), decisions[i], "alone as in the bundle");
            const { on, attested } = options;
            const brief = policy.briefJson(text, { on, attested });
            const deciding = decisions[i].reasons?.find((r) => r.deciding && r.kind !== "applies");
            assert.deepEqual(
              [brief.outcome, brief.proposed, brief.settled, brief.rule],
              [decisions[i].outcome, decisions[i].proposed, decisions[i].settled, deciding?.rule],
              text,
            );
            assert.deepEqual(loaded.policies[i].briefJson(text, { on, attested }), brief, "briefly, too");
          });
          return decisions.map(line).join("\n");
        });
      } else if (kind === "decisions") {
        assert.equal(decided.join("\n"), body);
      }
    }
    assert.ok(cases > 0, "the page has cases");
  });
}
