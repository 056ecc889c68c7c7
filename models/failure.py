"""A server has refused: whose turn is it to act?"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from json import dumps
from re import IGNORECASE, compile
from typing import Any

from .errors import AccountSpent, Mistake, ReplyRefused, TertuliaError, Unavailable

TRANSIENT = frozenset({408, 409, 425, 429})
LONGEST_QUOTE = 400
"""Characters of a server's message that are repeated to the user."""

_SPENT = compile(
    r"insufficient[_ ](?:quota|balance|credit|funds)|exceeded your current quota|out of credits", IGNORECASE
)
_CONTENT = compile(
    r"content.?filter|content.?(?:management.?)?polic|safety|moderation|flagged|inappropriate", IGNORECASE
)
_TOO_LONG = compile(
    r"context.?(?:length|window|size)|(?:prompt|input|request|message\w*) (?:is|are) too (?:long|large)"
    r"|too many (?:input )?tokens|string_above_max_length|exceeds? the (?:model.s )?max\w* (?:number of )?\w* ?tokens",
    IGNORECASE,
)
_NOT_TAKEN = compile(
    r"unsupported|not support|n.t support|unrecogni[sz]ed|unknown|unexpected|unavailable|not available|not permitted"
    r"|not allowed|forbidden|not accepted|cannot (?:both )?be|only the default|deprecated",
    IGNORECASE,
)


@dataclass(frozen=True)
class Failure:
    """What a server said when it did not answer."""

    status: int
    message: str
    code: str = ""
    parameter: str = ""
    retry_after: float | None = None
    """Seconds, where the server names them."""


@dataclass(frozen=True)
class Asked:
    """Whom we asked, for the message to the user."""

    spec: str
    model: str
    url: str
    key_env: str | None = None


def read(status: int, payload: object, *, retry_after: float | None = None) -> Failure:
    """The failure behind an error's payload, in any of the shapes that servers give it."""
    inner = payload.get("error", payload) if isinstance(payload, Mapping) else payload
    if not isinstance(inner, Mapping):
        return Failure(status, _quoted(inner), retry_after=retry_after)
    told = inner.get("message") or inner.get("detail") or inner
    code, parameter = inner.get("code") or inner.get("type"), inner.get("param")
    return Failure(status, _quoted(told), str(code or ""), str(parameter or ""), retry_after)


def meaning(failure: Failure, asked: Asked) -> TertuliaError:
    """The error to raise: Unavailable (try again), ReplyRefused (this request only), AccountSpent, or Mistake."""
    status, said = (
        failure.status,
        f" ({failure.status}): {failure.message}" if failure.message else f" ({failure.status})",
    )
    words = f"{failure.code} {failure.message}"
    if status == 402 or (status in (403, 429) and _SPENT.search(words)):
        return AccountSpent(
            f"{asked.spec}: the account has no credit left{said}; top it up and run the same command again"
        )
    if status in TRANSIENT or status >= 500:
        return Unavailable(
            f"{asked.url} answers {status}: {failure.message or 'no reason'}", retry_after=failure.retry_after
        )
    if status == 413 or _TOO_LONG.search(words):
        return ReplyRefused(f"{asked.spec}: the request is too long for the model{said}")
    if status == 451 or _CONTENT.search(words):
        return ReplyRefused(f"{asked.spec}: the server refuses the request for its content{said}")
    return Mistake(_advice(status, said, asked))


def not_taken(failure: Failure, sent: Container[str], candidates: tuple[str, ...]) -> str | None:
    """The parameter of ours that a 400 says the server doesn't take, if that is what it says."""
    if failure.status not in (400, 422) or not _NOT_TAKEN.search(f"{failure.code} {failure.message}"):
        return None
    if failure.parameter.partition(".")[0] in candidates and failure.parameter.partition(".")[0] in sent:
        return failure.parameter.partition(".")[0]
    return next((name for name in candidates if name in sent and _names(failure.message, name)), None)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that `Retry-After` asks for, given as seconds or as a date; `now` in seconds since the epoch."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    if value is None or (seconds := _number(value)) is not None:
        return seconds if value is not None else None
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return None


def _advice(status: int, said: str, asked: Asked) -> str:
    if status in (401, 403):
        key = f"the key in {asked.key_env}" if asked.key_env else "a call without a key"
        return f"{asked.spec}: {asked.url} refuses {key}{said}; check the key, or name its variable with api_key_env"
    if status == 404:
        return (
            f"{asked.spec}: {asked.url} has no model {asked.model!r}{said}; check the name, that it is installed "
            "there, and the address, which usually ends in /v1"
        )
    return f"{asked.spec}: {asked.url} doesn't take the request{said}; mend the model's spec"


def _names(message: str, parameter: str) -> bool:
    return compile(rf"(?<![A-Za-z_]){parameter}(?![A-Za-z_])").search(message) is not None


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value is not None else -1.0
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _quoted(said: Any) -> str:
    """On one line, without control characters, not longer than is useful."""
    text = said if isinstance(said, str) else dumps(said, ensure_ascii=False, default=str) if said else ""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST_QUOTE else line[:LONGEST_QUOTE] + "..."
