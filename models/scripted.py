"""What does a model say that says what it is told? The fake that ships answers as a function of the whole request."""

from collections.abc import Awaitable, Callable, Mapping

from .counting import estimate_messages, estimate_text
from .errors import Mistake
from .locating import locate
from .request import Events, Reply, Request, Task, unwatched
from .spec import ModelSpec

Line = str | Reply | Exception
"""An answer: a text, a whole reply, or an error to raise."""

Script = Callable[[Request], Line | Awaitable[Line]] | Mapping[str, Line]
"""A function of the request; or answers by task, or by a text that stands in the last message (`""` in any)."""


class Scripted:
    """An endpoint that answers from a script."""

    def __init__(self, script: Script | str, *, identity: str = "scripted", record: bool = True) -> None:
        """A bare text is answered to everything. `record`: keep the requests, in the order in which they came."""
        self._script = script
        self._identity = identity
        self._record = record
        self.requests: list[Request] = []
        self.closed = 0

    @property
    def identity(self) -> str:
        return self._identity

    async def complete(self, request: Request) -> Reply:
        if self._record:
            self.requests.append(request)
        line = _line(self._script, request)
        if isinstance(line, Awaitable):
            line = await line
        if isinstance(line, Exception):
            raise line
        return line if isinstance(line, Reply) else _reply(line, request)

    async def close(self) -> None:
        self.closed += 1


def connect(spec: ModelSpec, events: Events = unwatched) -> Scripted:
    """The endpoint of a spec, from its option `function`."""
    script = locate(spec.options["function"])
    if not callable(script):
        raise Mistake(f"options.function: {spec.options['function']!r} can't be called; name a function of the request")
    return Scripted(script, identity=spec.identity, record=False)


def _line(script: Script | str, request: Request) -> Line | Awaitable[Line]:
    if isinstance(script, str):
        return script
    if callable(script):
        return script(request)
    last = request.messages[-1]["content"]
    for key, line in script.items():
        if key is request.task if isinstance(key, Task) else key in last:
            return line
    raise Mistake(f"the script has no answer to {last[-200:]!r}; known: {', '.join(map(repr, script))}")


def _reply(text: str, request: Request) -> Reply:
    prompt = estimate_messages(request.messages)
    return Reply(text, prompt_tokens=prompt, completion_tokens=estimate_text(text))
