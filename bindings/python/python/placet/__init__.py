"""Decides applications by law, from data that offices already hold.

>>> import placet
>>> from datetime import date
>>> policy = placet.Policy.from_text('''
... policy pass "Museum pass"
...   declines are automatic
... fact age: whole number from 0 to 130
... fact student: yes or no ask "Do you study?"
... require young_or_student "Under 18 or a student"
...   age is less than 18 or student
... ''')
>>> policy.decide({"age": 12}, on=date(2026, 3, 2)).outcome
'approved'
>>> decision = policy.decide({"age": 30}, on=date(2026, 3, 2))
>>> decision.outcome
'incomplete'
>>> [need.ask for need in decision.needs]
['Do you study?']
"""

from ._errors import ArtefactError, FactsError, PlacetError, PolicyError
from ._placet import (
    Batch,
    Bundle,
    Decision,
    Diagnostic,
    Explanation,
    Fault,
    Need,
    Open,
    Place,
    Policy,
    Reason,
    Stream,
    Trouble,
    __version__,
)

__all__ = [
    "ArtefactError",
    "Batch",
    "Bundle",
    "Decision",
    "Diagnostic",
    "Explanation",
    "FactsError",
    "Fault",
    "Need",
    "Open",
    "Place",
    "PlacetError",
    "Policy",
    "PolicyError",
    "Reason",
    "Stream",
    "Trouble",
    "__version__",
]
