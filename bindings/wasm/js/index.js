// Browsers and bundlers.
import { COMPILER, door } from "./door.js";
import { module } from "./module.js";
import init from "./wasm/compiler.js";

const made = door(module(await init({ module_or_path: new URL("./wasm/compiler_bg.wasm", import.meta.url) })), COMPILER);

export const { Policy, Bundle, check } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
