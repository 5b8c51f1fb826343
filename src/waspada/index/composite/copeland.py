"""Copeland's rule: a unit's score is how many others it beats, less how many beat it."""

from __future__ import annotations

from typing import Any

import numpy as np

from waspada.index.model import Floats

NET_WINS, SHARES = "net_wins", "shares"

TIE = 1e-12
"""Relative difference below which two values, or two halves of the weight, are equal."""


def outranking(children: Floats, weights: Floats) -> Floats:
    """By what share of weight each unit is ahead of each other.

        o_ij = (W_i>j + W_i=j / 2) / (W_i>j + W_i=j + W_j>i)

    W: weight of the children in which it holds, among those where both units have a score.
    children: (n_units, n_children), NaN = no score. weights: (n_children,) >= 0.
    Returns (n_units, n_units): o_ij + o_ji = 1; NaN on the diagonal and for two units that have
    no child in common.

    Source: Munda and Nardo, Noncompensatory/nonlinear composite indicators for ranking countries
    (2009).
    """
    n = len(children)
    net, common = np.zeros((n, n)), np.zeros((n, n))
    for column, weight in zip(children.T, weights, strict=True):
        has = ~np.isnan(column)
        if weight <= 0 or not has.any():
            continue
        known = np.where(has, column, 0.0)
        both = has[:, None] & has
        ahead = known[:, None] - known
        ahead = np.where(np.abs(ahead) <= TIE * np.abs(known[has]).max(), 0.0, ahead)
        net += np.where(both, weight * np.sign(ahead), 0.0)
        common += np.where(both, weight, 0.0)
    np.fill_diagonal(common, 0.0)
    ratio = net / np.where(common > 0, common, np.nan)
    matrix: Floats = (1.0 + np.where(np.abs(ratio) <= TIE, 0.0, ratio)) / 2.0
    return matrix


def copeland(children: Floats, weights: Floats, *, score: str = NET_WINS, **_: Any) -> Floats:
    """Score of each unit against all others.

        net_wins   y_i = #{j: o_ij > 1/2} - #{j: o_ij < 1/2}
        shares     y_i = sum over j of o_ij

    children: (..., n_units, n_children); weights: (..., 1, n_children), or (n_children,).
    Returns (..., n_units); NaN for a unit without any child. Two units without a child in common
    are not compared: the pair counts for neither (net_wins), or half for each (shares).

    Source: Copeland, A reasonable social welfare function (1951); see `outranking`.
    """
    lead = children.shape[:-2]
    spread = np.broadcast_to(weights, children.shape)
    result = np.empty(children.shape[:-1])
    for place in np.ndindex(*lead):
        result[place] = _scores(children[place], spread[place][0], score)
    return result


def _scores(children: Floats, weights: Floats, score: str) -> Floats:
    takes_part = (~np.isnan(children) & (weights > 0)).any(axis=1)
    ahead = outranking(children[takes_part], weights)
    np.nan_to_num(ahead, copy=False, nan=0.5)
    own = np.sign(ahead - 0.5).sum(axis=1) if score == NET_WINS else ahead.sum(axis=1) - 0.5
    result = np.full(len(children), np.nan)
    result[takes_part] = own
    return result
