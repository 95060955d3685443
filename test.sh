#!/usr/bin/env bash
# Runs every test of the project and installs what they need. Ends with the runners' own closing lines; fails if a part fails
# or is skipped.
set -euo pipefail
cd "$(dirname "$0")"

step() { printf '\n== %s\n' "$*"; }

step "format and lints"
cargo fmt --all --check
cargo clippy --workspace --all-targets --all-features -- -D warnings

step "the engine without the compiler (run-time only)"
cargo check --package placet --no-default-features

step "tests"
cargo test --workspace --all-features

step "the rule packs, as a user runs them"
cargo run --quiet --package placet-cli -- check rules/cn/shenzhen
cargo run --quiet --package placet-cli -- test rules/cn/shenzhen rules/us/snap rules/fr/allocations_familiales
cargo run --quiet --package placet-cli -- fmt --check rules

step "done: every part ran"
