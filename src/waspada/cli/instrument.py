"""`waspada instrument`: check, convert and show an instrument."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from waspada.cli.errors import answer_errors
from waspada.instrument import convert as convert_file
from waspada.instrument import parse, read_instrument, read_sheets
from waspada.instrument.columns import not_used
from waspada.instrument.files import TWIN_NAME, check_folder_agrees, instrument_file, workbooks_in
from waspada.instrument.model import CategoryRule, Instrument, Item, Node, RuleKind

if TYPE_CHECKING:
    from rich.table import Table
    from rich.tree import Tree

app = typer.Typer(
    help="Check, convert and show an instrument.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

InstrumentPath = Annotated[
    Path, typer.Argument(metavar="PATH", help="Folder, workbook (.xlsx) or text twin (.yaml).")
]


class Language(StrEnum):
    INDONESIAN = "id"
    ENGLISH = "en"


@app.command(
    epilog="Example: waspada instrument check instruments/kerawanan-pilkada-contoh",
)
@answer_errors
def check(path: InstrumentPath) -> None:
    """Report every fault of an instrument, or say what it holds.

    In a folder, the workbook and the text twin must say the same.
    """
    file = instrument_file(path)
    sheets = read_sheets(file)
    instrument = parse(sheets, source=file.name)
    if path.is_dir():
        check_folder_agrees(path)
    typer.echo(_counts(instrument))
    for place in not_used(sheets):
        typer.echo(f"Kept, but not used by Waspada: {place}.", err=True)
    if path.is_dir() and (path / TWIN_NAME).is_file() and workbooks_in(path):
        typer.echo("Text twin and workbook say the same.")


@app.command(
    epilog="Example: waspada instrument convert my-questions.xlsx instrument.yaml",
)
@answer_errors
def convert(
    source: InstrumentPath,
    target: Annotated[Path, typer.Argument(metavar="OUT", help="File to write, .xlsx or .yaml.")],
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
) -> None:
    """Write a workbook as text twin, or a text twin as workbook, without loss."""
    convert_file(source, target, force=force)
    typer.echo(f"Wrote {target}.")


@app.command(
    epilog="Example: waspada instrument show instruments/pei-us-2016 --language en",
)
@answer_errors
def show(
    path: InstrumentPath,
    language: Annotated[
        Language, typer.Option(help="Language of the instrument's texts.")
    ] = Language.INDONESIAN,
) -> None:
    """Show the index tree, the elements, the categories and the questions."""
    from rich.console import Console

    instrument = read_instrument(path)
    console = Console()
    console.print(_counts(instrument), highlight=False, markup=False)
    console.print(_tree(instrument, language))
    if instrument.strata:
        console.print(_strata(instrument, language))
    for rule in instrument.category_rules:
        console.print(_rule(rule, language))
    if instrument.items:
        console.print(_questions(instrument, language))


def _counts(instrument: Instrument) -> str:
    leaves = sum(1 for node in instrument.nodes if not instrument.children(node.code))
    core = sum(item.core for item in instrument.index_items)
    return (
        f"{instrument.title.en} ({instrument.code}, version {instrument.version}): "
        f"{len(instrument.index_items)} index items ({core} core), "
        f"{len(instrument.items) - len(instrument.index_items)} items outside the index, "
        f"{len(instrument.sections)} sections, {len(instrument.nodes)} nodes ({leaves} lowest), "
        f"{len(instrument.strata)} elements, {len(instrument.category_rules)} category rules. "
        f"Polarity: {instrument.polarity}. Fingerprint: {instrument.fingerprint}."
    )


def _tree(instrument: Instrument, language: str) -> Tree:
    from rich.tree import Tree

    def grow(branch: Tree, node: Node) -> None:
        for child in instrument.children(node.code):
            grow(branch.add(_node_line(instrument, child, language)), child)

    root = Tree(_node_line(instrument, instrument.root, language))
    grow(root, instrument.root)
    return root


def _node_line(instrument: Instrument, node: Node, language: str) -> str:
    siblings = instrument.children(node.parent) if node.parent else (node,)
    share = node.weight / sum(sibling.weight for sibling in siblings)
    items = sum(1 for _ in instrument.items_below(node.code))
    parts = [f"weight {node.weight:g} = {share:.1%}", f"{items} items"]
    if node.direction < 0:
        parts.append("turned")
    return _plain(f"{node.label.in_language(language)}  {node.code} ({', '.join(parts)})")


def _strata(instrument: Instrument, language: str) -> Table:
    from rich.table import Table

    table = Table("Element", title="Elements")
    table.add_column("Code", overflow="fold")
    for header in ("Weight", "Minimum", "Required"):
        table.add_column(header)
    table.add_column("Merged into", overflow="fold")
    for stratum in instrument.strata:
        table.add_row(
            _plain(stratum.label.in_language(language)),
            stratum.code,
            f"{stratum.weight:g}",
            str(stratum.minimum_count),
            "yes" if stratum.required else "no",
            stratum.merge_into or "",
        )
    return table


def _rule(rule: CategoryRule, language: str) -> Table:
    from rich.table import Table

    units = {RuleKind.MEAN_SD: "mean + k sd, k from", RuleKind.STEPS: "50 + points, from"}
    unit = units.get(rule.kind, "From")
    table = Table("Category", "Code", unit, "below")
    table.title = f"Category rule {rule.code}"
    table.caption = (
        f"needs {rule.min_answers_region} answers per region, {rule.min_answers_element} per "
        f"element; the word changes {rule.hysteresis_margin:g} beyond the line"
    )
    for band in rule.bands:
        table.add_row(
            _plain(band.label.in_language(language)),
            band.category,
            f"{band.lower:g}",
            f"{band.upper:g}",
        )
    return table


def _questions(instrument: Instrument, language: str) -> Tree:
    from rich.tree import Tree

    root = Tree("Sections")
    for section in instrument.sections:
        page = root.add(_plain(f"{section.label.in_language(language)}  {section.code}"))
        for item in instrument.items:
            if item.section == section.code:
                page.add(_plain(f"{item.label.in_language(language)}  ({_marks(item)})"))
    return root


def _marks(item: Item) -> str:
    marks = [item.code, item.scale]
    if item.node is None:
        return ", ".join([*marks, "outside the index"])
    marks += ["core"] * item.core + ["anchor"] * item.anchor
    return ", ".join([*marks, f"direction {item.direction:+d}", item.node])


def _plain(text: str) -> str:
    """Text of an instrument is data: square brackets in it are no markup."""
    from rich.markup import escape

    return escape(text)
