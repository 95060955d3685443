#!/usr/bin/env python3
"""Other engines on the same people: one engine, one data set, one line of JSON a variant.

    peers.py duckdb|polars|datafusion|openfisca a|a_on_a_day|b FOLDER THREADS CALLS

Every call's every row is compared, by the row's key, outside of the time. What is timed is the whole way from columns that
the engine holds in memory to columns of key, outcome and reason.
"""
import datetime
import json
import os
import sys
import time
from pathlib import Path

ENGINE, DATA, FOLDER, THREADS, CALLS = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
# Before the engines are brought in, which look at it once.
os.environ["POLARS_MAX_THREADS"] = str(THREADS)

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc

from generate import FIXED_DAY, LIMITS, WORDS

TABLE = "b" if DATA == "b" else "a"


def read(name):
    return ipc.open_file(FOLDER / name).read_all()


EXPECTED = read(f"{DATA}.expected.arrow")
OUTCOMES = EXPECTED["outcome"].to_numpy()
REASONS = EXPECTED["reason"].to_numpy()


def peak_mb():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def wrong(keys, outcomes, reasons, rows=None):
    """How many rows differ; a row that is missing or told twice differs."""
    keys = np.asarray(keys)
    told = np.full(len(REASONS), 255, "u1"), np.full(len(REASONS), 255, "u1")
    told[0][keys], told[1][keys] = np.asarray(outcomes).astype("u1"), np.asarray(reasons).astype("u1")
    differs = (told[0] != OUTCOMES) | (told[1] != REASONS)
    expected = len(REASONS) if rows is None else len(rows)
    counted = differs if rows is None else differs[rows]
    return int(counted.sum()) + abs(len(keys) - expected)


def measure(name, call, columns, rows=None):
    times, mismatches = [], wrong(*columns(call()), rows)
    count = len(REASONS) if rows is None else len(rows)
    for _ in range(CALLS):
        start = time.perf_counter()
        result = call()
        times.append((time.perf_counter() - start) * 1e9 / count)
        mismatches = max(mismatches, wrong(*columns(result), rows))
        del result
    print(json.dumps({
        "engine": name, "data": DATA, "threads": THREADS, "rows": count, "ns": [round(t, 3) for t in times],
        "mismatches": mismatches, "peak_mb": peak_mb(),
    }), flush=True)


def named(table):
    return table["row"].to_numpy(), table["outcome"].to_numpy(), table["reason"].to_numpy()


class Sql:
    """Both policies in SQL, for engines that differ in a few words."""

    def __init__(self, part, small, divide):
        self.part, self.small, self.divide = part, small, divide

    def applicants(self, source):
        day = "decision_date" if DATA == "a" else f"DATE '{FIXED_DAY}'"
        part = self.part

        def number(date):
            return f"({part('year', date)} * 10000 + {part('month', date)} * 100 + {part('day', date)})"

        def months(date):
            return f"({part('year', date)} * 12 + {part('month', date)})"

        earlier = f"CASE WHEN {part('day', day)} < {part('day', 'graduation_date')} THEN 1 ELSE 0 END"
        sizes = " ".join(f"WHEN household_size = {size} THEN {LIMITS[size]}" for size in range(1, 8))
        limit = f"CASE {sizes} WHEN household_size >= 8 THEN {LIMITS[8]} END"
        rules = [
            "residency IN ('citizen', 'permanent')", "NOT sanctioned", "age >= 18", "age < 67",
            "region IN ('north', 'south', 'east')", "prior_award_months < 24",
            "(employment IN ('unemployed', 'retired') OR months <= 36)", "assets <= 2500000",
            "5 * gross_income - earned_income - 5 * deductions <= 5 * income_limit",
            "earned_income <= gross_income", "household_size <= 8", "arrears_count <= 2",
        ]
        tests = ", ".join(f"{rule} AS r{n}" for n, rule in enumerate(rules, 1))

        def broken(numbers):
            return " ".join(f"WHEN NOT r{n} THEN {n}" for n in numbers)

        def unknown(numbers):
            return f"WHEN ({' AND '.join(f'r{n}' for n in numbers)}) IS NULL THEN 99"

        must, looks = range(1, 10), range(10, 13)
        reason = f"CASE {broken(must)} {unknown(must)} {broken(looks)} {unknown(looks)} ELSE 0 END"
        outcome = "CASE WHEN reason = 0 THEN 0 WHEN reason = 99 THEN 3 WHEN reason >= 10 THEN 2 ELSE 1 END"
        return f"""
            WITH worked AS (
              SELECT *, {self.divide(f"({number(day)} - {number('birth_date')})", 10000)} AS age,
                {months(day)} - {months('graduation_date')} - {earlier} AS months, {limit} AS income_limit
              FROM {source}),
            tested AS (SELECT "row", {tests} FROM worked),
            reasoned AS (SELECT "row", {reason} AS reason FROM tested)
            SELECT "row", {self.small(outcome)} AS outcome, {self.small('reason')} AS reason FROM reasoned"""

    def households(self, members, many="bool_or"):
        return f"""
            WITH summed AS (
              SELECT "row",
                sum(CASE WHEN age >= 18 THEN income ELSE 0 END) AS total,
                sum(CASE WHEN age < 18 THEN 1 ELSE 0 END) AS children,
                sum(CASE WHEN age >= 18 THEN 1 ELSE 0 END) AS adults,
                {many}(age >= 18 AND age <= 24 AND is_student) AS student, max(income) > 300000 AS high
              FROM ({members}) GROUP BY "row"),
            reasoned AS (
              SELECT "row", CASE
                WHEN total > 200000 + 45000 * children + (CASE WHEN student THEN 15000 ELSE 0 END) THEN 1
                WHEN high THEN 2 WHEN adults = 0 THEN 3 WHEN children > 3 THEN 4 ELSE 0 END AS reason
              FROM summed)
            SELECT "row", {self.small('CASE WHEN reason = 0 THEN 0 WHEN reason >= 3 THEN 2 ELSE 1 END')} AS outcome,
              {self.small('reason')} AS reason FROM reasoned"""


