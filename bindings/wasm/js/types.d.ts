// Types that both builds share. Those of one policy's facts and decisions come from `placet schema --format typescript`, or
// from `policy.typescript()`:
//
//     import { Policy } from "placet";
//     import type { Facts, Decision } from "./allowance.js";
//     const policy = Policy.compile<Facts, Decision>(text);

/** A day as `YYYY-MM-DD`, or a date without a clock such as `Temporal.PlainDate`. */
export type DayLike = string | { toJSON(): string };

/** An exact number: digits as text, a whole `bigint`, or a number as it is written. */
export type Decimal = string | number | bigint;

/** A value with who says so, and of which day it is. */
export interface Attested<T = FactValue> {
  value: T | null;
  source?: string | null;
  observed?: string | null;
}

/** A value of a fact. */
export type FactValue = string | number | bigint | boolean | readonly AnyFacts[] | { toJSON(): string };

/** Facts of a policy whose types are not known. What is absent is not known; so is `null`, unless *none* is a value. */
export interface AnyFacts {
  [name: string]: FactValue | null | undefined | Attested | { sources: readonly Attested[] } | { closed: true };
}

export type Outcome = "approved" | "declined" | "referred" | "incomplete" | "not_applicable" | "invalid";
export type RuleStanding = "met" | "not_met" | "open" | "faulty" | "waived" | "not_applicable" | "not_in_force";

/** What is known of an award, a report or a definition. Amounts are texts with all their decimals. */
export type Told =
  | string
  | boolean
  | null
  | { from: string | null; to: string | null }
  | { one_of: (string | boolean | null)[] }
  | { any: true }
  | { faulty: true };

/** A rule's part in a decision. */
export interface Reason {
  rule: string;
  kind: "applies" | "require" | "exclude" | "refer";
  standing: RuleStanding;
  deciding?: true;
  title?: string;
  message?: string;
  cites?: string;
  paragraph?: string;
}

/** A fact that still matters. */
export interface Need {
  fact: string;
  label?: string;
  ask?: string;
  held_by?: string;
  judged_by?: string;
  why: string;
  rules: string[];
}

/** The answer to one case; members are present where they apply. */
export interface AnyDecision {
  policy: string;
  version?: string;
  graph: string;
  on: string;
  case?: string;
  outcome: Outcome;
  proposed?: "declined";
  settled?: false;
  possible?: Outcome[];
  awards?: Record<string, Told>;
  reports?: Record<string, Told>;
  reasons?: Reason[];
  needs?: Need[];
  faults?: { rule: string; message: string }[];
  values?: Record<string, Told>;
  error?: string;
}

/** Outcome and deciding rule: the quickest answer. The same answer is the same frozen object. */
export interface Brief {
  readonly outcome: Outcome;
  readonly proposed?: "declined";
  readonly settled?: false;
  readonly rule?: string;
}

/** For which day to decide, and how facts count. */
export interface CaseOptions {
  /** The decision date. There is no default: the engine has no clock. */
  on: DayLike;
  /** Of titles, labels and messages; the policy's own if absent. */
  language?: string;
  /** Only facts that come with a source count. */
  attested?: boolean;
  /** What is missing will never come. */
  complete?: boolean;
}

export interface DecideOptions extends CaseOptions {
  /** Which rules to tell of; all if absent. */
  reasons?: "none" | "deciding" | "all";
  /** Definitions whose values to tell. */
  show?: readonly string[];
}

export interface ExplainOptions extends CaseOptions {
  /** Tell the values of sensitive facts. */
  sensitive?: boolean;
}

/** A condition or paragraph of an explanation. */
export interface ClauseStep {
  paragraph?: string;
  label?: string;
  standing: RuleStanding;
  words: string;
  quantifier?: string;
  parts?: ClauseStep[];
  rests_on?: ValueStep[];
}

/** A value and where it comes from. */
export interface ValueStep {
  kind: "fact" | "list" | "definition" | "parameter" | "award" | "report";
  name: string;
  title?: string;
  cites?: string[];
  value: { told: Told } | { members: number } | "hidden" | { pending: string } | "closed";
  may_fail?: true;
  sources?: { source?: string; observed?: string }[];
  told_before?: true;
  rests_on?: ValueStep[];
}

/** Why a case is decided as it is. */
export interface Explanation {
  language: string;
  policy: string;
  title?: string;
  version?: string;
  cites?: string;
  on: string;
  case?: string;
  outcome: Outcome;
  proposed?: true;
  settled?: false;
  possible?: Outcome[];
  rules: (Reason & { applies?: ClauseStep; condition?: ClauseStep; unless?: ClauseStep[] })[];
  awards?: ValueStep[];
  reports?: ValueStep[];
  needs?: Need[];
  faults?: { rule: string; message: string }[];
  error?: string;
}

interface AnyField {
  name: string;
  label?: string;
  ask?: string;
  held_by?: string;
  judged_by?: string;
  sensitive: boolean;
  optional: boolean;
  /** What it accepts, in words. */
  accepts: string;
}

