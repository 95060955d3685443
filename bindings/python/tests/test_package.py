"""The package as such: its types, its examples, and what importing it brings along."""

import doctest
import subprocess
import sys
from pathlib import Path

import placet

HERE = Path(__file__).parent


def python(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True)


def test_the_stubs_say_what_is_there():
    ran = python("-m", "mypy.stubtest", "placet", "--allowlist", str(HERE / "stubtest.allow"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Success" in ran.stdout


def test_the_python_is_typed():
    ran = python("-m", "mypy", "--strict", "-p", "placet")
    assert ran.returncode == 0, ran.stdout


def test_the_types_tell_mistakes(tmp_path):
    right = tmp_path / "right.py"
    right.write_text(
        "import placet\nfrom datetime import date\n"
        "from placet.types import Outcome\n"
        "policy = placet.Policy.from_text('')\n"
        "decision = policy.decide({'age': 3}, on=date(2026, 3, 2), reasons='none')\n"
        "outcome: Outcome = decision.outcome\n"
        "text: str = decision.reasons[0].rule\n"
        "batch = policy.decide_batch([{'age': 3}], on='2026-03-02', carry=['x'])\n"
        "count: int = batch.summary()['approved']\n"
    )
    ran = python("-m", "mypy", "--strict", str(right))
    assert ran.returncode == 0, ran.stdout
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "import placet\n"
        "policy = placet.Policy.from_text('')\n"
        "if policy.decide({}, on='2026-03-02').outcome == 'aproved':\n    pass\n"
        "policy.decide({}, on='2026-03-02', reasons='some')\n"
        "policy.decide_batch([], on='2026-03-02', threads='two')\n"
    )
    ran = python("-m", "mypy", "--strict", str(wrong))
    assert ran.stdout.count(": error:") == 3, ran.stdout


def test_the_examples_in_the_documentation_hold():
    result = doctest.testmod(placet)
    assert result.attempted > 5 and result.failed == 0


def test_everything_says_what_it_is():
    for name in placet.__all__:
        thing = getattr(placet, name)
        assert thing.__doc__, name
        for member, value in vars(thing).items() if isinstance(thing, type) else ():
            assert member.startswith("_") or value.__doc__, f"{name}.{member}"


def test_importing_it_brings_nothing_along():
    ran = python("-c", "import sys; before = set(sys.modules); import placet; print(*sorted(set(sys.modules) - before))")
    assert ran.stdout.split() == ["__future__", "placet", "placet._errors", "placet._placet"]


def test_no_thread_is_started_by_importing_or_by_one_decision():
    text = "import os, placet; placet.Policy.from_text('policy p \"P\"\\nfact a: yes or no\\nrequire r \"R\" a').decide({}, on='2026-03-02')"
    ran = python("-c", f"{text}; print(len(os.listdir('/proc/self/task')))")
    assert ran.stdout.split() == ["1"], ran.stderr


def test_it_runs_with_nothing_else_installed():
    text = (
        "import sys\n"
        "for name in ('numpy', 'pandas', 'polars', 'pyarrow', 'duckdb', 'pyspark'): sys.modules[name] = None\n"
        "import placet, placet.types\n"
        "policy = placet.Policy.from_text('policy p \"P\"\\nfact a: yes or no\\nrequire r \"R\" a\\n')\n"
        "batch = policy.decide_batch([{'a': True}, {'a': 1.5}], on='2026-03-02')\n"
        "print(batch.summary(), len(policy.decide_batch({'a': [True]}, on='2026-03-02')), len(batch._repr_html_()) > 99)\n"
    )
    ran = python("-c", text)
    assert ran.stdout == "{'approved': 1, 'invalid': 1} 1 True\n", ran.stderr
