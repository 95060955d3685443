// The engine with its compiler.
import type { AnyDecision, AnyFacts, BundleOfBuild, Diagnostic, PolicyOfBuild, Source } from "./types.js";

export type * from "./types.js";
export { ArtefactError, FactsError, PlacetError, PolicyError } from "./types.js";

export declare class Policy<F = AnyFacts, D = AnyDecision> {
  private constructor();
  /** Throws `PolicyError` with everything that is wrong with the text. */
  static compile<F = AnyFacts, D = AnyDecision>(source: Source, options?: { policy?: string }): Policy<F, D>;
  static fromCompiled<F = AnyFacts, D = AnyDecision>(
    bytes: Uint8Array | ArrayBuffer,
    options?: { policy?: string },
  ): Policy<F, D>;
  readonly bundle: Bundle;
}
export interface Policy<F, D> extends PolicyOfBuild<F, D> {}

export declare class Bundle {
  private constructor();
  static compile(source: Source): Bundle;
  static fromCompiled(bytes: Uint8Array | ArrayBuffer): Bundle;
  readonly policies: Policy[];
  policy(name: string): Policy | undefined;
}
export interface Bundle extends BundleOfBuild {}

/** What is wrong with a text; never throws on any text. */
export declare function check(source: Source): Diagnostic[];
