"""Decides a Spark DataFrame on the cluster's executors, by `mapInArrow`.

The compiled policy is broadcast once, and loaded once by each Python worker; `placet` has to be installed where executors
run. Needs PySpark 4 and pyarrow.

    import placet, placet.spark
    policy = placet.Policy.from_file("old_age_allowance.placet")
    decided = placet.spark.decide(applicants, policy, on="2026-03-02")
    decided.groupBy("outcome").count().show()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

from ._placet import Bundle, Policy

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["decide"]

#: What this worker has loaded, by the artefact.
_loaded: dict[bytes, Bundle] = {}


def decide(
    df: DataFrame, policy: Policy | Bundle, on: date | str | None = None, *, threads: int = 1, **options: Any
) -> DataFrame:
    """The decisions on the rows of a DataFrame, as a DataFrame whose columns are those of `Policy.decide_batch`.

    Columns are named as facts; a list of records is an array of structs. `options` are the keyword arguments of
    `decide_batch`, without `lists` and `progress`. `threads` is how many each task works in: Spark runs a task a core.
    Columns of words are strings, lists are arrays, amounts are decimals. Rows keep no order of their own in Spark: name the
    column that tells them apart `id`, or `carry` it.

    Raises `FactsError` at once for columns that cannot be used; what is wrong with a row is told in the row.
    """
    name = policy.name if isinstance(policy, Policy) else None
    artefact = policy.to_compiled()
    # The same work on no rows: says what is wrong with the columns, and which columns come out.
    empty = to_arrow_schema(df.schema).empty_table()
    schema = _plain(pa.table(policy.decide_batch(empty, on, **options)).schema)
    context = getattr(df.sparkSession, "sparkContext", None)
    shared: Callable[[], bytes] = _Held(artefact) if context is None else _Broadcast(context.broadcast(artefact))

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        bundle = _load(shared())
        decider = bundle if name is None else bundle[name]
        for batch in batches:
            decided = decider.decide_batch(batch, on, threads=threads, **options)
            yield from pa.table(decided).cast(schema).to_batches()

    return df.mapInArrow(work, from_arrow_schema(schema))


def _load(artefact: bytes) -> Bundle:
    if artefact not in _loaded:
        _loaded[artefact] = Bundle.from_compiled(artefact)
    return _loaded[artefact]


def _plain(schema: pa.Schema) -> pa.Schema:
    """Dictionaries and views as the strings that Spark has."""

    def plain(kind: pa.DataType) -> pa.DataType:
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        return pa.string() if pa.types.is_string_view(kind) or pa.types.is_large_string(kind) else kind

    return pa.schema([pa.field(f.name, plain(f.type), f.nullable) for f in schema])


class _Held:
    """The artefact in the task itself, where there is no context to broadcast it (Spark Connect)."""

    def __init__(self, artefact: bytes) -> None:
        self.artefact = artefact

    def __call__(self) -> bytes:
        return self.artefact


class _Broadcast:
    """The artefact as Spark has sent it round."""

    def __init__(self, broadcast: Any) -> None:
        self.broadcast = broadcast

    def __call__(self) -> bytes:
        artefact: bytes = self.broadcast.value
        return artefact
