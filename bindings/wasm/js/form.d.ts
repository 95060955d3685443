import type { AnyFacts, PolicyOfBuild, Standing } from "./types.js";

/** What a form keeps, to be restored. */
export interface FormState {
  answers: AnyFacts;
  skipped?: string[];
  open?: string;
}

/** `<placet-form>`: asks only what matters and says where a person stands. */
export declare class PlacetForm extends HTMLElement {
  /** The policy, of either build; or give its compiled bytes by the attribute `src`. */
  policy: PolicyOfBuild | null;
  /** The decision date, `YYYY-MM-DD`. There is no default: the page says for which day. */
  on: string;
  /** `en` or `zh`; that of the page if absent. */
  language: string;
  /** What registers have supplied, each with its source. */
  supplied: AnyFacts;
  /** Whether what registers hold is asked of the person too. */
  askAll: boolean;
  /** All answers so far. */
  readonly facts: AnyFacts;
  readonly standing: Standing | null;
  state: FormState;
  reset(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "placet-form": PlacetForm;
  }
  interface HTMLElementEventMap {
    "placet-answer": CustomEvent<{ fact: string; facts: AnyFacts; standing: Standing }>;
    "placet-standing": CustomEvent<{ facts: AnyFacts; standing: Standing }>;
    "placet-finish": CustomEvent<{ facts: AnyFacts; standing: Standing }>;
    "placet-error": CustomEvent<{ error: Error }>;
  }
}
