"""analysis: what a composite index is made of, and how well its parts hold together.

In: `Framework`, `IndicatorTable`, `Built`. Out: statistics, correlations, reliability, weights.
"""
