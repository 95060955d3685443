"""One case: what goes in, what comes out, what is said where it does not fit."""

import enum
import pickle
import threading
from collections import OrderedDict, UserDict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import numpy
import pandas
import pytest
from conftest import ON

import placet

FULL = {
    "birth_date": date(1940, 2, 29),
    "resident": True,
    "district": "north",
    "savings": Decimal("12.50"),
    "share": 12,
    "cap": None,
    "nickname": "Zoë",
    "household": [{"years": 30, "income": "8.20"}, {"years": 3, "income": Decimal("0.10")}],
}


def test_every_type_goes_in_as_python_has_it(allowance):
    decision = allowance.decide({"id": "a", **FULL}, on=ON, show=["total", "age"])
    assert decision.outcome == "approved"
    assert decision.awards == {"amount": Decimal("200.00"), "until": date(2040, 2, 29)}
    assert str(decision.awards["amount"]) == "200.00"
    assert decision.reports == {"members": 2}
    assert decision.values == {"total": Decimal("8.30"), "age": 86}
    assert (decision.policy, decision.version, decision.case, decision.on) == ("allowance", "1", "a", ON)
    assert decision.possible == ("approved",)
    assert decision.settled and decision.proposed is None and decision.error is None
    assert decision.needs == () and decision.faults == ()


def test_a_decision_is_the_json_of_every_door(allowance):
    told = allowance.decide({"id": 7, **FULL}, on="2026-03-02").to_dict()
    assert list(told) == ["policy", "version", "graph", "on", "case", "outcome", "awards", "reports", "reasons"]
    assert told["awards"] == {"amount": "200.00", "until": "2040-02-29"}
    assert told["reports"] == {"members": "2"}
    assert told["graph"] == allowance.graph and len(told["graph"]) == 64
    assert told["case"] == "7"


def test_what_is_not_known_is_open(allowance):
    decision = allowance.decide({"birth_date": "1935-01-01", "household": None}, on=ON)
    assert decision.outcome == "incomplete"
    assert set(decision.possible) == {"approved", "referred"}
    need = next(need for need in decision.needs if need.fact == "resident")
    assert need.ask == "Do you live in the city?"
    assert (need.held_by, need.why, need.rules) == ("Population register", "not told", ["here"])
    assert isinstance(decision.reports["members"], placet.Open)
    assert (decision.reports["members"].low, decision.reports["members"].high) == (0, 8)
    nothing = allowance.decide({}, on=ON)
    assert nothing.awards["amount"].one_of is None
    assert nothing.awards["amount"].low == Decimal("200.00") and nothing.awards["amount"].high == Decimal("300.00")


def test_attested_and_closed_facts(allowance):
    told = {"value": True, "source": "Population register", "observed": date(2026, 2, 20)}
    assert allowance.decide({**FULL, "resident": told}, on=ON).outcome == "approved"
    stale = {**told, "observed": "2025-02-20"}
    decision = allowance.decide({**FULL, "resident": stale}, on=ON)
    assert [n.why for n in decision.needs] == ["observed 2025-02-20, and an observation counts for 30 days"]
    several = {"sources": [told, {**told, "value": False}]}
    assert "disagree" in allowance.decide({**FULL, "resident": several}, on=ON).needs[0].why
    closed = allowance.decide({**FULL, "resident": {"closed": True}}, on=ON)
    assert closed.outcome == "referred" and closed.faults[0].rule == "here"
    assert allowance.decide(FULL, on=ON, attested=True).outcome == "incomplete"
    missing = {name: value for name, value in FULL.items() if name != "resident"}
    assert allowance.decide(missing, on=ON, complete=True).outcome == "referred"


@dataclass
class Person:
    years: int
    income: str = "0"


@dataclass
class Applicant:
    birth_date: date
    resident: bool
    savings: int = 0
    household: list = field(default_factory=list)


class District(enum.Enum):
    NORTH = "north"


class Word(str, enum.Enum):
    NORTH = "north"


