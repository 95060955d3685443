// The module as classes and functions: texts go into its memory and answers come out of it. An error is thrown as the text
// that it is; `errors.js` makes a real one of it.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** The most texts that a call takes; `src/door.rs` says so too. */
const TEXTS = 5;
/** The most bytes of one unit of a text. */
const WIDEST = 3;

/** What an instance of the module exports, ready to be called. */
export function module(exports) {
  let memory = new Uint8Array(exports.memory.buffer);

  function bytes() {
    // The module's memory is another one whenever it has grown.
    if (memory.buffer !== exports.memory.buffer) memory = new Uint8Array(exports.memory.buffer);
    return memory;
  }

  function written(text, at, most) {
    return encoder.encodeInto(text, bytes().subarray(at, at + most)).written;
  }

  function put(texts) {
    let size = 4 * TEXTS;
    for (const text of texts) size += WIDEST * text.length;
    const start = exports.room(size);
    const lengths = new DataView(exports.memory.buffer, start, 4 * TEXTS);
    let at = start + 4 * TEXTS;
    for (let i = 0; i < TEXTS; i++) {
      const length = i < texts.length ? written(texts[i], at, WIDEST * texts[i].length) : 0;
      lengths.setUint32(4 * i, length, true);
      at += length;
    }
  }

  /** The answer's bytes, as long as nothing else is called. */
  function answer() {
    const at = exports.answered();
    return bytes().subarray(at, at + exports.answered_bytes());
  }

  function ask(call, texts, ...numbers) {
    put(texts);
    const failed = call(...numbers);
    if (failed) throw decoder.decode(answer());
  }

  function told(call, texts, ...numbers) {
    ask(call, texts, ...numbers);
    return decoder.decode(answer());
  }

  class Program {
    #number;

    constructor(number) {
      this.#number = Number(number);
    }

    static load(artefact) {
      const at = exports.room(artefact.length);
      bytes().set(artefact, at);
      const failed = exports.load(artefact.length);
      const text = decoder.decode(answer());
      if (failed) throw text;
      return new Program(text);
    }

    free() {
      exports.free_program(this.#number);
    }

    save() {
      ask(exports.save, [], this.#number);
      return answer().slice();
    }

    policies(language) {
      return told(exports.policies, [language], this.#number);
    }

    decide(policy, facts, on, reasons, show, language, flags) {
      return told(exports.decide, [facts, on, language, reasons, show], this.#number, policy, flags);
    }

    decide_all(facts, on, reasons, show, language, flags) {
      return told(exports.decide_all, [facts, on, language, reasons, show], this.#number, 0, flags);
    }

    brief(policy, facts, on, flags) {
      const most = WIDEST * facts.length;
      const length = written(facts, exports.room(most), most);
      const brief = exports.brief(this.#number, policy, length, on, flags);
      if (brief < 0) throw decoder.decode(answer());
      return brief;
    }

    batch(policy, rows, on, language, flags) {
      return told(exports.batch, [rows, on, language], this.#number, policy, flags);
    }

    explain(policy, facts, on, language, flags, asText) {
      return told(exports.explain, [facts, on, language], this.#number, policy, flags, asText);
    }

    fields(policy, language) {
      return told(exports.fields, [language], this.#number, policy);
    }

    standing(policy, facts, on, language, flags) {
      return told(exports.standing, [facts, on, language], this.#number, policy, flags);
    }

    changes(policy, facts, on, language, flags) {
      return told(exports.changes, [facts, on, language], this.#number, policy, flags);
    }

    sample() {
      return told(exports.sample, [], this.#number);
    }

    typescript(language) {
      return told(exports.typescript, [language], this.#number);
    }

    schema(ofDecisions, language) {
      return told(exports.schema, [language], this.#number, ofDecisions);
    }

    graph(policy, format, language) {
      return told(exports.graph, [format, language], this.#number, policy);
    }

    picture(policy, facts, on, language, flags) {
      return told(exports.picture, [facts, on, language], this.#number, policy, flags);
    }
  }

  /** Compiles pairs of names and texts; what is asked of the compiler then is about them. */
  function compiled(files, then) {
    try {
      for (const file of files) ask(exports.add, file);
      ask(exports.check, []);
      return then({
        diagnostics: () => told(exports.diagnostics, []),
        program: () => new Program(told(exports.program, [])),
        names: (language) => told(exports.names, [language]),
        scenarios: () => told(exports.scenarios, []),
      });
    } finally {
      exports.forget();
    }
  }

  return {
    Program,
    compiled,
    day: (on) => Number(told(exports.day, [on])),
    format: (text) => told(exports.format, [text]),
    tokens(text) {
      ask(exports.tokens, [text]);
      return new Uint32Array(answer().slice().buffer);
    },
    vocabulary: () => told(exports.vocabulary, []),
  };
}
