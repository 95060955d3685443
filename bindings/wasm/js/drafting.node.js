// Node, which fetches no files.
import { readFile } from "node:fs/promises";
import { DRAFTING, door } from "./door.js";
import { module } from "./module.js";
import init from "./wasm/drafting.js";

const bytes = await readFile(new URL("./wasm/drafting_bg.wasm", import.meta.url));
const made = door(module(await init({ module_or_path: bytes })), DRAFTING);

export const { Policy, Bundle, check, study, scenarios, format, tokens, vocabulary } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
