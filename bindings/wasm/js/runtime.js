// Browsers and bundlers.
import { RUNTIME, door } from "./door.js";
import { fetched } from "./module.js";

const made = door(await fetched(new URL("./wasm/runtime.wasm", import.meta.url)), RUNTIME);

export const { Policy, Bundle } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