def test_dataclasses_mappings_enumerations_and_numpys_scalars(allowance):
    case = Applicant(date(1940, 1, 1), True, household=[Person(30), Person(4)])
    assert allowance.decide(case, on=ON).outcome == "approved"
    for kind in (OrderedDict, UserDict):
        assert allowance.decide(kind(FULL), on=ON) == allowance.decide(FULL, on=ON)
    for district in (District.NORTH, Word.NORTH, numpy.str_("north")):
        assert allowance.decide({**FULL, "district": district}, on=ON).outcome == "approved"
    assert allowance.decide({**FULL, "savings": numpy.int64(3), "resident": numpy.bool_(True)}, on=ON).outcome == "approved"
    assert allowance.decide({**FULL, "birth_date": numpy.datetime64("1940-01-01")}, on=ON).outcome == "approved"
    assert allowance.decide({**FULL, "savings": Decimal("1E+3")}, on=ON).outcome == "approved"


@pytest.mark.parametrize(
    ("fact", "value", "message"),
    [
        ("savings", 12.5, "found a binary float; it is not exact: write a `Decimal"),
        ("savings", numpy.float64(12.5), "found a binary float; it is not exact"),
        ("savings", float("nan"), "found NaN; write `None` for what is not known"),
        ("savings", Decimal("NaN"), "found a `Decimal` that is no number; write `None`"),
        ("birth_date", pandas.NaT, "found NaT; write `None`"),
        ("birth_date", pandas.NA, "write `None`"),
        ("birth_date", datetime(1940, 1, 1, 12), "found a `datetime`, which has a time of day; take its `.date()`"),
        ("birth_date", pandas.Timestamp("1940-01-01"), "take its `.date()`"),
        ("birth_date", "1940-02-30", "the calendar has no such day"),
        ("savings", Decimal("0.001"), "it has more decimals than that"),
        ("savings", "1,200", "without thousands separators"),
        ("savings", 10**30, "it is out of the declared range"),
        pytest.param("savings", 10**5_000, "a whole number of more than 300 digits", id="too long to be written out"),
        ("savings", Decimal("1E+999999999"), "it is out of the declared range"),
        ("savings", numpy.array([3]), "found an object of type `ndarray`"),
        ("savings", pandas.Series([3]), "found an object of type `Series`"),
        ("savings", numpy.timedelta64(3, "ns"), "found an object of type `timedelta64`; write how many as a whole number"),
        ("birth_date", numpy.datetime64("1940-01-01", "ns"), "take its day: `.astype(\"datetime64[D]\")`"),
        ("resident", 1, "expected yes or no, found `1`"),
        ("district", "nroth", "did you mean `north`?"),
        ("household", {"value": 3}, "expected a list of `person`, at most 8"),
        ("household", [3], "`household[0]`: expected the facts of a `person`, by their names, found `3`"),
        ("household", [{}, {"yeers": 3}], "did you mean `years`?"),
        ("nickname", object(), "found an object of type `object`"),
    ],
)
def test_what_does_not_fit_says_what_does(allowance, fact, value, message):
    with pytest.raises(placet.FactsError) as raised:
        allowance.decide({**FULL, fact: value}, on=ON)
    assert message in str(raised.value)
    assert len(raised.value.errors) == 1
    trouble = raised.value.errors[0]
    assert trouble.fact is not None and trouble.fact.startswith(fact)


def test_all_errors_are_told_at_once_and_sensitive_values_are_not(allowance):
    with pytest.raises(placet.FactsError) as raised:
        allowance.decide({"savings": "secret", "resident": "perhaps", "nmae": 1}, on=ON)
    assert len(raised.value.errors) == 3
    assert "secret" not in str(raised.value)
    assert isinstance(raised.value, ValueError) and isinstance(raised.value, placet.PlacetError)
    again = pickle.loads(pickle.dumps(raised.value))
    assert type(again) is placet.FactsError and str(again) == str(raised.value)
    for case, found in [
        ([FULL], "found a list"),
        (pandas.Series(FULL), "found an object of type `Series`; take its `.to_dict()`"),
        (pandas.DataFrame([FULL]), "found an object of type `DataFrame`; a table is decided by `decide_batch`"),
    ]:
        with pytest.raises(placet.FactsError) as raised:
            allowance.decide(case, on=ON)
        assert str(raised.value) == f"expected the facts of one case, by their names, {found}"


