"""Have the database rewrite its files, so that deleted rows and their order are gone for good."""

from __future__ import annotations

import time

from django.db import connection

TABLES = ("collection_openresponse", "collection_response", "collection_card")
ATTEMPTS = 20
PAUSE_SECONDS = 0.25


class WashError(RuntimeError):
    """The file could not be rewritten; the answers are safe, but old pages may remain."""


def rewrite_stored_answers() -> None:
    """Rewrite tables and empty the write-ahead log. Runs outside any transaction.

    SQLite: `secure_delete` has zeroed deleted content already; VACUUM writes a new file without
    free pages, and the truncating checkpoint empties the log, where older pages still lie.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"VACUUM (FULL) {table}")
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    empty_log()


def empty_log() -> None:
    """Move the write-ahead log into the database and cut it to nothing."""
    for _ in range(ATTEMPTS):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy = bool(cursor.fetchone()[0])
        if not is_busy:
            return
        time.sleep(PAUSE_SECONDS)
    raise WashError("Another program holds the database open, so its log cannot be emptied.")


def finish_wash() -> None:
    """At start: leave no page and no log behind that a closing before a crash did not rewrite."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA freelist_count")
        free_pages = cursor.fetchone()[0]
        if free_pages:
            cursor.execute("VACUUM")
    empty_log()
