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

const languageOf = (options) => options?.language ?? "";

function filesOf(source) {
  // Half a surrogate pair cannot cross.
  const written = (files) => JSON.stringify(files.map(([name, text]) => [name, String(text).toWellFormed()]));
  if (typeof source === "string") return written([["policy.placet", source]]);
  if (source !== null && typeof source === "object" && source.files) {
    const { files } = source;
    return written(Array.isArray(files) ? files : Object.entries(files));
  }
  throw new PlacetError("usage", "a policy is a text, or { files: { name: text } }");
}

/** The classes and functions over one loaded module. `drafting`: whether it has the parser. */
export function door(raw, drafting) {
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

  class Bundle {
    #program;
    #policies;

    constructor(program) {
      this.#program = program;
    }

    static compile(source) {
      if (!drafting) throw new PlacetError("usage", "this build has no parser: load a compiled policy, or import `placet`");
      const files = filesOf(source);
      return new Bundle(
        call(() => {
          const checked = raw.check(files);
          try {
            return checked.program();
          } finally {
            checked.free();
          }
        }),
      );
    }

    static fromCompiled(bytes) {
      const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
      return new Bundle(call(() => raw.Program.load(view)));
    }

    get policies() {
      this.#policies ??= json(() => this.#program.policies("")).map((about, at) => new Policy(this, this.#program, at, about));
      return this.#policies;
    }

    policy(name) {
      return this.policies.find((policy) => policy.name === name);
    }

    toCompiled() {
      return call(() => this.#program.save());
    }

    decide(facts, options) {
      return this.decideJson(textOf(facts), options);
    }

    decideJson(text, options) {
      const on = onOf(options);
      const show = (options.show ?? []).join("\n");
      return json(() =>
        this.#program.decide_all(text, on, options.reasons ?? "all", show, languageOf(options), flags(options)),
      );
    }

    sample() {
      return json(() => this.#program.sample());
    }

    schema({ of = "facts", language = "" } = {}) {
      return json(() => this.#program.schema(of === "decisions", language));
    }

    typescript({ language = "" } = {}) {
      return call(() => this.#program.typescript(language));
    }

    free() {
      this.#program.free();
    }
  }

  class Policy {
    #program;
    #at;
    #about;
    #briefs = new Map();

    constructor(bundle, program, at, about) {
      this.bundle = bundle;
      this.#program = program;
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
      return this.#told(language).title ?? this.name;
    }

    cites(language = "") {
      return this.#told(language).cites ?? undefined;
    }

    #told(language) {
      return language === "" ? this.#about : json(() => this.#program.policies(language))[this.#at];
    }

    toCompiled() {
      return this.bundle.toCompiled();
    }

    decide(facts, options) {
      return this.decideJson(textOf(facts), options);
    }

    decideJson(text, options) {
      const on = onOf(options);
      const show = options.show ? options.show.join("\n") : "";
      const reasons = options.reasons ?? "all";
      return json(() => this.#program.decide(this.#at, text, on, reasons, show, languageOf(options), flags(options)));
    }

    brief(facts, options) {
      return this.briefJson(textOf(facts), options);
    }

    briefJson(text, options) {
      const on = options !== undefined && options.on === lastDay ? lastNumber : dayNumber(onOf(options));
      const bits = options.attested || options.complete ? flags(options) : 0;
      if (broken) throw broken;
      let told;
      try {
        told = this.#program.brief(this.#at, text, on, bits);
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
      return call(() => this.#program.explain(this.#at, text, on, languageOf(options), flags(options), asText));
    }

    fields({ language = "" } = {}) {
      return json(() => this.#program.fields(this.#at, language));
    }

    standing(facts, options) {
      const text = textOf(facts);
      const on = onOf(options);
      return json(() => this.#program.standing(this.#at, text, on, languageOf(options), flags(options)));
    }

    changes(facts, options) {
      const text = textOf(facts);
      const on = onOf(options);
      return json(() => this.#program.changes(this.#at, text, on, languageOf(options), flags(options)));
    }

    decideColumns(columns, options) {
      const lengths = new Set(Object.values(columns).map((column) => column.length));
      if (lengths.size > 1) throw new PlacetError("usage", "columns are of one length");
      const on = onOf(options);
      const rows = lengths.values().next().value ?? 0;
      const out = { outcome: [], proposed: [], rule: [], needs: [], error: [], awards: {}, reports: {} };
      for (let from = 0; from < rows || from === 0; from += CHUNK) {
        const lines = linesOf(columns, from, Math.min(from + CHUNK, rows));
        const told = json(() => this.#program.batch(this.#at, lines, on, languageOf(options), flags(options)));
        for (const name of ["outcome", "proposed", "rule", "needs", "error"]) out[name].push(...told[name]);
        for (const kind of ["awards", "reports"]) {
          for (const [name, values] of Object.entries(told[kind])) (out[kind][name] ??= []).push(...values);
        }
      }
      return out;
    }

    graph({ format = "svg", language = "" } = {}) {
      return call(() => this.#program.graph(this.#at, format, language));
    }

    picture(facts, options) {
      const text = textOf(facts);
      const on = onOf(options);
      return call(() => this.#program.picture(this.#at, text, on, languageOf(options), flags(options)));
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

  if (!drafting) {
    for (const name of ["schema", "typescript"]) delete Bundle.prototype[name];
    for (const name of ["graph", "picture", "schema", "typescript"]) delete Policy.prototype[name];
    return { Policy, Bundle };
  }

  /** Compiles for an editor: diagnostics and names whatever the text, the bundle if there is one. */
  function study(source, { language = "", scenarios = false } = {}) {
    const files = filesOf(source);
    const checked = call(() => raw.check(files));
    try {
      const diagnostics = json(() => checked.diagnostics());
      const compiles = !diagnostics.some((d) => d.severity === "error");
      return {
        diagnostics,
        names: json(() => checked.names(language)),
        bundle: compiles ? new Bundle(call(() => checked.program())) : undefined,
        ...(scenarios && compiles ? json(() => checked.scenarios()) : {}),
      };
    } finally {
      checked.free();
    }
  }

  function check(source) {
    const files = filesOf(source);
    const checked = call(() => raw.check(files));
    try {
      return json(() => checked.diagnostics());
    } finally {
      checked.free();
    }
  }

  function scenarios(source) {
    const files = filesOf(source);
    const checked = call(() => raw.check(files));
    try {
      return json(() => checked.scenarios());
    } finally {
      checked.free();
    }
  }

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