def test_what_python_raises_on_the_way_is_raised(allowance):
    class Broken(UserDict):
        def items(self):
            raise RuntimeError("no items today")

    with pytest.raises(RuntimeError, match="no items today"):
        allowance.decide(Broken(), on=ON)


def test_calls_that_make_no_sense_say_so(allowance):
    for call, message in [
        (lambda: allowance.decide({}, on="2026-02-30"), "found `2026-02-30`"),
        (lambda: allowance.decide({}, on=datetime(2026, 3, 2)), "take its `.date()`"),
        (lambda: allowance.decide({}, on=5), "`on` is a `datetime.date`"),
        (lambda: allowance.decide({}, on=ON, reasons="some"), "`reasons` is `all`, `deciding` or `none`"),
        (lambda: allowance.decide({}, on=ON, show=["aeg"]), "did you mean `age`?"),
        (lambda: allowance.draw("png"), "`format` is `svg`, `mermaid` or `dot`"),
        (lambda: allowance.schema("all"), "`of` is `facts` or `decisions`"),
    ]:
        with pytest.raises(ValueError) as raised:
            call()
        assert message in str(raised.value)


def test_reasons_and_languages(allowance):
    young = {**FULL, "birth_date": date(1999, 1, 1)}
    decision = allowance.decide(young, on=ON, language="zh")
    assert (decision.outcome, decision.proposed) == ("referred", "declined")
    deciding = [reason for reason in decision.reasons if reason.deciding]
    assert [(r.rule, r.standing, r.message, r.cites) for r in deciding] == [
        ("old_enough", "not_met", "您27年。", "Art. 3(1)")
    ]
    assert len(allowance.decide(young, on=ON, reasons="deciding").reasons) == 1
    assert allowance.decide(young, on=ON, reasons="none").reasons == ()
    assert "Rules" in str(allowance.decide(young, on=ON).explain())
    explanation = decision.explain()
    assert explanation.language == "zh" and "您27年。" in str(explanation)
    assert "12.50" not in str(decision.explain()) and "12.50" in str(decision.explain(sensitive=True))
    assert decision.explain(language="en").to_dict()["outcome"] == "referred"


def test_the_outcome_alone_and_the_whole_agree(heating):
    case = {"residency": "citizen", "sanctioned": False, "birth_date": date(1990, 1, 1), "region": "north"}
    case |= {"prior_award_months": 0, "employment": "retired", "assets": 0, "household_size": 2}
    case |= {"gross_income": 10, "earned_income": 0, "deductions": 0, "graduation_date": date(2010, 1, 1)}
    for arrears, outcome in [(0, "approved"), (3, "referred"), (None, "incomplete")]:
        decision = heating.decide({**case, "arrears_count": arrears}, on=ON)
        assert decision.outcome == outcome
        assert decision.to_dict()["outcome"] == outcome
    declined = heating.decide({**case, "sanctioned": True}, on=ON)
    assert declined.outcome == "declined" == declined.to_dict()["outcome"]
    assert declined.proposed is None


def test_policies_are_read_written_and_pickled(allowance, tmp_path):
    artefact = allowance.to_compiled()
    (tmp_path / "allowance.placetc").write_bytes(artefact)
    again = placet.Policy.from_file(str(tmp_path / "allowance.placetc"))
    for other in (again, placet.Policy.from_compiled(artefact), pickle.loads(pickle.dumps(allowance))):
        assert other.decide(FULL, on=ON) == allowance.decide(FULL, on=ON)
        assert other.to_compiled() == artefact
    with pytest.raises(placet.ArtefactError):
        placet.Policy.from_compiled(artefact[:-1])
    for held in (bytearray(artefact), memoryview(artefact), memoryview(bytearray(b"-" + artefact))[1:]):
        assert placet.Policy.from_compiled(held).to_compiled() == artefact
        assert placet.Bundle.from_compiled(held).to_compiled() == artefact
    with pytest.raises(TypeError):
        placet.Policy.from_compiled("allowance.placetc")
    with pytest.raises(FileNotFoundError, match="there is no file or folder"):
        placet.Policy.from_file("nowhere.placet")
    assert allowance.title == "Allowance" and allowance.version == "1"
    assert allowance.facts["district"] == "one of `north`, `south`"
    assert allowance.schema()["properties"].keys() >= {"birth_date", "household"}
    assert allowance.schema("decisions")["$schema"].startswith("https://json-schema.org")
    assert repr(allowance).startswith("<Policy allowance 1 ")


