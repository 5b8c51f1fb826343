"""index: answers to items, nodes and the index.

In: `Responses`, or a table of given scores. Out: scores 0..100 per region and node.
"""
