"""Is a model server there, and does it have a model? One small question over plain HTTP, answered within seconds."""

from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException
from json import loads
from os import environ
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from .spec import ModelSpec

LARGEST = 4_000_000
"""Bytes of an answer that are read."""


@dataclass(frozen=True)
class Reached:
    """What came of asking a server for its models."""

    url: str
    answers: bool
    """Whether a server that talks like a model server answered, even if it refused."""
    why: str = ""
    """What was wrong; empty when its models are known."""
    models: tuple[str, ...] = ()


def reach(spec: ModelSpec, seconds: float = 3.0) -> Reached | None:
    """Asks the server of a model for its list (`GET <base_url>/models`); None for a model that has no server.

    The key goes to that address alone, never along with a redirect, and into no message.
    """
    if not spec.base_url:
        return None
    url = f"{spec.base_url}/models"
    key = environ.get(spec.api_key_env or "", "").strip()
    headers = {"Accept": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    try:
        with build_opener(_NoRedirect).open(Request(url, headers=headers), timeout=seconds) as answer:
            return _read(url, answer.read(LARGEST))
    except HTTPError as error:
        error.close()
        return Reached(url, True, _refusal(error.code, spec, bool(key)))
    except (URLError, HTTPException, OSError, ValueError) as error:
        return Reached(url, False, _reason(error))


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> Request | None:
        return None


def _read(url: str, content: bytes) -> Reached:
    try:
        data: Any = loads(content)
        models = tuple(str(model["id"]) for model in data["data"])
    except (ValueError, LookupError, TypeError):
        return Reached(url, False, "something answers, but not with a list of models; is the address right, with /v1?")
    return Reached(url, True, models=models)


def _refusal(status: int, spec: ModelSpec, key: bool) -> str:
    if status in (401, 403):
        what = f"refuses the key in {spec.api_key_env}" if key else f"wants a key; set {spec.api_key_env}"
        return f"{what} ({status})"
    if status == 404:
        return "has no list of models (404); the address usually ends in /v1"
    return f"answers {status}"


def _reason(error: BaseException) -> str:
    """`connection refused`, in lower case and without the machinery around it."""
    inner = getattr(error, "reason", None)
    if isinstance(inner, BaseException):
        return _reason(inner)
    if isinstance(error, TimeoutError):
        return "no answer in time"
    said = getattr(error, "strerror", None) or str(inner or error) or type(error).__name__
    return said[:1].lower() + said[1:]
