"""What came of comparing two candidates by one policy, both ways round?"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..verdict import Abstention, Choice, Preference

MIRRORED: Mapping[Choice, Choice] = {
    Choice.FIRST: Choice.SECOND,
    Choice.SECOND: Choice.FIRST,
    Choice.TIE: Choice.TIE,
}
"""The same choice when the two have changed places."""
DISAGREE = "the two orders disagree"

Answer = Preference | Abstention


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two candidates of one attempt before one policy. Who comes first is the one with the lower number."""

    policy: str
    attempt: int
    first: str
    """Id of a dialogue."""
    second: str
    forth: Answer
    """With `first` shown first."""
    back: Answer
    """With `second` shown first: its FIRST is this comparison's `second`."""

    @property
    def pair(self) -> tuple[str, str]:
        return self.first, self.second

    @property
    def choice(self) -> Choice | None:
        """Which is better; a disagreement of the two orders is a tie. None where one of them gave no answer."""
        if isinstance(self.forth, Abstention) or isinstance(self.back, Abstention):
            return None
        return self.forth.choice if self.agrees else Choice.TIE

    @property
    def agrees(self) -> bool | None:
        """Whether both orders choose the same dialogue, or both none. None where one of them gave no answer."""
        if isinstance(self.forth, Abstention) or isinstance(self.back, Abstention):
            return None
        return self.forth.choice is MIRRORED[self.back.choice]

    @property
    def why(self) -> str:
        """The reason for the choice, or for having none."""
        for answer in (self.forth, self.back):
            if isinstance(answer, Abstention):
                return f"{answer.kind}: {answer.why}"
        return self.forth.why if self.agrees else DISAGREE

    def prefers(self, id: str) -> bool:
        """Whether this dialogue is the better one."""
        return {Choice.FIRST: self.first, Choice.SECOND: self.second}.get(self.choice or Choice.TIE) == id
