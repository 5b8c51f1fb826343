"""collection: answers as received, matched to an instrument version.

In: a CSV, XLSX or Parquet file and an `Instrument`. Out: `Received`, or an `AnswersError` that
lists what does not fit and where.
"""
