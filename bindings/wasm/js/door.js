// The classes of the package, over a module that has been loaded: convert, call, convert.

import { PlacetError, translate } from "./errors.js";
import { linesOf, textOf } from "./facts.js";

const OUTCOMES = ["approved", "declined", "referred", "incomplete", "not_applicable", "invalid"];
/** Rows that cross into the module at a time. */
const CHUNK = 1024;

function flags(options) {
  return (
    (options.attested ? 1 : 0) | (options.complete ? 2 : 0) | (options.sensitive ? 4 : 0) | (options.askAll ? 8 : 0)
  );
}

function onOf(options) {
  const on = options?.on;
  if (typeof on === "string") return on;
  if (on != null && typeof on.toJSON === "function" && !(on instanceof Date)) return String(on.toJSON());
  throw new PlacetError("usage", "say with `on` for which day to decide, such as { on: \"2026-03-02\" }");
}

function languageOf(options) {
  const language = options?.language ?? "";
  if (typeof language === "string") return language;
  throw new PlacetError("usage", "a language is a tag such as `zh`");
}

/** JSON text; anything else would be read as memory. */
function jsonText(text) {
  if (typeof text === "string") return text;
  throw new PlacetError("usage", "this takes JSON text; for objects there is a sister without `Json` in its name");
}

/** Pairs of names and texts. */
function filesOf(source) {
  if (typeof source === "string") return [["policy.placet", source]];
  if (source !== null && typeof source === "object" && source.files) {
    const { files } = source;
    return Array.isArray(files) ? files : Object.entries(files);
  }
  throw new PlacetError("usage", "a policy is a text, or { files: { name: text } }");
}

/** What a module has: it decides by compiled policies; compiles, too; and serves those who draft policies. */
export const RUNTIME = 0;
export const COMPILER = 1;
export const DRAFTING = 2;

