// Browsers and bundlers.
import * as raw from "./wasm/full.js";
import { door } from "./door.js";

await raw.default({ module_or_path: new URL("./wasm/full_bg.wasm", import.meta.url) });

const made = door(raw, true);

export const { Policy, Bundle, check, study, scenarios, format, tokens, vocabulary } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