def duckdb():
    import duckdb

    db = duckdb.connect()
    db.execute(f"SET threads = {THREADS}")
    sql = Sql(lambda p, date: f"{p}({date})", lambda x: f"({x})::UTINYINT", lambda a, b: f"({a} // {b})")
    source = read(f"{TABLE}.arrow")
    db.register("source", source)
    if TABLE == "b":
        db.execute("CREATE TABLE b AS SELECT * FROM source")
        member = "m.age AS age, m.income AS income, m.is_student AS is_student"
        query = sql.households(f'SELECT "row", {member} FROM (SELECT "row", unnest(members) AS m FROM b)')
    else:
        for name, words in WORDS.items():
            db.execute(f"CREATE TYPE {name}_word AS ENUM ({', '.join(repr(w) for w in words)})")
        coded = ", ".join(f"{name}::{name}_word AS {name}" for name in WORDS)
        db.execute(f"CREATE TABLE a AS SELECT * REPLACE ({coded}) FROM source")
        query = sql.applicants("a")
    db.unregister("source")
    del source
    measure("DuckDB", lambda: db.sql(query).to_arrow_table(), named)


def polars_reason(pl, frame, keep):
    """Policy A: the same lazy plan for tables in memory and for files."""
    c = pl.col
    day = c("decision_date") if DATA == "a" else pl.lit(FIXED_DAY).str.to_date()

    def part(date, what):
        return getattr(date.dt, what)().cast(pl.Int32)

    def number(date):
        return part(date, "year") * 10_000 + part(date, "month") * 100 + part(date, "day")

    birth, graduation = c("birth_date"), c("graduation_date")
    age = (number(day) - number(birth)) // 10_000
    months = (part(day, "year") - part(graduation, "year")) * 12 + part(day, "month") - part(graduation, "month")
    months = months - (part(day, "day") < part(graduation, "day")).cast(pl.Int32)
    size = c("household_size")
    limit = pl.when(size.is_null()).then(None)
    for n in range(1, 8):
        limit = limit.when(size == n).then(int(LIMITS[n]))
    limit = limit.otherwise(int(LIMITS[8])).cast(pl.Int64)
    rules = [
        c("residency").is_in(["citizen", "permanent"]), ~c("sanctioned"), c("age") >= 18, c("age") < 67,
        c("region").is_in(["north", "south", "east"]), c("prior_award_months") < 24,
        c("employment").is_in(["unemployed", "retired"]) | (c("months") <= 36), c("assets") <= 2_500_000,
        5 * c("gross_income") - c("earned_income") - 5 * c("deductions") <= 5 * c("income_limit"),
        c("earned_income") <= c("gross_income"), size <= 8, c("arrears_count") <= 2,
    ]
    names = [f"r{n}" for n in range(1, 13)]

    def byte(value):
        return pl.lit(value, pl.UInt8)

    reason = pl
    for first, last in ((0, 9), (9, 12)):
        for n in range(first, last):
            reason = reason.when(~c(names[n])).then(byte(n + 1))
        reason = reason.when(pl.all_horizontal(names[first:last]).is_null()).then(byte(99))
    reason = reason.otherwise(byte(0))
    outcome = pl.when(c("reason") == 0).then(byte(0)).when(c("reason") == 99).then(byte(3))
    outcome = outcome.when(c("reason") >= 10).then(byte(2)).otherwise(byte(1))
    worked = frame.with_columns(age=age, months=months, income_limit=limit)
    tested = worked.with_columns(**dict(zip(names, rules))).select(*keep, reason=reason)
    return tested.with_columns(outcome=outcome)


