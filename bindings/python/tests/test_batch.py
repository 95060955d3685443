"""Many cases: who gives tables, who reads them, and what is kept on the way."""

import dataclasses
import multiprocessing
import os
import signal
import struct
import subprocess
import sys
import threading
from datetime import date
from decimal import Decimal

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest
from conftest import ON

import placet

PASS = """
policy pass "Museum pass"
  declines are automatic
fact age: whole number from 0 to 130
fact student: yes or no
fact income: money in EUR from 0 to 1_000_000
fact born: date
fact region: one of north, south
require young_or_student "Under 18 or a student" cites "s. 1"
  age is less than 18 or student
refer rich "Rich" when income is more than 500_000
award discount: percentage with 1 decimal as if region is north then 50% else 25%
report birthday: date as born plus 1 years
"""

ROWS = {
    "id": ["a", "b", "c", None],
    "age": [12, 40, None, 8],
    "student": [None, False, False, True],
    "income": [Decimal("0.10"), Decimal("3.00"), Decimal("5.25"), Decimal("600000.00")],
    "born": [date(2014, 1, 1), date(1986, 2, 3), None, date(2018, 2, 28)],
    "region": ["north", "south", "north", "north"],
}
OUTCOMES = ["approved", "declined", "incomplete", "referred"]


@pytest.fixture(scope="module")
def policy():
    return placet.Policy.from_text(PASS)


def frame():
    return polars.DataFrame(ROWS, schema_overrides={"income": polars.Decimal(12, 2)})


def producers():
    table = frame().to_arrow()
    batch = table.combine_chunks().to_batches()[0]
    yield "polars", frame()
    yield "polars, lazily collected in chunks", polars.concat([frame()[:1], frame()[1:]], rechunk=False)
    yield "polars, categories", frame().with_columns(polars.col("region").cast(polars.Categorical))
    yield "pyarrow table", table
    yield "pyarrow batch", batch
    yield "pyarrow reader", table.to_reader(max_chunksize=2)
    yield "pyarrow slice", pyarrow.concat_tables([table, table, table]).slice(4, 4)
    yield "pyarrow dictionaries", table.set_column(5, "region", table["region"].cast("string").dictionary_encode())
    yield "pandas", frame().to_pandas()
    yield "pandas, arrow types", frame().to_pandas(use_pyarrow_extension_array=True)
    yield "duckdb", duckdb.from_arrow(table)
    yield "dict of lists", ROWS
    yield "dict of series", {name: frame()[name] for name in ROWS}
    yield "dict of arrow arrays", {name: table[name] for name in ROWS}
    yield "dict of numpy arrays and lists", {**ROWS, "region": numpy.array(ROWS["region"])}
    yield "list of dicts", [dict(zip(ROWS, values)) for values in zip(*ROWS.values())]
    yield "a generator of dicts", (dict(zip(ROWS, values)) for values in zip(*ROWS.values()))


@pytest.mark.parametrize(("name", "data"), list(producers()), ids=lambda value: value if isinstance(value, str) else "")
def test_any_producer_goes_in(policy, name, data):
    if name == "pandas":
        # Whole numbers with nulls are floats there, decimals are objects; the whole numbers are taken.
        data = data.convert_dtypes()
        data["born"] = pandas.array(ROWS["born"], dtype=pandas.ArrowDtype(pyarrow.date32()))
    out = policy.decide_batch(data, on=ON).to_polars()
    assert out["outcome"].to_list() == OUTCOMES
    assert out["id"].to_list() == ROWS["id"]
    assert out["discount"].to_list() == [Decimal("50.0"), None, Decimal("50.0"), None]
    assert out["birthday"].to_list() == [date(2015, 1, 1), date(1987, 2, 3), None, date(2019, 2, 28)]
    assert out["needs"].to_list() == [None, None, ["age"], None]


def test_a_batch_says_what_single_decisions_say(policy):
    batch = policy.decide_batch(frame(), on=ON, standings=True).to_polars().to_dicts()
    for row, values in zip(batch, zip(*ROWS.values())):
        decision = policy.decide(dict(zip(ROWS, values)), on=ON)
        assert (row["id"], row["outcome"], row["proposed"]) == (decision.case, decision.outcome, decision.proposed)
        assert {r.rule: r.standing for r in decision.reasons} == {
            name.removeprefix("standing."): value for name, value in row.items() if name.startswith("standing.")
        }


