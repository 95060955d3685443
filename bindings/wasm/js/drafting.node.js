// Node, which fetches no files.
import { readFile } from "node:fs/promises";
import { DRAFTING, door } from "./door.js";
import { read } from "./module.js";

const made = door(await read(await readFile(new URL("./wasm/drafting.wasm", import.meta.url))), DRAFTING);

export const { Policy, Bundle, check, study, scenarios, format, tokens, vocabulary } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
