from asyncio import to_thread
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tertulia.models.reaching import Reached, reach
from tertulia.models.spec import ModelSpec

KEY = "sk-very-secret"
MODELS = {"data": [{"id": "small"}, {"id": "large"}]}


class Listing:
    """A server that lists its models, or does what a test wants instead."""

    def __init__(self) -> None:
        self.url = ""
        self.keys: list[str | None] = []
        self.status, self.payload, self.headers = 200, "", {}

    async def handle(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers.get("Authorization"))
        if self.payload:
            return web.Response(text=self.payload, status=self.status, headers=self.headers)
        return web.json_response(MODELS, status=self.status, headers=self.headers)

    async def reached(self) -> Reached:
        found = await to_thread(reach, ModelSpec.parse(f"vllm:small@{self.url}"), 30.0)
        assert found is not None
        return found


@pytest.fixture
async def listing() -> AsyncIterator[Listing]:
    served, app = Listing(), web.Application()
    app.router.add_get("/v1/models", served.handle)
    app.router.add_get("/elsewhere", served.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield served
    await runner.cleanup()


async def test_a_server_says_which_models_it_has(listing: Listing) -> None:
    assert await listing.reached() == Reached(f"{listing.url}/models", True, "", ("small", "large"))
    assert listing.keys == [None]


async def test_the_key_is_sent_to_the_server_alone(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VLLM_API_KEY", KEY)
    listing.status, listing.headers = 302, {"Location": listing.url.replace("/v1", "/elsewhere")}
    found = await listing.reached()
    assert (found.answers, found.why) == (True, "answers 302")
    assert listing.keys == [f"Bearer {KEY}"]
    assert KEY not in repr(found)


@pytest.mark.parametrize(
    ("status", "key", "said"),
    [
        (401, "", "wants a key; set VLLM_API_KEY (401)"),
        (403, KEY, "refuses the key in VLLM_API_KEY (403)"),
        (404, "", "ends in /v1"),
        (500, "", "answers 500"),
    ],
)
async def test_a_refusal_says_what_to_do(
    listing: Listing, monkeypatch: pytest.MonkeyPatch, status: int, key: str, said: str
) -> None:
    monkeypatch.setenv("VLLM_API_KEY", key)
    listing.status = status
    found = await listing.reached()
    assert found.answers
    assert said in found.why


@pytest.mark.parametrize(
    "payload", ["<html>", "[]", '{"data": [{}]}', '{"data": null}', "\udcff".encode("utf-8", "replace").decode()]
)
async def test_what_is_no_list_of_models_is_no_model_server(listing: Listing, payload: str) -> None:
    listing.payload = payload
    found = await listing.reached()
    assert not found.answers
    assert "not with a list of models" in found.why


def test_nobody_at_the_address(nobody: str) -> None:
    found = reach(ModelSpec.parse(f"vllm:small@{nobody}"))
    assert found == Reached(f"{nobody}/models", False, "connection refused")


def test_a_model_without_a_server_has_none_to_reach() -> None:
    assert reach(ModelSpec.parse("rehearsal")) is None
