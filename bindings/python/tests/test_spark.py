"""Beyond one machine: real executor processes, one of them killed in mid-run."""

import os
import signal
import sys
import time

import polars
import pytest
from conftest import ON

import placet
import placet.spark

POLICY = """
policy household "Household"
  declines are automatic
entity person
  fact income: money in EUR from 0 to 100_000
end
fact age: whole number from 0 to 130
fact region: one of north, south
fact members: list of person at most 8
define total as sum of income over members
require grown_up "Of age" cites "s. 1" age is at least 18
require modest "Modest" total is at most 1_500
award amount: money in EUR as if region is north then 100.50 else 80
"""
ROWS = 40_000


def cases():
    ids = range(ROWS)
    return polars.DataFrame(
        {
            "id": ids,
            "age": [None if i % 17 == 0 else i % 90 for i in ids],
            "region": ["north" if i % 3 else "south" for i in ids],
            "members": [[{"income": (i * k) % 900} for k in range(i % 4)] for i in ids],
        },
        schema={
            "id": polars.Int64,
            "age": polars.Int32,
            "region": polars.String,
            "members": polars.List(polars.Struct({"income": polars.Decimal(10, 2)})),
        },
    )


@pytest.fixture(scope="module")
def session():
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local-cluster[2,1,512]")
        .config("spark.executor.memory", "512m")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "1000")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def policy():
    return placet.Policy.from_text(POLICY)


@pytest.fixture(scope="module")
def expected(policy):
    return policy.decide_batch(cases(), on=ON).to_polars().with_columns(polars.col(polars.Categorical).cast(str)).to_dicts()


def rows(decided):
    return [row.asDict() for row in sorted(decided.collect(), key=lambda row: row["id"])]


def test_the_cluster_says_what_the_local_batch_says(session, policy, expected):
    frame = session.createDataFrame(cases().to_arrow()).repartition(4)
    decided = placet.spark.decide(frame, policy, on=ON)
    kinds = {field.name: field.dataType.simpleString() for field in decided.schema}
    assert kinds["outcome"] == "string" and kinds["needs"] == "array<string>"
    assert kinds["amount"].startswith("decimal(") and kinds["settled"] == "boolean" and kinds["id"] == "bigint"
    assert rows(decided) == expected
    assert len(executors()) == 2


def test_columns_that_do_not_fit_are_told_before_anything_runs(session, policy):
    frame = session.createDataFrame([(1, 20)], "id long, aeg long")
    with pytest.raises(placet.FactsError, match="did you mean `age`"):
        placet.spark.decide(frame, policy, on=ON)


def test_bundles_and_options(session, policy):
    bundle = placet.Bundle.from_texts({"a.placet": POLICY, "b.placet": POLICY.replace("policy household", "policy other")})
    frame = session.createDataFrame([(1, 20, "north", "x"), (2, 3, "south", "y")], "id long, age long, region string, note string")
    decided = placet.spark.decide(frame, bundle, on=ON, carry=["note"], needs=False)
    assert [(r["note"], r["household.outcome"], r["other.outcome"]) for r in rows(decided)] == [
        ("x", "incomplete", "incomplete"),
        ("y", "declined", "declined"),
    ]
    assert not any(name.endswith("needs") for name in decided.columns)


def test_an_executor_that_is_killed_loses_and_doubles_nothing(session, policy, expected, tmp_path):
    frame = session.createDataFrame(cases().to_arrow()).repartition(8)
    folder = str(tmp_path)

    def slowly(batches):
        # Says that it runs, and by which worker, before the first batch; the job takes some seconds.
        for number, batch in enumerate(batches):
            with open(f"{folder}/{os.getpid()}", "a") as log:
                log.write(f"{number}\n")
            time.sleep(0.4)
            yield batch

    decided = placet.spark.decide(frame.mapInArrow(slowly, frame.schema), policy, on=ON)
    before = executors()
    killed = []

    def kill():
        deadline = time.monotonic() + 120
        while not os.listdir(folder) and time.monotonic() < deadline:
            time.sleep(0.1)
        worker = int(os.listdir(folder)[0])
        victim = next(pid for pid in before if pid in ancestors(worker))
        os.kill(victim, signal.SIGKILL)
        killed.append(victim)

    import threading

    thread = threading.Thread(target=kill)
    thread.start()
    result = rows(decided)
    thread.join()
    assert killed and killed[0] not in executors()
    assert result == expected


def parent(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rpartition(")")[2].split()[1])


def ancestors(pid):
    out = []
    while pid > 1:
        out.append(pid)
        try:
            pid = parent(pid)
        except FileNotFoundError:
            break
    return out


def executors():
    """The executor processes of this test's own cluster."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/cmdline", "rb") as command:
                is_executor = b"CoarseGrainedExecutorBackend" in command.read()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if is_executor and os.getpid() in ancestors(int(name)):
            found.append(int(name))
    return found
