// Browsers and bundlers.
import { COMPILER, door } from "./door.js";
import { fetched } from "./module.js";

const made = door(await fetched(new URL("./wasm/compiler.wasm", import.meta.url)), COMPILER);

export const { Policy, Bundle, check } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
