"""uncertainty: how sure.

In: `Responses` and the arithmetic of `index`. Out: replicates of every score and 95 % intervals.
"""
