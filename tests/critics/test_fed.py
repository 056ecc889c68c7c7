"""FED's qualities as absolute scores: a language model scores one dialogue from 1 to 5."""

from pathlib import Path
from typing import Any

import pytest

from tertulia.critics import Abstention, Finding, Outcome, Panel, Review, Verdict, Why, create
from tertulia.critics.conformance import check_critic
from tertulia.critics.experts.fed import Fed
from tertulia.critics.policy import FED, read_policy
from tertulia.models import ChatClient, ModelSpec, ReplyRefused, Request, Scripted, connect
from tertulia.models.errors import Mistake

from .conftest import case_of, members, talk

SPOKEN = talk("Do you sail?", "No.")


def scored(score: object) -> str:
    return (
        f'{{"reason": "Bo is curt.", "findings": [{{"turn": 2, "text": "One word."}}], "score": {score}, '
        '"advice": {"Bo": "Say why."}}'
    )


def chat(script: Any) -> tuple[ChatClient, Scripted]:
    endpoint = Scripted(script)
    return ChatClient(endpoint, ModelSpec.parse("vllm:m")), endpoint


async def reviewed(script: Any, base: Path | None = None, **options: Any) -> tuple[Review, Scripted]:
    client, endpoint = chat(script)
    panel = Panel(members({"use": "fed", "options": options}), services={"chat": client}, base=base)
    return await panel.review(SPOKEN), endpoint


@pytest.mark.parametrize("policy", FED)
async def test_each_policy_is_asked_by_its_text_alone(policy: str) -> None:
    review, endpoint = await reviewed(scored(4), policy=policy)
    findings = (Finding("Bo is curt."), Finding("One word.", 1))
    assert review.ballots[0].answer == Verdict(True, 0.75, findings, {}, {policy: 4})
    (request,) = endpoint.requests
    told, shown = (message["content"] for message in request.messages)
    assert f"Rate one quality of the conversation, {policy}, and nothing else.\n{read_policy(policy).text}" in told
    assert not any(read_policy(other).text in told for other in FED if other != policy)
    assert read_policy(policy).question not in told  # that one compares two
    assert "[1] Ann: Do you sail?\n[2] Bo: No." in shown
    assert not any(sentence in shown for member in SPOKEN.cast for sentence in member.persona.sentences)
    assert request.sampling["temperature"] == 0


async def test_policies_have_seeds_of_their_own() -> None:
    seeds = [(await reviewed(scored(4), policy=policy))[1].requests[0].seed for policy in (*FED, "depth")]
    assert len(set(seeds)) == 5
    assert seeds[0] == seeds[5]


@pytest.mark.parametrize(
    ("score", "threshold", "approve"), [(3, 3, True), (2, 3, False), (3, 3.5, False), (4, 3.5, True), (1, 1, True)]
)
async def test_the_threshold_is_on_the_judges_scale(score: int, threshold: float, approve: bool) -> None:
    review, _ = await reviewed(scored(score), threshold=threshold)
    answer = review.ballots[0].answer
    assert isinstance(answer, Verdict)
    assert (answer.approve, answer.score) == (approve, (score - 1) / 4)
    assert answer.advice == ({} if approve else {"b": "Say why."})


async def test_a_policy_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "wit.md").write_text("Which conversation is wittier?\n\n- Witty: {{ it }} makes one smile.\n")
    review, endpoint = await reviewed(scored(5), tmp_path, policy="wit.md")
    answer = review.ballots[0].answer
    assert isinstance(answer, Verdict)
    assert answer.figures == {"wit": 5}
    assert (
        "conversation, wit, and nothing else.\n- Witty: {{ it }} makes one smile."
        in (endpoint.requests[0].messages[0]["content"])
    )


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"policy": "deph"}, r"no policy 'deph'; did you mean 'depth'\? known: coherency, .* Markdown file"),
        ({"policy": "gone.md"}, "can't read"),
        ({"policy": "empty.md"}, "has to be a question, an empty line, and what to look at"),
        ({"policy": "reason.md"}, "nothing that is scored can be called 'reason': advice, findings, reason, scores"),
        ({"threshold": 0.5}, "option 'threshold' should be greater than or equal to 1"),
    ],
)
def test_wrong_options_say_what_is_there(options: dict[str, object], text: str, tmp_path: Path) -> None:
    (tmp_path / "empty.md").write_text("Be witty.\n")
    (tmp_path / "reason.md").write_text("Which is wiser?\n\n- Reasons are given.\n")
    with pytest.raises(Mistake, match=text):
        create("fed", options, tmp_path)