def test_the_result_is_read_by_polars_pandas_pyarrow_and_duckdb(policy):
    batch = policy.decide_batch(frame(), on=ON)
    assert polars.DataFrame(batch)["outcome"].to_list() == OUTCOMES
    assert pyarrow.table(batch)["outcome"].to_pylist() == OUTCOMES
    assert duckdb.sql("select outcome from batch").fetchall() == [(outcome,) for outcome in OUTCOMES]
    assert list(batch.to_pandas()["outcome"]) == OUTCOMES
    assert pyarrow.schema(batch).names == list(batch.columns) == polars.DataFrame(batch).columns
    # Any number of times.
    assert pyarrow.table(batch).equals(batch.to_pyarrow())
    assert len(batch) == 4 and batch.summary() == dict.fromkeys(sorted(OUTCOMES), 1)
    assert batch.summary("rule") == {None: 2, "rich": 1, "young_or_student": 1}
    with pytest.raises(KeyError, match="no column of words is called `needs`"):
        batch.summary("needs")
    assert repr(batch).startswith("<Batch of 4 decisions: id, outcome")
    html = batch._repr_html_()
    assert "4 decisions" in html and "Declined" in html and "25.0%" in html and "young_or_student" in html


def test_nothing_is_copied(policy):
    table = frame().select("id", "age", "income").to_arrow().combine_chunks()
    out = policy.decide_batch(table, on=ON, carry=["age", "income"]).to_pyarrow()
    for name in ["age", "income", "id"]:
        # Where nothing is null there is no need of a buffer that says so.
        first = 0 if table[name].null_count else 1
        before = [buffer.address for buffer in table[name].chunk(0).buffers()[first:]]
        after = [buffer.address for buffer in out[name].chunk(0).buffers()[first:]]
        assert before == after and all(before)


def test_empty_tables_and_tables_without_columns(policy):
    assert len(policy.decide_batch(frame()[:0], on=ON)) == 0
    assert len(policy.decide_batch([], on=ON)) == 0
    assert policy.decide_batch([{}, {}], on=ON).summary() == {"incomplete": 2}
    assert policy.decide_batch([], on=ON).summary() == {} and "0 decisions" in policy.decide_batch([], on=ON)._repr_html_()


def test_columns_of_nothing_but_null(policy):
    nothing = polars.DataFrame({"age": [12, 40], "student": [None, None], "region": [None, None]})
    assert nothing.schema["student"] == polars.Null
    for data in (nothing, nothing.to_arrow(), nothing.to_arrow().to_batches()[0]):
        assert policy.decide_batch(data, on=ON).to_polars()["outcome"].to_list() == ["incomplete", "incomplete"]


def test_null_in_a_column_is_not_known_unless_it_is_said_to_mean_none():
    policy = placet.Policy.from_text('policy p "P"\nfact cap: whole number or none\nrequire r "R" cap is none\n')
    for columns in ({"cap": [None, 3]}, polars.DataFrame({"cap": [None, 3]})):
        assert policy.decide_batch(columns, on=ON).summary() == {"incomplete": 1, "referred": 1}
        assert policy.decide_batch(columns, on=ON, none_where_null="cap").summary() == {"approved": 1, "referred": 1}
    # A dict is a case as `decide` takes it.
    assert policy.decide_batch([{"cap": None}], on=ON).summary() == {"approved": 1}
    assert policy.decide({"cap": None}, on=ON).outcome == "approved"


def test_a_bad_row_is_kept_and_says_why(policy):
    bad = frame().with_columns(age=polars.Series([12, 4000, None, 8]))
    out = policy.decide_batch(bad, on=ON).to_polars()
    assert out["outcome"].to_list() == ["approved", "invalid", "incomplete", "referred"]
    assert "`age`: expected a whole number, from 0 to 130, found `4000`" in out["error"][1]
    rows = policy.decide_batch([{"id": 5, "age": 1.5}, {"age": 3}], on=ON).to_polars()
    assert rows["outcome"].to_list() == ["invalid", "incomplete"]
    assert "binary float" in rows["error"][0] and rows["id"][0] == "5"


