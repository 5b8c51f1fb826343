"""Waspada: from the answers of a meeting to an honest index.

    >>> import waspada
    >>> asked = waspada.read_instrument("instruments/ikp-2024")
    >>> given = waspada.read_scores("facts/ikp_2024_provinces.csv", asked)
    >>> len(waspada.rows(waspada.combine(given, asked).scores)) > 0
    True

The functions are those of `waspada.api`; they load what they need when first called, so that
`import waspada` costs nothing. The whole way on one page: `waspada.pipeline`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from waspada.api import (
        analyse_index,
        build_index,
        change,
        combine,
        measure,
        read_answers,
        read_instrument,
        read_scores,
        rebuild_index,
        rows,
        save,
        vary_index,
    )

__version__ = "0.1.0"

METHOD_VERSION = "1.1"
"""Names the arithmetic; changes whenever a published figure could (see CHANGELOG, Method)."""

__all__ = [
    "METHOD_VERSION",
    "__version__",
    "analyse_index",
    "build_index",
    "change",
    "combine",
    "measure",
    "read_answers",
    "read_instrument",
    "read_scores",
    "rebuild_index",
    "rows",
    "save",
    "vary_index",
]


def __getattr__(name: str) -> Any:
    """The functions of `waspada.api`, loaded when first asked for."""
    if name in __all__:
        from waspada import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
