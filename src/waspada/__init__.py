"""Waspada: from the answers of a meeting to an honest index.

Start reading at `waspada.pipeline`.
"""

__version__ = "0.1.0"

METHOD_VERSION = "1.1"
"""Names the arithmetic; changes whenever a published figure could (see CHANGELOG, Method)."""
