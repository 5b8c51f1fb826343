"""`waspada vary ANSWERS --instrument`: survey and method crossed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from waspada.instrument.model import Form

if TYPE_CHECKING:
    from waspada.uncertainty.sensitivity.summary import Table

DRAWS, SEED = 100, 1


def vary_answers(
    answers: Path,
    instrument: Path,
    form: Form,
    sensitivity: Path,
    draws: int | None,
    seed: int | None,
    replicates: int,
    region_column: str,
) -> tuple[list[Table], dict[str, Any]]:
    """Tables and record. It is the office's own tool, as `measure` is."""
    from waspada import METHOD_VERSION, __version__
    from waspada.cli.vary import read_document
    from waspada.collection.read import read_responses
    from waspada.index.sample import fingerprint_answers
    from waspada.instrument import read_instrument
    from waspada.instrument.instrument_framework import framework_from_instrument
    from waspada.pipeline import vary
    from waspada.uncertainty.sensitivity.crossed import CHOICES
    from waspada.uncertainty.sensitivity.parameters import draws_table
    from waspada.uncertainty.sensitivity.plan import parse_answers_plan
    from waspada.uncertainty.sensitivity.summary import Table, crossed_tables

    wanted = read_instrument(instrument).in_form(form)
    received = read_responses(answers, wanted, region_column=region_column)
    asked = received.instrument
    framework = framework_from_instrument(asked)
    document = read_document(sensitivity)
    plan = parse_answers_plan(document, framework, CHOICES, source=sensitivity.name)
    seed = next(s for s in (seed, plan.seed, SEED) if s is not None)
    draws = draws or plan.draws or DRAWS
    crossed = vary(
        received.responses,
        asked,
        plan,
        seed=seed,
        replicates=replicates,
        draws=draws,
        for_office=True,
    )
    header, rows = draws_table(plan, crossed.draws)
    tables = [*crossed_tables(crossed), Table("draws", tuple(header), rows)]
    record = {
        "kind": "vary",
        "waspada_version": __version__,
        "method_version": METHOD_VERSION,
        "title": plan.title,
        "instrument": {"code": asked.code, "version": asked.version},
        "inputs": [one.name for one in plan.inputs],
        "nodes": list(plan.nodes),
        "seed": seed,
        "draws": draws,
        "replicates": replicates,
        "answers_fingerprint": fingerprint_answers(received.responses, asked),
        "files_read": {"answers": answers.name, "sensitivity": sensitivity.name},
        "notes": [],
    }
    return tables, record
