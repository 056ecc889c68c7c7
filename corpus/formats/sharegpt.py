"""`sharegpt`: conversations from `human`, `gpt` and `system`, in JSON lines (.jsonl) or one JSON array (.json)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

from ...agents import Dialogue, SeatRole
from ...models.request import Role
from ..record import Record
from .imported import OnOdd, imported
from .jsonlines import as_line, objects
from .messages import as_telling, pairs
from .telling import retell, speakers, tell

NAMES = {Role.SYSTEM: "system", Role.USER: "human", Role.ASSISTANT: "gpt"}
MEANINGS = {
    "system": Role.SYSTEM,
    **dict.fromkeys(("human", "user"), Role.USER),
    **dict.fromkeys(("gpt", "assistant", "chatgpt", "model", "bot", "bard", "bing"), Role.ASSISTANT),
}


@dataclass(frozen=True)
class ShareGPT:
    """A file of conversations, told from the assistant's side."""

    path: Path
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".json")
    everything: ClassVar[bool] = False

    def write(self, records: Iterable[Record], file: IO[bytes]) -> None:
        rows = (as_line(conversation(record.dialogue)) for record in records if record.dialogue.turns)
        if self.path.suffix.lower() != ".json":
            file.writelines(rows)
            return
        file.write(b"[\n")
        for number, row in enumerate(rows):
            file.write(b"," * bool(number) + row)
        file.write(b"]\n")

    def read(self, on_odd: OnOdd) -> Iterator[Dialogue]:
        for number, (spot, values) in enumerate(objects(self.path)):
            said = pairs(spot, values.get("conversations"), "conversations", ("from", "value"))
            messages = [(str(MEANINGS.get(name.lower(), name)), text) for name, text in said]
            telling = as_telling(spot, messages, Role.ASSISTANT.value, on_odd)
            yield imported(*retell([telling]), spot, number, str(values.get("id") or ""))


def conversation(dialogue: Dialogue) -> dict[str, Any]:
    messages = tell(dialogue, assistant(dialogue))
    said = [{"from": NAMES[Role(message["role"])], "value": message["content"]} for message in messages]
    return {"id": dialogue.id, "conversations": said}


def assistant(dialogue: Dialogue) -> str:
    """The seat that `gpt` stands for: the first of role assistant; without one, the first that answers the opener.

    Everyone else is `human`, so that without roles whoever opens is the human.
    """
    spoke = speakers(dialogue)
    for member in dialogue.cast:
        if member.role is SeatRole.ASSISTANT and member.seat in spoke:
            return member.seat
    opener = dialogue.turns[0].seat
    humans = {member.seat for member in dialogue.cast if member.role is SeatRole.USER}
    order = list(dict.fromkeys(turn.seat for turn in dialogue.turns))
    answering = [seat for seat in order if seat != opener and seat not in humans]
    return next(iter([*answering, *(seat for seat in order if seat not in humans)]), opener)
