"""Which failures are sent again, when, and each sample alone."""

from __future__ import annotations

import time

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.backends.guard.retry import Bucket, Retry
from reasoning_chains.backends.guard.retrying import Retrying
from reasoning_chains.errors import BackendError
from reasoning_chains.types import Delta
from tests.backends.guard.flaky import Flaky, News, asked, failed, landed

QUICK = Retry(first=0.001, throttled=0.002, longest=0.01)


def test_only_the_samples_that_failed_are_sent_again_each_alone() -> None:
    inner = Flaky(lambda sample, attempt: [failed() if sample and attempt < 2 else landed(sample)])
    heard = asked(Retrying(inner, QUICK), 3)
    assert heard == [[landed(0)], [landed(1)], [landed(2)]]
    assert [request.n for request in inner.requests] == [3, 1, 1, 1, 1]
    assert inner.attempts == {0: 1, 1: 3, 2: 3}


def test_a_request_that_fails_as_a_whole_keeps_what_had_landed() -> None:
    inner = Flaky(
        lambda sample, attempt: [landed(sample)] if sample == 0 or attempt else [],
        lambda number: failed() if number == 0 else None,
    )
    assert asked(Retrying(inner, QUICK), 3) == [[landed(0)], [landed(1)], [landed(2)]]
    assert inner.attempts == {0: 1, 1: 2, 2: 2}


def test_what_would_come_again_is_not_sent_again() -> None:
    error = failed(400, retryable=False)
    inner = Flaky(lambda sample, attempt: [error])
    assert asked(Retrying(inner, QUICK)) == [[error]]
    assert len(inner.requests) == 1


def test_after_the_last_attempt_the_error_tells_how_often_it_was_sent() -> None:
    inner = Flaky(lambda sample, attempt: [failed()])
    ((error,),) = asked(Retrying(inner, Retry(attempts=3, first=0.001)))
    assert str(error) == "it failed (sent 3 times; 3 attempts are allowed)"
    assert isinstance(error, BackendError)
    assert (error.status, error.retryable, len(inner.requests)) == (500, True, 3)


def test_a_wait_that_the_server_asks_for_is_never_shortened() -> None:
    inner = Flaky(lambda sample, attempt: [landed(0) if attempt else failed(429, after=0.2)])
    assert asked(Retrying(inner, QUICK)) == [[landed(0)]]
    assert 0.2 <= inner.at[1] - inner.at[0] < 0.3


def test_a_wait_beyond_what_is_allowed_fails_at_once_and_says_so() -> None:
    inner = Flaky(lambda sample, attempt: [failed(429, after=3600)])
    began = time.monotonic()
    ((error,),) = asked(Retrying(inner, Retry(seconds=60)))
    assert time.monotonic() - began < 1
    assert "(sent once; the next would come after 3" in str(error)
    assert "e+03 s, and 60 s are allowed)" in str(error)


def test_a_reply_that_broke_off_while_it_was_watched_begins_anew() -> None:
    script: list[list[News]] = [
        [Delta("I thi"), failed()],
        [failed()],
        [Delta("reply"), Delta(" 0"), landed(0)],
    ]
    heard = asked(Retrying(Flaky(lambda sample, attempt: script[attempt][:]), QUICK))
    anew = Delta(anew=True)
    assert heard == [[Delta("I thi"), anew, Delta("reply"), Delta(" 0"), landed(0)]]
    script[2] = [landed(0)]
    heard = asked(Retrying(Flaky(lambda sample, attempt: script[attempt][:]), QUICK))
    assert heard == [[Delta("I thi"), anew, landed(0)]]


def test_waits_double_spread_and_have_an_end() -> None:
    retry = Retry(first=0.5, throttled=1.0, longest=60)
    assert [retry.wait(failed(), n, 1.0) for n in (1, 2, 3, 20, 2000)] == [0.5, 1, 2, 60, 60]
    assert [retry.wait(failed(429), n, 0.0) for n in (1, 2)] == [0.5, 1.0]
    for luck in (0.0, 0.5, 1.0):
        assert 30 <= retry.wait(failed(429, after=30), 1, luck) <= 31.5
        assert retry.wait(failed(503, after=0), 1, luck) == 0


def test_an_account_that_always_fails_is_not_stormed() -> None:
    bucket = Bucket(burst=50, share=0.1, rate=1)
    waits = [bucket.take(0.0) for _ in range(60)]
    assert waits[:50] == [0.0] * 50
    assert waits[50:] == [float(n) for n in range(1, 11)]
    for _ in range(200):  # each tenth of a success allows one more
        bucket.succeed()
    told = [bucket.take(0.0) for _ in range(11)]
    assert told == pytest.approx([0.0] * 10 + [1.0])


def test_attempts_in_an_outage_stay_within_the_bucket() -> None:
    inner = Flaky(lambda sample, attempt: [failed()])
    retry = Retry(attempts=None, seconds=0.4, first=0.001, longest=0.002)
    heard = asked(Retrying(inner, retry, Bucket(burst=20, rate=10)), 30)
    assert all(isinstance(news[-1], BackendError) for news in heard)
    assert 30 <= sum(inner.attempts.values()) <= 30 + 20 + 0.4 * 10 + 1


@pytest.mark.parametrize(
    "wrong", [{"attempts": 0}, {"seconds": -1}, {"first": 0}, {"longest": "x"}, {"attempts": 1.5}]
)
def test_numbers_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UserMistake, match=f"retry {next(iter(wrong))}"):
        Retry(**wrong)  # type: ignore[arg-type]


def test_what_is_no_failure_of_the_backend_passes() -> None:
    def broken(sample: int, attempt: int) -> list[News]:
        if attempt:
            raise ZeroDivisionError
        return [failed()]

    with pytest.raises(ZeroDivisionError):
        asked(Retrying(Flaky(broken), QUICK), 3)


def test_an_address_that_never_answered_is_given_up_soon() -> None:
    def unreachable(sample: int, attempt: int) -> list[News]:
        return [BackendError("cannot be reached", retryable=True)]

    inner = Flaky(unreachable)
    ((error,),) = asked(Retrying(inner, QUICK))
    assert "sent 3 times; nothing was ever answered there" in str(error)
    assert len(inner.requests) == 3
    bucket = Bucket()
    bucket.succeed()
    known = Flaky(unreachable)
    asked(Retrying(known, QUICK, bucket))
    assert len(known.requests) == 8


def test_a_long_wait_is_logged_once_for_many(caplog: pytest.LogCaptureFixture) -> None:
    inner = Flaky(lambda sample, attempt: [landed(sample) if attempt else failed(after=3.0)])
    asked(Retrying(inner, QUICK), 3)
    (message,) = [record.getMessage() for record in caplog.records]
    assert message == "asking again in 3 s: it failed"
