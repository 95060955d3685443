// Node, which fetches no files.
import { readFile } from "node:fs/promises";
import { COMPILER, door } from "./door.js";
import { read } from "./module.js";

const made = door(await read(await readFile(new URL("./wasm/compiler.wasm", import.meta.url))), COMPILER);

export const { Policy, Bundle, check } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
