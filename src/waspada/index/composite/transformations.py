"""Transformations of an indicator, by name: logarithms, powers, Box-Cox, caps.

TRANSFORMATIONS: their `function` takes one column (n,), NaN = missing, and the parameters; it
returns the column transformed.
"""

from __future__ import annotations

import math
from typing import Any

from waspada.index.composite import transform
from waspada.index.composite.recipe import REQUIRED, Kind, Parameter, Recipe

COINR = "COINr 1.1 (Becker and others, JOSS 2022)"


def _bound(
    name: str,
    meaning: str,
    default: Any,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
) -> Parameter:
    return Parameter(
        name, Kind.NUMBER, default, meaning, at_least=at_least, at_most=at_most, above=above
    )


TRANSFORMATIONS: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "log",
            transform.log,
            "Logarithm of the value plus an offset.",
            "y = ln(x + offset) / ln(base)",
            (
                _bound("offset", "Added first, in the unit of the indicator.", 0.0),
                _bound("base", "Base of the logarithm, above 1; e if left out.", math.e, above=1.0),
            ),
        ),
        Recipe(
            "log_ct",
            transform.log_ct,
            "Logarithm above the lowest value, the offset being 1 % of the range.",
            "y = ln(x - min + 0.01 (max - min))",
            (),
            f"{COINR}, log_CT",
        ),
        Recipe(
            "log_ct_orig",
            transform.log_ct_orig,
            "Logarithm above the lowest value, the offset being 1.",
            "y = ln(x - min + 1)",
            (),
            f"{COINR}, log_CT_orig; the COIN tool of the JRC",
        ),
        Recipe(
            "log_gii",
            transform.log_gii,
            "Logarithm as in the Global Innovation Index; from 0 to ln(max).",
            "y = ln((max f - 1) (x - min) / (max - min) + 1)",
            (
                _bound(
                    "factor",
                    "f, above 0, a power of ten that brings the highest value above 1.",
                    1.0,
                    above=0.0,
                ),
            ),
            "Global Innovation Index 2020, appendix on method",
        ),
        Recipe(
            "box_cox",
            transform.box_cox,
            "Box-Cox power; without an exponent, the one that brings skewness to 0.",
            "y = (z^l - 1) / l, ln z at l = 0;  z = x - min + 1",
            (
                _bound(
                    "exponent",
                    "l (lambda), -5 .. 5; ~ (empty) seeks it.",
                    None,
                    at_least=-transform.STEEPEST,
                    at_most=transform.STEEPEST,
                ),
                Parameter(
                    "shift",
                    Kind.FLAG,
                    True,
                    "Whether the lowest value is moved to 1 first; else all have to be above 0.",
                ),
            ),
            f"Box and Cox (1964); {COINR}, boxcox",
        ),
        Recipe(
            "power",
            transform.power,
            "Power that keeps the sign; 0.5 is the square root.",
            "y = sign(x) |x|^p",
            (_bound("exponent", "p, above 0.", REQUIRED, above=0.0),),
        ),
        Recipe(
            "cap",
            transform.cap,
            "Values held between two fixed ones.",
            "y = min(max(x, lower), upper)",
            (
                _bound("lower", "Lowest value kept, in the unit of the indicator.", None),
                _bound("upper", "Highest value kept, in the unit of the indicator.", None),
            ),
        ),
        Recipe(
            "cap_percentiles",
            transform.cap_percentiles,
            "Values held between two percentiles of the indicator.",
            "y = min(max(x, P_lower), P_upper)",
            (
                _bound("lower", "Percentile, 0 .. 100.", 0.0, at_least=0.0, at_most=100.0),
                _bound("upper", "Percentile, 0 .. 100.", 100.0, at_least=0.0, at_most=100.0),
            ),
            "percentiles: Hyndman and Fan (1996), type 7",
        ),
        Recipe(
            "cap_fences",
            transform.cap_fences,
            "Values held within the fences of a box plot.",
            "y = min(max(x, Q1 - k (Q3 - Q1)), Q3 + k (Q3 - Q1))",
            (_bound("fences", "k, above 0.", 1.5, above=0.0),),
            "Tukey, Exploratory Data Analysis (1977)",
        ),
        Recipe(
            "cap_deviations",
            transform.cap_deviations,
            "Values held within k standard deviations around the mean.",
            "y = min(max(x, mean - k s), mean + k s)",
            (_bound("deviations", "k, above 0.", 3.0, above=0.0),),
        ),
    )
}
