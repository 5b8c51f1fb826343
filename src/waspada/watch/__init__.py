"""watch: when to speak up.

In: an election calendar and a date. Out: which stages run, which come next, how long is left.
"""
