"""Principal components of indicators, and weights from the first of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waspada.index.composite.model import Detail
from waspada.index.composite.recipe import Cannot
from waspada.index.composite.siblings import Siblings, Unfit, Weighed
from waspada.index.model import Floats

ROUND_OFF = 1e-10
"""A loading closer to 0 than this has no sign."""


@dataclass(frozen=True)
class Components:
    """Principal components of standardised columns.

    rows: positions used (those without a missing value). eigenvalues: (n_components,) falling,
    sum = number of columns. vectors: (n_columns, n_components), unit length; the sum of each is
    >= 0, and where it is 0 its largest entry is positive.
    """

    rows: tuple[int, ...]
    eigenvalues: Floats
    vectors: Floats

    @property
    def explained(self) -> Floats:
        """(n_components,) share of the variance, sum 1."""
        shares: Floats = self.eigenvalues / self.eigenvalues.sum()
        return shares

    @property
    def loadings(self) -> Floats:
        """(n_columns, n_components) correlation of a column with a component."""
        return self.vectors * np.sqrt(self.eigenvalues)


def principal_components(values: Floats) -> Components:
    """Principal components of the correlation matrix.

        R v = lambda v,  R = correlations over the rows without a missing value

    values: (n_rows, n_columns), NaN = missing; a row with a missing value is left out.
    Columns may outnumber rows: the last eigenvalues are then 0.
    Raises Cannot with fewer than 3 full rows, Unfit where a column is constant over them.

    Source: OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 4;
    `prcomp(scale. = TRUE)` in R gives the same up to signs.
    """
    rows = np.flatnonzero(~np.isnan(values).any(axis=1))
    x = values[rows]
    if len(x) < 3:
        raise Cannot(
            f"Only {len(x)} units have all values; principal components need 3.",
            "Impute first, or leave out the indicators with the most missing values.",
        )
    constant = np.flatnonzero(x.max(axis=0) == x.min(axis=0))
    if len(constant):
        raise Unfit(
            "The same value for all units has no correlation.",
            "Leave the indicator out, or weigh its siblings another way.",
            columns=constant,
        )
    z = x - x.mean(axis=0)
    z /= np.sqrt((z * z).sum(axis=0))
    eigenvalues, vectors = np.linalg.eigh(z.T @ z)
    eigenvalues, vectors = np.maximum(eigenvalues[::-1], 0.0), vectors[:, ::-1]
    return Components(tuple(map(int, rows)), eigenvalues, vectors * _signs(vectors))


def _signs(vectors: Floats) -> Floats:
    """+1 or -1 for each column, so that its sum, or else its largest entry, is positive."""
    sums = vectors.sum(axis=0)
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=0)[None], axis=0)[0]
    return np.where(np.where(np.abs(sums) > ROUND_OFF, sums, largest) < 0, -1.0, 1.0)


def pca(siblings: Siblings, *, mixed_signs: str, squared: bool, **_: object) -> Weighed:
    """Weights from the first principal component of the siblings; see `RECIPES`."""
    codes = siblings.codes
    if len(codes) == 1:
        return Weighed((1.0,))
    found = principal_components(siblings.values())
    first = found.vectors[:, 0]
    first = np.where(np.abs(first) < ROUND_OFF, 0.0, first)
    against = np.flatnonzero(first < 0)
    notes = _notes(siblings, found)
    weights = first
    if len(against):
        names = ", ".join(f'"{codes[place]}"' for place in against)
        if mixed_signs == "refuse":
            raise Unfit(
                "The first principal component runs against the other siblings here; its loading "
                "would be a negative weight.",
                "Check the direction of the indicator, or set mixed_signs to zero (it gets no "
                "weight) or equal (all siblings weigh the same).",
                columns=against,
            )
        if mixed_signs == "equal":
            weights = np.ones(len(codes))
            notes += (f"{siblings.label}: loadings of mixed sign ({names}); equal weights.",)
        else:
            weights = np.maximum(first, 0.0)
            notes += (f"{siblings.label}: negative loadings ({names}) got weight 0.",)
    weights = weights**2 if squared and mixed_signs != "equal" else weights
    share = float(found.explained[0])
    detail = Detail(
        "pca",
        ("group", "code", "loading", "weight", "explained_share"),
        tuple(
            (siblings.label, code, float(loading), float(weight), share)
            for code, loading, weight in zip(codes, first, weights, strict=True)
        ),
    )
    return Weighed(tuple(map(float, weights)), (detail,), notes)


def _notes(siblings: Siblings, found: Components) -> tuple[str, ...]:
    notes = []
    left_out = len(siblings.table) - len(found.rows)
    if left_out:
        notes.append(
            f"{siblings.label}: {left_out} rows with a missing value were left out of the "
            "principal components."
        )
    if len(found.rows) <= len(siblings.codes):
        notes.append(
            f"{siblings.label}: {len(found.rows)} full rows for {len(siblings.codes)} columns; "
            "components of so few units are chance."
        )
    return tuple(notes)
