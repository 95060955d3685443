"""Winter Heating Support (`benches/src/heating.placet`): a population, and the same rules in other hands.

Money is in cents. The reason is 0 for approved, the place of the first rule that is broken (1 to 9 decline, 10 to 12 refer), 99
where facts are missing that matter.
"""

import datetime

import numpy
import pyarrow

RESIDENCY = ["citizen", "permanent", "temporary", "no_status"]
EMPLOYMENT = ["employed", "self_employed", "unemployed", "student", "retired"]
REGION = ["north", "south", "east", "west"]
LIMITS = [180000, 245000, 297500, 350000, 395000, 438000, 479000, 520000]
MONEY = ["gross_income", "earned_income", "deductions", "assets"]
RULES = [
    "resident", "under_sanction", "grown_up", "of_working_age", "in_region", "not_too_long", "without_work",
    "little_property", "little_income", "odd_incomes", "large_household", "in_arrears",
]  # fmt: skip
OUTCOMES = ["approved", "declined", "referred", "incomplete"]


def population(rows, nulls=True, seed=42):
    """Applicants as an Arrow table; 5 % of them with one or two facts missing."""
    r = numpy.random.default_rng(seed)
    start = numpy.datetime64("2025-07-01").astype("datetime64[D]").astype(int)
    decision = start + r.integers(0, 365, rows)
    earned = numpy.where(r.random(rows) < 0.3, 0, r.gamma(4, 45000, rows)).astype("i8")
    columns = {
        "residency": r.choice(4, rows, p=[0.72, 0.2, 0.05, 0.03]).astype("i1"),
        "employment": r.choice(5, rows, p=[0.35, 0.08, 0.27, 0.1, 0.2]).astype("i1"),
        "region": r.choice(4, rows, p=[0.35, 0.3, 0.28, 0.07]).astype("i1"),
        "birth_date": (decision - (r.triangular(16.5, 38, 72, rows) * 365.25).astype(int)).astype("i4"),
        "decision_date": decision.astype("i4"),
        "graduation_date": (decision - r.exponential(900, rows).astype(int)).astype("i4"),
        "household_size": numpy.minimum(r.geometric(0.36, rows), 12).astype("u1"),
        "gross_income": earned + numpy.where(r.random(rows) < 0.5, 0, r.gamma(2, 20000, rows)).astype("i8"),
        "earned_income": earned + numpy.where(r.random(rows) < 0.02, 50000, 0),
        "deductions": numpy.where(r.random(rows) < 0.4, 0, r.gamma(2, 10000, rows)).astype("i8"),
        "assets": r.gamma(1.5, 600000, rows).astype("i8"),
        "arrears_count": r.poisson(0.7, rows).astype("u1"),
        "sanctioned": r.random(rows) < 0.02,
        "prior_award_months": numpy.minimum(r.geometric(0.09, rows) - 1, 60).astype("u1"),
    }
    missing = {name: numpy.zeros(rows, bool) for name in columns}
    if nulls:
        some = numpy.nonzero(r.random(rows) < 0.05)[0]
        # The day to decide for is known of everybody.
        names = [name for name in columns if name != "decision_date"]
        for chosen in (some, some[r.random(len(some)) < 0.2]):
            which = r.integers(0, len(names), len(chosen))
            for place, name in enumerate(names):
                missing[name][chosen[which == place]] = True
    words = {"residency": RESIDENCY, "employment": EMPLOYMENT, "region": REGION}
    arrays = {}
    for name, values in columns.items():
        mask = missing[name] if missing[name].any() else None
        if name in words:
            arrays[name] = pyarrow.DictionaryArray.from_arrays(pyarrow.array(values, mask=mask), words[name])
        elif name.endswith("_date"):
            arrays[name] = pyarrow.array(values, pyarrow.int32(), mask=mask).cast(pyarrow.date32())
        else:
            arrays[name] = pyarrow.array(values, mask=mask)
    return pyarrow.table(arrays)


def by_polars(frame):
    """The rules as a Polars expression, over three truth values."""
    import polars as pl

    c = pl.col

    def key(name):
        date = c(name).dt
        return date.year() * 10000 + date.month().cast(pl.Int32) * 100 + date.day().cast(pl.Int32)

    def months(name):
        return c(name).dt.year() * 12 + c(name).dt.month().cast(pl.Int32)

    limit = pl.when(c("household_size").is_null()).then(None)
    for size, amount in enumerate(LIMITS[:-1], 1):
        limit = limit.when(c("household_size") == size).then(amount)
    limit = limit.otherwise(LIMITS[-1]).cast(pl.Int64)
    day = c("decision_date").dt.day() < c("graduation_date").dt.day()
    lazy = frame.lazy().with_columns(
        age=(key("decision_date") - key("birth_date")) // 10000,
        since=months("decision_date") - months("graduation_date") - day.cast(pl.Int32),
        limit=limit,
    )
    rules = [
        c("residency").is_in(["citizen", "permanent"]),
        ~c("sanctioned"),
        c("age") >= 18,
        c("age") < 67,
        c("region").is_in(["north", "south", "east"]),
        c("prior_award_months") < 24,
        c("employment").is_in(["unemployed", "retired"]) | (c("since") <= 36),
        c("assets") <= 2500000,
        5 * c("gross_income") - c("earned_income") - 5 * c("deductions") <= 5 * c("limit"),
        c("earned_income") <= c("gross_income"),
        c("household_size") <= 8,
        c("arrears_count") <= 2,
    ]
    names = [f"r{place}" for place in range(1, 13)]
    number = lambda value: pl.lit(value, pl.UInt8)  # noqa: E731
    reason = pl
    for place, name in enumerate(names, 1):
        reason = reason.when(~c(name)).then(number(place))
        if place == 9:
            reason = reason.when(pl.all_horizontal(names[:9]).is_null()).then(number(99))
    reason = reason.when(pl.all_horizontal(names[9:]).is_null()).then(number(99)).otherwise(number(0))
    decided = lazy.with_columns(**dict(zip(names, rules))).select(reason=reason)
    return decided.collect()["reason"]


