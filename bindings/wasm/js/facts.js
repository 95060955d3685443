// Facts as the text that crosses into the module. Written by hand rather than by `JSON.stringify`, which turns what is no
// number into `null` (not known) without a word and cannot write a BigInt.

import { FactsError } from "./errors.js";

const keys = new Map();

/** A member's name in quotes; names come again with every case. */
function key(name) {
  let written = keys.get(name);
  if (written === undefined) {
    written = `${JSON.stringify(name)}:`;
    if (keys.size < 4096) keys.set(name, written);
  }
  return written;
}

// What JSON has to escape; half a surrogate pair cannot cross at all.
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

function text(value) {
  return escaped.test(value) ? JSON.stringify(value) : `"${value}"`;
}

/** One value; `path` is where it stands, for messages. */
function write(value, path) {
  switch (typeof value) {
    case "string":
      return text(value);
    case "number":
      if (Number.isFinite(value)) return String(value);
      throw unfit(path, "a number", String(value));
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return `"${value}"`;
    case "object":
      break;
    default:
      throw unfit(path, "a value", `a ${typeof value}`);
  }
  if (value === null) return "null";
  if (typeof value.toJSON === "function") return write(value.toJSON(), path);
  if (Array.isArray(value)) {
    let out = "[";
    for (let i = 0; i < value.length; i++) {
      out += (i ? "," : "") + write(value[i], `${path}[${i}]`);
    }
    return `${out}]`;
  }
  return members(value, `${path}.`);
}

function members(facts, before) {
  let out = "{";
  for (const name in facts) {
    const value = facts[name];
    if (value === undefined) continue;
    if (out.length > 1) out += ",";
    // The plain kinds here, so that most members cost no call.
    if (value === true) out += `${key(name)}true`;
    else if (value === false) out += `${key(name)}false`;
    else out += key(name) + write(value, before === "" ? name : before + name);
  }
  return `${out}}`;
}

function unfit(fact, expected, found) {
  const message = `\`${fact}\`: expected ${expected}, found ${found}`;
  return new FactsError(message, [{ fact, expected, found }]);
}

/** A case as JSON text. */
export function textOf(facts) {
  if (facts === null || typeof facts !== "object" || Array.isArray(facts)) {
    throw new FactsError("expected an object with the facts of one case", [
      { expected: "an object with the facts of one case", found: Array.isArray(facts) ? "a list" : String(facts) },
    ]);
  }
  return members(facts, "");
}

/** Columns as JSON lines, `from` to `until`. */
export function linesOf(columns, from, until) {
  const names = Object.keys(columns);
  let out = "";
  for (let row = from; row < until; row++) {
    let line = "{";
    for (const name of names) {
      const value = columns[name][row];
      if (value === undefined) continue;
      line += (line.length > 1 ? "," : "") + key(name) + write(value, name);
    }
    out += `${line}}\n`;
  }
  return out;
}
