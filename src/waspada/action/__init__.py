"""action: what to do first.

In: drivers, the mitigation catalogue, a calendar, a date. Out: proposed steps.
"""

from waspada.action.catalogue import check_links, read_catalogue
from waspada.action.model import (
    Action,
    Body,
    Catalogue,
    Factor,
    Mode,
    ProposedStep,
    Purpose,
    Term,
)
from waspada.action.propose import propose_steps, raising_drivers

__all__ = [
    "Action",
    "Body",
    "Catalogue",
    "Factor",
    "Mode",
    "ProposedStep",
    "Purpose",
    "Term",
    "check_links",
    "propose_steps",
    "raising_drivers",
    "read_catalogue",
]
