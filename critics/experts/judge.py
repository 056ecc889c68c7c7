"""Does the dialogue meet a rubric? A language model judges."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import ChatCompletionClient
from pydantic import BeforeValidator, ValidationInfo

from ...models.suggesting import suggest
from ..agent import bound, consult
from ..case import Case
from ..critic import Critic
from ..file import text_of
from ..material import material
from ..prompt import fingerprint, render
from ..verdict import Abstention, Verdict

RUBRICS = Path(__file__).parents[1] / "rubrics"


@dataclass(frozen=True)
class Rubric:
    """What a judge is to look at, in plain words."""

    name: str
    text: str = field(repr=False)


def read_rubric(name: str, base: Path | None = None) -> Rubric:
    """A shipped rubric by name, or the content of a Markdown file, relative to `base`. Raises ValueError."""
    if name.endswith(".md"):
        text = text_of(name, base)
    else:
        shipped = {path.stem: path for path in RUBRICS.glob("*.md")}
        if name not in shipped:
            raise ValueError(f"no rubric {name!r}{suggest(name, shipped)}, or give a Markdown file (.md)")
        text = shipped[name].read_text(encoding="utf-8")
    if not text.strip():
        raise ValueError(f"the rubric {name!r} is empty")
    return Rubric(name, text.strip())


def _from_option(value: Any, info: ValidationInfo) -> Any:
    return read_rubric(value, (info.context or {}).get("base")) if isinstance(value, str) else value


@dataclass(frozen=True)
class Judge(Critic):
    """The dialogue meets a rubric: an AutoGen agent reads it, answers in JSON, and gives its reason.

    It is blind: it sees the turns and names, no persona. What is said in the dialogue stands between fences that no
    speaker can forge. A reply that can't be read is asked for again once, then the judge abstains.
    """

    rubric: Annotated[Rubric, BeforeValidator(_from_option)] = field(default_factory=lambda: read_rubric("quality"))
    """`quality`, `natural`, or a Markdown file of your own."""
    chat: ChatCompletionClient | None = None

    needs: ClassVar[tuple[str, ...]] = ("chat",)

    @property
    def fingerprint(self) -> str:
        """What a panel's fingerprint has to know beside the options."""
        return f"{self.rubric.text}\n{fingerprint()}"

    async def review(self, case: Case) -> Verdict | Abstention:
        assert self.chat is not None
        name = f"judge:{self.rubric.name}"
        shown = material(case, name)
        agent = AssistantAgent(
            "judge", bound(self.chat, case, name), system_message=render("judge", rubric=self.rubric.text)
        )
        return await consult(agent, shown, shown.text)
