"""The `waspada` command.

Verbs import what they need when they run: the first result of a small file should not wait for
libraries that only a large one uses.
"""

from __future__ import annotations

from typing import Annotated

import typer

from waspada import METHOD_VERSION, __version__
from waspada.cli.analyse import analyse
from waspada.cli.change import change
from waspada.cli.combine import combine
from waspada.cli.index import index
from waspada.cli.instrument import app as instrument_app
from waspada.cli.measure import measure
from waspada.cli.vary import vary

app = typer.Typer(
    name="waspada",
    help="Measures election vulnerability and national vigilance with honest uncertainty.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command(
    epilog="Example: waspada measure answers.csv --instrument instruments/pei-us-2016 "
    "--region-column state --out result"
)(measure)
app.command(
    epilog="Example: waspada combine facts/ikp_2024_provinces.csv --instrument instruments/ikp-2024"
)(combine)
app.command(
    epilog="Example: waspada index data.csv --meta meta.csv "
    "--method examples/methods/simple-mean.yaml --out result"
)(index)
app.command(
    epilog="Example: waspada change first.csv second.csv --instrument "
    "instruments/kerawanan-pilkada-contoh --out change"
)(change)
app.command(
    epilog="Example: waspada vary data.csv --meta meta.csv --method method.yaml "
    "--sensitivity sensitivity.yaml --out result"
)(vary)
app.add_typer(instrument_app, name="instrument")
app.command(
    epilog="Example: waspada analyse data.csv --meta meta.csv "
    "--method examples/methods/asem-base.yaml --out analysis"
)(analyse)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"waspada {__version__}, method {METHOD_VERSION}")
        raise typer.Exit


@app.callback()
def waspada(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Measures election vulnerability and national vigilance with honest uncertainty."""


def main() -> None:
    """Run the command; exit codes: 0 done, 2 usage, 10 instrument, 11 answers, 12 quality."""
    app()


if __name__ == "__main__":
    main()
