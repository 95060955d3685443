// Node, which fetches no files.
import { readFile } from "node:fs/promises";
import { RUNTIME, door } from "./door.js";
import { module } from "./module.js";
import init from "./wasm/runtime.js";

const bytes = await readFile(new URL("./wasm/runtime_bg.wasm", import.meta.url));
const made = door(module(await init({ module_or_path: bytes })), RUNTIME);

export const { Policy, Bundle } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
