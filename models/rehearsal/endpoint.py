"""What answers without weights, network or key? The understudy, by rule: a model to rehearse a scenario with."""

from asyncio import sleep

from ..counting import estimate_messages, estimate_text
from ..errors import Mistake, NoJudge
from ..request import Events, Reply, Request, Task, unwatched
from ..spec import ModelSpec
from ..stream import stream
from .brief import brief
from .history import history
from .scripting import script
from .selecting import select
from .speaking import speak
from .words import fingerprint


class Rehearsal:
    """Speaks by rule, from YAML files of words. Its reply is a function of the request's messages, seed and task.

    It reads what a language model would read, the system message and the history, and speaks English whatever language
    they ask for. It does not learn: exemplars and notes change nothing.
    """

    def __init__(self, *, flaws: float = 0.15, latency: float = 0.0) -> None:
        """`flaws` in [0, 1]: how often a speaker makes a mistake of the kind that language models make. A turn does
        with probability `flaws / 3`: once in three turns at 1; at 0.15 in a third of conversations of eight own turns.
        `latency`: seconds that a reply takes on average, for watching. Raises Mistake."""
        if not 0 <= flaws <= 1:
            raise Mistake(f"rehearsal: flaws={flaws!r} is not a share: give a number from 0 (none) to 1")
        if latency < 0:
            raise Mistake(f"rehearsal: latency={latency!r} is no time: give seconds from 0 up")
        self.flaws, self.latency = float(flaws), float(latency)

    @property
    def identity(self) -> str:
        return f"rehearsal:{fingerprint()}?flaws={self.flaws:g}"

    async def complete(self, request: Request) -> Reply:
        """Answer a request to speak, to select a speaker, or to write a script.

        Raises NoJudge for a judge's request, Mistake for another task that needs a language model.
        """
        text = self._text(request)
        if self.latency:
            await sleep(self.latency * (0.5 + stream(request.seed, "latency").random()))
        return Reply(text, prompt_tokens=estimate_messages(request.messages), completion_tokens=estimate_text(text))

    async def close(self) -> None:
        """Nothing is open."""

    def _text(self, request: Request) -> str:
        match request.task:
            case Task.SPEAK:
                return self._speak(request)
            case Task.SELECT:
                return select(_whole(request), request.seed)
            case Task.SCRIPT:
                return script(_whole(request), request.seed, self.flaws)
            case Task.JUDGE:
                raise NoJudge("rehearsal can't judge: it is no language model; name a `judge:` model in `models:`")
            case _:
                raise Mistake(
                    f"rehearsal: no words for the task {request.task.value!r}; it can speak, select and script; "
                    "name a language model for this task in `models:`"
                )

    def _speak(self, request: Request) -> str:
        messages = request.messages
        first = 1 if messages and messages[0]["role"] == "system" else 0
        me = brief(messages[0]["content"] if first else "")
        return speak(me, history(messages[first:], me.others), request.seed, self.flaws)


def connect(spec: ModelSpec, events: Events = unwatched) -> Rehearsal:
    """The endpoint of a spec, with its options `flaws` and `latency`."""
    return Rehearsal(**spec.options)


def _whole(request: Request) -> str:
    return "\n\n".join(message["content"] for message in request.messages)
