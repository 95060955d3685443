// Browsers and bundlers.
import { RUNTIME, door } from "./door.js";
import { module } from "./module.js";
import init from "./wasm/runtime.js";

const made = door(module(await init({ module_or_path: new URL("./wasm/runtime_bg.wasm", import.meta.url) })), RUNTIME);

export const { Policy, Bundle } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