def test_a_bad_row_keeps_its_name_and_no_other(policy):
    @dataclasses.dataclass
    class Record:
        id: str
        age: object

    names = policy.decide_batch([{"id": None, "age": 1.5}, {"age": 1.5}, {"id": 7, "age": 1.5}, Record("r", 1.5)], on=ON)
    assert names.summary() == {"invalid": 4}
    assert names.to_polars()["id"].to_list() == [None, None, "7", "r"]


def test_one_value_that_python_will_not_write_out_spoils_its_row_alone(policy):
    rows = [{"id": 1, "age": 10**5_000}, {"id": 2, "age": 12, "income": 1, "region": "north"}, {"id": 3, "income": Decimal("1E+999999999")}]
    out = policy.decide_batch(rows, on=ON).to_polars()
    assert out["outcome"].to_list() == ["invalid", "approved", "invalid"]
    assert "a whole number of more than 300 digits" in out["error"][0]
    assert "found `1E+999999999`" in out["error"][2]


def with_offsets(kind, offsets):
    """Offsets are put in their place behind pyarrow's back, which looks at the first and the last."""
    places = numpy.array([0, 1, 3, 7], offsets.dtype)
    column = pyarrow.Array.from_buffers(kind, 3, [None, pyarrow.py_buffer(places), pyarrow.py_buffer("zürich".encode())])
    places[:] = offsets
    return column


def unsound():
    """Columns that break the promises of their types, as a careless producer hands them over, and what is said of them."""
    bytes_, keys = pyarrow.array([b"north", b"\xff\xfe", None]), pyarrow.array([0, 5, None], pyarrow.int8())
    texts = pyarrow.Array.from_buffers
    small, row = texts(pyarrow.string(), 3, bytes_.buffers()), "row 1 holds no text in UTF-8"
    yield "text", small, row
    yield "large text", texts(pyarrow.large_string(), 3, bytes_.cast(pyarrow.large_binary()).buffers()), row
    yield "view", texts(pyarrow.string_view(), 3, bytes_.cast(pyarrow.binary_view()).buffers()), row
    long = pyarrow.array([b"north", b"\xff" * 20, None], pyarrow.binary_view())
    yield "long view", texts(pyarrow.string_view(), 3, long.buffers()), row
    sound = pyarrow.array(["north", "n" * 20, None], pyarrow.string_view())
    views = sound.buffers()[1].to_pybytes()
    beyond = pyarrow.py_buffer(views[:28] + struct.pack("i", 7) + views[32:])
    yield "view past its buffer", texts(pyarrow.string_view(), 3, [None, beyond, *sound.buffers()[2:]]), row
    letters = pyarrow.array(["深圳市社会保障局", "一段很长的文字", None], pyarrow.string_view())
    views = letters.buffers()[1].to_pybytes()
    lengths = pyarrow.py_buffer(struct.pack("i", 23) + views[4:16] + struct.pack("i", 22) + views[20:28] + struct.pack("i", 23) + views[32:])
    halves = texts(pyarrow.string_view(), 3, [None, lengths, *letters.buffers()[2:]])
    yield "views of half a letter", halves, "row 0 holds no text in UTF-8"
    split = with_offsets(pyarrow.string(), numpy.int32([0, 2, 3, 7]))
    yield "half a letter", split, "row 0 holds no text in UTF-8"
    fall = "its offsets fall, or run past the end"
    yield "falling offsets", with_offsets(pyarrow.string(), numpy.int32([0, 6, 1, 7])), fall
    yield "past the end", with_offsets(pyarrow.large_string(), numpy.int64([0, 1 << 40, 3, 7])), fall
    coded = pyarrow.DictionaryArray.from_arrays
    yield "words", coded(pyarrow.array([0, 1, None], pyarrow.int8()), small), f"its dictionary: {row}"
    yield "key", coded(keys, pyarrow.array(["north"]), safe=False), "row 1 has the key 5 in a dictionary of 1"
    negative = pyarrow.array([0, None, -1], pyarrow.int32())
    yield "key below nothing", coded(negative, pyarrow.array(["north"]), safe=False), "row 2 has the key -1"


