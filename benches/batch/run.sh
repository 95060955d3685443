#!/usr/bin/env bash
# Placet beside other engines on the same people, in one run: makes the people, measures in turns, checks every row of every
# call, and writes the table of the README.
#
#     benches/batch/run.sh [ROWS [HOUSEHOLDS [ROUNDS]]]
#
# 10,000,000 applicants, 1,000,000 households and 3 rounds unless said otherwise: about an hour on two cores, 4 GB of memory.
# What is made lies in benches/target/batch: the data, an environment for Python, every figure, and the table.
set -euo pipefail
cd "$(dirname "$0")"

rows=${1:-10000000} households=${2:-1000000} rounds=${3:-3}
# Calls of each engine in a round.
calls=3
here=$PWD
made=$here/../target/batch
data=$made/data-$rows-$households
figures=$made/figures.jsonl
python=$made/venv/bin/python
mkdir -p "$made"

step() { printf '\n== %s\n' "$*" >&2; }

step "what is needed"
if ! [ -x "$python" ] || ! cmp -s requirements.txt "$made/requirements.txt"; then
  rm -rf "$made/venv"
  python3 -m venv "$made/venv"
  "$made/venv/bin/pip" install --quiet --requirement requirements.txt
  cp requirements.txt "$made/requirements.txt"
fi
cargo build --quiet --release --manifest-path ../Cargo.toml --bin batch
cargo build --quiet --release --manifest-path ../../Cargo.toml --package placet-cli
# By hand also for this very machine; Placet is measured as it is shipped.
RUSTFLAGS="-C target-cpu=native" CARGO_TARGET_DIR=../target/native \
  cargo build --quiet --release --manifest-path ../Cargo.toml --bin batch
if ! [ -f "$data/b.expected.arrow" ]; then
  "$python" generate.py "$data" "$rows" "$households" >&2
fi

batch=../target/release/batch
native=../target/native/release/batch
placet=../../target/release/placet

# `on THREADS command…`: on one core one core and no other.
on() {
  local threads=$1
  shift
  if [ "$threads" = 1 ]; then taskset -c 0 "$@"; else "$@"; fi
}

"$python" table.py meta > "$figures"
for round in $(seq "$rounds"); do
  step "round $round of $rounds"
  for threads in 1 2; do
    for people in a a_on_a_day b; do
      on $threads $batch placet $people "$data" $threads $calls
      on $threads $batch hand $people "$data" $threads $calls
      on $threads $native hand $people "$data" $threads $calls
      for engine in duckdb polars datafusion; do
        on $threads "$python" peers.py $engine $people "$data" $threads $calls
      done
    done
    on $threads $batch touch a "$data" $threads $calls
    on $threads $batch bundle a "$data" $threads $calls
    on $threads $batch rows a "$data" $threads $calls
  done
  # It works on one core only.
  for people in a b; do
    on 1 "$python" peers.py openfisca $people "$data" 1 1
  done
  "$python" files.py placet $placet "$data" 2 $calls
  "$python" files.py duckdb "$data" 2 $calls
  "$python" files.py polars "$data" 2 $calls
done | tee -a "$figures" >&2

"$python" table.py "$figures" | tee "$made/table.md"
