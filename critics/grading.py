"""How is a form filled in? By a language model, once, or several times at temperature 1 and averaged."""

from functools import partial

from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import ChatCompletionClient

from .agent import bound, consult
from .case import Case
from .form import Form, Grades
from .material import material
from .prompt import render
from .reading import read_grades
from .together import together
from .verdict import Abstention, Verdict, Why


async def grade(chat: ChatCompletionClient, case: Case, critic: str, form: Form, rubric: str) -> Verdict | Abstention:
    """The verdict on a dialogue by a rubric and its form; the judge sees turns and names alone.

    Where the form wants samples, at least half of them have to be readable; the others count for nothing.
    """
    if not case.turns:
        return Abstention(Why.NOT_APPLICABLE, "nothing is said")
    told = render("grade", rubric=rubric, form=form)
    asked = [_filled(chat, case, critic, form, told, call) for call in range(form.samples)]
    answers = await together(asked)
    filled = [answer for answer in answers if isinstance(answer, Grades)]
    if 2 * len(filled) < len(answers) or not filled:
        return next(answer for answer in answers if isinstance(answer, Abstention))
    return form.verdict(filled)


async def _filled(
    chat: ChatCompletionClient, case: Case, critic: str, form: Form, told: str, call: int
) -> Grades | Abstention:
    shown = material(case, critic)
    client = bound(chat, case, critic, call=call, temperature=1 if form.samples > 1 else 0)
    question = render("judge-question", material=shown.text)
    read, again = partial(read_grades, form=form, told=told), partial(render, "grade-again", form=form)
    return await consult(AssistantAgent("judge", client, system_message=told), shown, question, read, again)
