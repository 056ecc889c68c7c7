"""What stands at the end of a run that teaches."""

from rich.console import Console

from tertulia.console.generations import generation_table, notes
from tertulia.scenarios.generations import Generation

FOUND = [
    Generation(0, 1, "rehearsal", 100, 98, 0.955),
    Generation(1, 2, "transformers:round-1", 100, 0, 0.0, 98, 196, 1240, None, 1236.4, 2.5678, 10),
    Generation(
        1, 3, "transformers:round-1", 100, 4, 0.03, 98, 196, 1240, 7.26, 41.3, 2.0, 10, "nothing [bold]was accepted"
    ),
]


def shown(*parts: object) -> list[list[str]]:
    console = Console(record=True, width=160)
    for part in parts:
        console.print(part)
    return [line.split() for line in console.export_text().splitlines()]


def test_a_row_a_generation_with_what_was_not_measured_left_open() -> None:
    rows = shown(generation_table(FOUND))[1:]
    assert rows[0] == ["0", "rehearsal", "1", "98", "of", "100", "95.5", "%", *["–"] * 5]
    assert rows[1][-5:] == ["98", "1,240", "–", "1,236", "2.568"]
    assert rows[2][-4:] == ["1,240", "7.3", "41.3", "2.000"]


def test_what_did_not_go_as_asked_is_a_line_of_its_own_without_markup() -> None:
    assert shown(*notes(FOUND)) == [["round", "3:", "nothing", "[bold]was", "accepted"]]
