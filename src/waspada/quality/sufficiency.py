"""Is there enough to speak at all?"""

from __future__ import annotations

from waspada.collection.model import Responses
from waspada.errors import QualityError

FEWEST_REPLICATES = 20
"""With fewer, the 95 % quantile over replicates is nothing but their maximum."""


def require_responses(responses: Responses) -> None:
    """Raise where there is nothing to measure."""
    if not len(responses):
        raise QualityError(
            "There is no response to measure. Collect answers first, or check that the file "
            "holds rows below its header.",
            code="no_responses",
        )


def require_replicates(replicates: int) -> None:
    """Raise where the number of replicates cannot carry an interval."""
    if replicates < FEWEST_REPLICATES:
        raise QualityError(
            f"{replicates} replicates are too few for an interval; the method needs "
            f"{FEWEST_REPLICATES}. Leave out --replicates for the usual 1000.",
            code="too_few_replicates",
            replicates=replicates,
            needed=FEWEST_REPLICATES,
        )
