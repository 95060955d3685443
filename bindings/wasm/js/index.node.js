// Node, which fetches no files.
import { readFile } from "node:fs/promises";
import { COMPILER, door } from "./door.js";
import { module } from "./module.js";
import init from "./wasm/compiler.js";

const bytes = await readFile(new URL("./wasm/compiler_bg.wasm", import.meta.url));
const made = door(module(await init({ module_or_path: bytes })), COMPILER);

export const { Policy, Bundle, check } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
