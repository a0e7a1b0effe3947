"""A key shows itself to its own origin and nowhere else."""

import base64
import copy
import dataclasses
import json
import logging
import pickle
import pprint
import traceback
from typing import Any
from urllib.parse import quote

import pytest

from reasoning_chains.errors import UserMistake
from reasoning_chains.secrets import Origin, Secret

KEY = "sk-canary-7f3a9b21c4d8e6f0"
HERE = "https://api.example.org/v1"


@dataclasses.dataclass
class Holder:
    secret: Secret


def test_no_way_of_showing_shows_it(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(KEY, HERE)
    holder = Holder(secret)
    caplog.set_level(logging.DEBUG)
    logging.getLogger("any").debug("%s %r", secret, holder)
    shown = [
        repr(secret),
        str(secret),
        f"{secret:>80}",
        "{!r} {}".format(secret, secret),  # noqa: UP032 - the way itself is under test
        "%s" % (secret,),  # noqa: UP031 - as above
        pprint.pformat(holder),
        repr(dataclasses.asdict(holder)),
        repr(dir(secret)),
        repr([getattr(secret, name) for name in Secret.__slots__]),
        caplog.text,
    ]
    assert not [text for text in shown if "canary" in text]


@pytest.mark.parametrize(
    "store",
    [
        pickle.dumps,
        json.dumps,
        vars,
        lambda secret: secret.__getstate__(),
        lambda secret: secret.__reduce__(),
        lambda secret: setattr(secret, "source", "x"),
    ],
)
def test_it_is_neither_stored_nor_changed(store: Any) -> None:
    with pytest.raises((TypeError, AttributeError)) as caught:
        store(Secret(KEY, HERE))
    assert "canary" not in str(caught.value)


def test_a_copy_is_itself() -> None:
    secret = Secret(KEY, HERE)
    assert copy.copy(secret) is copy.deepcopy(secret) is secret


@pytest.mark.parametrize(
    "same", ["https://api.example.org", "HTTPS://API.example.org:443/other?x=1"]
)
def test_it_is_revealed_to_its_own_origin(same: str) -> None:
    assert Secret(f" {KEY}\n", HERE).reveal(same) == KEY


@pytest.mark.parametrize(
    "other",
    [
        "http://api.example.org/v1",
        "https://api.example.org:444/v1",
        "https://example.org/v1",
        "https://api.example.org.evil.com",
        "https://evil.com/api.example.org",
    ],
)
def test_it_is_revealed_to_no_other(other: str) -> None:
    with pytest.raises(UserMistake, match=r"belongs to https://api\.example\.org") as caught:
        Secret(KEY, HERE).reveal(other)
    lines = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    assert "canary" not in "".join(lines).replace("Secret(KEY, HERE)", "")


def test_it_comes_from_a_named_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", f"{KEY}\n")
    secret = Secret.from_env("MY_KEY", HERE)
    assert secret.reveal(HERE) == KEY
    assert "MY_KEY" in repr(secret)
    monkeypatch.setenv("MY_KEY", " ")
    with pytest.raises(UserMistake, match="export MY_KEY"):
        Secret.from_env("MY_KEY", HERE)


def test_every_spelling_is_scrubbed() -> None:
    key = 'sk-canary/7f3a+9b21"c4d8e6f0='
    secret = Secret(key, HERE)
    coded = base64.b64encode(key.encode()).decode()
    text = f"{key} {quote(key, safe='')} {coded} {json.dumps(key)}"
    assert "canary" not in secret.scrub(text)
    assert coded[:12] not in secret.scrub(text)
    assert secret.shows_in(text.encode())
    assert secret.scrub_error(f"wrong key {key[:10]}***{key[-8:]}").count("removed") == 2


def test_a_stand_in_is_no_secret() -> None:
    assert Secret("EMPTY", HERE).scrub("The set is EMPTY.") == "The set is EMPTY."


@pytest.mark.parametrize("bad", ["", " ", "two\nlines", "ключ", "a\x00b", "a\tb"])
def test_what_is_no_key_is_refused_without_being_shown(bad: str) -> None:
    with pytest.raises(UserMistake) as caught:
        Secret(bad, HERE)
    assert not bad.strip() or bad not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:80/", True),
        ("http://127.9.9.9", True),
        ("http://localhost", True),
        ("http://[::1]:8000", True),
        ("http://localhost.example.org", False),
        ("http://10.0.0.1", False),
        ("http://0x7f000001", False),
        ("http://[::ffff:8.8.8.8]", False),
    ],
)
def test_loopback_is_told_from_the_rest(url: str, loopback: bool) -> None:
    assert Origin.of(url).loopback is loopback


@pytest.mark.parametrize(
    "url",
    ["", "no url", "https://", "https://a b/", "https://a\\@b/", "https://ä.org", "https://a:x/",
     "https://u:p@a.org", "file:///etc/passwd", "https://a%2eorg", "https://[::1", "//a.org"],
)  # fmt: skip
def test_what_parsers_could_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(UserMistake):
        Origin.of(url)