@pytest.mark.parametrize(("name", "column", "said"), list(unsound()), ids=lambda value: value if isinstance(value, str) else "")
def test_columns_that_break_their_promises_are_refused_by_name(policy, name, column, said):
    table = pyarrow.table({"id": column, "region": column})
    for used in ("id", "region"):
        with pytest.raises(ValueError, match=f"the table cannot be read: `{used}`: .*{said}"):
            policy.decide_batch(table.select([used]), on=ON)
        with pytest.raises(ValueError, match=f"`{used}`: .*{said}"):
            policy.decide_batch({used: pyarrow.chunked_array([column, column])}, on=ON)
        with pytest.raises(Exception, match=f"`{used}`: .*{said}"):
            pyarrow.RecordBatchReader.from_stream(policy.decide_stream(table.select([used]), on=ON)).read_all()
    households = placet.Policy.from_text(HOUSEHOLDS)
    members = table.select(["id"]).append_column("income", pyarrow.array([3, 4, 5]))
    with pytest.raises(ValueError, match=f"the table cannot be read: `id`: .*{said}"):
        households.decide_batch(pyarrow.table({"id": ["a"]}), on=ON, lists={"members": (members, "id")})
    if "dictionary: " in said:
        with pytest.raises(ValueError, match=f"`region`: .*{said}"):
            policy.decide_batch({"region": column.slice(0, 0)}, on=ON)
    # What nobody uses may be what it likes.
    spare = pyarrow.table({"spare": column, "age": [3, 4, 5]})
    assert len(policy.decide_batch(spare, on=ON, other_columns=True)) == 3


@pytest.mark.parametrize("kind", [pyarrow.string(), pyarrow.large_string()], ids=str)
def test_offsets_below_nothing_are_refused(policy, kind):
    number = numpy.int32 if kind == pyarrow.string() else numpy.int64
    for offsets, said in (([-3, 1, 3, 7], "its offsets fall"), ([0, 1, 3, -7], "its texts are of a length less than nothing")):
        column = with_offsets(kind, number(offsets))
        with pytest.raises(ValueError, match=f"the table cannot be read: `region`: {said}"):
            policy.decide_batch({"region": column}, on=ON)


def test_what_stands_under_a_null_may_be_what_it_likes(policy):
    bits, data = pyarrow.array([1, None, 2]).buffers()[0], pyarrow.py_buffer(b"north\xff\xfesouth")
    text = pyarrow.Array.from_buffers(pyarrow.string(), 3, [bits, pyarrow.py_buffer(numpy.int32([0, 5, 7, 12])), data])
    sound = text.fill_null("x").cast(pyarrow.string_view())
    views = sound.buffers()[1].to_pybytes()
    views = pyarrow.py_buffer(views[:16] + b"\xff" * 16 + views[32:])
    view = pyarrow.Array.from_buffers(pyarrow.string_view(), 3, [bits, views, *sound.buffers()[2:]])
    keys = pyarrow.Array.from_buffers(pyarrow.int8(), 3, [bits, pyarrow.py_buffer(b"\x00\x63\x01")])
    coded = pyarrow.DictionaryArray.from_arrays(keys, pyarrow.array(["north", "south"]), safe=False)
    expected = {"age": [3, 3, 3], "region": ["north", None, "south"]}
    expected = policy.decide_batch(pyarrow.table(expected), on=ON).to_polars()
    for column in (text, view, coded):
        came = policy.decide_batch(pyarrow.table({"age": [3, 3, 3], "region": column}), on=ON).to_polars()
        assert came.equals(expected)


def test_dictionaries_without_a_word_are_as_good_as_any():
    policy = placet.Policy.from_text('policy p "P" fact age: whole number require r "R" age is at least 3')
    assert policy.decide_batch({"age": [3, 4]}, on=ON).summary("cites") == {None: 2}
    households = placet.Policy.from_text(HOUSEHOLDS)
    nobody = pyarrow.array([None], pyarrow.string()).dictionary_encode()
    members = pyarrow.table({"id": ["a"], "income": [1]}).slice(0, 0)
    out = households.decide_batch(pyarrow.table({"id": nobody}), on=ON, lists={"members": (members, "id")})
    assert out.summary() == {"incomplete": 1}


