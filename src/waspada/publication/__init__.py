"""publication: what leaves the house.

In: results. Out: tables in which small cells are withheld and numbers rounded once; files and
the record of the run.
"""
