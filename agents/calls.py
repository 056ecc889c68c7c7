"""Which call of a try is this? Each gets the sampling seed of its place."""

from autogen_core.models import ChatCompletionClient

from ..models.request import Task
from ..models.stream import sampling_seed
from .dialogue import Place


class Calls:
    """Counts the model calls of one try, and binds a client for each."""

    def __init__(self, seed: int, place: Place) -> None:
        self._seed, self._place, self._made = seed, place, 0

    def bind(self, client: ChatCompletionClient, task: Task) -> ChatCompletionClient:
        """The client with task, seed and scope of the next call; a foreign client is used as it is."""
        number, self._made = self._made, self._made + 1
        bind = getattr(client, "bind", None)
        if bind is None:
            return client
        bound: ChatCompletionClient = bind(
            task=task, seed=sampling_seed(self._seed, "sampling", *self._place, number), scope=self._place.scope
        )
        return bound
