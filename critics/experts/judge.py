"""Does the dialogue meet a rubric? A language model judges."""

from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, ClassVar

from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import ChatCompletionClient
from pydantic import BeforeValidator

from ..agent import bound, consult
from ..case import Case
from ..critic import Critic
from ..grading import grade
from ..material import material
from ..prompt import fingerprint, render
from ..reading import read_verdict
from ..rubric import Rubric, read_rubric, rubric_from
from ..verdict import Abstention, Verdict


@dataclass(frozen=True)
class Judge(Critic):
    """The dialogue meets a rubric: an AutoGen agent reads it, answers in JSON, and gives its reason.

    It is blind: it sees the turns and names, no persona. What is said in the dialogue stands between fences that no
    speaker can forge. A reply that can't be read is asked for again once, then the judge abstains.

    A rubric whose front matter names dimensions is scored on each (LLM-Eval, Lin and Chen 2023), and with samples the
    score is the mean of several replies (G-Eval, Liu et al. 2023).
    """

    rubric: Annotated[Rubric, BeforeValidator(rubric_from)] = field(default_factory=lambda: read_rubric("quality"))
    """`quality`, `natural`, `llm-eval`, `g-eval`, or a Markdown file of your own."""
    chat: ChatCompletionClient | None = None

    needs: ClassVar[tuple[str, ...]] = ("chat",)

    @property
    def calls(self) -> int:
        """Of the model, for one dialogue."""
        return self.rubric.form.samples if self.rubric.form else 1

    @property
    def fingerprint(self) -> str:
        """What a panel's fingerprint has to know beside the options."""
        form = f"{self.rubric.form}\n" if self.rubric.form else ""
        return f"{form}{self.rubric.text}\n{fingerprint()}"

    async def review(self, case: Case) -> Verdict | Abstention:
        assert self.chat is not None
        name = f"judge:{self.rubric.name}"
        if self.rubric.form:
            return await grade(self.chat, case, name, self.rubric.form, self.rubric.text)
        shown, told = material(case, name), render("judge", rubric=self.rubric.text)
        agent = AssistantAgent("judge", bound(self.chat, case, name), system_message=told)
        question = render("judge-question", material=shown.text)
        return await consult(agent, shown, question, partial(read_verdict, told=told), partial(render, "repair"))
