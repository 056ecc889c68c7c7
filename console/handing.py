"""What happens at `tertulia train data`? Examples or preferences are written as JSON lines, for other programs."""

from collections.abc import Iterator
from json import dumps
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ..models.errors import Mistake
from ..personas.formats.writing import replacing, telling
from ..training.data.conversing import examples
from ..training.data.material import gather
from ..training.data.preferring import preferences
from ..training.example import Form, Speaker, System
from .printing import print_json
from .text import number

PREFERENCES = "preferences"
ABOUT = {"chat": "conversation", "pairs": "pair", "profile": "profile", PREFERENCES: "preference"}


def hand_out(console: Console, source: str, output: Path, form: str, speaker: str, system: str, json: bool) -> int:
    """Exit code 0; 1 where there is nothing to write. Raises Mistake."""
    if output.suffix != ".jsonl":
        raise Mistake(f"--output {str(output)!r}: JSON lines are written; name it {output.stem or 'examples'}.jsonl")
    count = 0
    with telling(output), replacing(output) as file:
        for line in lines(source, form, Speaker(speaker), System(system)):
            file.write(dumps(line, ensure_ascii=False) + "\n")
            count += 1
    if json:
        print_json({"output": str(output), "form": form, "lines": count})
    else:
        console.print(Text.assemble(f"wrote {number(count, ABOUT[form])} to ", (str(output), "bold")), soft_wrap=True)
    return 0 if count else 1


def lines(source: str, form: str, speaker: Speaker, system: System) -> Iterator[dict[str, Any]]:
    """Plain data, one by one; `why` says what found the chosen side better. Raises Mistake."""
    if form == PREFERENCES:
        for pair in preferences(source, speaker=speaker, system=system):
            sides = {"prompt": pair.prompt, "chosen": pair.chosen, "rejected": pair.rejected}
            yield {**sides, "why": pair.why, "dialogue": pair.dialogue, "rival": pair.rival, "seat": pair.seat}
        return
    for one in examples(gather(source).dialogues, form=Form(form), speaker=speaker, system=system):
        yield {"messages": one.messages, "dialogue": one.dialogue, "seat": one.seat}
