#!/usr/bin/env bash
# Builds the npm package into `pkg/`: three modules (run-time only, with the compiler, with everything), each through wasm-bindgen
# and wasm-opt,
# beside the JavaScript of `js/`. Uses rustup's target for WASM where it is installed, else Debian's compiler and a standard
# library built on the spot; says which.
set -euo pipefail
cd "$(dirname "$0")"

target=wasm32-unknown-unknown
root=$(cd ../.. && pwd)
# Paths of this machine are no part of what is built.
flags="-Cllvm-args=-inline-threshold=12 --remap-path-prefix=$root=placet --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
export CARGO_TARGET_DIR="$PWD/target"

if rustup target list --installed 2>/dev/null | grep -q "^$target$"; then
  echo "module built by rustup's target $target"
  compile() {
    RUSTFLAGS="$flags" CARGO_PROFILE_RELEASE_PANIC=abort \
      cargo build --locked --quiet --release --package placet-wasm --target "$target" "$@"
  }
else
  echo "module built by Debian's rustc-web and a standard library of its own (rustup has no target $target here)"
  if ! [ -x /usr/bin/rustc ] || ! [ -d /usr/lib/rustlib/src/rust/library ] || ! command -v wasm-ld >/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends rustc-web rust-web-src cargo-web lld >/dev/null
  fi
  compile() {
    PATH="/usr/bin:$PATH" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld \
      RUSTFLAGS="-Zunstable-options -Cpanic=immediate-abort $flags" \
      cargo build --locked --quiet --release --package placet-wasm --target "$target" \
      -Z build-std=std,panic_abort -Z build-std-features=optimize_for_size "$@"
  }
fi

[ -d node_modules/binaryen ] || npm ci --silent

cargo build --locked --quiet --release --package placet-wasm-tools
rm -rf pkg
mkdir -p pkg/wasm
# Features that every browser of the last years and Node 20 have.
features=(--enable-bulk-memory --enable-bulk-memory-opt --enable-mutable-globals --enable-nontrapping-float-to-int --enable-sign-ext
  --enable-reference-types --enable-multivalue)
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
module() {
  local name=$1
  shift
  compile "$@"
  "$CARGO_TARGET_DIR/release/placet-wasm-tools" "$CARGO_TARGET_DIR/$target/release/placet_wasm.wasm" pkg/wasm "$name"
  local module=pkg/wasm/${name}_bg.wasm
  # Functions that are called from one place stay by themselves: small functions look more alike, and what looks alike costs
  # little once it is compressed, the less the nearer it stands (`order.mjs`). No address is below 1,024, where the stack would
  # have to have run over.
  node_modules/.bin/wasm-opt -Oz --converge --one-caller-inline-max-function-size 20 --low-memory-unused \
    --strip-debug --strip-producers "${features[@]}" \
    "$module" -o "$made/small.wasm"
  node order.mjs "$made/small.wasm" "$made/ordered.wasm"
  node_modules/.bin/wasm-opt --reorder-functions-by-name --strip-debug "${features[@]}" "$made/ordered.wasm" -o "$module"
}
module runtime --no-default-features
module compiler --no-default-features --features compile
module drafting

cp js/*.js js/*.d.ts js/package.json README.md "$root/LICENSE" pkg/
node - <<'JS'
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
for (const name of ["runtime", "compiler", "drafting"]) {
  const bytes = readFileSync(`pkg/wasm/${name}_bg.wasm`);
  console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`);
}
JS
