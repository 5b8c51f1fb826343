"""quality: can we trust them, and are there enough?

In: `Responses`. Out: completeness per region; whether a region has enough answers to be named; how
the answers were given, measure by measure (`check_answers`).
"""