def test_texts_in_any_letters_are_sound(policy):
    words = ["zürich", "深圳市社会保障局的一段很长的文字", "north", "", None] * 5_000
    for kind in (pyarrow.string(), pyarrow.large_string(), pyarrow.string_view()):
        table = pyarrow.table({"id": pyarrow.array(words, kind), "age": [3] * len(words)})
        for part in (table, table.slice(3, 12_000)):
            out = policy.decide_batch(part, on=ON).to_polars()
            assert out["id"].to_list() == part["id"].to_pylist()
            assert out["outcome"].null_count() == 0


def test_columns_of_time_keep_their_units():
    policy = placet.Policy.from_text('policy p "P" fact wait: days fact born: date require r "R" wait is at most 5 days')
    wait = numpy.array([5], dtype="timedelta64[ns]")
    for data in ({"wait": wait}, {"wait": wait.astype("timedelta64[D]")}):
        out = policy.decide_batch(data, on=ON).to_polars()
        assert out["outcome"].to_list() == ["invalid"] and "whole number of days" in out["error"][0]
    days = {"wait": [1, 1], "born": numpy.array(["2020-01-01", "NaT"], dtype="datetime64[D]")}
    assert policy.decide_batch(days, on=ON).summary() == {"approved": 2}


def test_columns_that_do_not_fit_are_told_by_name(policy):
    with pytest.raises(placet.FactsError) as raised:
        policy.decide_batch(frame().rename({"age": "aeg"}), on=ON)
    assert "did you mean `age`?" in str(raised.value) and raised.value.errors[0].fact == "aeg"
    with pytest.raises(placet.FactsError) as raised:
        policy.decide_batch(frame().with_columns(polars.col("income").cast(float)), on=ON)
    assert [(error.fact, error.found) for error in raised.value.errors] == [("income", "values of type Float64")]
    assert "a binary float does not hold amounts exactly" in str(raised.value)
    for call, error, message in [
        (lambda: policy.decide_batch(5, on=ON), TypeError, "a table is anything that offers Arrow columns"),
        (lambda: policy.decide_batch("file.csv", on=ON), TypeError, "found an object of type `str`"),
        (lambda: policy.decide_batch(frame()), TypeError, "say with `on` for which day to decide"),
        (lambda: policy.decide_batch(frame(), on=ON, on_column="born"), TypeError, "say with `on`"),
        (lambda: policy.decide_batch(frame(), on=ON, colour=1), TypeError, "unexpected keyword argument 'colour'"),
        (lambda: policy.decide_batch(frame(), on=ON, show="aeg"), ValueError, "`aeg`"),
        (lambda: policy.decide_batch({"age": [1], "student": []}, on=ON), ValueError, "`student` has 0 values, `age` has 1"),
        (lambda: policy.decide_batch(pyarrow.array([1, 2]), on=ON), ValueError, "a table has named columns; found a single one of Int64"),
        (lambda: policy.decide_batch(polars.Series([1]), on=ON), ValueError, "found a single one of Int64"),
        (lambda: policy.decide_batch(pyarrow.array([{"age": 1}, None]), on=ON), ValueError, "row 1 is null as a whole"),
        (lambda: policy.decide_batch(frame().lazy(), on=ON), TypeError, "`.collect()` it first"),
        (lambda: policy.decide_batch({"age": 1}, on=ON), TypeError, "`age` is one value, not a column"),
        (lambda: policy.decide_batch([{"age": 1}], on=ON, carry="x"), TypeError, "`carry` goes with a table of Arrow columns"),
        (lambda: policy.decide_batch(frame(), on=ON, threads="two"), TypeError, "argument 'threads': "),
        (lambda: policy.decide_batch(frame(), on=ON, show=5), TypeError, "argument 'show': "),
        (lambda: policy.decide_batch(frame(), on=ON, threads=10**8), ValueError, "argument 'threads': at most 1024"),
        (lambda: policy.decide_batch(frame().with_columns(rule=polars.lit("x")), on=ON, carry="rule"), ValueError, "would be called `rule`"),
    ]:
        with pytest.raises(error) as raised:
            call()
        assert message in str(raised.value)


def test_a_reader_that_fails_is_told(policy):
    def batches():
        yield frame().to_arrow().to_batches()[0]
        raise RuntimeError("the disk is gone")

    reader = pyarrow.RecordBatchReader.from_batches(frame().to_arrow().schema, batches())
    with pytest.raises(ValueError, match="the disk is gone"):
        policy.decide_batch(reader, on=ON)