def test_what_is_wrong_with_a_text_is_drawn_and_told_as_data():
    text = 'policy p "P"\nfact income: money in CNY\nrequire r "R" incme is at least 3\n'
    with pytest.raises(placet.PolicyError) as raised:
        placet.Policy.from_text(text, name="mine.placet")
    message = str(raised.value)
    assert "mine.placet:3" in message and "incme" in message and "^^^^^" in message
    diagnostic = raised.value.diagnostics[0]
    assert diagnostic.severity == "error" and diagnostic.help is not None and "income" in diagnostic.help
    assert diagnostic.place.file == "mine.placet" and diagnostic.place.start == (3, 15)
    assert diagnostic.drawn in message


def test_warnings_do_not_stand_in_the_way():
    policy = placet.Policy.from_text('policy p "P"\nfact a: yes or no\nfact b: yes or no\nrequire r "R" a\n')
    assert [w.severity for w in policy.warnings] == ["warning"]


def test_bundles(tmp_path):
    a = 'policy a "A"\nfact age: whole number from 0 to 130\nrequire r "R" age is at least 3\n'
    b = a.replace("policy a", "policy b").replace("least 3", "least 30")
    bundle = placet.Bundle.from_texts({"a.placet": a, "b.placet": b})
    assert len(bundle) == 2 and [policy.name for policy in bundle] == ["a", "b"]
    assert bundle["b"].name == "b" and bundle[-1].name == "b"
    with pytest.raises(KeyError, match="no policy is called `c`; there are `a`, `b`"):
        bundle["c"]
    with pytest.raises(IndexError):
        bundle[2]
    decisions = bundle.decide({"age": 5}, on=ON)
    assert [decision.outcome for decision in decisions] == ["approved", "referred"]
    assert decisions[1] == bundle["b"].decide({"age": 5}, on=ON)
    (tmp_path / "a.placet").write_text(a)
    (tmp_path / "b.placet").write_text(b)
    read = placet.Bundle.from_file(tmp_path)
    assert read.to_compiled() == bundle.to_compiled() == pickle.loads(pickle.dumps(bundle)).to_compiled()
    assert pickle.loads(pickle.dumps(bundle["b"])).name == "b"
    with pytest.raises(ValueError, match="there are several policies: `a`, `b`; read them with `placet.Bundle`"):
        placet.Policy.from_file(tmp_path)


def test_policies_may_be_shared_between_threads(allowance):
    expected = allowance.decide(FULL, on=ON).to_json()
    seen = []

    def work():
        for _ in range(200):
            decision = allowance.decide(FULL, on=ON)
            seen.append((decision.outcome, decision.to_json()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 800 and set(seen) == {("approved", expected)}


def test_representations(allowance):
    decision = allowance.decide({"id": "a", **FULL}, on=ON)
    assert repr(decision) == '<Decision allowance case="a" on 2026-03-02: approved, amount 200.00, until 2040-02-29>'
    assert repr(decision.reasons[0]) == (
        "Reason(rule='old_enough', kind='require', standing='met', title='Aged 80 or over', cites='Art. 3(1)')"
    )
    assert decision.reasons[0] == allowance.decide(FULL, on=ON).reasons[0]
    assert decision.reasons[0] != decision.reasons[1]
    assert "incomplete" in repr(allowance.decide({}, on=ON)) and "needs " in repr(allowance.decide({}, on=ON))


def test_notebooks_show_decisions_explanations_and_the_graph(allowance):
    hostile = allowance.decide({"id": "<script>", **FULL, "birth_date": date(1999, 1, 1)}, on=ON)
    html = hostile._repr_html_()
    assert "Referred to a person" in html and "You are 27 years." in html
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert "Do you live in the city?" in allowance.decide({}, on=ON)._repr_html_()
    assert hostile.explain()._repr_html_().startswith("<pre>")
    assert "<svg" in allowance._repr_html_()
