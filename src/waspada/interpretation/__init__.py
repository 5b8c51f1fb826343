"""interpretation: what it means.

In: scores with replicates. Out: rank sets, categories with probabilities, drivers that add up.
"""