/** The classes and functions over one loaded module. */
export function door(raw, build) {
  let broken = null;

  // A trap leaves the module's memory as it stood: nothing that comes after could be trusted.
  function call(f) {
    if (broken) throw broken;
    try {
      return f();
    } catch (thrown) {
      const error = translate(thrown);
      if (error.code === "internal") broken = error;
      throw error;
    }
  }

  const json = (f) => JSON.parse(call(f));

  /** What the compiler makes of a source. */
  function checked(source, then) {
    // Half a surrogate pair cannot cross.
    const files = filesOf(source).map((pair) => pair.map((text) => String(text).toWellFormed()));
    return call(() => raw.compiled(files, then));
  }

  // The last day that was asked for, as its number.
  let lastDay = "";
  let lastNumber = 0;
  function dayNumber(on) {
    if (on !== lastDay) {
      lastNumber = call(() => raw.day(on));
      lastDay = on;
    }
    return lastNumber;
  }

  // A bundle and its policies share one program, until it is given back.
  function alive(held) {
    if (held.program === null) throw new PlacetError("usage", "the bundle has been freed");
    return held.program;
  }

  class Bundle {
    #held;
    #policies;

    constructor(program) {
      this.#held = { program };
    }

    static compile(source) {
      if (build < COMPILER) throw new PlacetError("usage", "this build has no parser: load a compiled policy, or import `placet`");
      return new Bundle(checked(source, (made) => made.program()));
    }

    static fromCompiled(bytes) {
      const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
      return new Bundle(call(() => raw.Program.load(view)));
    }

    get policies() {
      this.#policies ??= json(() => alive(this.#held).policies("")).map((about, at) => new Policy(this, this.#held, at, about));
      return this.#policies;
    }

    policy(name) {
      return this.policies.find((policy) => policy.name === name);
    }

    toCompiled() {
      return call(() => alive(this.#held).save());
    }

    decide(facts, options) {
      return this.decideJson(textOf(facts), options);
    }

    decideJson(text, options) {
      jsonText(text);
      const on = onOf(options);
      const show = (options.show ?? []).join("\n");
      return json(() =>
        alive(this.#held).decide_all(text, on, options.reasons ?? "all", show, languageOf(options), flags(options)),
      );
    }

    sample() {
      return json(() => alive(this.#held).sample());
    }

    schema({ of = "facts", language = "" } = {}) {
      return json(() => alive(this.#held).schema(of === "decisions", languageOf({ language })));
    }

    typescript({ language = "" } = {}) {
      return call(() => alive(this.#held).typescript(languageOf({ language })));
    }

    free() {
      const { program } = this.#held;
      this.#held.program = null;
      program?.free();
    }
  }

  class Policy {
    #held;
    #at;
    #about;
    #briefs = new Map();

    constructor(bundle, held, at, about) {
      this.bundle = bundle;
      this.#held = held;
      this.#at = at;
      this.#about = about;
    }

    static compile(source, { policy } = {}) {
      return chosen(Bundle.compile(source), policy);
    }

    static fromCompiled(bytes, { policy } = {}) {
      return chosen(Bundle.fromCompiled(bytes), policy);
    }

    get name() {
      return this.#about.name;
    }

    get version() {
      return this.#about.version ?? undefined;
    }

    get graphHash() {
      return this.#about.graph;
    }

    get inForce() {
      return { from: this.#about.from ?? undefined, until: this.#about.until ?? undefined };
    }

    title(language = "") {
      return this.#told(languageOf({ language })).title ?? this.name;
    }

    cites(language = "") {
      return this.#told(languageOf({ language })).cites ?? undefined;
    }

    #told(language) {
      return language === "" ? this.#about : json(() => alive(this.#held).policies(language))[this.#at];
    }

    toCompiled() {
      return this.bundle.toCompiled();
    }

    decide(facts, options) {
      return this.decideJson(textOf(facts), options);
    }

    decideJson(text, options) {
      jsonText(text);
      const on = onOf(options);
      const show = options.show ? options.show.join("\n") : "";
      const reasons = options.reasons ?? "all";
      return json(() => alive(this.#held).decide(this.#at, text, on, reasons, show, languageOf(options), flags(options)));
    }

    brief(facts, options) {
      return this.briefJson(textOf(facts), options);
    }

    briefJson(text, options) {
      jsonText(text);
      const on = options !== undefined && options.on === lastDay ? lastNumber : dayNumber(onOf(options));
      const bits = options.attested || options.complete ? flags(options) : 0;
      if (broken) throw broken;
      let told;
      try {
        told = alive(this.#held).brief(this.#at, text, on, bits);
      } catch (thrown) {
        return call(() => {
          throw thrown;
        });
      }
      // The same answer is the same object: most cases cost none.
      let brief = this.#briefs.get(told);
      if (brief === undefined) {
        brief = { outcome: OUTCOMES[told & 7] };
        if (told & 8) brief.proposed = "declined";
        if (told & 16) brief.settled = false;
        if (told >>> 8) brief.rule = this.#about.rules[(told >>> 8) - 1];
        this.#briefs.set(told, Object.freeze(brief));
      }
      return brief;
    }

    needs(facts, options) {
      return this.decide(facts, { ...options, reasons: "none" }).needs ?? [];
    }

    explain(facts, options) {
      return JSON.parse(this.#explained(facts, options, false));
    }

    explainText(facts, options) {
      return this.#explained(facts, options, true);
    }

    #explained(facts, options, asText) {
      const text = textOf(facts);
      const on = onOf(options);
      return call(() => alive(this.#held).explain(this.#at, text, on, languageOf(options), flags(options), asText));
    }

    fields({ language = "" } = {}) {
      return json(() => alive(this.#held).fields(this.#at, languageOf({ language })));
    }

    standing(facts, options) {
      const text = textOf(facts);
      const on = onOf(options);
      return json(() => alive(this.#held).standing(this.#at, text, on, languageOf(options), flags(options)));
    }

    changes(facts, options) {
      const text = textOf(facts);
      const on = onOf(options);
      return json(() => alive(this.#held).changes(this.#at, text, on, languageOf(options), flags(options)));
    }

    decideColumns(columns, options) {
      const lengths = new Set(Object.values(columns).map((column) => column.length));
      if (lengths.size > 1) throw new PlacetError("usage", "columns are of one length");
      const on = onOf(options);
      const rows = lengths.values().next().value ?? 0;
      const out = { outcome: [], proposed: [], rule: [], needs: [], error: [], awards: {}, reports: {} };
      for (let from = 0; from < rows || from === 0; from += CHUNK) {
        const lines = linesOf(columns, from, Math.min(from + CHUNK, rows));
        const told = json(() => alive(this.#held).batch(this.#at, lines, on, languageOf(options), flags(options)));
        for (const name of ["outcome", "proposed", "rule", "needs", "error"]) out[name].push(...told[name]);
        for (const kind of ["awards", "reports"]) {
          for (const [name, values] of Object.entries(told[kind])) (out[kind][name] ??= []).push(...values);
        }
      }
      return out;
    }

    graph({ format = "svg", language = "" } = {}) {
      return call(() => alive(this.#held).graph(this.#at, String(format), languageOf({ language })));
    }

    picture(facts, options) {
      const text = textOf(facts);
      const on = onOf(options);
      return call(() => alive(this.#held).picture(this.#at, text, on, languageOf(options), flags(options)));
    }

    sample() {
      return this.bundle.sample();
    }

    schema(options) {
      return this.bundle.schema(options);
    }

    typescript(options) {
      return this.bundle.typescript(options);
    }
  }

  function chosen(bundle, name) {
    const policy = name === undefined ? bundle.policies[0] : bundle.policy(name);
    if (policy === undefined) throw new PlacetError("usage", `there is no policy \`${name}\` in the bundle`);
    return policy;
  }

  const check = (source) => checked(source, (made) => JSON.parse(made.diagnostics()));
  if (build < DRAFTING) {
    for (const name of ["schema", "typescript"]) delete Bundle.prototype[name];
    for (const name of ["graph", "picture", "schema", "typescript"]) delete Policy.prototype[name];
    return build < COMPILER ? { Policy, Bundle } : { Policy, Bundle, check };
  }

  /** Compiles for an editor: diagnostics and names whatever the text, the bundle if there is one. */
  function study(source, { language = "", scenarios = false } = {}) {
    return checked(source, (made) => {
      const diagnostics = JSON.parse(made.diagnostics());
      const compiles = !diagnostics.some((d) => d.severity === "error");
      return {
        diagnostics,
        names: JSON.parse(made.names(languageOf({ language }))),
        bundle: compiles ? new Bundle(made.program()) : undefined,
        ...(scenarios && compiles ? JSON.parse(made.scenarios()) : {}),
      };
    });
  }

  const scenarios = (source) => checked(source, (made) => JSON.parse(made.scenarios()));

  return {
    Policy,
    Bundle,
    check,
    study,
    scenarios,
    format: (text) => call(() => raw.format(String(text).toWellFormed())),
    tokens: (text) => call(() => raw.tokens(String(text).toWellFormed())),
    vocabulary: () => json(() => raw.vocabulary()),
  };
}
