"""Names for annotations: what goes in, and the words that come out."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Protocol, Union

__all__ = ["ArrowArray", "ArrowStream", "Facts", "Kind", "Outcome", "Standing", "Table", "Value"]

Outcome = Literal["approved", "declined", "referred", "incomplete", "not_applicable", "invalid"]
Standing = Literal["met", "not_met", "open", "faulty", "waived", "not_applicable", "not_in_force"]
Kind = Literal["applies", "require", "exclude", "refer"]

#: A value that is known: of an award, a report, a definition.
Value = Union[Decimal, int, date, bool, str, None]


class ArrowStream(Protocol):
    """A table that offers itself as a stream: polars, pandas, pyarrow, duckdb, record-batch readers."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> object: ...


class ArrowArray(Protocol):
    """A record batch that offers itself as one array."""

    def __arrow_c_array__(self, requested_schema: Any = None) -> tuple[object, object]: ...


#: One case: a mapping of facts by name, or a dataclass.
Facts = Union[Mapping[str, Any], Any]
#: Many cases.
Table = Union[ArrowStream, ArrowArray, Mapping[str, Any], Iterable[Facts]]
