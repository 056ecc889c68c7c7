"""How much of one quality has the dialogue? A language model scores it."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from autogen_core.models import ChatCompletionClient
from pydantic import BeforeValidator, Field

from ..case import Case
from ..critic import Critic
from ..form import Form
from ..grading import grade
from ..policy import Policy, policy_from, read_policy
from ..prompt import fingerprint, render
from ..verdict import Abstention, Verdict


@dataclass(frozen=True)
class Fed(Critic):
    """The dialogue has enough of one quality: depth, coherency, consistency, diversity, likability, or one of your own.

    The five are those of Synthetic-Persona-Chat (Jandaghi et al. 2023), after FED (Mehri and Eskenazi 2020), where they
    compare candidates; here a judge gives one dialogue a score from 1 to 5, without another to hold it against. It is
    blind: it sees turns and names, no persona. The verdict's score is the judge's, from 0 (1) to 1 (5).
    """

    policy: Annotated[Policy, BeforeValidator(policy_from)] = field(default_factory=lambda: read_policy("depth"))
    """`depth`, `coherency`, `consistency`, `diversity`, `likable`, or a Markdown file of your own."""
    threshold: Annotated[float, Field(ge=1, le=5)] = 3
    """The judge's score, of 1 to 5, from which the dialogue is approved."""
    chat: ChatCompletionClient | None = None

    needs: ClassVar[tuple[str, ...]] = ("chat",)
    calls: ClassVar[int] = 1

    @property
    def fingerprint(self) -> str:
        """What a panel's fingerprint has to know beside the options."""
        return f"{self.policy.text}\n{fingerprint()}"

    async def review(self, case: Case) -> Verdict | Abstention:
        assert self.chat is not None
        form = Form({self.policy.name: ""}, threshold=self.threshold)
        return await grade(self.chat, case, f"fed:{self.policy.name}", form, render("fed", policy=self.policy))
