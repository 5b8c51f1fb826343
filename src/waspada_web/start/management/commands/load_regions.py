"""Load the territories of another province from a table."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from waspada.errors import CatalogueError
from waspada_web.regions.operations import load_regions


class Command(BaseCommand):
    help = "Stores the regions of a CSV table; known codes take the facts of the table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            added = load_regions(options["table"], by=None)
        except CatalogueError as error:
            raise CommandError(error.message) from None
        self.stderr.write(f"{added} regions added.")
