#!/usr/bin/env bash
# Builds and tests the door to JavaScript, and installs what that needs. Ends with the runner's own closing lines; fails if a
# part fails or is skipped.
set -euo pipefail
cd "$(dirname "$0")"

step() { printf '\n== %s\n' "$*"; }

step "javascript: what is needed"
if ! command -v chromium >/dev/null && [ -z "${PLACET_CHROMIUM:-}" ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
fi
npm ci --silent

step "javascript: lints"
cargo fmt --all --check
cargo clippy --locked --quiet --workspace --all-targets -- -D warnings
cargo clippy --locked --quiet --package placet-wasm --no-default-features -- -D warnings
cargo clippy --locked --quiet --package placet-wasm --no-default-features --features compile -- -D warnings
if cargo tree --locked --package placet-wasm --edges normal --target wasm32-unknown-unknown | grep -q getrandom; then
  echo "the module must not ask the page for random numbers" >&2
  exit 1
fi

step "javascript: the module, the package, the playground"
./build.sh
node playground/build.mjs

step "javascript: tests"
report=$(mktemp)
node --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination="$report" test/*.test.mjs
grep -q '^# skipped 0$' "$report" && grep -q '^# todo 0$' "$report"