def polars():
    import polars as pl

    frame = pl.from_arrow(read(f"{TABLE}.arrow")).rechunk()
    if TABLE == "a":
        frame = frame.with_columns(pl.col(name).cast(pl.String).cast(pl.Enum(words)) for name, words in WORDS.items())
        measure("Polars", lambda: polars_reason(pl, frame.lazy(), ["row"]).collect(), named)
        measure("Polars, streaming", lambda: polars_reason(pl, frame.lazy(), ["row"]).collect(engine="streaming"), named)
        return
    c = pl.col
    adult = c("age") >= 18
    totals = [
        pl.when(adult).then(c("income")).otherwise(0).sum().alias("total"), (~adult).sum().alias("children"),
        adult.sum().alias("adults"), (adult & (c("age") <= 24) & c("is_student")).any().alias("student"),
        (c("income") > 300_000).any().alias("high"),
    ]
    limit = 200_000 + 45_000 * c("children").cast(pl.Int64) + pl.when(c("student")).then(15_000).otherwise(0)
    reason = pl.when(c("total") > limit).then(1).when(c("high")).then(2).when(c("adults") == 0).then(3)
    reason = reason.when(c("children") > 3).then(4).otherwise(0).cast(pl.UInt8)
    outcome = pl.when(c("reason") == 0).then(0).when(c("reason") >= 3).then(2).otherwise(1).cast(pl.UInt8)

    def call():
        # Households come in any order: the key tells which is which, and keeping the order costs half as much again.
        grouped = frame.lazy().explode("members").unnest("members").group_by("row").agg(totals)
        return grouped.select("row", reason=reason).with_columns(outcome=outcome).collect()

    measure("Polars", call, named)