def test_each_row_may_tell_its_day(policy):
    days = frame().with_columns(day=polars.Series([ON, ON, None, ON]))
    out = policy.decide_batch(days, on_column="day", carry="day").to_polars()
    assert out["outcome"].to_list() == ["approved", "declined", "invalid", "referred"]


def test_bundles_decide_side_by_side(policy):
    other = PASS.replace("policy pass", "policy strict").replace("less than 18", "less than 10")
    bundle = placet.Bundle.from_texts({"a.placet": PASS, "b.placet": other})
    batch = bundle.decide_batch(frame(), on=ON)
    out = batch.to_polars()
    assert out["pass.outcome"].to_list() == OUTCOMES
    assert out["strict.outcome"].to_list() == ["incomplete", "declined", "incomplete", "referred"]
    assert "strict" in batch._repr_html_()


HOUSEHOLDS = """
policy household "Household"
  declines are automatic
entity person
  fact income: money in EUR from 0 to 100_000
end
fact members: list of person at most 8
define total as sum of income over members
require modest "Modest" total is at most 1_500
report people: whole number as count of members
"""


def test_a_second_table_holds_the_members():
    policy = placet.Policy.from_text(HOUSEHOLDS)
    cases = polars.DataFrame({"application": [7, 8, 9, None]})
    people = polars.DataFrame({"application": [7, 9, 7, 9, 9], "income": [1000, 1, 600, 2, 3]})
    out = policy.decide_batch(cases, on=ON, lists={"members": (people, "application")}).to_polars()
    assert out["application"].to_list() == [7, 8, 9, None]
    assert out["people"].to_list() == [2, 0, 3, None]
    assert out["outcome"].to_list() == ["declined", "approved", "approved", "incomplete"]
    ordered = policy.decide_batch(cases, on=ON, lists={"members": (people.sort("application"), "application")})
    assert ordered.to_polars().equals(out)
    renamed = cases.rename({"application": "id"}).with_columns(polars.col("id").cast(str))
    texts = people.with_columns(polars.col("application").cast(str).cast(polars.Categorical))
    by_id = policy.decide_batch(renamed, on=ON, lists={"members": (texts, "application")}).to_polars()
    assert by_id["outcome"].to_list() == out["outcome"].to_list()
    named = cases.rename({"application": "number"})
    third = policy.decide_batch(named, on=ON, lists={"members": (people, "application", "number")}).to_polars()
    assert third["number"].to_list() == [7, 8, 9, None]
    nested = polars.DataFrame({"members": [[{"income": 1000}, {"income": 600}], [], None]})
    nested = policy.decide_batch(nested, on=ON).to_polars()
    assert nested["outcome"].to_list() == ["declined", "approved", "incomplete"]
    rows = policy.decide_batch([{"members": [{"income": 1000}, {"income": "600"}]}], on=ON)
    assert rows.summary() == {"declined": 1}


def test_tables_that_cannot_be_joined_say_why():
    policy = placet.Policy.from_text(HOUSEHOLDS)
    cases = polars.DataFrame({"id": [1, 2]})
    people = polars.DataFrame({"application": [1, 3, 3], "income": [1, 2, 3]})
    for cases, lists, message in [
        (cases, {"members": (people, "application")}, "no case has the `id` 3 of row 1 of the table of `members`"),
        (cases, {"members": (people, "key")}, "the table of `members` has no column `key`"),
        (cases, {"members": (people, "application", "key")}, "the cases have no column `key`"),
        (cases, {"members": (people.with_columns(application=None), "application")}, "`application` is a whole number or a text"),
        (cases, {"members": (people[:1].with_columns(application=polars.lit(None, int)), "application")}, "row 0 of the table of `members` has no"),
    ]:
        with pytest.raises(ValueError) as raised:
            policy.decide_batch(cases, on=ON, lists=lists)
        assert message in str(raised.value)
    with pytest.raises(TypeError, match="write `{\"members\": \\(table, \"key\"\\)}`"):
        policy.decide_batch(cases, on=ON, lists={"members": people})
    with pytest.raises(TypeError, match="the dicts of a list hold their own lists"):
        policy.decide_batch([{}], on=ON, lists={"members": (people, "application")})


