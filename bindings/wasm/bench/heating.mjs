// The policy of `benches/src/heating.placet` three ways, and people to decide on: the same rules by hand in JavaScript and in
// JSONLogic. Dates are computed by whoever decides.

const DAY = 86_400_000;

/** Numbers that look random and are the same every time. */
function dice(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
}

export function people(count, on) {
  const roll = dice(20260302);
  const pick = (...words) => words[roll(words.length)];
  const day = (from, days) => new Date(Date.parse(from) + roll(days) * DAY).toISOString().slice(0, 10);
  return Array.from({ length: count }, () => ({
    residency: pick("citizen", "citizen", "permanent", "permanent", "temporary", "no_status"),
    employment: pick("employed", "self_employed", "unemployed", "student", "retired"),
    region: pick("north", "south", "east", "west"),
    birth_date: day("1945-01-01", 24000),
    graduation_date: day("2018-01-01", 2800),
    household_size: 1 + roll(9),
    gross_income: roll(6000),
    earned_income: roll(3000),
    deductions: roll(900),
    assets: roll(30000),
    arrears_count: roll(4),
    sanctioned: roll(20) === 0,
    prior_award_months: roll(30),
    decision_date: on,
  }));
}

/** What Placet takes: the decision date is no fact. */
export const facts = ({ decision_date: _, ...rest }) => rest;

export const RULES = [
  "resident",
  "under_sanction",
  "grown_up",
  "of_working_age",
  "in_region",
  "not_too_long",
  "without_work",
  "little_property",
  "little_income",
  "odd_incomes",
  "large_household",
  "in_arrears",
];
const LIMITS = [0, 1800, 2450, 2975, 3500, 3950, 4380, 4790, 5200];

const number = (date) => +date.slice(0, 4) * 10000 + +date.slice(5, 7) * 100 + +date.slice(8, 10);
const months = (n) => Math.trunc(n / 10000) * 12 + (Math.trunc(n / 100) % 100);

/** By hand: the number of the rule that decides, 0 for none. */
export function byHand(p) {
  const on = number(p.decision_date);
  if (p.residency !== "citizen" && p.residency !== "permanent") return 1;
  if (p.sanctioned) return 2;
  const age = Math.floor((on - number(p.birth_date)) / 10000);
  if (age < 18) return 3;
  if (age >= 67) return 4;
  if (p.region === "west") return 5;
  if (p.prior_award_months >= 24) return 6;
  if (p.employment !== "unemployed" && p.employment !== "retired") {
    const since = number(p.graduation_date);
    if (months(on) - months(since) - (on % 100 < since % 100 ? 1 : 0) > 36) return 7;
  }
  if (p.assets > 25000) return 8;
  if (5 * p.gross_income - p.earned_income - 5 * p.deductions > 5 * LIMITS[Math.min(8, p.household_size)]) return 9;
  if (p.earned_income > p.gross_income) return 10;
  if (p.household_size > 8) return 11;
  if (p.arrears_count > 2) return 12;
  return 0;
}

const v = (name) => ({ var: name });
const digits = (name, from, length) => ({ "*": [1, { substr: [v(name), from, length] }] });
const asNumber = (name) => ({
  "+": [{ "*": [digits(name, 0, 4), 10000] }, { "*": [digits(name, 5, 2), 100] }, digits(name, 8, 2)],
});
const asMonths = (name) => ({ "+": [{ "*": [digits(name, 0, 4), 12] }, digits(name, 5, 2)] });
const floor = (e) => ({ "-": [e, { "%": [e, 1] }] });
const age = floor({ "/": [{ "-": [asNumber("decision_date"), asNumber("birth_date")] }, 10000] });
const since = {
  "-": [
    { "-": [asMonths("decision_date"), asMonths("graduation_date")] },
    { if: [{ "<": [digits("decision_date", 8, 2), digits("graduation_date", 8, 2)] }, 1, 0] },
  ],
};
const limit = {
  if: LIMITS.slice(1, 8).flatMap((l, i) => [{ "==": [v("household_size"), i + 1] }, l]).concat(LIMITS[8]),
};
const countable = {
  "-": [{ "-": [{ "*": [5, v("gross_income")] }, v("earned_income")] }, { "*": [5, v("deductions")] }],
};

/** The same in JSONLogic. */
export const JSON_LOGIC = {
  if: [
    { "!": { in: [v("residency"), ["citizen", "permanent"]] } }, 1,
    v("sanctioned"), 2,
    { "<": [age, 18] }, 3,
    { ">=": [age, 67] }, 4,
    { "!": { in: [v("region"), ["north", "south", "east"]] } }, 5,
    { ">=": [v("prior_award_months"), 24] }, 6,
    { and: [{ "!": { in: [v("employment"), ["unemployed", "retired"]] } }, { ">": [since, 36] }] }, 7,
    { ">": [v("assets"), 25000] }, 8,
    { ">": [countable, { "*": [5, limit] }] }, 9,
    { ">": [v("earned_income"), v("gross_income")] }, 10,
    { ">": [v("household_size"), 8] }, 11,
    { ">": [v("arrears_count"), 2] }, 12,
    0,
  ],
};
