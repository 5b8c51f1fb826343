"""Which word a region keeps from one round to the next, and how far it is from another."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from waspada.errors import QualityError
from waspada.index.model import Counts, Floats
from waspada.instrument.model import CategoryRule, RuleKind
from waspada.interpretation.categories import ON_THE_LINE, cut_offs_of
from waspada.interpretation.model import Categories, PreviousWord, Words

Bands = NDArray[np.int64]


def keep_words(
    categories: Categories,
    scores: Floats,
    regions: tuple[str, ...],
    previous: Mapping[str, PreviousWord] | None = None,
) -> Words:
    """The word of each region: that of the last round until the score is clear of the line.

        keeps w  unless  x >= upper(w) + margin,  or  x < lower(w) - margin,
                 or the last round, too, was by the line where this one is

    w: the word of the last round, [lower, upper): its band, margin: the rule's hysteresis_margin.
    A word that is given up is followed by the word by the line. A region without a word in the
    last round takes the word by the line.

    The distances are exact: for cut-offs at mean + k sd they count that the region's own score
    moves mean and sd (`crossing`).

    scores: (n_regions,) as categorised. previous: region -> words of the last round.
    Raises QualityError where the last round used a word the rule does not have.
    """
    rule = categories.rule
    past, past_line = _past(rule, regions, previous or {})
    named = categories.category >= 0
    lines = crossing(rule, scores, np.arange(1, len(rule.bands)), np.zeros(len(scores)))
    beyond_up = _beyond(rule, scores, past + 1, rule.hysteresis_margin)
    beyond_down = _beyond(rule, scores, past, -rule.hysteresis_margin)

    def decide(line: Bands, x: Floats) -> Bands:
        gone = (x >= beyond_up) | (x < beyond_down) | (line == past_line) | (past < 0)
        kept: Bands = np.where(gone, line, past)
        return kept

    def line_at(x: Floats) -> Bands:
        line: Bands = (x[..., None] >= lines).sum(axis=-1).astype(np.int64)
        return line

    by_line = np.where(named, categories.category, -1)
    word = np.where(named, decide(by_line, scores + ON_THE_LINE), -1)
    edges = np.column_stack([lines, beyond_up, beyond_down])
    line_up, line_down = _nearest_other(scores, lines, by_line, line_at)
    word_up, word_down = _nearest_other(scores, edges, word, lambda x: decide(line_at(x), x))
    return Words(
        word=word,
        by_line=by_line,
        kept=named & (word != by_line),
        line_up=line_up,
        line_down=line_down,
        word_up=word_up,
        word_down=word_down,
    )


def _past(
    rule: CategoryRule, regions: tuple[str, ...], previous: Mapping[str, PreviousWord]
) -> tuple[Bands, Bands]:
    """(n_regions,) band of the last round's word and of its word by the line; -1 for none."""
    band = {entry.category: i for i, entry in enumerate(rule.bands)}
    past, line = np.full((2, len(regions)), -1, dtype=np.int64)
    for r, region in enumerate(regions):
        if region in previous:
            words = previous[region]
            for code in (words.word, words.by_line):
                if code not in band:
                    _refuse_word(rule, region, code)
            past[r], line[r] = band[words.word], band[words.by_line]
    return past, line


def _refuse_word(rule: CategoryRule, region: str, word: str) -> None:
    known = ", ".join(band.category for band in rule.bands)
    raise QualityError(
        f'The earlier result gives region "{region}" the category "{word}"; the rule '
        f'"{rule.code}" has {known}. Name a result of the same instrument and rule.',
        code="previous_word_unknown",
        region=region,
        word=word,
        rule=rule.code,
    )


def _beyond(rule: CategoryRule, scores: Floats, line: Counts, margin: float) -> Floats:
    """(n_regions,) score at which a line, moved by the margin, is crossed; outer lines never."""
    last = len(rule.bands)
    inner = (line >= 1) & (line < last)
    nearest = np.clip(line, 1, max(last - 1, 1))[:, None]
    at = crossing(rule, scores, nearest, np.full(len(scores), margin))
    return np.where(inner, at[:, 0], np.where(line >= last, np.inf, -np.inf))


