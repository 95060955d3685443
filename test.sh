#!/usr/bin/env bash
# Runs every test of the project and installs what they need. Ends with the runners' own closing lines; fails if a part fails
# or is skipped.
set -euo pipefail
cd "$(dirname "$0")"

step() { printf '\n== %s\n' "$*"; }

step "layout and lints"
rustup component add rustfmt clippy >/dev/null 2>&1 || true
cargo fmt --all --check
cargo clippy --workspace --all-targets --all-features -- -D warnings

step "the engine without the compiler (run-time only), and with every feature alone"
cargo check --package placet --no-default-features
cargo check --package placet --no-default-features --features compile
cargo check --package placet --no-default-features --features csv
cargo check --package placet --no-default-features --features arrow

step "the command without columns"
cargo clippy --package placet-cli --no-default-features -- -D warnings

step "the documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --package placet --no-deps --all-features

step "the rule packs, as a user runs them"
placet() { cargo run --quiet --package placet-cli -- "$@"; }
placet fmt --check rules
for pack in rules/*/*/; do
  placet check --quiet "$pack"
done
placet test rules/cn/shenzhen rules/us/snap rules/fr/allocations_familiales rules/gb/statutory_maternity_pay

step "tests"
cargo test --workspace --all-features

step "the Python package"
bindings/python/test.sh

step "the door to JavaScript"
bindings/wasm/test.sh

step "done: every part ran"
