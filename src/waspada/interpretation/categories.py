"""From a score to a word, by the instrument's published rule."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waspada.errors import QualityError
from waspada.index.model import Counts, ElementState, Floats, Groups
from waspada.instrument.model import CategoryRule, Instrument, RuleKind
from waspada.interpretation.model import Categories

MIDDLE = 50.0
"""Middle of the scale, from which a rule of kind `steps` counts."""

ON_THE_LINE = 1e-9
"""A score this close below a cut-off has reached it: rounding errors name no category."""

FEWEST_REGIONS = 3
"""Regions with a score that mean and standard deviation need."""

MISSING_ELEMENTS_ALLOWED = 1
"""More required elements than this may not be missing where a category is named (DESIGN 4.6)."""


def choose_rule(instrument: Instrument, code: str | None) -> CategoryRule | None:
    """The rule asked for, or the instrument's default; None if it has none."""
    if code is None:
        return instrument.rule
    for rule in instrument.category_rules:
        if rule.code == code:
            return rule
    known = ", ".join(rule.code for rule in instrument.category_rules) or "none"
    raise QualityError(
        f'The instrument "{instrument.code}" has no category rule "{code}". Its rules: {known}.',
        code="unknown_rule",
        rule=code,
        known=known,
    )


def categorise(
    rule: CategoryRule, scores: Floats, replicates: Floats | None, flags: list[tuple[str, ...]]
) -> Categories:
    """Category of each region with a score, and the probability of every category.

    scores: (n_regions,) NaN = no score. replicates: (n_replicates, n_regions) or None.
    flags: per region the reasons why no category may be named; () where it may.
    Cut-offs that depend on the regions are recomputed in each replicate, and for
    `probability_held` kept at those of the estimate: the first asks which word a repetition of the
    round would give, the second how sure the score's place between the lines drawn now is.
    """
    cut_offs = cut_offs_of(rule, scores[None, :])[0]
    if np.isnan(cut_offs).any():
        flags = [(*given, "too_few_regions") for given in flags]
    named = np.array([not given for given in flags]) & ~np.isnan(scores)
    category = np.where(named, band_of(scores, cut_offs), -1)
    probability, held = np.full((2, len(scores), len(rule.bands)), np.nan)
    if replicates is not None:
        replicates = np.where(np.isnan(scores), np.nan, replicates)
        probability = _shares(rule, replicates, cut_offs_of(rule, replicates)[:, None, :])
        held = probability.copy()
        if rule.kind is RuleKind.MEAN_SD:
            held = _shares(rule, replicates, cut_offs)
    probability[~named], held[~named] = np.nan, np.nan
    return Categories(rule, category, probability, cut_offs, tuple(flags), held)


def band_of(scores: Floats, cut_offs: Floats) -> NDArray[np.int64]:
    """Position of the band that holds each score: lower <= score < upper, the last band closed.

    scores: (...,). cut_offs: (..., n_bands + 1), ascending, NaN where there are none. -1
    for a score or cut-offs of NaN.
    """
    inner = cut_offs[..., 1:-1]
    band = (scores[..., None] + ON_THE_LINE >= inner).sum(axis=-1)
    none = np.isnan(scores) | np.isnan(inner).any(axis=-1)
    return np.where(none, -1, band).astype(np.int64)


def _shares(rule: CategoryRule, replicates: Floats, cut_offs: Floats) -> Floats:
    """(n_regions, n_bands) share of the replicates with a score that fall in each band."""
    band = band_of(replicates, cut_offs)
    hits = np.stack([(band == b).sum(axis=0) for b in range(len(rule.bands))], axis=1)
    total = (band >= 0).sum(axis=0)[:, None]
    shares: Floats = np.divide(hits, total, out=np.full(hits.shape, np.nan), where=total > 0)
    return shares


def cut_offs_of(rule: CategoryRule, scores: Floats) -> Floats:
    """(n_draws, n_bands + 1) cut-offs in points.

    fixed:    as written.
    steps:    50 plus what is written.
    mean_sd:  mean + k sd of the regions with a score, sample sd (n - 1); NaN with fewer than
              FEWEST_REGIONS regions.
    scores: (n_draws, n_regions).
    """
    k = np.array([rule.bands[0].lower, *(band.upper for band in rule.bands)], dtype=float)
    if rule.kind is not RuleKind.MEAN_SD:
        middle = MIDDLE if rule.kind is RuleKind.STEPS else 0.0
        return np.broadcast_to(middle + k, (len(scores), len(k)))
    scored = ~np.isnan(scores)
    n = scored.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(scored, scores, 0.0).sum(axis=1) / n
        squares = np.where(scored, scores - mean[:, None], 0.0) ** 2
        sd = np.sqrt(squares.sum(axis=1) / (n - 1))
        cut_offs = mean[:, None] + np.where(np.isinf(k), 0.0, k) * sd[:, None]
    cut_offs = np.where(np.isinf(k), k, cut_offs)
    cut_offs[n < FEWEST_REGIONS] = np.nan
    return cut_offs


def reasons_against(
    rule: CategoryRule, instrument: Instrument, groups: Groups, n_responses: Counts
) -> list[tuple[str, ...]]:
    """Why a region may not be given a category: too few answers, or elements missing.

    n_responses: (n_regions,) responses with a scored answer in the index.
    An element is missing when it is absent, or left out because its group stayed too small.
    """
    missing = missing_required(instrument, groups)
    return [
        (
            *(("too_few_answers",) if n < rule.min_answers_region else ()),
            *(("elements_missing",) if m > MISSING_ELEMENTS_ALLOWED else ()),
        )
        for n, m in zip(n_responses.tolist(), missing.tolist(), strict=True)
    ]


def missing_required(instrument: Instrument, groups: Groups) -> Counts:
    """(n_regions,) required elements that are absent or left out."""
    required = [
        element in instrument.stratum_by_code and instrument.stratum_by_code[element].required
        for element in groups.elements
    ]
    gone = (groups.state == ElementState.ABSENT) | (groups.state == ElementState.LEFT_OUT)
    count: Counts = (gone & np.array(required)).sum(axis=1).astype(np.int64)
    return count


def refuse_few_regions(rule: CategoryRule, scores: Floats) -> None:
    """Raise where a rule needs more regions than have a score."""
    n = int((~np.isnan(scores)).sum())
    if rule.kind is RuleKind.MEAN_SD and n < FEWEST_REGIONS:
        raise QualityError(
            f'The rule "{rule.code}" takes its cut-offs from mean and standard deviation of the '
            f"regions; {n} have a score, it needs {FEWEST_REGIONS}. Measure more regions together "
            "or choose a rule with fixed cut-offs.",
            code="too_few_regions",
            rule=rule.code,
            regions=n,
            needed=FEWEST_REGIONS,
        )
