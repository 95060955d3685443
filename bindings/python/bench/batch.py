"""Ten million rows of Winter Heating Support, beside the same rules as a Polars expression, as DuckDB SQL, in OpenFisca-core, and in
Placet's own Rust: `python bench/batch.py [ROWS] [ROUNDS]`. Every row of every contender is compared before anything is timed.

The Rust side is built with `cargo build --release --manifest-path bench/rust/Cargo.toml`, and reads the same columns.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy
import polars as pl
import pyarrow
import pyarrow.compute
import winter_heating

import placet

HERE = Path(__file__).parent
POLICY = HERE.parents[2] / "benches" / "src" / "heating.placet"
OPTIONS = dict(on_column="decision_date", minor_units=winter_heating.MONEY)


def reasons(decided):
    """Numbers of the deciding rules, as the other contenders give them."""
    names = pl.DataFrame({"rule": winter_heating.RULES, "reason": list(range(1, 13))}, schema_overrides={"reason": pl.UInt8})
    table = pl.DataFrame(decided).select("outcome", pl.col("rule").cast(pl.String))
    table = table.join(names, on="rule", how="left", maintain_order="left")
    reason = pl.when(pl.col("outcome") == "incomplete").then(99).when(pl.col("outcome") == "approved").then(0)
    return table.select(reason.otherwise("reason").cast(pl.UInt8))["literal"].to_numpy()


def contenders(table):
    policy = placet.Policy.from_file(POLICY)
    frame = pl.from_arrow(table).with_columns(pl.col(pl.Categorical).cast(pl.String))
    words = {"residency": winter_heating.RESIDENCY, "employment": winter_heating.EMPLOYMENT, "region": winter_heating.REGION}
    frame = frame.with_columns(pl.col(name).cast(pl.Enum(values)) for name, values in words.items()).rechunk()
    connection = duckdb.connect()
    connection.register("applicants", table)
    for name, values in words.items():
        connection.execute(f"CREATE TYPE {name}_word AS ENUM ({', '.join(map(repr, values))})")
    cast = ", ".join(f"{name}::{name}_word AS {name}" for name in words)
    connection.execute(f"CREATE TABLE people AS SELECT * REPLACE ({cast}) FROM applicants")
    query = winter_heating.sql("people")
    yield "Placet, from polars", lambda: policy.decide_batch(frame, **OPTIONS), reasons
    yield "Placet, from pyarrow", lambda: policy.decide_batch(table, **OPTIONS), reasons
    few = dict(OPTIONS, possible=False, needs=False)
    yield "Placet, from pyarrow, no needs", lambda: policy.decide_batch(table, **few), reasons
    yield "Polars expression", lambda: winter_heating.by_polars(frame), lambda r: r.to_numpy()
    yield "DuckDB SQL", lambda: connection.sql(query).to_arrow_table(), lambda r: r["reason"].to_numpy()


def rust(path, rounds, needs):
    program = HERE / "rust" / "target" / "release" / "placet-bench-rust"
    ran = subprocess.run([program, POLICY, path, str(rounds), needs], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def measure(run):
    """Seconds of a run that follows another, as on the Rust side: whoever ran before has left memory in some state."""
    run()
    start = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - start
    del result
    return seconds


def main(rows, rounds):
    table = winter_heating.population(rows).combine_chunks()
    known = pyarrow.compute.is_valid(table["birth_date"])
    for name in table.column_names:
        known = pyarrow.compute.and_(known, pyarrow.compute.is_valid(table[name]))
    complete = table.filter(known).combine_chunks()
    runs = list(contenders(table))
    answers = {name: numpy.asarray(told(run())) for name, run, told in runs}
    expected, three_valued = answers["Placet, from polars"], answers["Polars expression"]
    # Placet knows the declared ranges: without its deductions an income may be small enough all the same. Three truth values
    # leave such a row open; on every other row all say the same.
    more = (three_valued == 99) & (expected != 99)
    assert not more[known.to_numpy()].any()
    for name, answer in answers.items():
        same = expected if name.startswith("Placet") else numpy.where(more, 99, expected)
        assert (answer == same).all(), f"{name} says otherwise on {(answer != same).sum()} rows"
    openfisca = winter_heating.by_openfisca(complete)
    assert (openfisca() == expected[known.to_numpy()]).all(), "OpenFisca says otherwise"
    times = {name: [] for name, _, _ in runs} | {"OpenFisca-core (complete rows)": [], "Rust": [], "Rust, no needs": []}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "people.arrow")
        with pyarrow.ipc.new_file(path, table.schema) as file:
            file.write_table(table)
        for _ in range(rounds):
            for name, run, _ in runs:
                times[name].append(measure(run) / rows * 1e9)
            times["OpenFisca-core (complete rows)"].append(measure(openfisca) / complete.num_rows * 1e9)
            times["Rust"] += [seconds / rows * 1e9 for seconds in rust(path, 1, "needs")]
            times["Rust, no needs"] += [seconds / rows * 1e9 for seconds in rust(path, 1, "none")]
    print(f"{more.sum():,} rows are settled by declared ranges alone; on all others the answers are the same")
    print(f"{rows:,} rows, {os.cpu_count()} cores, medians of {rounds} rounds in turns (least, most), nanoseconds a row")
    base = statistics.median(times["Rust"])
    for name, measured in times.items():
        median = statistics.median(measured)
        print(f"{name:32} {median:8.2f} ({min(measured):.2f}, {max(measured):.2f})  {median / base:6.2f} x Rust")


if __name__ == "__main__":
    rows, rounds = [*map(int, sys.argv[1:]), *(10_000_000, 7)[len(sys.argv) - 1 :]]
    main(rows, rounds)
