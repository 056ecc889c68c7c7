import pytest
from hypothesis import given
from hypothesis import strategies as st

from tertulia.models.reasoning import split


@pytest.mark.parametrize(
    ("text", "said", "thought"),
    [
        ("Good evening.", "Good evening.", None),
        ("<think>who is he</think>\n\nHi, Bob!", "Hi, Bob!", "who is he"),
        ("<THINKING>\nhm\n</THINKING>Hi!", "Hi!", "hm"),
        ("<think>\n\n</think>\n\nHi!", "Hi!", None),
        ("who is he\n</think>\n\nHi!", "Hi!", "who is he"),
        ("<think>who is he", "", "who is he"),
        ("Hi!<think>who is he", "Hi!", "who is he"),
        ("<think>a</think>Hi, <think>b</think>Bob!", "Hi, Bob!", "a\n\nb"),
        ("<think>a<think>b</think>c</think>Hi!", "Hi!", "a\n\nb\n\nc"),
        ("[THINK]hm[/THINK]Hi!", "Hi!", "hm"),
        ("<reasoning>hm</reasoning> Hi!", "Hi!", "hm"),
        ("<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hi!", "Hi!", "hm"),
        ("I think <b>so</b>, 1 < 2.", "I think <b>so</b>, 1 < 2.", None),
        ("", "", None),
    ],
)
def test_thought_is_split_from_speech(text: str, said: str, thought: str | None) -> None:
    assert split(text) == (said, thought)


@given(st.lists(st.sampled_from(["<think>", "</think>", "Hi ", "<thought>", "</thought>", "\n", "x<y"])).map("".join))
def test_no_tag_is_ever_spoken(text: str) -> None:
    said, _ = split(text)
    assert split(said) == (said, None)


@given(st.text(alphabet="<>[]/|b thinkTHINK\n\t").filter(lambda text: "think" not in text.lower()))
def test_text_without_tags_is_left_alone_to_the_last_space(text: str) -> None:
    assert split(text) == (text, None)
