"""composite: an index from a table of indicators, by a method written down step by step.

In: `Framework`, `IndicatorTable`, `Method`. Out: `Built`, with the table of every stage.
"""