def test_a_stream_is_decided_as_it_is_read(policy):
    table = pyarrow.concat_tables([frame().to_arrow()] * 50)
    stream = policy.decide_stream(table.to_reader(max_chunksize=3), on=ON)
    read = pyarrow.RecordBatchReader.from_stream(stream).read_all()
    assert read["outcome"].to_pylist() == OUTCOMES * 50
    with pytest.raises(ValueError, match="has been read before"):
        pyarrow.RecordBatchReader.from_stream(stream)
    assert polars.DataFrame(policy.decide_stream(frame(), on=ON))["outcome"].to_list() == OUTCOMES

    def batches():
        yield from frame().to_arrow().to_batches()

    # A reader that is Python's own, read by somebody who holds the interpreter.
    reader = pyarrow.RecordBatchReader.from_batches(frame().to_arrow().schema, batches())
    assert polars.DataFrame(policy.decide_stream(reader, on=ON))["outcome"].to_list() == OUTCOMES
    with pytest.raises(TypeError, match="a stream has no end to wait for"):
        policy.decide_stream(frame(), on=ON, progress=print)


def many(rows):
    return polars.concat([frame().drop("id")] * 4).sample(rows, with_replacement=True, seed=1)


def test_the_number_of_threads_does_not_matter_and_is_kept_to(policy):
    data = many(100_000)
    seen = set()

    def watch(done, rows):
        tasks = f"/proc/{os.getpid()}/task"
        names = [open(f"{tasks}/{task}/comm").read().strip() for task in os.listdir(tasks)]
        seen.add(sum(name.startswith("placet-") for name in names))

    one = policy.decide_batch(data, on=ON, threads=1, progress=watch).to_polars()
    assert seen == {1}
    three = policy.decide_batch(data, on=ON, threads=3).to_polars()
    assert one.equals(three) and one.equals(policy.decide_batch(data, on=ON).to_polars())


def test_progress_is_told_and_may_stop_the_work(policy):
    data = many(400_000)
    told = []
    policy.decide_batch(data, on=ON, threads=1, progress=lambda done, rows: told.append((done, rows)))
    assert told[-1] == (400_000, 400_000)
    assert [done for done, _ in told] == sorted(done for done, _ in told)

    def enough(done, rows):
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        policy.decide_batch(data, on=ON, progress=enough)
    assert len(policy.decide_batch(data[:10], on=ON)) == 10


def test_the_interpreter_is_let_go_of(policy):
    """Another thread gets on while a batch is decided."""
    data, beats, over = [{"age": 12}] * 200_000, [], threading.Event()

    def beat():
        while not over.wait(0.001):
            beats.append(1)

    thread = threading.Thread(target=beat)
    thread.start()
    during = []
    policy.decide_batch(data, on=ON, threads=1, progress=lambda done, rows: during.append(len(beats)))
    over.set()
    thread.join()
    # Between the first and the last of them nothing is left for this thread to do but to wait.
    assert during[-1] - during[0] > 10


def child(queue, artefact, data):
    queue.put(placet.Policy.from_compiled(artefact).decide_batch(data, on=ON).summary())


def test_a_forked_process_decides_too(policy):
    expected = policy.decide_batch(frame(), on=ON).summary()
    fork = multiprocessing.get_context("fork")
    queue = fork.Queue()
    process = fork.Process(target=child, args=(queue, policy.to_compiled(), frame()))
    process.start()
    assert queue.get(timeout=60) == expected
    process.join(60)
    assert process.exitcode == 0
    assert policy.decide_batch(frame(), on=ON).summary() == expected


INTERRUPTED = """
import sys, placet
policy = placet.Policy.from_text(sys.stdin.read())
data = [{"age": 12}] * 1_000_000
try:
    policy.decide_batch(data, on="2026-03-02", threads=1, progress=lambda done, rows: print("going", flush=True))
except KeyboardInterrupt:
    print("stopped", policy.decide_batch(data[:5], on="2026-03-02").columns[1], flush=True)
"""


def test_control_c_stops_it():
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.stdin.write(PASS)
    process.stdin.close()
    assert process.stdout.readline() == "going\n"
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    assert process.wait(60) == 0
    assert rest.splitlines()[-1] == "stopped outcome"
