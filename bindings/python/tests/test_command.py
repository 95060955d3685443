"""The command that the wheel brings, and that it says what this door says."""

import json
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow
import pytest
from conftest import ROOT
from pyarrow import parquet

import placet

COMMAND = Path(sys.executable).with_name("placet")
PACKS = [
    ("cn/shenzhen/old_age_allowance.placet", "cn/shenzhen/samples/old_age_allowance.jsonl", "2024-08-20"),
    ("us/snap/snap.placet", "us/snap/samples/snap.jsonl", "2025-12-01"),
    ("fr/allocations_familiales/allocations_familiales.placet", "fr/allocations_familiales/sample.jsonl", "2024-06-01"),
    ("gb/statutory_maternity_pay/statutory_maternity_pay.placet", "gb/statutory_maternity_pay/sample.jsonl", "2025-06-01"),
    ("dmn/lending/lending.placet", "dmn/lending/sample.jsonl", "2024-06-01"),
]


def run(*arguments, **options):
    return subprocess.run([*map(str, arguments)], capture_output=True, text=True, **options)


@pytest.mark.parametrize("command", [[COMMAND], [sys.executable, "-m", "placet"]], ids=["placet", "python -m placet"])
def test_the_command_is_the_same_one(command, tmp_path):
    version = run(*command, "--version")
    assert version.returncode == 0 and version.stdout.strip() == f"placet {placet.__version__}"
    assert run(*command, "new", "mine", cwd=tmp_path).returncode == 0
    assert run(*command, "check", "mine", cwd=tmp_path).returncode == 0
    assert run(*command, "chekc", cwd=tmp_path).returncode == 2
    (tmp_path / "bad.placet").write_text("polciy p\n")
    assert run(*command, "check", "bad.placet", cwd=tmp_path).returncode == 1


def test_a_page_that_does_not_fit_its_checksum_is_refused(tmp_path):
    (tmp_path / "p.placet").write_text("policy p fact age: whole number require old age is at least 80\n")
    table = pyarrow.table({"age": range(1_000)})
    facts = tmp_path / "facts.parquet"
    parquet.write_table(table, facts, compression="none", use_dictionary=False, write_page_checksum=True)
    decide = [COMMAND, "decide", "p.placet", "--facts", "facts.parquet", "--on", "2026-03-02", "--out", "out.parquet", "-q"]
    assert run(*decide, cwd=tmp_path).returncode == 0
    (tmp_path / "out.parquet").unlink()
    # One bit of one value, which is as good a value as before.
    content = bytearray(facts.read_bytes())
    content[content.index((500).to_bytes(8, "little"))] ^= 1
    facts.write_bytes(content)
    told = run(*decide, cwd=tmp_path)
    assert told.returncode == 3 and "cannot read `facts.parquet`" in told.stderr and "checksum" in told.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["facts.parquet", "p.placet"]


@pytest.mark.parametrize(("policy", "facts", "on"), PACKS, ids=lambda value: Path(value).stem)
def test_every_pack_is_decided_alike(policy, facts, on):
    rules = ROOT / "rules"
    told = run(COMMAND, "decide", rules / policy, "--facts", rules / facts, "--on", on, "--reasons", "all")
    lines = told.stdout.splitlines()
    cases = [json.loads(line, parse_float=Decimal) for line in (rules / facts).read_text().splitlines() if line.strip()]
    assert len(lines) == len(cases) > 0
    compiled = placet.Policy.from_file(rules / policy)
    batch = compiled.decide_batch(cases, on=on).to_polars().to_dicts()
    for line, case, row in zip(lines, cases, batch):
        try:
            decision = compiled.decide(case, on=on)
        except placet.FactsError as error:
            told = json.loads(line)
            assert told["outcome"] == row["outcome"] == "invalid"
            assert row["error"] == str(error)
            continue
        assert decision.to_json() == line
        assert (row["outcome"], row["proposed"]) == (decision.outcome, decision.proposed)
        for name, value in {**decision.awards, **decision.reports}.items():
            assert row[name] == (None if isinstance(value, placet.Open) else value)


def test_a_folder_is_a_bundle_for_both(tmp_path):
    folder = ROOT / "rules" / "cn" / "shenzhen"
    facts = tmp_path / "facts.json"
    facts.write_text("{}")
    told = json.loads(run(COMMAND, "decide", folder, "--facts", facts, "--on", "2024-08-20").stdout)
    assert [d.to_dict() for d in placet.Bundle.from_file(folder).decide({}, on="2024-08-20")] == told


def test_completions_know_the_command():
    assert shutil.which("placet", path=str(COMMAND.parent))
    assert "placet" in run(COMMAND, "completions", "bash").stdout
