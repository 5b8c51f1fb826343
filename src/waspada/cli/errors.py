"""Turns an error that deserves a sentence into that sentence and an exit code."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

from waspada.errors import WaspadaError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def answer_errors(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Wraps a command: the message goes to stderr, the process ends with the error's code."""

    @wraps(command)
    def answering(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
        try:
            return command(*arguments, **options)
        except WaspadaError as error:
            typer.echo(error.message, err=True)
            raise typer.Exit(error.exit_code) from error

    return answering
