"""Does the lexical detector find contradictions, leave the rest alone, and say why?"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tertulia.models.scorer import Nli
from tertulia.personas.consistency.lexical import LexicalNli

ROOT = Path(__file__).parents[2]
CONTRADICTIONS = {
    "denied": ("I gave up smoking in 2010.", "I smoke a pack a day."),
    "never done": ("I've never watched Titanic.", "Titanic is my favourite movie."),
    "not kept": ("I don't have any pets.", "My hamster runs in his wheel all night."),
    "not one": ("I'm not a student.", "I'm a student at Yale."),
    "attitudes": ("I can't stand summer.", "I love summer."),
    "moved": ("Mushrooms disgust me.", "Mushrooms are my favourite vegetable."),
    "a kind of it": ("I don't like music.", "I love country music."),
    "pronoun": ("I put chilli on everything, I love it.", "I can't stand chilli."),
    "opposites": ("I'm very messy.", "I'm a neat freak."),
    "no quality": ("I'm a patient teacher.", "I have no patience."),
    "two ages": ("I'm forty-four and proud of it.", "I'm in my early twenties."),
    "age of a child": ("I'm 25.", "My daughter is 30."),
    "age of a job": ("I'm in third grade.", "I'm a surgeon."),
    "two counts": ("I own two cats.", "I've got three cats."),
    "part and whole": ("I have three brothers.", "I'm an only child."),
    "order": ("I'm the youngest of six kids.", "I have no siblings."),
    "birthplace": ("I was born in Tokyo.", "I was born and raised in Madrid."),
    "home": ("I live in Chicago.", "I live in Seattle with my cat."),
    "favourite": ("My favourite sport is golf.", "Tennis is my favourite sport."),
    "looks": ("I have dark brown eyes.", "My eyes are blue."),
    "faith": ("I'm a Hindu.", "I'm Jewish."),
    "diet": ("I've been vegan for years.", "I eat a cheeseburger every Friday."),
    "drink": ("I'm a lifelong teetotaller.", "I brew my own beer in the garage."),
    "allergy": ("I'm allergic to dogs.", "My poodle sleeps on my bed."),
    "marriage": ("I've never been married.", "My ex-husband lives next door."),
    "school": ("I'm a high school senior.", "I've been a bank manager since 2005."),
    "work": ("I'm retired.", "I'm a full-time accountant."),
    "flying": ("I've never been on a plane.", "I'm a flight attendant."),
    "small letters": ("i do not like dogs .", "i love dogs ."),
    "nationality": ("I'm a Swede.", "I am a Brazilian citizen."),
    "two jobs": ("I work as a waitress.", "I'm a lawyer."),
    "job and place": ("I'm a chef in a busy restaurant.", "I work at the post office."),
    "job of the other": ("My dad is a mechanic.", "My father is a doctor."),
    "inside another": ("I was born in Texas.", "i was born in brooklyn"),
    "height": ("I stand six feet four.", "I'm five foot two."),
    "year and age": ("I was born in 1962.", "I am 25 years old."),
    "only one": ("My only car is a Honda.", "I drive my Ford to work."),
    "nothing else": ("I only drink water.", "I drink soda every day."),
    "preference": ("I prefer dogs to cats.", "I like cats more than dogs."),
    "ability": ("I never learned how to swim.", "I can swim."),
    "whole and kind": ("I hate sports.", "I love basketball."),
    "star sign": ("I'm a Leo.", "My birthday is in January."),
    "no apostrophe": ("i dont drink coffee", "i drink coffee all day"),
}
CONSISTENT = {
    "other thing": ("I hate cats.", "I love dogs."),
    "other act": ("I don't like watching basketball.", "I love playing basketball."),
    "narrower": ("I don't like raw tomatoes.", "I love tomato soup."),
    "occasion": ("I hate running in the rain.", "I run every morning."),
    "purpose": ("I don't drive to work.", "I own a car."),
    "time": ("I used to smoke.", "I don't smoke now."),
    "past home": ("I used to live in Berlin.", "I live in Munich."),
    "inside": ("I was born in Ohio.", "I was born in Cleveland."),
    "wish": ("I wish I had a dog.", "I don't have any pets."),
    "someone else": ("My brother is a vegan.", "I love steak."),
    "their count": ("My father has three brothers.", "I have one brother."),
    "both kinds": ("I have a brother.", "I have two sisters."),
    "another job": ("I'm not a doctor.", "I work in a hospital."),
    "retired teacher": ("I'm a retired teacher.", "I'm retired."),
    "two likes": ("I like blue.", "My favourite colour is yellow."),
    "one of many": ("Jazz is one of my favourites.", "My favourite music is rock."),
    "not many": ("I don't have many friends.", "My best friend is a nurse."),
    "same said twice": ("I'm married.", "My wife loves gardening."),
    "not only": ("I don't only eat vegetables.", "I eat vegetables."),
    "plan": ("I think I will retire in a few years.", "I'm a librarian."),
    "town of a country": ("I was born in Kyoto.", "I was born in Japan."),
    "job on the side": ("I work as a waitress on weekends.", "I'm a lawyer."),
    "wider job": ("I'm a doctor.", "I'm a surgeon."),
    "job at its place": ("I'm a nurse.", "I work at a hospital."),
    "studying": ("I'm studying to be a nurse.", "I'm a waitress."),
    "kind not whole": ("I don't eat red meat.", "I love chicken."),
    "one subject": ("I don't teach maths.", "I teach science."),
    "nothing said": ("", "..."),
}


def by_name(table: dict[str, tuple[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("first", "second"), table.values(), ids=table.keys())


@by_name(CONTRADICTIONS)
async def test_a_contradiction_is_found_in_either_order(first: str, second: str) -> None:
    there, back = await LexicalNli().infer([(first, second), (second, first)])
    assert there.contradiction == back.contradiction > 0.9
    assert sum(there) == pytest.approx(1)


@by_name(CONSISTENT)
async def test_what_goes_together_is_left_alone(first: str, second: str) -> None:
    for answer in await LexicalNli().infer([(first, second), (second, first)]):
        assert answer.contradiction < 0.1
        assert sum(answer) == pytest.approx(1)


@by_name(CONTRADICTIONS)
def test_a_reason_does_not_depend_on_the_order(first: str, second: str) -> None:
    assert LexicalNli().explain(first, second) == LexicalNli().explain(second, first) != ""


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("I don't like fish.", "I love fish.", "negation of 'like fish'"),
        ("I'm 34.", "I am 51 years old.", "two numbers of age: 34, 51"),
        ("My favourite sport is golf.", "Tennis is my favourite sport.", "two values of favorite sport: golf, tennis"),
        ("I am a vegan.", "I eat steak.", "exclusive (eats meat): i eat steak / i be a vegan"),
        ("I am a vegan.", "I eat kale.", ""),
    ],
)
def test_it_says_why(first: str, second: str, reason: str) -> None:
    assert LexicalNli().explain(first, second) == reason


async def test_a_sentence_entails_what_it_holds() -> None:
    scorer: Nli = LexicalNli()
    longer, shorter, denied = "I love big old dogs.", "I love dogs.", "I don't love dogs."
    forth, back, never = await scorer.infer([(longer, shorter), (shorter, longer), (longer, denied)])
    assert forth.entailment > 0.8 > back.entailment
    assert never.entailment < 0.1
    assert scorer.name == "lexical"


def test_reasons_are_the_same_in_every_process() -> None:
    """Sets of words are in another order in each."""
    script = (
        "import json, sys; from tertulia.personas.consistency.lexical import LexicalNli;"
        "print([LexicalNli().explain(*pair) for pair in json.loads(sys.argv[1])])"
    )
    pairs = json.dumps(list(CONTRADICTIONS.values()))
    told = {
        subprocess.run(
            [sys.executable, "-c", script, pairs], env={"PYTHONHASHSEED": seed}, check=True, capture_output=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def measured(half: str) -> dict[str, Any]:
    command = [sys.executable, str(ROOT / "benchmarks/contradictions.py"), "--half", half]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, Any] = json.loads(told)[half]
    return figures


@pytest.mark.parametrize(("half", "precision", "recall"), [("development", 0.95, 0.85), ("development-2", 0.92, 0.75)])
def test_the_development_halves_are_mostly_found(half: str, precision: float, recall: float) -> None:
    figures = measured(half)
    assert figures["precision"] >= precision
    assert figures["recall"] >= recall


@pytest.mark.parametrize("half", ["development", "test", "development-2", "test-2"])
def test_the_documented_figures_are_those_measured(half: str) -> None:
    text = (ROOT / "docs/contradictions.md").read_text(encoding="utf-8")
    rows = re.findall(rf"^\| `lexical` \| {half} \|(.+)\|$", text, re.MULTILINE)
    assert len(rows) == 1
    said = [float(cell) for cell in rows[0].split("|")]
    figures = measured(half)
    kinds = [figures["recall_by_kind"][kind] for kind in ("negation", "antonym", "number", "exclusive", "world")]
    assert said == [round(value, 2) for value in (figures["precision"], figures["recall"], figures["f1"], *kinds)]
