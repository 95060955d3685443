// Browsers and bundlers.
import { DRAFTING, door } from "./door.js";
import { fetched } from "./module.js";

const made = door(await fetched(new URL("./wasm/drafting.wasm", import.meta.url)), DRAFTING);

export const { Policy, Bundle, check, study, scenarios, format, tokens, vocabulary } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
