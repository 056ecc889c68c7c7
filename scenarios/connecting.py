"""Which model answers for whom? One client a model, shared by all that use it."""

from collections.abc import Iterable, Mapping

from ..agents.person import Ask, Person
from ..agents.speaker import PERSON
from ..models.calling import Services
from ..models.client import ChatClient
from ..models.errors import Mistake
from ..models.provider import connect, endpoint_of
from ..models.spec import ModelSpec
from ..models.suggesting import suggest
from .scenario import Scenario


class Connections:
    """The clients of one run, closed together."""

    def __init__(self, scenario: Scenario, services: Services, join: Mapping[str, Ask] | None = None) -> None:
        """`join`: for each seat that a person takes, how to ask them for their line. Raises Mistake."""
        self._scenario, self._services = scenario, services
        self._clients: dict[str, ChatClient] = {}
        _check_seats(scenario, join or {})
        self._people = {
            seat: ChatClient(Person(ask), ModelSpec(provider="rehearsal", model=PERSON, retries=0), services)
            for seat, ask in (join or {}).items()
        }

    def seats(self) -> dict[str, ChatClient]:
        """The client of each seat."""
        people = self._people
        return {s.id: people.get(s.id) or self.client(self._scenario.spec_of(s)) for s in self._scenario.seats}

    @property
    def people(self) -> Mapping[str, ChatClient]:
        """The seats that people take."""
        return self._people

    def taught(self, spec: ModelSpec, name: str) -> ChatClient:
        """The client of a taught model, which goes by a name in place of its folder's: a run may be moved. Raises
        Mistake."""
        if name not in self._clients:
            endpoint = endpoint_of(spec, self._services.events)
            self._clients[name] = ChatClient(endpoint, spec.model_copy(update={"model": name}), self._services)
        return self._clients[name]

    async def dismiss(self, name: str) -> None:
        """Close the client of a taught model, if there is one: its memory is wanted."""
        if client := self._clients.pop(name, None):
            await client.close()

    def task(self, name: str) -> ChatClient:
        """The client for judge, writer or selector."""
        return self.client(self._scenario.spec_for(name))

    def client(self, spec: ModelSpec) -> ChatClient:
        """Connects at first use; equal specs share a client."""
        key = spec.model_dump_json()
        if key not in self._clients:
            self._clients[key] = connect(spec, self._services)
        return self._clients[key]

    async def close(self) -> None:
        for client in (*self._clients.values(), *self._people.values()):
            await client.close()


def _check_seats(scenario: Scenario, joined: Iterable[str]) -> None:
    """Raises Mistake for a seat that nobody can take."""
    seats = [seat.id for seat in scenario.seats]
    for seat in joined:
        if seat not in seats:
            raise Mistake(f"--join {seat}: there is no seat {seat!r}{suggest(seat, seats)}")
        if scenario.stage.mode == "script":
            raise Mistake(f"--join {seat}: in script mode one call writes the whole dialogue; set stage.mode=private")
