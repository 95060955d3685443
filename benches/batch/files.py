#!/usr/bin/env python3
"""From a Parquet file of facts to a Parquet file of decisions: wall time and the most memory held.

    files.py placet PROGRAM|duckdb|polars FOLDER THREADS CALLS

Every call runs in a process of its own, start and end included, and every row of every file is compared by its key.
"""
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

HERE = Path(__file__).parent
# A small process between this one and the measured: a child's most memory would else be that of the Python it is forked from.
LAUNCH = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True)
took = time.perf_counter() - start
print(took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
AMOUNTS = "gross_income,earned_income,deductions,assets"


def wrong(path, folder):
    """How many rows differ; where it is incomplete in three-valued logic, a decision may say more."""
    expected = ipc.open_file(folder / "a.expected.arrow").read_all()
    outcomes = expected["outcome"].to_numpy()
    told = pq.read_table(path, columns=["row", "outcome"])
    assert len(told) == len(outcomes), f"{len(told)} rows in place of {len(outcomes)}"
    own = np.full(len(outcomes), 255, "u1")
    column = told["outcome"].combine_chunks()
    if hasattr(column, "dictionary"):
        codes = {word: code for code, word in enumerate(["approved", "declined", "referred", "incomplete"])}
        values = np.array([codes.get(word, 254) for word in column.dictionary.to_pylist()], "u1")[column.indices.to_numpy()]
    else:
        values = column.to_numpy()
    own[told["row"].to_numpy()] = values
    return int(((own != outcomes) & (outcomes != 3)).sum()), int(((own != outcomes) & (outcomes == 3)).sum())


def duckdb(folder, out, threads):
    """Runs in a process of its own."""
    import duckdb as engine

    from peers import Sql

    db = engine.connect()
    db.execute(f"SET threads = {threads}")
    sql = Sql(lambda p, date: f"{p}({date})", lambda x: f"({x})::UTINYINT", lambda a, b: f"({a} // {b})")
    query = sql.applicants(f"'{folder / 'a.parquet'}'")
    db.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 131072)")


def polars(folder, out, threads):
    """Runs in a process of its own."""
    import polars as pl

    from peers import polars_reason

    frame = polars_reason(pl, pl.scan_parquet(folder / "a.parquet"), ["row"])
    frame.sink_parquet(out, compression="zstd", row_group_size=131072)


def main():
    engine, rest = sys.argv[1], sys.argv[2:]
    program = rest.pop(0) if engine == "placet" else None
    folder, threads, calls = Path(rest[0]), int(rest[1]), int(rest[2])
    out = folder / f"decisions.{engine}.parquet"
    if engine == "placet":
        command = [program, "decide", str(HERE / "heating.placet"), "--facts", str(folder / "a.parquet"), "--id", "row"]
        command += ["--on", "2026-01-15", "--minor-units", AMOUNTS, "--out", str(out), "-q"]
    else:
        command = [sys.executable, __file__, f"run-{engine}", str(folder), str(threads), "1"]
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads), "POLARS_MAX_THREADS": str(threads)}
    rows = pq.ParquetFile(folder / "a.parquet").metadata.num_rows
    times, mismatches, more, peak = [], 0, 0, 0
    for _ in range(calls):
        out.unlink(missing_ok=True)
        launched = [sys.executable, "-S", "-c", LAUNCH, *command]
        told = subprocess.run(launched, check=True, env=environment, stdout=subprocess.PIPE, text=True).stdout.split()
        times.append(round(float(told[-2]) * 1e9 / rows, 3))
        peak = max(peak, int(told[-1]) // 1024)
        bad, more = wrong(out, folder)
        mismatches = max(mismatches, bad)
    names = {"placet": "placet decide", "duckdb": "DuckDB", "polars": "Polars, streaming"}
    print(json.dumps({
        "engine": names[engine], "data": "a, Parquet to Parquet", "threads": threads, "rows": rows, "ns": times,
        "mismatches": mismatches, "decided_more": more, "peak_mb": peak,
        "out_mb": round(out.stat().st_size / 1e6, 1),
    }), flush=True)


if __name__ == "__main__":
    if sys.argv[1].startswith("run-"):
        folder, threads = Path(sys.argv[2]), sys.argv[3]
        engine = sys.argv[1].removeprefix("run-")
        # What `peers` looks at when it is brought in.
        sys.argv[1:] = [engine, "a", str(folder), threads, "1"]
        {"duckdb": duckdb, "polars": polars}[engine](folder, folder / f"decisions.{engine}.parquet", threads)
    else:
        main()
