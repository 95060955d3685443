"""What is compiled; all of it is told in `placet`."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, final

# None of these is needed to install or to run; where one is missing, its type is `Any`.
import pandas  # type: ignore[import-not-found, import-untyped, unused-ignore]
import polars  # type: ignore[import-not-found, unused-ignore]
import pyarrow  # type: ignore[import-not-found, import-untyped, unused-ignore]

from .types import Facts, Kind, Outcome, Standing, Table, Value

__all__ = [
    "_command",
    "Batch",
    "Stream",
    "Decision",
    "Explanation",
    "Fault",
    "Need",
    "Open",
    "Reason",
    "Diagnostic",
    "Place",
    "Trouble",
    "_restore",
    "Bundle",
    "Policy",
    "__version__",
]

__version__: str

@final
class Policy:
    """One policy, ready to decide. May be shared between threads and pickled."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def title(self) -> str | None:
        """Its title in the policy's own language, or `None`."""

    @property
    def version(self) -> str | None:
        """Its version, or `None`."""

    @property
    def graph(self) -> str:
        """The hash of its logic, hexadecimal: the same rules have the same hash, however they are laid out."""

    @property
    def facts(self) -> dict[str, str]:
        """The facts that a case may tell, and what each accepts, in words."""

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is doubtful in its text, as the compiler told it."""

    @staticmethod
    def from_file(path: str | os.PathLike[str]) -> Policy:
        """Reads a policy from a file: its text (`.placet`), or a compiled one (`.placetc`). What it uses is read from beside it.

        Raises `PolicyError` with all that is wrong with the text, `ArtefactError` for a compiled policy that is damaged, and
        `OSError` where there is no such file.
        """

    @staticmethod
    def from_text(text: str, *, name: str = "policy.placet") -> Policy:
        """Compiles a policy from its text. `name` is the file's name in diagnostics.

        Raises `PolicyError` with all that is wrong with it.
        """

    @staticmethod
    def from_compiled(artefact: bytes | bytearray | memoryview) -> Policy:
        """Loads what `to_compiled` has written. Nothing in it is trusted.

        Raises `ArtefactError` if the bytes are damaged, of another format or semantics, or no policy at all.
        """

    def to_compiled(self) -> bytes:
        """The compiled artefact: the same bytes on every platform, for `from_compiled` and `placet decide`."""

    def decide(
        self,
        facts: Facts,
        on: date | str,
        *,
        language: str = "",
        reasons: Literal["all", "deciding", "none"] = "all",
        show: str | Iterable[str] = (),
        attested: bool = False,
        complete: bool = False,
    ) -> Decision:
        """Decides one case.

        `facts` is a mapping or a dataclass of facts by name: `bool`, `int`, `Decimal`, `date`, `str` (read by the fact's type), a
        list of such mappings for a list, `None` for what is not known; left out is not known either. With its source and day:
        `{"value": 12, "source": "Register", "observed": date(2026, 2, 20)}`, several of these under `{"sources": [...]}`, and
        `{"closed": True}` for what will never come. `id` names the case. Amounts are in their currency's unit, percentages in per
        cent. Binary floats are refused: they are not exact.

        `on` is the decision date. `language` is that of titles, labels and messages; `reasons` tells of `all` rules, of the
        `deciding` one or of `none`; `show` names definitions whose values to tell; with `attested` bare values do not count; with
        `complete` what is missing will never come.

        Raises `FactsError` with all that is wrong with the facts. What a decision says is never raised.
        """

    def decide_batch(
        self,
        data: Table,
        on: date | str | None = None,
        *,
        on_column: str | None = None,
        id: str | None = None,
        carry: str | Iterable[str] = (),
        other_columns: bool = False,
        attested: bool = False,
        complete: bool = False,
        none_where_null: str | Iterable[str] = (),
        minor_units: str | Iterable[str] = (),
        possible: bool = True,
        needs: bool = True,
        standings: bool = False,
        show: str | Iterable[str] = (),
        language: str = "",
        lists: Mapping[str, tuple[Table, str] | tuple[Table, str, str]] | None = None,
        threads: int | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Batch:
        """Decides every row of a table, on all cores and without holding the interpreter. The decisions come in the order of the
        rows, as columns; a row whose facts cannot be used is `invalid`, and says why.

        `data` is anything that offers Arrow columns (polars, pandas, pyarrow, duckdb, a record-batch reader), a dict of columns,
        or a list of dicts as `decide` takes them. A column is named as its fact; null is not known. `X.source` and `X.observed`
        beside `X` say who told it and when. A list of records is a column of lists of structs, or a second table:
        `lists={"household": (members, "application")}` names its column with the key, and a third name that of the cases.

        Keyword arguments: `on_column` names a column with each row's day, in place of `on`; `id` the column that names the case;
        `carry` columns that go through as they are; `other_columns=True` passes over columns that tell no fact; `attested`,
        `complete`, `show`, `language` as for `decide`; `none_where_null` names facts for which null means *none*; `minor_units` columns
        of whole numbers that count cents; `possible`, `needs` (both `True`) and `standings` ask for these columns; `threads` is how many
        to work in (all that the process may use); `progress` is called now and then with how many rows are done, of how many.

        Raises `FactsError` for columns that cannot be used, and `KeyboardInterrupt` on Ctrl-C.
        """

    def decide_stream(
        self,
        data: Table,
        on: date | str | None = None,
        *,
        on_column: str | None = None,
        id: str | None = None,
        carry: str | Iterable[str] = (),
        other_columns: bool = False,
        attested: bool = False,
        complete: bool = False,
        none_where_null: str | Iterable[str] = (),
        minor_units: str | Iterable[str] = (),
        possible: bool = True,
        needs: bool = True,
        standings: bool = False,
        show: str | Iterable[str] = (),
        language: str = "",
        threads: int | None = None,
    ) -> Stream:
        """Decides a reader's batches as they are asked for, in bounded memory. Arguments are those of `decide_batch`, without `lists`
        and `progress`. The result can be read once: `pyarrow.RecordBatchReader.from_stream(stream)`.
        """

    def schema(self, of: Literal["facts", "decisions"] = "facts", *, language: str = "") -> dict[str, Any]:
        """The JSON Schema (2020-12) of its `facts` or `decisions`."""

    def draw(self, format: Literal["svg", "mermaid", "dot"] = "svg", *, language: str = "") -> str:
        """Its graph as a picture: `svg`, `mermaid` or `dot`."""

    def _repr_html_(self) -> str: ...

@final
class Bundle:
    """Policies that are decided together. A sequence of policies, that are found by name too."""

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is doubtful in the texts, as the compiler told it."""

    @staticmethod
    def from_file(path: str | os.PathLike[str]) -> Bundle:
        """Reads the policies of a folder, or of one file: texts (`.placet`) or a compiled bundle (`.placetc`).

        Raises `PolicyError` with all that is wrong with the texts, `ArtefactError` for a compiled bundle that is damaged, and
        `OSError` where there is no such file or folder.
        """

    @staticmethod
    def from_texts(texts: dict[str, str]) -> Bundle:
        """Compiles policies from their texts, by file name.

        Raises `PolicyError` with all that is wrong with them.
        """

    @staticmethod
    def from_compiled(artefact: bytes | bytearray | memoryview) -> Bundle:
        """Loads what `to_compiled` has written. Nothing in it is trusted.

        Raises `ArtefactError` if the bytes are damaged, of another format or semantics, or no policies at all.
        """

    def to_compiled(self) -> bytes:
        """The compiled artefact: the same bytes on every platform."""

    def decide(
        self,
        facts: Facts,
        on: date | str,
        *,
        language: str = "",
        reasons: Literal["all", "deciding", "none"] = "all",
        show: str | Iterable[str] = (),
        attested: bool = False,
        complete: bool = False,
    ) -> list[Decision]:
        """Decides one case by all policies over one evaluation. Facts and options are those of `Policy.decide`.

        Raises `FactsError` with all that is wrong with the facts.
        """

    def decide_batch(
        self,
        data: Table,
        on: date | str | None = None,
        *,
        on_column: str | None = None,
        id: str | None = None,
        carry: str | Iterable[str] = (),
        other_columns: bool = False,
        attested: bool = False,
        complete: bool = False,
        none_where_null: str | Iterable[str] = (),
        minor_units: str | Iterable[str] = (),
        possible: bool = True,
        needs: bool = True,
        standings: bool = False,
        show: str | Iterable[str] = (),
        language: str = "",
        lists: Mapping[str, tuple[Table, str] | tuple[Table, str, str]] | None = None,
        threads: int | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Batch:
        """Decides every row of a table by all policies, on all cores and without holding the interpreter. The decisions come in the order of the
        rows, as columns; a row whose facts cannot be used is `invalid`, and says why.

        `data` is anything that offers Arrow columns (polars, pandas, pyarrow, duckdb, a record-batch reader), a dict of columns,
        or a list of dicts as `decide` takes them. A column is named as its fact; null is not known. `X.source` and `X.observed`
        beside `X` say who told it and when. A list of records is a column of lists of structs, or a second table:
        `lists={"household": (members, "application")}` names its column with the key, and a third name that of the cases.

        Keyword arguments: `on_column` names a column with each row's day, in place of `on`; `id` the column that names the case;
        `carry` columns that go through as they are; `other_columns=True` passes over columns that tell no fact; `attested`,
        `complete`, `show`, `language` as for `decide`; `none_where_null` names facts for which null means *none*; `minor_units` columns
        of whole numbers that count cents; `possible`, `needs` (both `True`) and `standings` ask for these columns; `threads` is how many
        to work in (all that the process may use); `progress` is called now and then with how many rows are done, of how many.

        Raises `FactsError` for columns that cannot be used, and `KeyboardInterrupt` on Ctrl-C.
        """

    def decide_stream(
        self,
        data: Table,
        on: date | str | None = None,
        *,
        on_column: str | None = None,
        id: str | None = None,
        carry: str | Iterable[str] = (),
        other_columns: bool = False,
        attested: bool = False,
        complete: bool = False,
        none_where_null: str | Iterable[str] = (),
        minor_units: str | Iterable[str] = (),
        possible: bool = True,
        needs: bool = True,
        standings: bool = False,
        show: str | Iterable[str] = (),
        language: str = "",
        threads: int | None = None,
    ) -> Stream:
        """Decides a reader's batches as they are asked for, in bounded memory. Arguments are those of `decide_batch`, without `lists`
        and `progress`. The result can be read once: `pyarrow.RecordBatchReader.from_stream(stream)`.
        """

    def schema(self, of: Literal["facts", "decisions"] = "facts", *, language: str = "") -> dict[str, Any]:
        """The JSON Schema (2020-12) of the `facts` or `decisions`."""

    def __len__(self) -> int: ...

    def __getitem__(self, key: str | int, /) -> Policy: ...

    def __iter__(self) -> Iterator[Policy]: ...

@final
class Decision:
    """The answer to one case. Its attributes are the members that a decision has as JSON, through every door; `to_dict` gives
    these.

    Reading the outcome is cheap; the first other attribute works out the rest, from the facts as they were given.
    """

    @property
    def policy(self) -> str:
        """The policy's name."""

    @property
    def version(self) -> str | None:
        """The policy's version, or `None`."""

    @property
    def graph(self) -> str:
        """The hash of the policy's logic, hexadecimal."""

    @property
    def on(self) -> date:
        """The decision date."""

    @property
    def case(self) -> str | None:
        """The case's own name, the member `id` of its facts, or `None`."""

    @property
    def outcome(self) -> Outcome:
        """`approved`, `declined`, `referred`, `incomplete`, `not_applicable` or `invalid`."""

    @property
    def proposed(self) -> Literal["declined"] | None:
        """`declined`, where a person is asked to confirm a decline; else `None`."""

    @property
    def settled(self) -> bool:
        """False for a referral that waits for a finding only a person can make."""

    @property
    def possible(self) -> tuple[Outcome, ...]:
        """The outcomes that are still possible; the outcome alone, where nothing is open."""

    @property
    def awards(self) -> dict[str, Value | Open]:
        """What is awarded, by name: `Decimal` with all decimals of its type, `int` where it has none, `date`, `bool`, `str`, `None`
        for *none*, or `Open` where it is not known for sure. Empty where approval is not possible.
        """

    @property
    def reports(self) -> dict[str, Value | Open]:
        """Reported values by name, as in `awards`."""

    @property
    def values(self) -> dict[str, Value | Open]:
        """The definitions asked for with `show`, by name, as in `awards`; of a list's members `household[0].share`."""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Each rule's part in the answer, in the order of the policy's text."""

    @property
    def needs(self) -> tuple[Need, ...]:
        """The facts that still matter, all at once."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Computations that failed."""

    @property
    def error(self) -> str | None:
        """Why nothing was decided, where the outcome is `invalid`; else `None`."""

    def explain(self, *, language: str | None = None, sensitive: bool = False) -> Explanation:
        """Why it is decided so, step by step from the outcome to the facts. `language` is that of titles, labels and messages
        (`en`, `zh`, …), by default the decision's. Values of sensitive facts are told only with `sensitive=True`.
        """

    def to_json(self) -> str:
        """The decision as a JSON text, the same through every door."""

    def to_dict(self) -> dict[str, Any]:
        """The decision as JSON has it: decimals and dates as texts, absent members left out."""

    def _repr_html_(self) -> str: ...

@final
class Reason:
    """A rule's part in a decision, in the reader's language."""

    @property
    def rule(self) -> str:
        """The rule's name; `applies when` for the policy's own clause."""

    @property
    def kind(self) -> Kind:
        """`applies`, `require`, `exclude` or `refer`."""

    @property
    def standing(self) -> Standing:
        """`met`, `not_met`, `open`, `faulty`, `waived`, `not_applicable` or `not_in_force`."""

    @property
    def deciding(self) -> bool:
        """Whether it is the deciding rule."""

    @property
    def title(self) -> str | None:
        """Its title."""

    @property
    def message(self) -> str | None:
        """Its message with values put in, where the rule is breached."""

    @property
    def cites(self) -> str | None:
        """The citation."""

    @property
    def paragraph(self) -> str | None:
        """The citation down to the paragraph that settled it."""

@final
class Need:
    """A fact that still matters."""

    @property
    def fact(self) -> str:
        """The fact; of a member `household[0].income`."""

    @property
    def label(self) -> str | None:
        """Its label."""

    @property
    def ask(self) -> str | None:
        """The question to put."""

    @property
    def held_by(self) -> str | None:
        """Who can supply it without asking."""

    @property
    def judged_by(self) -> str | None:
        """Who has to judge it."""

    @property
    def why(self) -> str:
        """Why it is not known."""

    @property
    def rules(self) -> list[str]:
        """The rules and awards that wait for it."""

@final
class Fault:
    """A computation that failed."""

    @property
    def rule(self) -> str:
        """The rule, award or report it spoils."""

    @property
    def message(self) -> str:
        """What failed, in words."""

@final
class Open:
    """A value that is not known for sure. All that is absent is `None`; of any text all but `faulty` is."""

    @property
    def low(self) -> Value:
        """The least it can be."""

    @property
    def high(self) -> Value:
        """The most it can be."""

    @property
    def one_of(self) -> list[Value] | None:
        """All that it can be, where these are few."""

    @property
    def faulty(self) -> bool:
        """Whether its computation failed, or may fail."""

@final
class Explanation:
    """Why a case is decided as it is. `str()` of it is the text to read."""

    @property
    def language(self) -> str:
        """The language it is told in."""

    def to_dict(self) -> dict[str, Any]:
        """The tree of steps as JSON has it: the rules, their paragraphs, the definitions these rest on, and the facts with
        their sources.
        """

    def _repr_html_(self) -> str: ...

@final
class Batch:
    """The decisions on a table, row by row in its order. An Arrow table: `polars.DataFrame(batch)`, `pyarrow.table(batch)`,
    `pandas.DataFrame.from_arrow(batch)` and `duckdb.sql("from batch")` read it as it is.
    """

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns."""

    def summary(self, column: str = "outcome") -> dict[str | None, int]:
        """How many rows have which word in a column of words: `outcome`, `rule`, `cites`, `standing.…`. Most first; rows that have
        none count under `None`.
        """

    def to_polars(self) -> polars.DataFrame:
        """The same as a `polars.DataFrame`."""

    def to_pyarrow(self) -> pyarrow.Table:
        """The same as a `pyarrow.Table`."""

    def to_pandas(self) -> pandas.DataFrame:
        """The same as a `pandas.DataFrame`, by way of pyarrow."""

    def __len__(self) -> int: ...

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

    def __arrow_c_schema__(self) -> object: ...

    def _repr_html_(self) -> str: ...

@final
class Stream:
    """Decisions on a reader's batches, worked out as they are asked for. An Arrow stream that can be read once."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

    def __arrow_c_schema__(self) -> object: ...

@final
class Diagnostic:
    """One thing that is wrong, or doubtful, in a policy's text."""

    @property
    def code(self) -> str:
        """The stable code, such as `N01`."""

    @property
    def severity(self) -> Literal["error", "warning"]:
        """`error` or `warning`."""

    @property
    def message(self) -> str:
        """What is wrong."""

    @property
    def place(self) -> Place:
        """Where."""

    @property
    def help(self) -> str | None:
        """What to write instead."""

    @property
    def example(self) -> list[tuple[str, str]]:
        """An input that shows the trouble, by name; empty where there is none."""

    @property
    def drawn(self) -> str:
        """All of it as it is drawn under the lines of the text."""

@final
class Place:
    """A stretch of a policy's text."""

    @property
    def file(self) -> str:
        """The file's name."""

    @property
    def start(self) -> tuple[int, int]:
        """Where it begins: line and column in characters, both from 1."""

    @property
    def end(self) -> tuple[int, int]:
        """Where it ends, the column one past the last character."""

@final
class Trouble:
    """One thing that is wrong with the facts of a case, or with the columns of a table."""

    @property
    def fact(self) -> str | None:
        """The fact, of a member `household[0].income`; `None` where the case as a whole is wrong."""

    @property
    def expected(self) -> str:
        """What is accepted there."""

    @property
    def found(self) -> str:
        """What was found; values of sensitive facts are not shown."""

    @property
    def help(self) -> str | None:
        """What to do about it."""

def _command(arguments: Sequence[str]) -> int: ...
def _restore(artefact: bytes, index: int) -> Policy: ...