def crossing(rule: CategoryRule, scores: Floats, line: Counts, margin: Floats) -> Floats:
    """Score from which a region, alone of all moving, stands at or above a line plus margin.

        fixed, steps   c_k + g
        mean_sd        x = m + k s + g, where x itself is in the mean m and the deviation s

    With n regions, u = x - mean of the others, S = their sum of squares about their own mean:

        m = mean of the others + u / n,   s^2 = (S + u^2 (n - 1) / n) / (n - 1)
        (u (n - 1) / n - g)^2 = k^2 (S / (n - 1) + u^2 / n),   u (n - 1) / n - g of the sign of k

    A line with |k| >= (n - 1) / sqrt(n) is out of reach: no value of n can lie that far out.

    scores: (n_regions,), NaN = takes no part. line: (n_lines,) or (n_regions, n_lines) positions
    of inner cut-offs. margin g: (n_regions,). Returns (n_regions, n_lines), -inf or inf where the
    score always, or never, stands above; NaN without a score.
    """
    line = np.broadcast_to(line, (len(scores), np.shape(line)[-1]))
    written = np.array([rule.bands[0].lower, *(band.upper for band in rule.bands)], dtype=float)
    if rule.kind is not RuleKind.MEAN_SD:
        fixed = cut_offs_of(rule, scores[None])[0]
        at = fixed[line] + margin[:, None]
        return np.where(np.isnan(scores)[:, None], np.nan, at)
    scored = ~np.isnan(scores)
    n = int(scored.sum())
    if n < 2:
        return np.full(line.shape, np.nan)
    mean = scores[scored].mean()
    others = (n * mean - scores) / (n - 1)
    spread = np.square(scores[scored] - mean).sum()
    squares = np.maximum(spread - np.square(scores - mean) * n / (n - 1), 0.0)
    u = _distance_from_others(written[line], squares[:, None], margin[:, None], n)
    at_line: Floats = others[:, None] + u
    return at_line


def _distance_from_others(k: Floats, squares: Floats, margin: Floats, n: int) -> Floats:
    """The u of `crossing`: where a u - k sqrt(c + u^2 / n) first reaches the margin."""
    a, c = (n - 1) / n, squares / (n - 1)
    quadratic = a * a - k * k / n
    reached = quadratic > 1e-12
    safe = np.where(reached, quadratic, 1.0)
    root = np.sqrt(np.maximum((a * margin) ** 2 - safe * (margin**2 - k * k * c), 0.0))
    u = (a * margin + np.sign(k) * root) / safe
    return np.where(reached, u, np.where(k > 0, np.inf, -np.inf))


def _nearest_other(
    scores: Floats, edges: Floats, now: Bands, word_at: Callable[[Floats], Bands]
) -> tuple[Floats, Floats]:
    """(n_regions,) distances to the nearest score above, and below, with another word.

    The word is constant between edges, so one look inside each stretch tells. edges: (n_regions,
    n_edges). word_at: the words for scores of shape (n_stretches, n_regions).
    """
    stops = np.sort(np.clip(np.where(np.isnan(edges), np.inf, edges), 0.0, 100.0), axis=1).T
    stops = np.vstack([np.zeros_like(scores), stops, np.full_like(scores, 100.0)])
    first, last = stops[:-1], stops[1:]
    differs = (word_at((first + last) / 2) != now) & (last - first > ON_THE_LINE) & (now >= 0)
    with np.errstate(invalid="ignore"):
        above = differs & (first > scores + ON_THE_LINE)
        below = differs & (last <= scores + ON_THE_LINE)
        up = np.where(above, first - scores, np.inf).min(axis=0)
        down = np.where(below, np.maximum(scores - last, 0.0), np.inf).min(axis=0)
    return np.where(np.isfinite(up), up, np.nan), np.where(np.isfinite(down), down, np.nan)
