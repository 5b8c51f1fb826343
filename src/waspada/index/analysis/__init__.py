"""analysis: what a composite index is made of, and how well its parts hold together.

In: `Framework`, `IndicatorTable`, `Built`. Out: tables (`Detail`): statistics, availability,
correlations, components, reliability, influence, comparison, profiles of units.
"""
