"""sensitivity: the index under other choices of method.

In: a METHOD, its data and a SENSITIVITY file. Out: scores and ranks of every draw, their
statistics, and which choice moves them.
"""