def sql(table):
    """The rules as SQL for DuckDB, over three truth values."""

    def key(name):
        return f"(year({name}) * 10000 + month({name}) * 100 + day({name}))"

    since = (
        "(year(decision_date) * 12 + month(decision_date)) - (year(graduation_date) * 12 + month(graduation_date))"
        " - (day(decision_date) < day(graduation_date))::int"
    )
    sizes = " ".join(f"WHEN household_size = {size} THEN {amount}" for size, amount in enumerate(LIMITS[:-1], 1))
    limit = f"CASE WHEN household_size IS NULL THEN NULL {sizes} ELSE {LIMITS[-1]} END"
    rules = [
        "residency IN ('citizen', 'permanent')",
        "NOT sanctioned",
        "age >= 18",
        "age < 67",
        "region IN ('north', 'south', 'east')",
        "prior_award_months < 24",
        "(employment IN ('unemployed', 'retired') OR since <= 36)",
        "assets <= 2500000",
        "5 * gross_income - earned_income - 5 * deductions <= 5 * lim",
        "earned_income <= gross_income",
        "household_size <= 8",
        "arrears_count <= 2",
    ]
    named = ", ".join(f"{rule} AS r{place}" for place, rule in enumerate(rules, 1))
    unknown = lambda places: "(" + " AND ".join(f"r{place}" for place in places) + ") IS NULL"  # noqa: E731
    broken = lambda places: " ".join(f"WHEN NOT r{place} THEN {place}" for place in places)  # noqa: E731
    declines, referrals = range(1, 10), range(10, 13)
    case = (
        f"CASE {broken(declines)} WHEN {unknown(declines)} THEN 99 "
        f"{broken(referrals)} WHEN {unknown(referrals)} THEN 99 ELSE 0 END"
    )
    return f"""
        WITH dated AS (
            SELECT *, ({key("decision_date")} - {key("birth_date")}) // 10000 AS age, {since} AS since, {limit} AS lim
            FROM {table}
        ), ruled AS (SELECT {named} FROM dated)
        SELECT ({case})::UTINYINT AS reason FROM ruled
    """


