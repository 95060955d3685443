#!/usr/bin/env python3
"""Makes the applicants of both policies, and what a plain reading of the rules in numpy says of them.

    generate.py FOLDER ROWS HOUSEHOLDS

The draws are fixed by their seeds, so everybody who runs it measures the same people. Rules and codes: outcome 0 approved, 1
declined, 2 referred, 3 incomplete; reason the number of the rule that decides, 0 none, 99 incomplete. Of each case the truth
of every condition is followed in three values: a condition over a gap is open.
"""
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

WORDS = {
    "residency": ["citizen", "permanent", "temporary", "no_status"],
    "employment": ["employed", "self_employed", "unemployed", "student", "retired"],
    "region": ["north", "south", "east", "west"],
}
COLUMNS = [
    "residency", "employment", "region", "birth_date", "decision_date", "graduation_date", "household_size",
    "gross_income", "earned_income", "deductions", "assets", "arrears_count", "sanctioned", "prior_award_months",
]
LIMITS = np.array([0, 180_000, 245_000, 297_500, 350_000, 395_000, 438_000, 479_000, 520_000], dtype=np.int64)
EPOCH = np.datetime64("1970-01-01")
# The one day for which all are decided where the day is no column.
FIXED_DAY = "2026-01-15"
ROW_GROUP = 1 << 17


def day_number(text):
    return int((np.datetime64(text) - EPOCH).astype(int))


def applicants(rows):
    """Columns and where they are known: a twentieth of the rows has one gap, a fifth of these a second."""
    r = np.random.default_rng(42)
    c = {}
    c["residency"] = r.choice(4, rows, p=[0.72, 0.2, 0.05, 0.03]).astype("i1")
    c["employment"] = r.choice(5, rows, p=[0.35, 0.08, 0.27, 0.1, 0.2]).astype("i1")
    c["region"] = r.choice(4, rows, p=[0.35, 0.3, 0.28, 0.07]).astype("i1")
    decided = day_number("2025-07-01") + r.integers(0, 365, rows)
    c["birth_date"] = (decided - (r.triangular(16.5, 38, 72, rows) * 365.25).astype(int)).astype("i4")
    c["decision_date"] = decided.astype("i4")
    c["graduation_date"] = (decided - r.exponential(900, rows).astype(int)).astype("i4")
    c["household_size"] = np.minimum(r.geometric(0.36, rows), 12).astype("u1")
    without_work = r.random(rows) < 0.3
    earned = np.where(without_work, 0, r.gamma(4, 45_000, rows)).astype("i8")
    nothing_else = r.random(rows) < 0.5
    c["gross_income"] = earned + np.where(nothing_else, 0, r.gamma(2, 20_000, rows)).astype("i8")
    c["earned_income"] = earned + np.where(r.random(rows) < 0.02, 50_000, 0)
    nothing_deducted = r.random(rows) < 0.4
    c["deductions"] = np.where(nothing_deducted, 0, r.gamma(2, 10_000, rows)).astype("i8")
    c["assets"] = r.gamma(1.5, 600_000, rows).astype("i8")
    c["arrears_count"] = r.poisson(0.7, rows).astype("u1")
    c["sanctioned"] = r.random(rows) < 0.02
    c["prior_award_months"] = np.minimum(r.geometric(0.09, rows) - 1, 60).astype("u1")
    known = {name: np.ones(rows, bool) for name in COLUMNS}
    gaps = np.nonzero(r.random(rows) < 0.05)[0]
    first = r.integers(0, len(COLUMNS), len(gaps))
    has_second = r.random(len(gaps)) < 0.2
    second = r.integers(0, len(COLUMNS), len(gaps))
    for place, name in enumerate(COLUMNS):
        known[name][gaps[first == place]] = False
        known[name][gaps[has_second & (second == place)]] = False
    return c, known


def parts(days):
    """Year, month, and day of the month."""
    dates = EPOCH + days.astype("timedelta64[D]")
    months = dates.astype("datetime64[M]")
    return dates.astype("datetime64[Y]").astype(int) + 1970, months.astype(int) % 12 + 1, (dates - months).astype(int) + 1


def decide(c, known):
    """Outcome and reason of every applicant."""
    by, bm, bd = parts(c["birth_date"])
    ey, em, ed = parts(c["decision_date"])
    gy, gm, gd = parts(c["graduation_date"])
    age = ey - by - ((em < bm) | ((em == bm) & (ed < bd)))
    months = (ey - gy) * 12 + em - gm - (ed < gd)
    limit = LIMITS[np.minimum(c["household_size"], 8)]
    countable = 5 * c["gross_income"] - c["earned_income"] - 5 * c["deductions"]

    def rule(holds, *facts):
        """Where it is false, and where it is open."""
        told = np.logical_and.reduce([known[f] for f in facts])
        return told & ~holds, ~told

    jobless = (c["employment"] == 2) | (c["employment"] == 4)
    knows_job = known["employment"]
    knows_months = known["graduation_date"] & known["decision_date"]
    works_false = (~jobless & knows_job) & (months > 36) & knows_months
    works_true = (jobless & knows_job) | ((months <= 36) & knows_months)
    incomes = ["gross_income", "earned_income", "deductions", "household_size"]
    must = [
        rule(c["residency"] <= 1, "residency"),
        rule(~c["sanctioned"], "sanctioned"),
        rule(age >= 18, "birth_date", "decision_date"),
        rule(age < 67, "birth_date", "decision_date"),
        rule(c["region"] <= 2, "region"),
        rule(c["prior_award_months"] < 24, "prior_award_months"),
        (works_false, ~works_false & ~works_true),
        rule(c["assets"] <= 2_500_000, "assets"),
        rule(countable <= 5 * limit, *incomes),
    ]
    looks = [
        rule(c["earned_income"] <= c["gross_income"], "earned_income", "gross_income"),
        rule(c["household_size"] <= 8, "household_size"),
        rule(c["arrears_count"] <= 2, "arrears_count"),
    ]
    return combine(must, looks, len(age))


