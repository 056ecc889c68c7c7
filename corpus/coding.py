"""How do dialogues, jobs and reviews become rows, and rows become them again?"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from functools import lru_cache
from hashlib import blake2b
from json import JSONEncoder, loads
from typing import Any

from sqlalchemy import RowMapping

from ..agents import Dialogue, Job, Member, SeatRole, Turn
from ..critics import Abstention, Ballot, Decision, Finding, Outcome, Review, SeatKind, Verdict, Why
from ..critics.tournament.comparison import Answer, Comparison
from ..critics.verdict import Choice, Preference
from ..models.request import Reply
from ..personas import Persona
from .record import RunInfo

Row = dict[str, Any]
Texts = dict[bytes, str]
"""JSON by content address."""

TURN = tuple(field.name for field in fields(Turn))


def to_json(value: Any) -> str:
    """Compact JSON that any database can hold: control characters are escaped, and lone surrogates where there are."""
    text = _encode(value)
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return _escape(value)
    return text


_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_escape = JSONEncoder(separators=(",", ":")).encode


def from_json(text: str) -> Any:
    return loads(text)


def shelved(value: Any) -> tuple[bytes, str]:
    """(content address of 16 bytes, JSON) of something that is stored once, however often it occurs."""
    text = to_json(value)
    return blake2b(text.encode(), digest_size=16).digest(), text


@lru_cache(maxsize=4096)
def _shelved_persona(persona: Persona) -> tuple[bytes, str]:
    return shelved(persona.model_dump(mode="json"))


def persona_texts(cast: Iterable[Member]) -> Texts:
    return dict(_shelved_persona(member.persona) for member in cast)


def cast_data(cast: Iterable[Member]) -> list[Row]:
    return [
        {"seat": m.seat, "role": m.role, "model": m.model, "persona": _shelved_persona(m.persona)[0].hex()}
        for m in cast
    ]


def dialogue_row(dialogue: Dialogue) -> Row:
    """Personas are named by their hash. Raises ValueError for a dialogue without a place."""
    if dialogue.place is None:
        raise ValueError(f"dialogue {dialogue.id!r} has no place: give it one (round, index) before it is kept")
    data = dialogue.to_dict()
    data["cast"] = cast_data(dialogue.cast)
    data["turns"] = [list(turn.values()) for turn in data["turns"]]
    del data["id"], data["place"]
    place = dict(zip(("round", "idx", "attempt", "candidate"), dialogue.place, strict=True))
    return {"id": dialogue.id, **place, "superseded": 0, "payload": to_json(data)}


def job_row(job: Job) -> tuple[Row, Texts]:
    """The row, and the texts that it names. Exemplars without a place are in no ledger: they are kept as texts."""
    texts = persona_texts(job.cast)
    exemplars = []
    for dialogue in job.exemplars:
        name, text = (None, "") if dialogue.place else shelved(dialogue.to_dict())
        exemplars.append({"id": dialogue.id, "text": name.hex() if name else None})
        texts.update({name: text} if name else {})
    row = {"round": job.round, "idx": job.index, "cast": to_json(cast_data(job.cast)), "exemplars": to_json(exemplars)}
    return row, texts


def cast_of(data: Iterable[Mapping[str, Any]], personas: Mapping[str, Persona]) -> tuple[Member, ...]:
    return tuple(
        Member(m["seat"], personas[m["persona"]], SeatRole(m["role"]) if m["role"] else None, m["model"]) for m in data
    )


def dialogue_of(data: Mapping[str, Any], id: str, place: tuple[int, ...], personas: Mapping[str, Persona]) -> Dialogue:
    return Dialogue.from_dict(
        {
            **data,
            "id": id,
            "place": place,
            "cast": [{**m, "persona": personas[m["persona"]]} for m in data["cast"]],
            "turns": [dict(zip(TURN, turn, strict=False)) for turn in data["turns"]],
        }
    )


def outcome_row(outcome: Outcome, why: str) -> Row:
    return {"outcome": outcome.value, "why": to_json(why)}


def review_row(review: Review) -> Row:
    decision = review.decision
    return {
        "dialogue": review.dialogue,
        "panel": review.panel,
        "outcome": decision.outcome.value,
        "score": decision.score,
        "complete": int(review.complete),
        "payload": to_json({"by": decision.by, "why": decision.why}),
    }


def verdict_rows(review: Review) -> list[Row]:
    return [
        {
            "dialogue": review.dialogue,
            "panel": review.panel,
            "n": n,
            "critic": ballot.critic,
            "role": ballot.role.value,
            "weight": ballot.weight,
            "optional": int(ballot.optional),
            **_answer_row(ballot.answer),
        }
        for n, ballot in enumerate(review.ballots)
    ]


def _answer_row(answer: Verdict | Abstention) -> Row:
    if isinstance(answer, Abstention):
        return {"approve": None, "score": None, "abstains": answer.kind.value, "payload": to_json({"why": answer.why})}
    payload = {"findings": [asdict(finding) for finding in answer.findings], "advice": dict(answer.advice)}
    payload |= {"figures": dict(answer.figures)} if answer.figures else {}
    return {"approve": int(answer.approve), "score": answer.score, "abstains": None, "payload": to_json(payload)}


def review_of(row: RowMapping, verdicts: Iterable[RowMapping]) -> Review:
    payload = from_json(row["payload"])
    return Review(
        dialogue=row["dialogue"],
        panel=row["panel"],
        ballots=tuple(_ballot(verdict) for verdict in verdicts),
        decision=Decision(Outcome(row["outcome"]), tuple(payload["by"]), payload["why"], row["score"]),
        complete=bool(row["complete"]),
    )


def _ballot(row: RowMapping) -> Ballot:
    return Ballot(row["critic"], _answer(row), SeatKind(row["role"]), row["weight"], bool(row["optional"]))


def _answer(row: RowMapping) -> Verdict | Abstention:
    payload = from_json(row["payload"])
    if row["abstains"]:
        return Abstention(Why(row["abstains"]), payload["why"])
    findings = tuple(Finding(**finding) for finding in payload["findings"])
    return Verdict(bool(row["approve"]), row["score"], findings, payload["advice"], payload.get("figures", {}))


def comparison_row(comparison: Comparison) -> Row:
    """Without the job that it belongs to."""
    return {
        "attempt": comparison.attempt,
        "policy": comparison.policy,
        "first": comparison.first,
        "second": comparison.second,
        "choice": comparison.choice.value if comparison.choice else None,
        "forth": _chosen(comparison.forth),
        "back": _chosen(comparison.back),
        "payload": to_json({"why": [comparison.forth.why, comparison.back.why]}),
    }


def _chosen(answer: Answer) -> str:
    return answer.kind.value if isinstance(answer, Abstention) else answer.choice.value


def comparison_of(row: RowMapping) -> Comparison:
    forth, back = from_json(row["payload"])["why"]
    return Comparison(
        policy=row["policy"],
        attempt=row["attempt"],
        first=row["first"],
        second=row["second"],
        forth=_preference(row["forth"], forth),
        back=_preference(row["back"], back),
    )


def _preference(chosen: str, why: str) -> Answer:
    return Preference(Choice(chosen), why) if chosen in set(Choice) else Abstention(Why(chosen), why)


def reply_row(reply: Reply) -> Row:
    return {
        "text": to_json(reply.text),
        "thought": None if reply.thought is None else to_json(reply.thought),
        "finish": reply.finish,
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.completion_tokens,
    }


def reply_of(row: RowMapping) -> Reply:
    thought = None if row["thought"] is None else from_json(row["thought"])
    return Reply(from_json(row["text"]), thought, row["finish"], row["prompt_tokens"], row["completion_tokens"])


def info_text(info: RunInfo) -> str:
    data = {field.name: getattr(info, field.name) for field in fields(info)}
    return to_json({**data, "scenario": dict(info.scenario), "extra": dict(info.extra)})


def info_of(text: str) -> RunInfo:
    return RunInfo(**from_json(text))
