// Everything: with what drafters of policies, and their editors, use besides.
import type { AnyDecision, AnyFacts, BundleOfBuild, CaseOptions, Diagnostic, PolicyOfBuild, Source } from "./types.js";

export type * from "./types.js";
export { check } from "./index.js";
export { ArtefactError, FactsError, PlacetError, PolicyError } from "./types.js";

interface Described {
  schema(options?: { of?: "facts" | "decisions"; language?: string }): object;
  /** TypeScript types of its facts and decisions. */
  typescript(options?: { language?: string }): string;
}

export declare class Policy<F = AnyFacts, D = AnyDecision> {
  private constructor();
  /** Throws `PolicyError` with everything that is wrong with the text. */
  static compile<F = AnyFacts, D = AnyDecision>(source: Source, options?: { policy?: string }): Policy<F, D>;
  static fromCompiled<F = AnyFacts, D = AnyDecision>(
    bytes: Uint8Array | ArrayBuffer,
    options?: { policy?: string },
  ): Policy<F, D>;
  readonly bundle: Bundle;
  /** The policy drawn, or its nodes listed. */
  graph(options?: { format?: "svg" | "mermaid" | "dot" | "text"; language?: string }): string;
  /** The policy drawn as SVG, with the path that a case took. */
  picture(facts: F, options: CaseOptions): string;
}
export interface Policy<F, D> extends PolicyOfBuild<F, D>, Described {}

export declare class Bundle {
  private constructor();
  static compile(source: Source): Bundle;
  static fromCompiled(bytes: Uint8Array | ArrayBuffer): Bundle;
  readonly policies: Policy[];
  policy(name: string): Policy | undefined;
}
export interface Bundle extends BundleOfBuild, Described {}

/** A name that a policy declares; of a broken text no more than the name. */
export interface DeclaredName {
  kind: "declared" | "policy" | "fact" | "define" | "rule" | "award" | "report" | "entity" | "value";
  name: string;
  title: string | null;
}

interface TextPlace {
  file: string;
  line: number;
  units: [number, number];
}

/** What came of the scenarios, and what they tried. */
export interface ScenarioRun {
  scenarios: {
    policy: string;
    title: string;
    on: string;
    passed: boolean;
    place: TextPlace;
    differences: { what: string; expected: string; found: string }[];
    facts: AnyFacts;
    complete: boolean;
    outcome: string;
  }[];
  coverage: {
    policy: string;
    point: "rules" | "conditions" | "exceptions" | "table rows";
    of: string;
    which: string;
    place: TextPlace | null;
    tried: string[];
    untried: string[];
  }[];
}

/** For editors: diagnostics and names whatever the text, the bundle and scenarios where it compiles. */
export declare function study(
  source: Source,
  options?: { language?: string; scenarios?: boolean },
): { diagnostics: Diagnostic[]; names: DeclaredName[]; bundle?: Bundle } & Partial<ScenarioRun>;
/** Runs all scenarios. Throws `PolicyError`. */
export declare function scenarios(source: Source): ScenarioRun;
/** The text as it should look. Throws `PolicyError`. */
export declare function format(text: string): string;
/** The grammar's own tokens: first unit, one past the last, kind; three numbers a token. */
export declare function tokens(text: string): Uint32Array;
/** The kinds of tokens, by number, and the phrases of the language. */
export declare function vocabulary(): { kinds: string[]; keywords: string[] };
