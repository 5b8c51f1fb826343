"""Turns an error that deserves a sentence into that sentence and an exit code."""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

from waspada.errors import WaspadaError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

USAGE = 2
"""Exit code of a wish that this machine or this command line cannot grant."""


def answer_errors(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Wraps a command: the message goes to stderr, the process ends with the error's code.

    What the system refuses outside of files we read and folders we write is standard output.
    """

    @wraps(command)
    def answering(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
        try:
            return command(*arguments, **options)
        except WaspadaError as error:
            typer.echo(error.message, err=True)
            raise typer.Exit(error.exit_code) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of a pipe has seen enough; typer knows
                raise
            typer.echo(f"The results cannot be written: {error.strerror or error}.", err=True)
            raise typer.Exit(USAGE) from error

    return answering
