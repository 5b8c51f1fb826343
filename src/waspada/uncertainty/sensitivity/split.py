"""Whose doing is the uncertainty: that of the survey, of the method, or of both together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waspada.index.model import Flags, Floats


@dataclass(frozen=True)
class VarianceSplit:
    """Variance components of a crossed design; arrays have the trailing shape of the values.

    survey, method, interaction: >= 0; an estimate below 0 is reported as 0 and flagged in
    survey_negative, method_negative. total: their sum, as reported. NaN where a value is missing.
    """

    survey: Floats
    method: Floats
    interaction: Floats
    survey_negative: Flags
    method_negative: Flags

    @property
    def total(self) -> Floats:
        total: Floats = self.survey + self.method + self.interaction
        return total

    def shares(self) -> tuple[Floats, Floats, Floats]:
        """Shares of survey, method and interaction in the total; NaN where nothing varies."""
        with np.errstate(invalid="ignore", divide="ignore"):
            total = np.where(self.total > 0, self.total, np.nan)
            return self.survey / total, self.method / total, self.interaction / total


def split_variance(values: Floats) -> VarianceSplit:
    """Crossed random effects without repetition: y_sm = mu + a_s + b_m + e_sm.

        MS_a = M / (S-1) sum_s (y_s. - y..)^2         var_survey = (MS_a - MS_e) / M
        MS_b = S / (M-1) sum_m (y_.m - y..)^2         var_method = (MS_b - MS_e) / S
        MS_e = sum (y_sm - y_s. - y_.m + y..)^2 / (S-1)(M-1) = var_interaction

    Unbiased before an estimate below 0 is set to 0. With one value per pair the interaction
    cannot be told from a residual; every survey replicate meets every method draw here, and both
    are computed without noise, so there is none.

    values: (n_survey, n_method, ...), both >= 2. NaN anywhere in a trailing place makes that
    place NaN: a crossed design with holes has no such split.
    Raises ValueError below 2 survey replicates or method draws.

    Source: Searle, Casella and McCulloch, Variance components (1992), section 4.7.
    """
    n_survey, n_method = values.shape[:2]
    if n_survey < 2 or n_method < 2:
        raise ValueError("a split needs at least 2 survey replicates and 2 method draws")
    mean = values.mean(axis=(0, 1))
    centred = values - mean
    by_survey, by_method = centred.mean(axis=1), centred.mean(axis=0)
    residual = centred - by_survey[:, None] - by_method[None]
    ms_e = (residual**2).sum(axis=(0, 1)) / ((n_survey - 1) * (n_method - 1))
    ms_a = n_method * (by_survey**2).sum(axis=0) / (n_survey - 1)
    ms_b = n_survey * (by_method**2).sum(axis=0) / (n_method - 1)
    survey, method = (ms_a - ms_e) / n_method, (ms_b - ms_e) / n_survey
    return VarianceSplit(
        survey=np.maximum(survey, 0.0),
        method=np.maximum(method, 0.0),
        interaction=np.asarray(ms_e),
        survey_negative=np.asarray(survey < 0),
        method_negative=np.asarray(method < 0),
    )
