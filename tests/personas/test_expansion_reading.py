"""Are a question and an answer found in whatever a model writes around them, and nothing where there is none?"""

import pytest

from tertulia.personas.expansion.reading import Flaw, Unusable, read_answer, read_questions

JOB = "What is your job?"


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("I am a nurse.", "I am a nurse."),
        ("my job is nursing", "My job is nursing."),
        ("Answer: I am a nurse.", "I am a nurse."),
        ("**Answer:** I am a nurse.", "I am a nurse."),
        ("A: I am a nurse.", "I am a nurse."),
        ("What is your job? I am a nurse.", "I am a nurse."),
        ("what is your job\nI am a nurse.", "I am a nurse."),
        ("Question: What is your job?\nAnswer: I am a nurse.", "I am a nurse."),
        ("I work in St. Louis for Dr. Smith. I like it.", "I work in St. Louis for Dr. Smith."),
        ("Good question! Well, I bake bread. It is fun.", "I bake bread."),
        ("As a person who loves cats, I run a shelter.", "I run a shelter."),
        ("Well, as a mother of two, my evenings are short.", "My evenings are short."),
        ('"I have two dogs."', "I have two dogs."),
        ("“I’ve got two dogs.”", "I've got two dogs."),
        ('My favourite film is "Alien".', 'My favourite film is "Alien".'),
        ("I love *Dune*", "I love Dune."),
        ("```\nI have two dogs.\n```", "I have two dogs."),
        ("1. I have two dogs.\n2. I have a cat.", "I have two dogs."),
        ("Sure! Here is an answer:\n\n- I bake bread.", "I bake bread."),
        ('{"answer": "I own a boat."}', "I own a boat."),
        ('["I own a boat."', "I own a boat."),
        ("<think>I need a job. My answer:</think>I sail ships.", "I sail ships."),
        ("I do. I teach maths at a school.", "I teach maths at a school."),
        ("I'm an AI researcher at a lab.", "I'm an AI researcher at a lab."),
        ("I can't help laughing at my own jokes.", "I can't help laughing at my own jokes."),
    ],
)
def test_an_answer_is_found(reply: str, answer: str) -> None:
    assert read_answer(reply, JOB) == answer


@pytest.mark.parametrize(
    ("reply", "flaw"),
    [
        ("", Flaw.EMPTY),
        ("```\n\n```", Flaw.EMPTY),
        ("What is your job?", Flaw.EMPTY),
        ("<think>I am a nurse", Flaw.EMPTY),
        ("As an AI language model, I don't have a job.", Flaw.ASSISTANT),
        ("I'm sorry, but I can't answer that.", Flaw.ASSISTANT),
        ("I cannot assist with this.", Flaw.ASSISTANT),
        ("She is a nurse.", Flaw.PERSON),
        ("In summer I swim.", Flaw.PERSON),
        ("Island life suits me.", Flaw.PERSON),
        ("Why do you ask?", Flaw.QUESTION),
        ("I wonder, what about you?", Flaw.QUESTION),
        ("I do.", Flaw.SHORT),
        ("Yes, I do not.", Flaw.SHORT),
        ("I live in [city].", Flaw.BLANK),
        ("I work at ____ as a nurse.", Flaw.BLANK),
        ("I " + "really " * 40 + "work.", Flaw.LONG),
    ],
)
def test_no_answer_is_told_from_one(reply: str, flaw: Flaw) -> None:
    with pytest.raises(Unusable) as found:
        read_answer(reply, JOB)
    assert found.value.flaw is flaw


@pytest.mark.parametrize(
    ("reply", "questions"),
    [
        ("What is your job?", [JOB]),
        ("1. What is your job?\n2) Where do you live?", [JOB, "Where do you live?"]),
        ("Question: **What is your job?**", [JOB]),
        ("The question is: what is your job?", [JOB]),
        ("Sure! Here are two more:\n- What is your job? Where do you live?", [JOB, "Where do you live?"]),
        ('["What is your job?", "Where do you live?"', [JOB, "Where do you live?"]),
        ('{"questions": ["What is your job?",\n"Where do you live?"]}', [JOB, "Where do you live?"]),
        ("Q1: What is your job?\nQ2: How old are you?", [JOB, "How old are you?"]),
        ("what is your job", [JOB]),
        ("What is your job? (All three are nurses.)", [JOB]),
        ("What is your job?\nWhat is your job?", [JOB]),
        ("What animals do these people have?", []),
        ("Which of your [hobbies] do you like?", []),
        ("All of them like cats. You might ask about cats.", []),
        ("What?", []),
        ("", []),
    ],
)
def test_questions_are_found(reply: str, questions: list[str]) -> None:
    assert read_questions(reply) == questions
