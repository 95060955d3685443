// What the package throws: real errors with codes, so that a caller can tell them apart without reading messages.

/** Anything that went wrong. `code`: `policy`, `facts`, `artefact`, `usage` or `internal`. */
export class PlacetError extends Error {
  constructor(code, message, options) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A policy's text cannot be compiled. */
export class PolicyError extends PlacetError {
  constructor(message, diagnostics) {
    super("policy", message);
    this.diagnostics = diagnostics;
  }
}

/** The facts of a case cannot be used. */
export class FactsError extends PlacetError {
  constructor(message, errors) {
    super("facts", message);
    this.errors = errors;
  }
}

/** Bytes are no compiled policy, or damaged. */
export class ArtefactError extends PlacetError {
  constructor(message) {
    super("artefact", message);
  }
}

/** From what the module throws, a JSON text, to an error. */
export function translate(thrown) {
  if (thrown instanceof PlacetError) return thrown;
  if (typeof thrown !== "string") {
    const stopped = thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError;
    return stopped
      ? new PlacetError("internal", "the engine has stopped; this is a defect of Placet", { cause: thrown })
      : new PlacetError("usage", `the call makes no sense: ${thrown?.message ?? thrown}`, { cause: thrown });
  }
  let told;
  try {
    told = JSON.parse(thrown);
  } catch {
    return new PlacetError("internal", thrown);
  }
  switch (told.code) {
    case "policy":
      return new PolicyError(told.message, told.diagnostics);
    case "facts":
      return new FactsError(told.message, told.errors);
    case "artefact":
      return new ArtefactError(told.message);
    default:
      return new PlacetError(told.code ?? "internal", told.message ?? thrown);
  }
}
