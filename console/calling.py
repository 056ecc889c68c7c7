"""How does a command end? With an exit code that scripts can rely on, and one message instead of a traceback."""

import os
import sys
from collections.abc import Callable
from typing import Any

import typer
from typer.exceptions import TyperException

DONE, NOTHING_ACCEPTED, MISTAKE, STOPPED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes: done; done, but nothing accepted; the user's mistake; stopped early and resumable; Ctrl-C."""


def called(command: Callable[[], Any]) -> int:
    """The exit code of a command; a mistake or an early stop is told on stderr."""
    from ..models.errors import Mistake, Stopped

    try:
        code = command()
        sys.stdout.flush()
    except Mistake as mistake:
        return _told("mistake", str(mistake), MISTAKE)
    except Stopped as stopped:
        return _told("stopped", str(stopped), STOPPED)
    except TyperException as mistake:
        return _misused(mistake)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return code if isinstance(code, int) else DONE


def _misused(error: TyperException) -> int:
    """What was typed wrongly, and where the choices stand; a command that is incomplete shows its help instead."""
    said = error.format_message().rstrip(".").replace(". Did you mean", "; did you mean")
    if said.startswith("Usage:"):
        print(said)
        return MISTAKE
    context = getattr(error, "ctx", None)
    see = f"; see `{context.command_path} --help`" if context else ""
    return _told("mistake", f"{said[:1].lower()}{said[1:]}{see}", MISTAKE)


def _told(kind: str, what: str, code: int) -> int:
    print(f"{kind}: {what}", file=sys.stderr)
    return code
