"""A trace goes to plain data and back."""

from __future__ import annotations

import json

from reasoning_chains import ScriptedBackend, SelfConsistency, ZeroShotCoT
from reasoning_chains.trace import Trace


def test_a_trace_comes_back_from_json_as_it_was() -> None:
    replies = ["The answer is 7.", "The answer is 6.", "The answer is 7."]
    chain = SelfConsistency(ZeroShotCoT(), samples=3)
    trace = chain.invoke("What is 3 + 4?", backend=ScriptedBackend(replies)).trace
    again = Trace.from_dict(json.loads(json.dumps(trace.to_dict())))
    assert again.to_dict() == trace.to_dict()
    assert [span.label for span in again.spans()] == [span.label for span in trace.spans()]
    assert [ask.data["text"] for ask in again.asks] == replies
    assert again.spans("vote")[0].data["votes"] == {"7": 2, "6": 1}
    assert again.acts == ()
