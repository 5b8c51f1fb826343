"""uncertainty: how sure.

In: `Responses` and the arithmetic of `index`. Out: replicates of every score, 95 % intervals,
and what meetings and finite populations do to them.
"""
