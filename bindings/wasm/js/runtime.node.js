// Node, which fetches no files.
import { readFile } from "node:fs/promises";
import { RUNTIME, door } from "./door.js";
import { read } from "./module.js";

const made = door(await read(await readFile(new URL("./wasm/runtime.wasm", import.meta.url))), RUNTIME);

export const { Policy, Bundle } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