def combine(must, looks, rows):
    """The first rule that is broken; else open where one is open; those that decline before those that refer."""
    reason = np.zeros(rows, "u1")
    outcome = np.zeros(rows, "u1")
    left = np.ones(rows, bool)
    for rules, code, number in ((must, 1, 1), (looks, 2, 1 + len(must))):
        broken = np.zeros(rows, "u1")
        for place in reversed(range(len(rules))):
            broken[rules[place][0]] = number + place
        is_open = np.logical_or.reduce([is_open for _, is_open in rules])
        settled = left & (broken > 0)
        outcome[settled], reason[settled] = code, broken[settled]
        waits = left & (broken == 0) & is_open
        outcome[waits], reason[waits] = 3, 99
        left &= ~settled & ~waits
    return outcome, reason


def applicants_table(c, known):
    rows = len(c["birth_date"])
    columns = {"row": pa.array(np.arange(rows, dtype="u4"))}
    for name in COLUMNS:
        values, gap = c[name], ~known[name]
        if name in WORDS:
            columns[name] = pa.DictionaryArray.from_arrays(pa.array(values, mask=gap), pa.array(WORDS[name]))
        elif name.endswith("_date"):
            columns[name] = pa.array(values, pa.int32(), mask=gap).cast(pa.date32())
        else:
            columns[name] = pa.array(values, mask=gap)
    return pa.table(columns)


def households(count):
    """Where each household's members begin, and the members."""
    r = np.random.default_rng(7)
    sizes = r.choice([1, 2, 3, 4, 5, 6], count, p=[0.3, 0.28, 0.16, 0.15, 0.08, 0.03]).astype("i4")
    offsets = np.zeros(count + 1, "i4")
    np.cumsum(sizes, out=offsets[1:])
    members = int(offsets[-1])
    is_first = np.zeros(members, bool)
    is_first[offsets[:-1]] = True
    elders, others = r.integers(17, 90, members), r.integers(0, 60, members)
    age = np.where(is_first, elders, others).astype("u1")
    without = r.random(members) < 0.35
    income = np.where((age < 16) | without, 0, r.gamma(2.2, 52_000, members)).astype("i8")
    student = (age >= 6) & (age < 30) & (r.random(members) < 0.5)
    return offsets, age, income, student


def decide_households(offsets, age, income, student):
    adult = age >= 18

    def total(values):
        return np.add.reduceat(values.astype("i8"), offsets[:-1])

    children = total(~adult)
    has_student = total(adult & (age <= 24) & student) > 0
    limit = 200_000 + 45_000 * children + 15_000 * has_student
    tests = [total(np.where(adult, income, 0)) > limit, total(income > 300_000) > 0, total(adult) == 0, children > 3]
    reason = np.select(tests, [1, 2, 3, 4], 0).astype("u1")
    return np.array([0, 1, 1, 2, 2], "u1")[reason], reason


def put(table, path):
    with ipc.new_file(path, table.schema) as file:
        file.write_table(table.combine_chunks(), max_chunksize=ROW_GROUP)


def expected(outcome, reason):
    return pa.table({"outcome": pa.array(outcome), "reason": pa.array(reason)})


def main(folder, rows, count):
    folder.mkdir(parents=True, exist_ok=True)
    c, known = applicants(rows)
    table = applicants_table(c, known)
    put(table, folder / "a.arrow")
    pq.write_table(table, folder / "a.parquet", compression="zstd", row_group_size=ROW_GROUP)
    outcome, reason = decide(c, known)
    put(expected(outcome, reason), folder / "a.expected.arrow")
    print("applicants", rows, "outcomes", np.bincount(outcome) / rows, "reasons", len(np.unique(reason)))
    c["decision_date"] = np.full(rows, day_number(FIXED_DAY), "i4")
    known["decision_date"] = np.ones(rows, bool)
    put(expected(*decide(c, known)), folder / "a_on_a_day.expected.arrow")

    offsets, age, income, student = households(count)
    fields = [pa.array(age), pa.array(income), pa.array(student)]
    members = pa.StructArray.from_arrays(fields, ["age", "income", "is_student"])
    table = pa.table({
        "row": pa.array(np.arange(count, dtype="u4")),
        "members": pa.ListArray.from_arrays(pa.array(offsets), members),
    })
    put(table, folder / "b.arrow")
    pq.write_table(table, folder / "b.parquet", compression="zstd", row_group_size=ROW_GROUP)
    outcome, reason = decide_households(offsets, age, income, student)
    put(expected(outcome, reason), folder / "b.expected.arrow")
    print("households", count, "members", len(age), "outcomes", np.bincount(outcome) / count)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
