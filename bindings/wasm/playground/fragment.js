// The page's state in the address's fragment, which no server is told.

const toBase64 = (bytes) =>
  btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const fromBase64 = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

async function through(stream, bytes) {
  const piped = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

/** A state as a fragment, without the `#`. */
export async function pack(state) {
  const bytes = new TextEncoder().encode(JSON.stringify(state));
  return toBase64(await through(new CompressionStream("deflate-raw"), bytes));
}

/** The state of a fragment; none where it is not one of ours. */
export async function unpack(fragment) {
  try {
    const bytes = await through(new DecompressionStream("deflate-raw"), fromBase64(fragment.replace(/^#/, "")));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
