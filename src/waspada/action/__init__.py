"""action: what to do first.

In: drivers, the mitigation catalogue, a calendar, a date. Out: proposed steps.
"""
