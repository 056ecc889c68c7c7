"""What is said when no model is asked? Sentences that follow from a hash, of natural length, hardly ever the same."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tertulia.models.request import Request

STARTS = (
    "Yesterday we", "Last spring my cousin", "On rainy days I", "Before breakfast we", "At our old school we",
    "Some evenings I", "Once a month we", "Two winters ago I", "After the market my aunt", "Every other Friday we",
    "During the holidays I", "Around midnight we", "Long ago my uncle", "When it snows we", "Back in the village I",
    "Most summers my sister",
)  # fmt: skip
DEEDS = (
    "carried", "repaired", "painted", "followed", "borrowed", "counted", "photographed", "sold", "hid", "washed",
    "described", "chased", "found", "measured", "rescued", "traded",
)  # fmt: skip
KINDS = (
    "crooked", "silver", "tiny", "noisy", "borrowed", "wooden", "striped", "frozen", "forgotten", "golden", "broken",
    "gentle", "stubborn", "painted", "hollow", "famous",
)  # fmt: skip
THINGS = (
    "ladders", "lanterns", "kites", "bicycles", "kettles", "maps", "trumpets", "umbrellas", "clocks", "suitcases",
    "chairs", "boats", "mirrors", "blankets", "statues", "drums",
)  # fmt: skip
PLACES = (
    "past the bakery", "near the harbour", "behind the station", "up the hill", "across the square", "by the river",
    "under the bridge", "along the coast", "outside the museum", "through the orchard", "beside the mill",
    "over the border", "below the castle", "around the lake", "into the forest", "towards the lighthouse",
)  # fmt: skip
ENDS = (
    "and nobody noticed.", "while someone was whistling.", "which took all afternoon.", "and it felt like a parade.",
    "though the wind was strong.", "because of a silly bet.", "and then the lights went out.",
    "what would you have done?", "does that sound strange?", "and a dog came along.", "until the bells rang.",
    "would you have joined in?", "and we laughed for an hour.", "although we had no plan.",
    "so now there is a story about it.", "have you seen one?",
)  # fmt: skip
CLOSING = "the conversation is about to end"
"""Stands in the reminder with which the stage asks for a farewell."""


def utterance(chance: bytes) -> str:
    """About twelve words that follow from six bytes: one of 16 million."""
    start, deed, kind, thing, place, end = (byte & 15 for byte in chance[:6])
    return f"{STARTS[start]} {DEEDS[deed]} {KINDS[kind]} {THINGS[thing]} {PLACES[place]}, {ENDS[end]}"


def farewell(chance: bytes) -> str:
    """A goodbye that follows from six bytes."""
    start, deed, kind, thing, place, _ = (byte & 15 for byte in chance[:6])
    return f"{STARTS[start]} {DEEDS[deed]} {KINDS[kind]} {THINGS[thing]} {PLACES[place]}, but now I must go. Take care!"


def is_closing(last: str) -> bool:
    """Whether the last message of a request asks for a farewell."""
    return CLOSING in last.lower()


def answer(request: "Request") -> str:
    """What a scripted model says to a request; one reply in twelve leaves a blank, which critics reject."""
    chance = bytes.fromhex(request.key)
    if is_closing(request.messages[-1]["content"]):
        return farewell(chance)
    blank = " Or so says [name]." if chance[6] % 12 == 0 else ""
    return utterance(chance) + blank