/** What a person fills in of one fact. */
export type Field = AnyField &
  (
    | { kind: "truth" }
    | { kind: "text" }
    | { kind: "date"; low?: string; high?: string }
    | { kind: "choice"; choices: string[] }
    | {
        kind: "number";
        measures: "number" | "percentage" | "money" | "days" | "months" | "years";
        decimals: number;
        low?: string;
        high?: string;
        currency?: string;
        per?: "day" | "week" | "month" | "year";
      }
    | { kind: "list"; entity: string; most: number; fields: Field[] }
  );

/** Where a person stands. */
export interface Standing {
  outcome: Outcome;
  tone: "approved" | "open" | "against" | "person" | "apart" | "invalid";
  /** Whether more answers can still change it. */
  open: boolean;
  headline: string;
  note?: string;
  because: { rule: string; title: string; message?: string; cites?: string; deciding: boolean }[];
  awards: { name: string; title: string; text?: string }[];
  /** What to ask of the person, in a sensible order. */
  ask: string[];
  /** What somebody else holds or has to judge. */
  elsewhere: { fact: string; title: string; by: string; judged: boolean }[];
  /** What a source has supplied. */
  supplied: { name: string; title: string; text?: string; source?: string }[];
}

/** One change that would take a rule out of the way. */
export interface Change {
  rule: string;
  title: string;
  /** The fact that would have to be otherwise; absent: the day of the decision. */
  fact?: string;
  label?: string;
  held_by?: string;
  to: { value: string | boolean | null; text: string }[];
  /** Whether this alone would make approval possible. */
  alone: boolean;
}

/** Decisions on many cases, a column each. */
export interface DecidedColumns {
  outcome: Outcome[];
  proposed: boolean[];
  rule: (string | null)[];
  needs: string[][];
  error: (string | null)[];
  awards: Record<string, Told[]>;
  reports: Record<string, Told[]>;
}

export interface PolicyOfBuild<F = AnyFacts, D = AnyDecision> {
  readonly name: string;
  readonly version: string | undefined;
  /** The hash of its logic. */
  readonly graphHash: string;
  readonly inForce: { from?: string; until?: string };
  title(language?: string): string;
  cites(language?: string): string | undefined;
  /** The compiled artefact of its bundle, the same bytes on every platform. */
  toCompiled(): Uint8Array;
  /** The decision on one case. Throws `FactsError`; a no is no error. */
  decide(facts: F, options: DecideOptions): D;
  /** The same from JSON text, which is not parsed twice. */
  decideJson(text: string, options: DecideOptions): D;
  /** Outcome and deciding rule only. */
  brief(facts: F, options: Omit<CaseOptions, "language">): Brief;
  briefJson(text: string, options: Omit<CaseOptions, "language">): Brief;
  /** Facts that still matter. */
  needs(facts: F, options: CaseOptions): Need[];
  explain(facts: F, options: ExplainOptions): Explanation;
  explainText(facts: F, options: ExplainOptions): string;
  /** The fields of its form. */
  fields(options?: { language?: string }): Field[];
  /** Where a person stands, and what to ask next. `askAll`: what registers hold is asked too. */
  standing(facts: F, options: CaseOptions & { askAll?: boolean }): Standing;
  /** What would change a no. */
  changes(facts: F, options: CaseOptions): Change[];
  /** Decides many cases given as columns of one length. */
  decideColumns(
    columns: { [name: string]: ArrayLike<FactValue | null | undefined> },
    options: CaseOptions,
  ): DecidedColumns;
  /** A case that names every fact and tells nothing. */
  sample(): F;
}

export interface BundleOfBuild {
  policy(name: string): PolicyOfBuild | undefined;
  toCompiled(): Uint8Array;
  /** The decisions of all policies on one case. */
  decide(facts: AnyFacts, options: DecideOptions): AnyDecision[];
  decideJson(text: string, options: DecideOptions): AnyDecision[];
  sample(): AnyFacts;
  /** Gives its memory back at once; else it goes when nothing refers to it any more. */
  free(): void;
}

/** A place in a policy's text. */
export interface Place {
  file: string;
  /** Line and column from 1, the column in characters. */
  start: { line: number; column: number };
  end: { line: number; column: number };
  /** In UTF-8. */
  bytes: [number, number];
  /** In the units of a string. */
  units: [number, number];
}

/** One thing that is wrong with a policy's text. */
export interface Diagnostic {
  code: string;
  severity: "error" | "warning";
  message: string;
  place: Place;
  help?: string;
  labels?: { message: string; place: Place }[];
  example?: Record<string, string>;
}

/** Anything that went wrong. */
export class PlacetError extends Error {
  readonly code: "policy" | "facts" | "artefact" | "usage" | "internal";
}
/** A policy's text cannot be compiled. */
export class PolicyError extends PlacetError {
  readonly diagnostics: Diagnostic[];
}
/** The facts of a case cannot be used. */
export class FactsError extends PlacetError {
  readonly errors: { row?: number; fact?: string; expected: string; found: string; help?: string }[];
}
/** Bytes are no compiled policy, or damaged. */
export class ArtefactError extends PlacetError {}

/** A policy's text, or several files by name: policies, parts they `use`, tables, and `_test.placet` files. */
export type Source = string | { files: Record<string, string> | readonly (readonly [name: string, text: string])[] };
