import pytest
from autogen_core import FunctionCall
from autogen_core.models import AssistantMessage, LLMMessage, SystemMessage, UserMessage
from hypothesis import given
from hypothesis import strategies as st

from tertulia.models import Kind, Mistake, Part, Role, Thread, parts_of
from tertulia.models.request import as_messages

ROLES = {"SystemMessage": "system", "UserMessage": "user", "AssistantMessage": "assistant"}
PARTS = st.lists(
    st.builds(Part, st.sampled_from(Role), st.sampled_from(Kind), st.text(max_size=5), st.sampled_from([None, "a"]))
)


def sent(messages: list[LLMMessage]) -> list[dict[str, str]]:
    return [{"role": ROLES[message.type], "content": str(message.content)} for message in messages]


@given(PARTS, PARTS, PARTS)
def test_a_thread_sends_its_parts_merged_and_keeps_their_provenance(
    first: list[Part], second: list[Part], tail: list[Part]
) -> None:
    thread = Thread(*first)
    before = thread.messages(*tail)
    thread.add(*second)
    after = thread.messages(*tail)
    assert sent(before) == as_messages([*first, *tail])
    assert sent(after) == as_messages([*first, *second, *tail])
    assert parts_of(before) == (*first, *tail)
    assert parts_of(after) == (*first, *second, *tail)
    assert thread.parts == (*first, *second)


def test_the_prefix_is_not_built_again() -> None:
    thread = Thread(Part(Role.SYSTEM, Kind.INSTRUCTIONS, "Talk."), Part(Role.USER, Kind.TURN, "Hi."))
    before = thread.messages(Part(Role.USER, Kind.REMINDER, "Be brief."))
    thread.add(Part(Role.ASSISTANT, Kind.TURN, "Hello."))
    after = thread.messages()
    assert after[0] is before[0]
    assert before[1].content == "Hi.\n\nBe brief."
    assert after[1].content == "Hi."


def test_provenance_is_not_written_into_autogens_logs() -> None:
    [message] = Thread(Part(Role.USER, Kind.PERSONA, "secret", "a")).messages()
    assert "parts" not in message.model_dump()
    assert "Kind" not in repr(message)


def test_foreign_messages_are_instructions_or_material() -> None:
    foreign = [
        SystemMessage(content="Judge."),
        UserMessage(content="This.", source="x"),
        AssistantMessage(content="Well.", source="y"),
    ]
    assert [(part.role, part.kind, part.text) for part in parts_of(foreign)] == [
        (Role.SYSTEM, Kind.INSTRUCTIONS, "Judge."),
        (Role.USER, Kind.MATERIAL, "This."),
        (Role.ASSISTANT, Kind.MATERIAL, "Well."),
    ]


def test_what_is_not_text_is_a_mistake() -> None:
    call = FunctionCall(id="1", arguments="{}", name="f")
    with pytest.raises(Mistake, match="text only"):
        parts_of([AssistantMessage(content=[call], source="y")])
