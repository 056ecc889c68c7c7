from typing import Any

import pytest

from tertulia.models import AccountSpent, Mistake, ReplyRefused, TertuliaError, Unavailable
from tertulia.models.failure import Asked, meaning, not_taken, read, retry_after

ASKED = Asked("openai:m", "m", "http://h/v1", "MY_KEY")


@pytest.mark.parametrize(
    ("status", "payload", "kind", "said"),
    [
        (401, {"error": {"message": "Incorrect API key provided"}}, Mistake, "refuses the key in MY_KEY (401)"),
        (403, {"error": {"message": "Country not supported"}}, Mistake, "Country not supported"),
        (403, {"error": {"message": "Your input was flagged by moderation"}}, ReplyRefused, "for its content"),
        (404, {"error": {"message": "model 'm' not found"}}, Mistake, "has no model 'm'"),
        (404, "404 page not found", Mistake, "usually ends in /v1"),
        (400, {"error": {"code": "context_length_exceeded", "message": "Too much"}}, ReplyRefused, "too long"),
        (400, {"message": "This model's maximum context length is 4096 tokens."}, ReplyRefused, "too long"),
        (400, {"error": "the request exceeds the available context size"}, ReplyRefused, "too long"),
        (413, "", ReplyRefused, "too long"),
        (400, {"error": {"code": "content_filter", "message": "Filtered"}}, ReplyRefused, "for its content"),
        (400, {"error": {"message": "'temperature' must be at most 2"}}, Mistake, "mend the model's spec"),
        (422, {"message": {"detail": [{"loc": ["body", "x"], "msg": "no"}]}}, Mistake, '"loc"'),
        (402, {"error": {"message": "Insufficient credits"}}, AccountSpent, "top it up"),
        (429, {"error": {"code": "insufficient_quota", "message": "You exceeded"}}, AccountSpent, "no credit left"),
        (429, {"error": {"message": "Rate limit reached"}}, Unavailable, "answers 429: Rate limit reached"),
        (503, "<html>upstream</html>", Unavailable, "answers 503: <html>upstream</html>"),
        (500, None, Unavailable, "no reason"),
        (408, {}, Unavailable, "408"),
    ],
)
def test_every_failure_says_whose_turn_it_is(status: int, payload: Any, kind: type[TertuliaError], said: str) -> None:
    error = meaning(read(status, payload), ASKED)
    assert type(error) is kind
    assert said in str(error)


def test_a_long_or_dirty_message_is_quoted_on_one_short_line() -> None:
    message = read(400, {"error": {"message": "\x1b[31mno\nno\x00" + "x" * 5000}}).message
    assert message.startswith("[31mno no x")
    assert len(message) < 450
    assert message.isprintable()


@pytest.mark.parametrize(
    ("error", "parameter"),
    [
        ({"message": "Unsupported value: 'temperature' does not support 0.7", "param": "temperature"}, "temperature"),
        ({"message": "Extra inputs are not permitted", "param": None, "detail": "seed"}, None),
        ({"message": {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"]}]}}, "seed"),
        ({"message": "property 'seed' is unsupported"}, "seed"),
        ({"message": "temperature and top_p cannot both be specified"}, "top_p"),
        ({"message": "temperature must be between 0 and 2", "param": "temperature"}, None),
        ({"message": "Unsupported parameter: 'seeds'"}, None),
    ],
)
def test_a_parameter_is_not_taken_only_where_the_server_says_so(error: Any, parameter: str | None) -> None:
    sent = {"seed", "top_p", "temperature"}
    assert not_taken(read(400, {"error": error}), sent, ("seed", "top_p", "temperature")) == parameter
    assert not_taken(read(500, {"error": error}), sent, ("seed", "top_p", "temperature")) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 90.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:01 GMT"}, 0.0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, now=10.0) == seconds
