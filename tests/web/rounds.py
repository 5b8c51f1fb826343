"""Two rounds of the same regions, one after the other, with everything a page can say of them.

In Balangan (63.11) the value fell from above the upper cut-off to just below it, and in the later
round every fifth person gave nearly the same answers. Hulu Sungai Tengah (63.07) stayed where it
was; Tanah Bumbu (63.10) rose.
"""

from __future__ import annotations

from tests.web import factories
from waspada_web.collection.models import Round
from waspada_web.index.operations import measure_round

CODES = ("63.01", "63.07", "63.10", "63.11")
BEFORE = {"63.11": 2.62, "63.10": 1.2}
AFTER = {"63.11": 2.5}
FIRST_TITLE = "Putaran Agustus 2024"


def two_rounds(*, check: bool = True, noise: float = 0.03) -> tuple[Round, Round]:
    """The earlier and the later round, both measured."""
    plan = dict.fromkeys(CODES, factories.full_hall(8))
    before = factories.make_small_round(
        plan, answer=factories.leaning(BEFORE), seed=4, title=FIRST_TITLE
    )
    measure_round(before, by=None, seed=1, replicates=200, check=False)
    say = factories.copying("63.11", say=factories.leaning(AFTER), noise=noise)
    after = factories.make_small_round(plan, answer=say, seed=5)
    measure_round(after, by=None, seed=1, replicates=200, check=check)
    return before, after
