// Browsers and bundlers.
import { DRAFTING, door } from "./door.js";
import { module } from "./module.js";
import init from "./wasm/drafting.js";

const made = door(module(await init({ module_or_path: new URL("./wasm/drafting_bg.wasm", import.meta.url) })), DRAFTING);

export const { Policy, Bundle, check, study, scenarios, format, tokens, vocabulary } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
