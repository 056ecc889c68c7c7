"""Where may a key be named? In `api_key` and in the ledger's address, as `${NAME}`, and nowhere else."""

import re
from collections.abc import Iterator, Mapping
from os import environ
from typing import Any
from urllib.parse import urlsplit

from ..models.errors import Mistake
from .source import Loc, Problem

REFERENCE = re.compile(r"\$\{([^}]*)\}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SECRET_KEY = re.compile(r"key|secret|token$|password|ledger", re.IGNORECASE)
"""Fields whose values no message repeats."""


def secret(loc: Loc) -> bool:
    """Whether the value there may hold a key that somebody wrote in plain text."""
    return any(isinstance(step, str) and SECRET_KEY.search(step) for step in loc[-1:])


def exposures(data: Any, variables: Mapping[str, str] | None = None, loc: Loc = ()) -> Iterator[Problem]:
    """Keys in plain text, `${NAME}` where none may stand, and names that are not set in the environment."""
    variables = environ if variables is None else variables
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from exposures(value, variables, (*loc, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from exposures(value, variables, (*loc, index))
    elif isinstance(data, str):
        yield from _in_text(data, variables, loc)


def resolved(text: str, variables: Mapping[str, str] | None = None) -> str:
    """The text with each `${NAME}` replaced by what the environment holds. Raises Mistake for one that is not set."""
    variables = environ if variables is None else variables

    def value(found: re.Match[str]) -> str:
        if found[1] not in variables:
            raise Mistake(f"the environment has no variable {found[1]!r}; set it, or take '${{{found[1]}}}' out")
        return variables[found[1]]

    return REFERENCE.sub(value, text)


def _in_text(text: str, variables: Mapping[str, str], loc: Loc) -> Iterator[Problem]:
    names = REFERENCE.findall(text)
    if loc[-1:] == ("api_key_env",) and not VARIABLE.fullmatch(text):
        yield Problem(loc, "give the name of an environment variable that holds the key, not the key")
    if loc == ("ledger",) and "://" in text and _password(text):
        yield Problem(loc, "a password doesn't belong in a file; write it as '${NAME}' and set NAME in the environment")
    if names and not _allowed(loc):
        yield Problem(loc, "'${...}' is for keys, in `api_key` and `ledger`; anywhere else write the value itself")
        return
    for name in names:
        if not variables.get(name):
            yield Problem(loc, f"the environment has no variable {name!r}; set it before the run, or name another one")


def _allowed(loc: Loc) -> bool:
    return loc == ("ledger",) or (loc[-1:] == ("api_key",) and loc[0] != "critics")


def _password(url: str) -> bool:
    """Whether a literal password stands in the URL."""
    try:
        return bool(urlsplit(REFERENCE.sub("", url)).password)
    except ValueError:
        return True