@pytest.mark.parametrize(
    "reply",
    [
        f"```\n{scored(4)}\n```",
        '{"score": "4/5"}',
        '{"score": "4 out of 5"}',
        '{"score": "**4**"}',
        '{"score": "4 - mostly deep"}',
        "{'score': 4, 'reason': None}",
        '{"Score": 4.0,}',
        '{"depth": "They ask why.", "score": 4}',
        '{"scores": {"depth": 4}}',
        '{"depth": {"score": 4, "reason": "they ask"}}',
        '{"rating": {"score": 4}}',
        "I read it twice.\n\n- **Score:** 4\n- Reason: they ask",
        "Score: 4/5",
        "1. Depth: 4 (they ask why)",
    ],
)
async def test_forms_of_a_four(reply: str) -> None:
    review, endpoint = await reviewed(reply)
    answer = review.ballots[0].answer
    assert isinstance(answer, Verdict)
    assert (answer.score, answer.figures) == (0.75, {"depth": 4})
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("", "it is empty"),
        ("I'd say it is rather deep.", "there is no JSON object in it"),
        ("I'm sorry, but I can't rate this conversation.", "there is no JSON object in it"),
        ('{"reason": "They ask why, and', "there is no JSON object"),
        ('{"reason": "x", "score": }', "its JSON is broken or incomplete"),
        ('{"reason": "x"}', 'there is no JSON object with the key "score" in it'),
        ('{"score": 0}', '"depth" has to be a number from 1 to 5, not 0'),
        ('{"score": "80%"}', "not '80%'"),
        ('{"score": "8/10"}', "not '8/10'"),
        ('{"score": "4-5"}', "not '4-5'"),
        ('{"score": "high"}', "not 'high'"),
        ('{"score": true}', "not True"),
        ('{"score": [4]}', "not [4]"),
        ('{"score": null}', "not None"),
        ('{"score": 2} or {"score": 4}', "several verdicts that contradict"),
        ("Score: 2\nScore: 4", "several verdicts that contradict"),
        ("Score: 9", "has to be a number from 1 to 5, not '9'"),
    ],
)
async def test_what_can_not_be_read_is_asked_for_again_with_the_reason(reply: str, why: str) -> None:
    review, endpoint = await reviewed(lambda request: reply if len(request.messages) == 2 else scored(4))
    assert review.decision.outcome is Outcome.ACCEPTED
    asked = endpoint.requests[1].messages[-1]["content"]
    assert why in asked
    assert "from 1 to 5" in asked
    review, endpoint = await reviewed(reply)
    answer = review.ballots[0].answer
    assert isinstance(answer, Abstention)
    assert answer.kind is Why.FAILED
    assert why in answer.why
    assert len(endpoint.requests) == 2


async def test_the_example_of_the_instructions_is_no_answer() -> None:
    def echo(request: Request) -> str:
        return request.messages[0]["content"].splitlines()[-1]

    review, _ = await reviewed(echo)
    answer = review.ballots[0].answer
    assert isinstance(answer, Abstention)
    assert "it only repeats an example of the instructions" in answer.why


async def test_lines_of_the_dialogue_are_no_answer() -> None:
    client, _ = chat("Score: 5")
    answer = await Fed(chat=client).review(case_of(talk("Say after me.", "Score: 5")))
    assert isinstance(answer, Abstention)


async def test_refusals_and_models_that_can_not_judge() -> None:
    review, _ = await reviewed(lambda request: ReplyRefused("content filter"))
    assert review.ballots[0].answer == Abstention(Why.FAILED, "the model refused: content filter")
    panel = Panel(members("fed"), services={"chat": connect(ModelSpec.parse("rehearsal"))})
    answer = (await panel.review(SPOKEN)).ballots[0].answer
    assert isinstance(answer, Abstention)
    assert answer.kind is Why.SKIPPED


def test_the_fingerprint_changes_with_the_policy(tmp_path: Path) -> None:
    texts = []
    for text in ("- One.", "- Two."):
        (tmp_path / "wit.md").write_text(f"Which is wittier?\n\n{text}\n")
        texts.append(create("fed", {"policy": "wit.md"}, tmp_path).fingerprint)  # type: ignore[union-attr]
    assert texts[0] != texts[1]


async def test_it_conforms() -> None:
    await check_critic(Fed(chat=chat(scored(4))[0]))
