"""A rubric file: plain words, or with front matter a form of several dimensions, filled in once or in samples."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tertulia.critics import Abstention, Finding, Outcome, Panel, Review, Verdict, Why, create
from tertulia.critics.conformance import check_critic
from tertulia.critics.experts.judge import Judge
from tertulia.critics.form import Form
from tertulia.critics.rubric import RUBRICS, read_rubric
from tertulia.models import ChatClient, ModelSpec, ReplyRefused, Request, Scripted, connect
from tertulia.models.errors import BudgetSpent, Mistake

from .conftest import members, talk

SPOKEN = talk("Do you sail?", "No.")
FOUR = ("content", "grammar", "relevance", "appropriateness")


def filled(*scores: object, names: tuple[str, ...] = FOUR) -> str:
    listed = ", ".join(f'"{name}": {score}' for name, score in zip(names, scores, strict=True))
    return f'{{"reason": "Curt.", "findings": [], "scores": {{{listed}}}, "advice": {{"Bo": "Say why."}}}}'


async def reviewed(script: Any, base: Path | None = None, **entry: Any) -> tuple[Review, Scripted]:
    endpoint = Scripted(script)
    client = ChatClient(endpoint, ModelSpec.parse("vllm:m"))
    panel = Panel(members({"use": "judge", **entry}), services={"chat": client}, base=base)
    return await panel.review(SPOKEN), endpoint


async def answered(script: Any, base: Path | None = None, **entry: Any) -> Verdict | Abstention:
    return (await reviewed(script, base, **entry))[0].ballots[0].answer


LLM_EVAL: dict[str, Any] = {"options": {"rubric": "llm-eval"}}
G_EVAL: dict[str, Any] = {"options": {"rubric": "g-eval"}}


async def test_llm_eval_scores_four_dimensions_in_one_call() -> None:
    review, endpoint = await reviewed(filled(1, 5, 2, 3), **LLM_EVAL)
    figures = {"content": 1, "grammar": 5, "relevance": 2, "appropriateness": 3}
    advice = {"b": "Say why."}
    assert review.ballots[0].answer == Verdict(False, 0.55, (Finding("Curt."),), advice, figures)
    (request,) = endpoint.requests
    told = request.messages[0]["content"]
    assert all(f'"{name}": ' in told for name in FOUR)
    assert "from 0 (the worst) to 5 (the best)" in told
    assert request.sampling["temperature"] == 0
    assert Judge(read_rubric("llm-eval")).calls == 1


async def test_the_mean_at_the_threshold_approves() -> None:
    answer = await answered(filled(3, 3, 2, 4), **LLM_EVAL)
    assert isinstance(answer, Verdict)
    assert (answer.approve, answer.score, answer.advice) == (True, 0.6, {})


THREE = ("naturalness", "coherence", "engagingness")


def by_seed(*answers: object) -> Callable[[Request], object]:
    """The n-th answer to the n-th seed that is heard of, whatever is asked again."""
    seeds: dict[int, object] = {}

    def script(request: Request) -> object:
        return seeds.setdefault(request.seed, answers[len(seeds) % len(answers)])

    return script


async def test_g_eval_is_the_mean_of_samples_with_seeds_of_their_own() -> None:
    replies = [filled(score, 3, 3, names=THREE) for score in (1, 2, 2, 2, 5)]
    review, endpoint = await reviewed(by_seed(*replies), **G_EVAL)
    answer = review.ballots[0].answer
    assert isinstance(answer, Verdict)
    assert answer.figures == {"naturalness": 2.4, "coherence": 3, "engagingness": 3}
    assert answer.score == round((8.4 / 3 - 1) / 4, 4)
    assert len({request.seed for request in endpoint.requests}) == 5
    assert {request.sampling["temperature"] for request in endpoint.requests} == {1}
    assert len({tuple(m["content"] for m in request.messages) for request in endpoint.requests}) == 1
    assert Judge(read_rubric("g-eval")).calls == 5
    again, second = await reviewed(by_seed(*replies), **G_EVAL)
    assert [request.key for request in second.requests] == [request.key for request in endpoint.requests]
    assert again == review


async def test_samples_that_can_not_be_read_count_for_nothing_while_half_can() -> None:
    good = filled(4, 4, 4, names=THREE)
    bad: object
    for bad in ("hm", ReplyRefused("content filter")):
        answer = await answered(by_seed(good, bad, good, good, bad), **G_EVAL)
        assert isinstance(answer, Verdict)
        assert answer.score == 0.75
        answer = await answered(by_seed(good, bad, bad, good, bad), **G_EVAL)
        assert isinstance(answer, Abstention)
        assert answer.kind is Why.FAILED


async def test_what_stops_the_run_stops_all_samples() -> None:
    with pytest.raises(BudgetSpent):
        await reviewed(lambda request: BudgetSpent("spent"), **G_EVAL)
    panel = Panel(members({"use": "judge", **G_EVAL}), services={"chat": connect(ModelSpec.parse("rehearsal"))})
    answer = (await panel.review(SPOKEN)).ballots[0].answer
    assert isinstance(answer, Abstention)
    assert answer.kind is Why.SKIPPED


@pytest.mark.parametrize(
    "reply",
    [
        f"```json\n{filled(4, 5, 3, 4)}\n```\nIn short: a good talk {{}}.",
        filled('"4/5"', '"5 out of 5"', '"3"', '"4 (polite)"'),
        filled('{"score": 4, "reason": "x"}', '{"rating": 5}', '{"value": "3"}', 4.0),
        '{"content": 4, "grammar": 5, "relevance": 3, "appropriateness": 4}',
        '{"evaluation": {"content": 4, "grammar": 5, "relevance": 3, "appropriateness": 4}}',
        '{"scores": {"Content Score": 4, "grammar_score": 5, "RELEVANCE": 3, "appropriateness ": 4,},}',
        '{"scores": [{"dimension": "content", "score": 4}, {"dimension": "grammar", "score": 5}, '
        '{"name": "relevance", "score": 3}, {"dimension": "appropriateness", "score": "4"}]}',
        "{'scores': {'content': 4, 'grammar': 5, 'relevance': 3, 'appropriateness': 4}}",
        "- Content: 4\n- Grammar: 5\n- Relevance: 3\n- Appropriateness: 4",
        "The form:\n\n1. **Content**: 4/5\n2. **Grammar:** 5/5\n3. Relevance - 3\n4) *Appropriateness* = 4",
        filled(4, 5, 3, 4) + filled(4, 5, 3, 4),
    ],
)
async def test_forms_of_one_answer(reply: str) -> None:
    answer = await answered(reply, **LLM_EVAL)
    assert isinstance(answer, Verdict)
    assert answer.figures == {"content": 4, "grammar": 5, "relevance": 3, "appropriateness": 4}


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ('{"scores": {"content": 4, "grammar": 5, "relevance": 3}}', "there is no score for 'appropriateness'"),
        ("- Content: 4\n- Grammar: 5", "there is no score for 'relevance', 'appropriateness'"),
        ('{"scores": [4, 5, 3, 4]}', "there is no score for 'content', 'grammar'"),
        (filled(4, 5, 3, 6), '"appropriateness" has to be a number from 0 to 5, not 6'),
        (filled(4, 5, 3, '"n/a"'), "not 'n/a'"),
        (filled(4, 5, 3, '"85/100"'), "not '85/100'"),
        (filled(4, 5, 3, "null"), "not None"),
        (filled(4, 5, 3, 4) + filled(4, 5, 3, 1), "several verdicts that contradict"),
        (filled(4, 5, 3, 4)[:80], "there is no JSON object|broken or incomplete"),
        ("4, 5, 3, 4", "there is no JSON object in it"),
        ("", "it is empty"),
    ],
)
async def test_what_is_missing_is_asked_for_again_once(reply: str, why: str) -> None:
    review, endpoint = await reviewed(lambda r: reply if len(r.messages) == 2 else filled(4, 5, 3, 4), **LLM_EVAL)
    assert review.decision.outcome is Outcome.ACCEPTED
    asked = endpoint.requests[1].messages[-1]["content"]
    assert re.search(why, asked)
    assert all(f'"{name}": number' in asked for name in FOUR)
    answer = await answered(reply, **LLM_EVAL)
    assert isinstance(answer, Abstention)
    assert answer.kind is Why.FAILED
    assert re.search(why, answer.why)


async def test_a_scale_to_a_hundred(tmp_path: Path) -> None:
    (tmp_path / "kind.md").write_text(
        "---\nscale: [0, 100]\ndimensions: [warmth, tact]\nthreshold: 70\n---\nBe kind.\n"
    )
    names = ("warmth", "tact")
    for reply in (filled('"85/100"', '"60%"', names=names), filled(85, '"60 out of 100"', names=names)):
        answer = await answered(reply, tmp_path, use="kind.md")
        assert isinstance(answer, Verdict)
        assert (answer.approve, answer.score, answer.figures) == (True, 0.725, {"warmth": 85, "tact": 60})
    answer = await answered(filled(0.85, 0.6, names=names), tmp_path, use="kind.md")
    assert isinstance(answer, Abstention)
    assert "scores are whole numbers from 0 to 100, no fractions" in answer.why


async def test_front_matter_without_dimensions_is_one_score_by_the_files_name(tmp_path: Path) -> None:
    (tmp_path / "kind.md").write_text("---\nsamples: 1\n---\n\nBe kind.\n---\nAlways.\n")
    review, endpoint = await reviewed('{"reason": "Cold.", "score": 2}', tmp_path, use="kind.md")
    assert review.ballots[0].answer == Verdict(False, 0.25, (Finding("Cold."),), {}, {"kind": 2})
    assert "Be kind.\n---\nAlways." in endpoint.requests[0].messages[0]["content"]


def test_a_plain_file_has_no_form(tmp_path: Path) -> None:
    (tmp_path / "kind.md").write_text("Be kind.\n\n---\nscale: none\n")
    rubric = read_rubric("kind.md", tmp_path)
    assert (rubric.text, rubric.form) == ("Be kind.\n\n---\nscale: none", None)


def test_what_front_matter_gives(tmp_path: Path) -> None:
    front = "scale: [-2, 2]\ndimensions:\n  warmth: are they warm?\n  마음:\nsamples: 3\n"
    whole = f"\ufeff---\n{front}---\nBe kind.\n".replace("\n", "\r\n")
    (tmp_path / "kind.md").write_bytes(whole.encode())
    rubric = read_rubric("kind.md", tmp_path)
    assert rubric.text == "Be kind."
    assert rubric.form == Form({"warmth": "are they warm?", "마음": ""}, -2, 2, 0, 3)


@pytest.mark.parametrize(
    ("front", "text"),
    [
        ("scales: [1, 5]", "no key 'scales'; did you mean 'scale'? known: dimensions, samples, scale, threshold"),
        ("scale: 5", "scale should be a valid list, not 5"),
        ("scale: [5, 1]", "scale goes from the worst score to the best, such as [1, 5], not [5, 1]"),
        ("scale: [1, 2, 3]", "scale List should have at most 2 items"),
        ("scale: [0, 1.5]", "scale[1] should be a valid integer, not 1.5"),
        ("scale: [0, 100]\nthreshold: 101", "threshold lies on the scale, from 0 to 100, not 101"),
        ("threshold: high", "threshold should be a valid number, not 'high'"),
        ("samples: 0", "samples should be greater than or equal to 1, not 0"),
        ("samples: 2.5", "samples should be a valid integer, not 2.5"),
        ("dimensions: content", "dimensions are names"),
        ("dimensions: []", "dimensions are names"),
        ("dimensions: [a, A]", "dimensions are names"),
        ("dimensions: {a: [b]}", "dimensions are names"),
        ('dimensions: ["a\\nb"]', "dimensions are names"),
        ("dimensions: [warmth, Reason]", "nothing that is scored can be called 'Reason': advice, findings, reason"),
        ("dimensions: {findings: how many}", "nothing that is scored can be called 'findings'"),
        ("scale: [1, 5", "is no YAML"),
        ("just words", "has to be keys with values: scale, dimensions, threshold, samples"),
        ("scale: 5\nsamples: 0", "scale should be a valid list, not 5; samples should be"),
    ],
)
def test_wrong_front_matter_names_file_key_and_choices(front: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "kind.md").write_text(f"---\n{front}\n---\nBe kind.\n")
    with pytest.raises(Mistake, match=re.escape(text)) as mistake:
        create("kind.md", {}, tmp_path)
    assert "the front matter of the rubric 'kind.md'" in str(mistake.value)


def test_a_file_that_names_its_dimension_has_a_name_that_is_free(tmp_path: Path) -> None:
    (tmp_path / "reason.md").write_text("---\nsamples: 2\n---\nBe kind.\n")
    with pytest.raises(Mistake, match=r"can be called 'reason'.*choose another name"):
        create("reason.md", {}, tmp_path)


def test_front_matter_that_does_not_end_or_has_no_rubric(tmp_path: Path) -> None:
    (tmp_path / "kind.md").write_text("---\nscale: [1, 5]\nBe kind.\n")
    with pytest.raises(Mistake, match="begins with '---', and no second '---' ends its front matter"):
        create("kind.md", {}, tmp_path)
    (tmp_path / "kind.md").write_text("---\nscale: [1, 5]\n---\n")
    with pytest.raises(Mistake, match=r"the rubric 'kind.md' is empty"):
        create("kind.md", {}, tmp_path)


@pytest.mark.parametrize("name", sorted(path.stem for path in RUBRICS.glob("*.md")))
async def test_shipped_rubrics_are_read_and_conform(name: str) -> None:
    rubric = read_rubric(name)
    names = tuple(rubric.form.dimensions) if rubric.form else ()
    reply = filled(*[4] * len(names), names=names) if names else '{"approve": true, "score": 4}'
    client = ChatClient(Scripted(reply), ModelSpec.parse("vllm:m"))
    await check_critic(Judge(rubric, client))


def test_the_fingerprint_changes_with_the_form(tmp_path: Path) -> None:
    found = set()
    for front in ("samples: 1", "samples: 2", "threshold: 4"):
        (tmp_path / "kind.md").write_text(f"---\n{front}\n---\nBe kind.\n")
        found.add(create("kind.md", {}, tmp_path).fingerprint)  # type: ignore[union-attr]
    assert len(found) == 3
