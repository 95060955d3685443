"""The project's pages through this door: the same policies and facts, the same answers as in Rust, one by one and in a batch."""

import json
from decimal import Decimal

import pytest
from conftest import ROOT

import placet

PAGES = sorted((ROOT / "tests" / "spec").glob("*.md"))
STANDINGS = ["not_met", "met", "open", "faulty", "waived", "not_applicable", "not_in_force"]


def fences(text):
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("```") and line != "```":
            body = []
            for inner in lines:
                if inner == "```":
                    break
                body.append(inner)
            yield line[3:].split(), body


def shown(value):
    """A value as the pages write it."""
    if isinstance(value, placet.Open):
        if value.faulty:
            return "faulty"
        if value.one_of is not None:
            return " or ".join(shown(one) for one in value.one_of)
        return f"{shown(value.low)} to {shown(value.high)}" if value.low is not None else "anything"
    return {None: "none", True: "yes", False: "no"}[value] if value is None or isinstance(value, bool) else str(value)


def line(decision):
    """A decision as the pages write it, from its attributes."""
    out = decision.outcome
    if decision.proposed:
        out += ", decline proposed"
    if not decision.settled:
        out += ", waiting for findings"
    if len(decision.possible) > 1:
        out += "; possible: " + ", ".join(decision.possible)
    for standing in STANDINGS:
        rules = [
            r.rule + ("!" if r.deciding else "") + (f" [{r.paragraph or r.cites}]" if r.paragraph or r.cites else "")
            for r in decision.reasons
            if r.standing == standing
        ]
        if rules:
            out += f"; {standing}: " + ", ".join(rules)
    for values in (decision.awards, decision.reports, decision.values):
        for name, value in values.items():
            out += f"; {name} = {shown(value)}"
    if decision.needs:
        out += "; needs: " + ", ".join(f"{need.fact} ({need.why})" for need in decision.needs)
    for fault in decision.faults:
        out += f"; fault in {fault.rule}: {fault.message}"
    if decision.error:
        out += f"; {decision.error}"
    return out


class Twice(Exception):
    """A JSON text can tell a member twice, a dict cannot."""


def read(body):
    def members(pairs):
        if len(dict(pairs)) < len(pairs):
            raise Twice
        return dict(pairs)

    for case in body:
        try:
            yield json.loads(case, parse_float=Decimal, object_pairs_hook=members)
        except Twice:
            pass


def settings(words):
    on, options = None, {}
    words = iter(words)
    for word in words:
        if word == "on":
            on = next(words)
        elif word == "attested":
            options["attested"] = True
        elif word == "show":
            options["show"] = next(words).split(",")
        elif word == "in":
            options["language"] = next(words)
        else:
            raise AssertionError(f"`{word}` beside `facts`")
    return on, options


def one_by_one(bundle, cases, on, options):
    for case in cases:
        try:
            decisions = bundle.decide(case, on=on, **options)
            alone = [policy.decide(case, on=on, **options) for policy in bundle]
            assert [d.outcome for d in alone] == [d.outcome for d in decisions]
            assert [d.to_json() for d in alone] == [d.to_json() for d in decisions]
            yield decisions
        except placet.FactsError as error:
            yield f"invalid; {error}"


def in_a_batch(policy, cases, decided, on, options):
    """What a batch says is what single decisions say."""
    rows = policy.decide_batch(cases, on=on, standings=True, **options).to_polars().to_dicts()
    assert len(rows) == len(cases)
    for row, decision in zip(rows, decided):
        if isinstance(decision, str):
            assert row["outcome"] == "invalid" and decision == f"invalid; {row['error']}"
            continue
        decision = next(d for d in decision if d.policy == policy.name)
        assert (row["outcome"], row["proposed"]) == (decision.outcome, decision.proposed)
        assert (row["settled"], row["error"]) == (decision.settled, decision.error)
        assert row["needs"] == ([need.fact for need in decision.needs] or None)
        assert row["rule"] == next((r.rule for r in decision.reasons if r.deciding), None)
        for name, value in {**decision.awards, **decision.reports}.items():
            assert row[name] == (None if isinstance(value, placet.Open) else value)
        for reason in decision.reasons:
            if reason.kind != "applies":
                assert row[f"standing.{reason.rule}"] == reason.standing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(page):
    bundle, decided, cases_seen = None, None, 0
    for words, body in fences(page.read_text(encoding="utf-8")):
        if words[0] == "placet":
            bundle = placet.Bundle.from_texts({"page.placet": "\n".join(body)})
        elif words[0] == "facts":
            on, options = settings(words[1:])
            cases = list(read(body))
            answers = list(one_by_one(bundle, cases, on, options))
            decided = [a if isinstance(a, str) else "\n".join(map(line, a)) for a in answers]
            cases_seen += len(cases)
            for policy in bundle:
                in_a_batch(policy, cases, answers, on, {k: v for k, v in options.items() if k != "show"})
        elif words[0] == "decisions":
            said = [said for said in body if not said.endswith("found the member a second time")]
            assert "\n".join(decided) == "\n".join(said)
    assert cases_seen > 0


def test_the_pages_are_there():
    assert len(PAGES) > 5
