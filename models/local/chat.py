"""How does a language model in this process answer a request? With its chat template, batched across dialogues."""

from asyncio import Lock, to_thread

from ..reasoning import split
from ..request import Events, Reply, Request, unwatched
from ..spec import ModelSpec
from .adapter import find_chat
from .connecting import connect_generation
from .decoding import Row
from .generation import Generation
from .sampling import SamplingParameters
from .templating import check_template, defaults_of

WITHOUT_CHAT = "without weights, 'rehearsal' speaks by rule, and servers such as 'ollama:llama3.1' need none here"


class LocalChat:
    """One local causal language model.

    Weights are looked for at once and loaded at the first call, off the event loop and once per process: a run that
    is resumed with all its replies at hand loads nothing. A JSON schema is left to the prompt, which asks for it.
    """

    def __init__(self, spec: ModelSpec) -> None:
        """Raises Mistake for weights that are not there, and for a model without a chat template."""
        self._spec = spec
        self._weights = find_chat(spec.model, WITHOUT_CHAT)
        check_template(spec.model, self._weights.spoken)
        self._defaults = {**defaults_of(self._weights.whole), **defaults_of(self._weights.folder)}
        self._identity = f"{spec.identity}#{self._weights.digest}"
        self._generation: Generation | None = None
        self._loading = Lock()
        self._rows: set[Row] = set()
        self._closed = False

    @property
    def identity(self) -> str:
        """Options that may change a bit of the arithmetic, and what the weights are, wherever they lie."""
        return self._identity

    async def complete(self, request: Request) -> Reply:
        """One reply. Raises Mistake, ReplyRefused; RuntimeError after `close`."""
        if self._closed:
            raise RuntimeError(f"{self._spec} is closed")
        sampling = SamplingParameters.of(request.sampling).over(self._defaults)
        row = Row(request.messages, sampling, request.seed)
        generation = await self._loaded()
        self._rows.add(row)
        try:
            written = await generation.write(row)
        finally:
            self._rows.discard(row)
        said, thought = split(written.text)
        return Reply(said, thought, written.finish, written.prompt_tokens, written.tokens)

    async def close(self) -> None:
        """Cancel what is under way; the weights stay for others in this process."""
        self._closed, self._generation = True, None
        for row in tuple(self._rows):
            row.future.cancel()

    async def _loaded(self) -> Generation:
        async with self._loading:
            if self._generation is None:
                self._generation = await to_thread(
                    connect_generation, self._spec.model, self._weights, **self._spec.options, without=WITHOUT_CHAT
                )
            return self._generation


def connect(spec: ModelSpec, events: Events = unwatched) -> LocalChat:
    """The endpoint of a spec, with its options `device`, `dtype`, `max_batch` and `thinking`."""
    return LocalChat(spec)
