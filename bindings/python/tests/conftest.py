from datetime import date
from pathlib import Path

import pytest

import placet

ROOT = Path(__file__).resolve().parents[3]
ON = date(2026, 3, 2)

ALLOWANCE = """
policy allowance "Allowance"
  version "1"
  cites "Measures"

entity person
  fact years: whole number from 0 to 130
  fact income: money in CNY from 0 to 100_000
end

fact birth_date: date label "Date of birth"
fact resident: yes or no ask "Do you live in the city?" held by "Population register" fresh for 30 days
fact district: one of north, south
fact savings: money in CNY from 0 to 10_000_000 sensitive
fact share: percentage with 1 decimal
fact cap: money in CNY or none
fact nickname: text
fact household: list of person at most 8

define age as years from birth_date to decision date
define total as sum of income over household

require old_enough "Aged 80 or over" cites "Art. 3(1)"
  age is at least 80
  otherwise "You are {age}.", zh "您{age}。"
require here "Living here" cites "Art. 3(2)" resident
refer rich "Much saved" when savings is more than 1_000_000

award amount: money in CNY as if age is at least 90 then 300 else 200
award until: date as birth_date plus 100 years
report members: whole number as count of household
"""


@pytest.fixture(scope="session")
def allowance():
    return placet.Policy.from_text(ALLOWANCE)


@pytest.fixture(scope="session")
def heating():
    return placet.Policy.from_file(ROOT / "benches" / "src" / "heating.placet")


def pytest_sessionfinish(session):
    """A test that is skipped has not been run: that is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("some tests were skipped", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
