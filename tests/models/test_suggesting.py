import pytest

from tertulia.models.suggesting import closest, suggest


@pytest.mark.parametrize(
    ("word", "choices", "said"),
    [
        ("toxcity", ["toxicity", "openers"], "; did you mean 'toxicity'? known: openers, toxicity"),
        ("Top-P", ["top_p", "top_k"], "; did you mean 'top_p'? known: top_k, top_p"),
        ("zebra", ["toxicity", "openers"], "; known: openers, toxicity"),
        ("anything", [], ""),
    ],
)
def test_names_what_was_meant_and_what_is_known(word: str, choices: list[str], said: str) -> None:
    assert suggest(word, choices) == said


def test_nothing_is_close_to_nothing() -> None:
    assert closest("", ["ollama"]) is None