def by_openfisca(table):
    """A function that decides with OpenFisca-core, which has no missing values."""
    from openfisca_core.entities import build_entity
    from openfisca_core.indexed_enums import Enum, EnumArray
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    person = build_entity("person", "persons", "p", is_person=True)
    system = TaxBenefitSystem([person])
    words = {"residency": RESIDENCY, "employment": EMPLOYMENT, "region": REGION}
    kinds = {name: Enum(name, {word: word for word in all_words}) for name, all_words in words.items()}

    def variable(name, value_type, formula=None, **more):
        members = dict(value_type=value_type, entity=person, definition_period=DateUnit.MONTH, label=name, **more)
        if formula is not None:
            members["formula"] = formula
        system.add_variable(type(name, (Variable,), members))

    for name, kind in kinds.items():
        variable(name, Enum, possible_values=kind, default_value=list(kind)[0])
    for name in table.column_names:
        if name.endswith("_date"):
            variable(name, datetime.date)
        elif name == "sanctioned":
            variable(name, bool)
        elif name not in kinds:
            variable(name, int)

    def months_between(first, last):
        def parts(days):
            months = days.astype("datetime64[M]")
            return months.astype("i4"), (days - months.astype("datetime64[D]")).astype("i4")

        (m1, d1), (m2, d2) = parts(first), parts(last)
        return m2 - m1 - (d2 < d1)

    limits = numpy.array([0, *LIMITS])
    residency, employment, region = kinds["residency"], kinds["employment"], kinds["region"]
    variable("age", int, lambda p, t: months_between(p("birth_date", t), p("decision_date", t)) // 12)
    variable("since", int, lambda p, t: months_between(p("graduation_date", t), p("decision_date", t)))
    variable("lim", int, lambda p, t: limits[numpy.minimum(p("household_size", t), 8)])
    variable("countable", int, lambda p, t: 5 * p("gross_income", t) - p("earned_income", t) - 5 * p("deductions", t))
    one_of = lambda values, *options: numpy.logical_or.reduce([values == option for option in options])  # noqa: E731
    rules = [
        lambda p, t: one_of(p("residency", t), residency.citizen, residency.permanent),
        lambda p, t: ~p("sanctioned", t),
        lambda p, t: p("age", t) >= 18,
        lambda p, t: p("age", t) < 67,
        lambda p, t: p("region", t) != region.west,
        lambda p, t: p("prior_award_months", t) < 24,
        lambda p, t: one_of(p("employment", t), employment.unemployed, employment.retired) | (p("since", t) <= 36),
        lambda p, t: p("assets", t) <= 2500000,
        lambda p, t: p("countable", t) <= 5 * p("lim", t),
        lambda p, t: p("earned_income", t) <= p("gross_income", t),
        lambda p, t: p("household_size", t) <= 8,
        lambda p, t: p("arrears_count", t) <= 2,
    ]
    for place, rule in enumerate(rules, 1):
        variable(f"rule_{place}", bool, rule)
    places = range(1, 13)
    variable("reason", int, lambda p, t: numpy.select([~p(f"rule_{n}", t) for n in places], list(places), 0))
    data = {}
    for name in table.column_names:
        column = table[name].combine_chunks()
        if name in kinds:
            data[name] = EnumArray(column.indices.to_numpy().astype("u1"), kinds[name])
        elif name.endswith("_date"):
            data[name] = column.cast("int32").to_numpy().astype("datetime64[D]")
        elif name == "sanctioned":
            data[name] = column.to_numpy(zero_copy_only=False)
        else:
            data[name] = column.to_numpy().astype("i4")

    def decide():
        simulation = SimulationBuilder().build_default_simulation(system, table.num_rows)
        for name, values in data.items():
            simulation.set_input(name, "2026-01", values)
        return simulation.calculate("reason", "2026-01")

    return decide


def jdm():
    """The rules for GoRules ZEN: an expression node, a table of limits, a table of rules."""

    def node(name, kind, content):
        return {"id": name, "name": name, "type": kind, "content": content, "position": {"x": 0, "y": 0}}

    def key(name):
        return f"(d({name}).year() * 10000 + d({name}).month() * 100 + d({name}).day())"

    since = (
        "(d(decision_date).year() * 12 + d(decision_date).month())"
        " - (d(graduation_date).year() * 12 + d(graduation_date).month())"
        " - (d(decision_date).day() < d(graduation_date).day() ? 1 : 0)"
    )
    expressions = [
        {"id": "age", "key": "age", "value": f"floor(({key('decision_date')} - {key('birth_date')}) / 10000)"},
        {"id": "since", "key": "since", "value": since},
        {"id": "countable", "key": "countable", "value": "5 * gross_income - earned_income - 5 * deductions"},
    ]
    limits = {
        "hitPolicy": "first",
        "passThrough": True,
        "inputs": [{"id": "i", "field": "household_size", "name": "size"}],
        "outputs": [{"id": "o", "field": "lim", "name": "lim"}],
        "rules": [
            {"_id": f"l{size}", "i": str(size) if size < 8 else ">= 8", "o": str(amount)}
            for size, amount in enumerate(LIMITS, 1)
        ],
    }
    columns = [
        "residency", "sanctioned", "age", "region", "prior_award_months", "", "assets", "", "household_size", "arrears_count",
    ]  # fmt: skip
    cells = [
        (0, "'temporary', 'no_status'"), (1, "true"), (2, "< 18"), (2, ">= 67"), (3, "'west'"), (4, ">= 24"),
        (5, "not (employment in ['unemployed', 'retired']) and since > 36"), (6, "> 2500000"), (7, "countable > 5 * lim"),
        (7, "earned_income > gross_income"), (8, "> 8"), (9, "> 2"),
    ]  # fmt: skip
    inputs = [{"id": f"c{n}", "name": f"c{n}", **({"field": f} if f else {})} for n, f in enumerate(columns)]
    blank = {column["id"]: "" for column in inputs}
    rules = [
        {**blank, f"c{column}": cell, "_id": f"r{place}", "reason": str(place)}
        for place, (column, cell) in enumerate(cells, 1)
    ]
    rules.append({**blank, "_id": "r0", "reason": "0"})
    table = {
        "hitPolicy": "first",
        "passThrough": False,
        "inputs": inputs,
        "outputs": [{"id": "reason", "field": "reason", "name": "reason"}],
        "rules": rules,
    }
    nodes = [
        node("in", "inputNode", {}),
        node("values", "expressionNode", {"expressions": expressions, "passThrough": True}),
        node("limits", "decisionTableNode", limits),
        node("rules", "decisionTableNode", table),
        node("out", "outputNode", {}),
    ]
    names = [n["id"] for n in nodes]
    edges = [
        {"id": a + b, "type": "edge", "sourceId": a, "targetId": b} for a, b in zip(names, names[1:])
    ]
    return {"nodes": nodes, "edges": edges}
