// Node, which fetches no files.
import { readFile } from "node:fs/promises";
import * as raw from "./wasm/runtime.js";
import { door } from "./door.js";

await raw.default({ module_or_path: await readFile(new URL("./wasm/runtime_bg.wasm", import.meta.url)) });

const made = door(raw, false);

export const { Policy, Bundle } = made;
export { PlacetError, PolicyError, FactsError, ArtefactError } from "./errors.js";
