#!/usr/bin/env python3
"""The table of the README from the figures of a run.

    table.py meta              what it was measured on, as a line of JSON
    table.py FIGURES.jsonl     the table
"""
import datetime
import importlib.metadata
import json
import platform
import subprocess
import sys
from pathlib import Path
from statistics import median

PEERS = ["duckdb", "polars", "datafusion", "OpenFisca-Core"]
TITLES = {
    "a": "Policy A, the decision date a column",
    "a_on_a_day": "Policy A, for one day",
    "b": "Policy B, households of one to six",
    "a, Parquet to Parquet": "Policy A, a Parquet file in, a Parquet file out",
}
PLACET = {"a": "Placet", "a_on_a_day": "Placet", "b": "Placet", "a, Parquet to Parquet": "placet decide"}


def meta():
    cpu = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PEERS)
    machine = f"{len(cpu)} cores of {cpu[0]}, {platform.system()}"
    print(json.dumps({"machine": machine, "date": str(datetime.date.today()), "rustc": rustc, "commit": commit, "versions": versions}))


def number(value):
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"


class Figures:
    def __init__(self, path):
        lines = [json.loads(line) for line in Path(path).read_text().splitlines()]
        self.meta, self.lines = lines[0], lines[1:]

    def of(self, engine, data, threads):
        """All times of a variant, the most memory, and the rows decided more."""
        lines = [x for x in self.lines if (x["engine"], x["data"], x["threads"]) == (engine, data, threads)]
        if not lines:
            return None
        times = [t for line in lines for t in line["ns"]]
        return median(times), max(line.get("peak_mb", 0) for line in lines)

    def ratio(self, engine, base, data, threads):
        """The median of the ratios within each round."""
        def rounds(name):
            return [median(x["ns"]) for x in self.lines if (x["engine"], x["data"], x["threads"]) == (name, data, threads)]

        pairs = list(zip(rounds(engine), rounds(base)))
        return median(a / b for a, b in pairs) if pairs else None

    def engines(self, data):
        names = []
        for line in self.lines:
            if line["data"] == data and line["engine"] not in names and "rows" in line:
                names.append(line["engine"])
        return [n for n in names if not n.startswith(("one bundle", "100 passes", "Placet, 1"))]


def main(path):
    figures = Figures(path)
    bad = [x for x in figures.lines if x.get("mismatches") or x.get("unsound")]
    if bad:
        sys.exit(f"rows differ, nothing is told: {bad[0]}")
    m = figures.meta
    print(f"On {m['machine']}, {m['date']}, Placet at {m['commit']}, rustc {m['rustc']}, baseline x86-64; {m['versions']}.")
    print("Medians, nanoseconds a case; × is the median of the ratios to Placet within a round.\n")
    for data, title in TITLES.items():
        engines = figures.engines(data)
        if not engines:
            continue
        rows = next(x["rows"] for x in figures.lines if x["data"] == data and x["engine"] == PLACET[data])
        print(f"| {title}, {rows:,} cases | 1 core | × | 2 cores | × | memory, MB |")
        print("|---|--:|--:|--:|--:|--:|")
        for engine in engines:
            cells = [engine]
            peak = 0
            for threads in (1, 2):
                told = figures.of(engine, data, threads)
                ratio = figures.ratio(engine, PLACET[data], data, threads)
                cells += [number(told[0]), f"{ratio:.2f}"] if told else ["–", "–"]
                peak = max(peak, told[1] if told else 0)
            print("| " + " | ".join([*cells, f"{peak:,}"]) + " |")
        print()
    for line in others(figures):
        print(f"- {line}")


def others(figures):
    for threads in (1, 2):
        ratio = figures.ratio("one bundle of 100 policies", "100 passes, one a policy", "a", threads)
        if ratio:
            rows = next(x["rows"] for x in figures.lines if x["engine"].startswith("one bundle"))
            yield f"100 policies over shared facts and {rows:,} cases in one bundle, beside 100 passes, {threads} core(s): {ratio:.2f} of the time."
    for data in ("a", "a_on_a_day"):
        ratio = figures.ratio("Placet, with needs and all standings", "Placet", data, 1)
        if ratio:
            yield f"{TITLES[data]}: with all standings and needs {ratio:.2f} times the time without."
    for data in ("a", "a_on_a_day", "b"):
        one, two = figures.of("Placet", data, 1), figures.of("Placet", data, 2)
        if one and two:
            yield f"{TITLES[data]}: two cores do {one[0] / two[0]:.2f} times the work of one."
    sizes = [(f"Placet, {n} rows", n) for n in (100_000, 1_000_000, 10_000_000)]
    told = [(n, figures.of(engine, "a", 1)) for engine, n in sizes]
    told = [f"{n:,} rows a call {number(t[0])} ns" for n, t in told if t]
    if told:
        yield f"As calls grow, a row on one core: {', '.join(told)}."
    more = {x["data"]: x["decided_more"] for x in figures.lines if x.get("decided_more")}
    for data, count in more.items():
        yield f"{TITLES[data]}: {count:,} cases are decided that three-valued logic leaves open; no completion that was tried disagrees."


if __name__ == "__main__":
    meta() if sys.argv[1] == "meta" else main(sys.argv[1])
