// Names a module's functions so that similar ones stand side by side when they are sorted by name: gzip looks back 32 kB, and
// a function costs the less the nearer one like it is. `node order.mjs MODULE OUT`
import { readFileSync, writeFileSync } from "node:fs";

/** Bytes that are compared at a time. */
const PIECE = 6;
/** How many of the functions that were placed last a next one is held against. */
const LAST = 4;
/** A piece that more functions have says nothing. */
const MOST = 200;

const [from, to] = process.argv.slice(2);
const wasm = readFileSync(from);

function number(bytes, at) {
  let [value, shift, byte] = [0, 0, 0];
  do {
    byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    shift += 7;
  } while (byte > 127);
  return [value, at];
}

function written(value) {
  const out = [];
  do {
    out.push((value & 127) | (value > 127 ? 128 : 0));
    value >>>= 7;
  } while (value > 0);
  return Buffer.from(out);
}

const sections = [];
for (let at = 8; at < wasm.length; ) {
  const [length, start] = number(wasm, at + 1);
  sections.push({ id: wasm[at], body: wasm.subarray(start, start + length) });
  at = start + length;
}

// Functions are numbered behind those that are imported, of which the module has nothing else.
const imports = sections.find(({ id }) => id === 2)?.body ?? Buffer.from([0]);
const [imported, first] = number(imports, 0);
for (let [count, at] = [imported, first]; count > 0; count--) {
  for (let names = 2; names > 0; names--) {
    const [length, start] = number(imports, at);
    at = start + length;
  }
  if (imports[at] !== 0) throw new Error("the module imports something other than functions");
  at = number(imports, at + 1)[1];
}
const code = sections.find(({ id }) => id === 10).body;
const bodies = [];
for (let [count, at] = number(code, 0); count > 0; count--) {
  const [length, start] = number(code, at);
  bodies.push(code.subarray(start, start + length));
  at = start + length;
}

const pieces = bodies.map((body) => {
  const own = new Set();
  for (let at = 0; at + PIECE <= body.length; at++) own.add(body.readUIntBE(at, PIECE));
  return own;
});
const having = new Map();
pieces.forEach((own, place) => own.forEach((piece) => having.has(piece) ? having.get(piece).push(place) : having.set(piece, [place])));

const left = new Set([...bodies.keys()].sort((a, b) => bodies[b].length - bodies[a].length || a - b));
const order = [];
while (left.size > 0) {
  const alike = new Map();
  order.slice(-LAST).reverse().forEach((place, back) => {
    for (const piece of pieces[place]) {
      const others = having.get(piece);
      if (others.length > MOST) continue;
      for (const other of others) if (left.has(other)) alike.set(other, (alike.get(other) ?? 0) + 1 / (1 + back));
    }
  });
  let [best, most] = [left.values().next().value, 0];
  for (const [place, shared] of alike) {
    const likeness = shared / Math.sqrt(pieces[place].size);
    if (likeness > most || (likeness === most && place < best)) [best, most] = [place, likeness];
  }
  order.push(best);
  left.delete(best);
}

const names = order
  .map((place, rank) => [place, String(rank).padStart(6, "0")])
  .sort(([a], [b]) => a - b)
  .map(([place, name]) => Buffer.concat([written(imported + place), written(name.length), Buffer.from(name)]));
const functions = Buffer.concat([written(names.length), ...names]);
const section = Buffer.concat([Buffer.from("\u0004name\u0001"), written(functions.length), functions]);
const kept = sections.filter(({ id, body }) => !(id === 0 && body.toString("latin1", 0, 5) === "\u0004name"));
const parts = [...kept, { id: 0, body: section }].map(({ id, body }) => Buffer.concat([Buffer.from([id]), written(body.length), body]));
writeFileSync(to, Buffer.concat([wasm.subarray(0, 8), ...parts]));