def datafusion():
    import datafusion as df

    config = df.SessionConfig().with_target_partitions(THREADS).with_batch_size(8192)
    context = df.SessionContext(config)
    batches = read(f"{TABLE}.arrow").combine_chunks().to_batches(max_chunksize=8192)
    each = -(-len(batches) // THREADS)
    parts = [batches[n * each:(n + 1) * each] for n in range(THREADS)]
    context.register_record_batches(TABLE, [p for p in parts if p])
    sql = Sql(
        lambda p, date: f"date_part('{p}', {date})", lambda x: f"arrow_cast({x}, 'UInt8')", lambda a, b: f"({a} / {b})"
    )
    if TABLE == "a":
        query = sql.applicants("a")
    else:
        member = "m['age'] AS age, m['income'] AS income, m['is_student'] AS is_student"
        query = sql.households(f'SELECT "row", {member} FROM (SELECT "row", unnest(members) AS m FROM b)')

    def call():
        return pa.Table.from_batches([b for part in context.sql(query).collect_partitioned() for b in part])

    measure("DataFusion", call, named)


def openfisca():
    """OpenFisca knows no gaps: policy A on the people of whom all is known. Outcome and reason come of one formula."""
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulation_builder import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    table = read(f"{TABLE}.arrow").combine_chunks()
    person = build_entity("person", "persons", "A person", is_person=True)
    role = {"key": "member", "plural": "members", "label": "Members"}
    household = build_entity("household", "households", "A household", roles=[role])
    period = "2026-01"

    def input_of(name, kind, of=person):
        return type(name, (Variable,), {
            "value_type": kind, "entity": of, "definition_period": DateUnit.MONTH, "label": name,
        })

    def formula_of(name, of, formula):
        return type(name, (Variable,), {
            "value_type": int, "entity": of, "definition_period": DateUnit.MONTH, "label": name, "formula": formula,
        })

    if TABLE == "a":
        told = [table[name].is_valid().to_numpy(zero_copy_only=False) for name in table.column_names]
        known = np.logical_and.reduce(told)
        rows = np.nonzero(known)[0]
        table = table.take(pa.array(rows))
        columns = {}
        for name in table.column_names[1:]:
            array = table[name].combine_chunks()
            if name in WORDS:
                columns[name] = array.indices.to_numpy().astype("i4")
            elif name.endswith("_date"):
                columns[name] = array.cast(pa.int32()).to_numpy().astype("datetime64[D]")
            elif name == "sanctioned":
                columns[name] = array.to_numpy(zero_copy_only=False)
            else:
                columns[name] = array.to_numpy().astype("i4")
        if DATA != "a":
            columns["decision_date"] = np.full(len(rows), np.datetime64(FIXED_DAY))

        def kind(values):
            return {"M": datetime.date, "b": bool}.get(values.dtype.kind, int)

        def parts(days):
            months = days.astype("datetime64[M]")
            years = days.astype("datetime64[Y]").astype(int) + 1970
            return years, months.astype(int) % 12 + 1, (days - months).astype(int) + 1

        def age(persons, period, parameters):
            (by, bm, bd), (ey, em, ed) = parts(persons("birth_date", period)), parts(persons("decision_date", period))
            return ey - by - ((em < bm) | ((em == bm) & (ed < bd)))

        def months(persons, period, parameters):
            (gy, gm, gd), (ey, em, ed) = parts(persons("graduation_date", period)), parts(persons("decision_date", period))
            return (ey - gy) * 12 + em - gm - (ed < gd)

        def reason(persons, period, parameters):
            def f(name):
                return persons(name, period)

            old, jobless = f("age"), np.isin(f("employment"), (2, 4))
            limit = LIMITS[np.minimum(f("household_size"), 8)]
            countable = 5 * f("gross_income").astype("i8") - f("earned_income") - 5 * f("deductions").astype("i8")
            broken = [
                f("residency") > 1, f("sanctioned"), old < 18, old >= 67, f("region") > 2, f("prior_award_months") >= 24,
                ~(jobless | (f("months") <= 36)), f("assets") > 2_500_000, countable > 5 * limit,
                f("earned_income") > f("gross_income"), f("household_size") > 8, f("arrears_count") > 2,
            ]
            return np.select(broken, range(1, 13), 0)

        variables = [input_of(name, kind(values)) for name, values in columns.items()]
        worked_out = {"age": age, "months": months, "reason": reason}
        variables += [formula_of(name, person, formula) for name, formula in worked_out.items()]
        count, sizes = len(rows), None
    else:
        rows = None
        offsets = table["members"].chunk(0).offsets.to_numpy()
        ages, incomes, students = table["members"].chunk(0).flatten().flatten()
        columns = {
            "age": ages.to_numpy().astype("i4"), "income": incomes.to_numpy().astype("i4"),
            "is_student": students.to_numpy(zero_copy_only=False),
        }
        sizes = np.diff(offsets)
        belongs = np.repeat(np.arange(len(sizes)), sizes)

        def reason(households, period, parameters):
            age, income = households.members("age", period), households.members("income", period)
            adult = age >= 18
            children = households.sum(~adult)
            student = households.any(adult & (age <= 24) & households.members("is_student", period))
            limit = 200_000 + 45_000 * children + 15_000 * student
            tests = [
                households.sum(income * adult) > limit, households.any(income > 300_000),
                households.sum(adult) == 0, children > 3,
            ]
            return np.select(tests, [1, 2, 3, 4], 0)

        variables = [input_of("age", int), input_of("income", int), input_of("is_student", bool)]
        variables.append(formula_of("reason", household, reason))
        count = len(sizes)
    system = TaxBenefitSystem([person, household])
    for variable in variables:
        system.add_variable(variable)

    def call():
        builder = SimulationBuilder()
        builder.create_entities(system)
        people = len(next(iter(columns.values())))
        builder.declare_person_entity("person", np.arange(people))
        homes = builder.declare_entity("household", np.arange(people if sizes is None else count))
        of = np.arange(people) if sizes is None else belongs
        builder.join_with_persons(homes, of, roles=np.full(people, "member"))
        simulation = builder.build(system)
        for name, values in columns.items():
            simulation.set_input(name, period, values)
        return simulation.calculate("reason", period)

    keys = np.arange(count) if rows is None else rows
    outcome = np.array([0, 1, 1, 2, 2] if TABLE == "b" else [0] + [1] * 9 + [2] * 3)
    measure("OpenFisca", call, lambda reason: (keys, outcome[reason], reason), rows)


if __name__ == "__main__":
    {"duckdb": duckdb, "polars": polars, "datafusion": datafusion, "openfisca": openfisca}[ENGINE]()
