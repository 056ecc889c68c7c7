"""What answers without weights, network or key? The understudy, by rule: a model to rehearse a scenario with."""

from asyncio import sleep
from collections.abc import Callable
from typing import Final

from ..counting import estimate_messages, estimate_text
from ..errors import Mistake, NoJudge
from ..request import Events, Reply, Request, Task, unwatched
from ..spec import ModelSpec
from ..stream import stream
from .brief import brief
from .fitting import fit
from .history import history
from .negating import negate
from .profiling import profile
from .questioning import question
from .responding import respond
from .scripting import script
from .selecting import select
from .speaking import speak
from .words import fingerprint

_RESPONDERS: Final[dict[Task, Callable[[str, int, float], str]]] = {
    Task.PROFILE: profile,
    Task.QUESTION: question,
    Task.ANSWER: respond,
    Task.FIT: fit,
}
"""From a prompt, a seed and the share of flaws to a reply."""


class Rehearsal:
    """Speaks by rule, from YAML files of words. Its reply is a function of the request's messages, seed and task.

    It reads what a language model would read, the system message and the history, and speaks English whatever language
    they ask for. It does not learn: exemplars and notes change nothing.
    """

    def __init__(self, *, flaws: float = 0.15, latency: float = 0.0, nature: float = 0.0) -> None:
        """`flaws` in [0, 1]: how often a speaker makes a mistake of the kind that language models make. A turn does
        with probability `flaws / 3`: once in three turns at 1; at 0.15 in a third of conversations of eight own turns.
        Of profile sentences about 30 % are faulty at 0.15, and some replies stand in quotes, labels or prose.
        `latency`: seconds that a reply takes on average, for watching. `nature` in [0, 1]: how often each trait shows
        in a turn of private mode, by an aside with probability `nature * |level| / 5`; at 0 they hardly show.
        Raises Mistake."""
        if not 0 <= flaws <= 1:
            raise Mistake(f"rehearsal: flaws={flaws!r} is not a share: give a number from 0 (none) to 1")
        if latency < 0:
            raise Mistake(f"rehearsal: latency={latency!r} is no time: give seconds from 0 up")
        if not 0 <= nature <= 1:
            raise Mistake(f"rehearsal: nature={nature!r} is not a share: give a number from 0 to 1")
        self.flaws, self.latency, self.nature = float(flaws), float(latency), float(nature)

    @property
    def identity(self) -> str:
        shows = f"&nature={self.nature:g}" if self.nature else ""
        return f"rehearsal:{fingerprint()}?flaws={self.flaws:g}{shows}"

    async def complete(self, request: Request) -> Reply:
        """Answer a request of any task but to judge: speak, select, script, and those that make personas.

        Raises NoJudge for a judge's request, Mistake for a prompt that lacks what its task needs.
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
            case Task.NEGATE:
                return negate(_whole(request))
            case Task.PROFILE | Task.QUESTION | Task.ANSWER | Task.FIT:
                return _RESPONDERS[request.task](_whole(request), request.seed, self.flaws)
            case Task.JUDGE | Task.COMPARE | Task.ASSESS:
                raise NoJudge("rehearsal can't judge: it is no language model; name a `judge:` model in `models:`")

    def _speak(self, request: Request) -> str:
        messages = request.messages
        first = 1 if messages and messages[0]["role"] == "system" else 0
        me = brief(messages[0]["content"] if first else "")
        return speak(me, history(messages[first:], me.others), request.seed, self.flaws, nature=self.nature)


def connect(spec: ModelSpec, events: Events = unwatched) -> Rehearsal:
    """The endpoint of a spec, with its options `flaws`, `latency` and `nature`."""
    return Rehearsal(**spec.options)


def _whole(request: Request) -> str:
    return "\n\n".join(message["content"] for message in request.messages)
