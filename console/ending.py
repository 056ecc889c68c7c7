"""How does a command end? With an exit code that scripts can rely on, and without a traceback for a user's mistake."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import typer

DONE, NOTHING_ACCEPTED, MISTAKE, STOPPED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes: done; done, but nothing accepted; the user's mistake; stopped early and resumable; Ctrl-C."""

Given = ParamSpec("Given")


def ending(command: Callable[Given, int | None]) -> Callable[Given, Any]:
    """The command, with what it returns or raises turned into an exit code and at most one message on stderr."""

    @wraps(command)
    def called(*args: Given.args, **options: Given.kwargs) -> Any:
        raise typer.Exit(exit_code(lambda: command(*args, **options)))

    return called


def exit_code(command: Callable[[], int | None]) -> int:
    from ..models.errors import Mistake, Stopped

    try:
        return command() or DONE
    except Mistake as mistake:
        return _told("mistake", mistake, MISTAKE)
    except Stopped as stopped:
        return _told("stopped", stopped, STOPPED)
    except KeyboardInterrupt:
        return INTERRUPTED


def _told(kind: str, error: Exception, code: int) -> int:
    print(f"{kind}: {error}", file=sys.stderr)
    return code
