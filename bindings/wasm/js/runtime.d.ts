// Without the parser: for pages that ship compiled policies.
import type { AnyDecision, AnyFacts, BundleOfBuild, PolicyOfBuild } from "./types.js";

export type * from "./types.js";
export { ArtefactError, FactsError, PlacetError, PolicyError } from "./types.js";

export declare class Policy<F = AnyFacts, D = AnyDecision> {
  private constructor();
  static fromCompiled<F = AnyFacts, D = AnyDecision>(
    bytes: Uint8Array | ArrayBuffer,
    options?: { policy?: string },
  ): Policy<F, D>;
  readonly bundle: Bundle;
}
export interface Policy<F, D> extends PolicyOfBuild<F, D> {}

export declare class Bundle {
  private constructor();
  static fromCompiled(bytes: Uint8Array | ArrayBuffer): Bundle;
  readonly policies: Policy[];
  policy(name: string): Policy | undefined;
}
export interface Bundle extends BundleOfBuild {}
