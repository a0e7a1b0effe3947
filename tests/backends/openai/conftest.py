import pytest

from tests.backends.openai.asked import Via


@pytest.fixture(params=["aiohttp", "sdk"])
def transport(request: pytest.FixtureRequest) -> Via:
    if request.param == "sdk":
        pytest.importorskip("openai")
        return "sdk"
    return "aiohttp"
