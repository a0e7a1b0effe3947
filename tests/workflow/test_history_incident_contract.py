"""The medical history, the incident and the contract: scripted dialogues through every branch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.content import Library
from reasoning_chains.loop import run_sync
from reasoning_chains.types import Problem
from reasoning_chains.workflow.checking import steps_of
from reasoning_chains.workflow.dry import outlined
from reasoning_chains.workflow.flow import flow_at
from reasoning_chains.workflow.lint import findings
from tests.workflow.talks import Talk, every_place, places, told

SCENARIOS = ("medical_history", "incident_root_cause", "contract_review")
LANGS = ("en", "zh")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_odd_in_them_and_each_step_renders_dry(name: str, lang: str) -> None:
    flow = flow_at(Library.of(), name, lang)
    assert list(findings(flow)) == []
    outlines = run_sync(outlined(flow, Problem("?" if lang == "en" else "？"))).steps
    assert {outline.step.place for outline in outlines} == every_place(name, lang)
    assert all(outline.step.before[0].role == "system" for outline in outlines)


@pytest.mark.parametrize("name", SCENARIOS)
def test_both_languages_have_the_same_steps(name: str) -> None:
    flows = [flow_at(Library.of(), name, lang) for lang in LANGS]
    english, chinese = ([step.call.args[0] for step in steps_of(flow.tree())] for flow in flows)
    assert english == chinese
    assert flows[0].head.inputs == flows[1].head.inputs


# The medical history

PATIENT = {"en": "I have had a cough for three weeks.", "zh": "我咳嗽三周了。"}
NOTICE = {
    "en": "no medical device and does not replace a doctor",
    "zh": "不是医疗器械，不能代替医生",
}
HELP = {"en": "call your emergency number (112, 911 or 999)", "zh": "拨打120"}
YES_NO = {"en": ("yes", "no", "unclear"), "zh": ("有", "没有", "不明确")}
EMERGENCY = {"en": ("yes", "no"), "zh": ("是", "否")}
EXAMINATIONS = {
    "en": {
        "auscultation": "listened to",
        "laboratory": "at most five",
        "imaging": "radiation",
        "none": "can wait",
    },
    "zh": {"听诊": "听哪里", "化验": "空腹", "影像": "辐射", "暂不检查": "复诊"},
}


def history(lang: str, flags: Sequence[str] = (), examination: str = "") -> dict[str, Any]:
    """Script a model that finds no emergency, and these red flags, one a question."""
    return {
        "emergency": EMERGENCY[lang][1],
        "symptoms": json.dumps({"main": "cough", "others": []}),
        "ask_character": "What is the cough like?",
        "ask_red_flags": "Any blood, weight loss or night sweats?",
        "red_flag": flags[0] if flags else YES_NO[lang][1],
        "ask_again": "Was there blood?",
        "still_red_flag": flags[-1] if flags else YES_NO[lang][1],
        "summary": "SUMMARY",
        "examination": examination or next(iter(EXAMINATIONS[lang])),
        "plan": "PLAN",
        "come_back": "BLOOD",
    }


@pytest.mark.parametrize("lang", LANGS)
def test_an_emergency_in_the_first_words_ends_it_before_anything_is_asked(lang: str) -> None:
    talk = Talk({"emergency": EMERGENCY[lang][0]})
    answer = told(talk.held("medical_history", PATIENT[lang], lang))
    assert HELP[lang] in answer
    assert NOTICE[lang] in answer
    assert talk.asked == []
    assert list(talk.sent) == ["emergency"]


@pytest.mark.parametrize("lang", LANGS)
def test_a_red_flag_sends_the_patient_to_urgent_care_at_once(lang: str) -> None:
    yes, no, unclear = YES_NO[lang]
    for flags, questions in (([yes], 6), ([unclear, yes], 7)):
        talk = Talk(history(lang, flags))
        answer = told(talk.held("medical_history", PATIENT[lang], lang))
        assert HELP[lang] in answer
        assert NOTICE[lang] in answer
        assert len(talk.asked) == questions
        assert "summary" not in talk.sent
    talk = Talk(history(lang, [unclear, no]))
    assert HELP[lang] not in told(talk.held("medical_history", PATIENT[lang], lang))
    assert talk.asked[-1] == "Was there blood?"


@pytest.mark.parametrize("lang", LANGS)
def test_without_a_red_flag_an_examination_is_proposed(lang: str) -> None:
    for examination, asks in EXAMINATIONS[lang].items():
        talk = Talk(history(lang, examination=examination))
        answer = told(talk.held("medical_history", PATIENT[lang], lang))
        assert asks in talk.sent["plan"][0]
        for part in (NOTICE[lang], "SUMMARY", examination, "PLAN", "BLOOD"):
            assert part in answer
        assert HELP[lang] not in answer


@pytest.mark.parametrize("lang", LANGS)
def test_the_history_is_asked_step_by_step_and_the_summary_sees_it(lang: str) -> None:
    talk = Talk(history(lang))
    solution = talk.held("medical_history", PATIENT[lang], lang)
    since, medicines = ("Since when", "Which medicines") if lang == "en" else ("多久", "过敏")
    assert talk.asked[0] == "What is the cough like?"
    assert since in talk.asked[1]
    assert medicines in talk.asked[4]
    assert talk.asked[5] == "Any blood, weight loss or night sweats?"
    assert solution.trace.steps["medication"] == ["said 5"]
    assert ("no medical device" if lang == "en" else "不是医疗器械") in talk.before["summary"]
    assert all(f"said {number}" in talk.before["summary"] for number in range(1, 6))


@pytest.mark.parametrize("lang", LANGS)
def test_the_dialogues_reach_every_step_of_the_history(lang: str) -> None:
    scripts = [history(lang, examination=each) for each in EXAMINATIONS[lang]]
    scripts.append(history(lang, [YES_NO[lang][2], YES_NO[lang][1]]))
    held = [Talk(script).held("medical_history", PATIENT[lang], lang) for script in scripts]
    assert set().union(*map(places, held)) == every_place("medical_history", lang)


# The incident

REPORT = {
    "en": "09:58 release 4.2. 10:05 checkout fails. 10:40 release taken back, checkout works.",
    "zh": "09:58 发布4.2版本。10:05 下单失败。10:40 回滚，恢复正常。",
}
ENOUGH = {"en": ("yes", "no"), "zh": ("足够", "不足")}
OPEN = {"en": "The root cause is not established", "zh": "根本原因尚未确定"}
ADDED = {"en": "Added when asked: said 1", "zh": "追问后补充：said 1"}


def evidence(supports: list[str], contradicts: list[str], missing: list[str]) -> str:
    found = {"supports": supports, "contradicts": contradicts, "missing": missing}
    return json.dumps(found, ensure_ascii=False)


def incident(lang: str, enough: str, enough_now: str = "") -> dict[str, Any]:
    return {
        "timeline": json.dumps({"events": ["09:58 release", "10:05 fails"], "impact": "IMPACT"}),
        "hypotheses": json.dumps({"causes": ["the release", "the load"]}),
        "evidence": {
            ("The hypothesis: " if lang == "en" else "假设：") + "the release": evidence(
                ["it ended with the release"], [], ["the log"]
            ),
            "the load": evidence([], ["load was low"], []),
        },
        "enough": enough,
        "ask_facts": "What does the log say?",
        "enough_now": enough_now,
        "missing": "MISSING",
        "leading": "LEADING",
        "why": [f"BECAUSE {number}" for number in range(1, 6)],
        "root_cause": "ROOT",
        "corrective": "CORRECT",
        "preventive": "PREVENT",
    }


@pytest.mark.parametrize("lang", LANGS)
def test_the_evidence_leads_over_five_whys_to_root_cause_and_actions(lang: str) -> None:
    talk = Talk(incident(lang, ENOUGH[lang][0]))
    answer = told(talk.held("incident_root_cause", REPORT[lang], lang))
    assert talk.asked == []
    assert [len(talk.sent[name]) for name in ("evidence", "why")] == [2, 5]
    assert all(f"BECAUSE {number}" in talk.sent["why"][4] for number in range(1, 5))
    assert "load was low" in talk.sent["enough"][0]
    order = ["IMPACT", "10:05 fails", "the load", "LEADING", "5. BECAUSE 5", "ROOT", "CORRECT"]
    found = [answer.index(part) for part in [*order, "PREVENT"]]
    assert found == sorted(found)


@pytest.mark.parametrize("lang", LANGS)
def test_evidence_that_does_not_suffice_is_asked_for_and_else_said(lang: str) -> None:
    enough, short = ENOUGH[lang]
    silent = Talk(incident(lang, short))
    answer = told(silent.held("incident_root_cause", REPORT[lang], lang))
    assert answer.startswith(OPEN[lang])
    assert answer.endswith("MISSING")
    assert silent.asked == []
    mended = Talk(incident(lang, short, enough))
    answer = told(mended.held("incident_root_cause", REPORT[lang], lang, can_ask=True))
    assert mended.asked == ["What does the log say?"]
    assert ADDED[lang] in answer
    assert "ROOT" in answer
    lost = Talk(incident(lang, short, short))
    answer = told(lost.held("incident_root_cause", REPORT[lang], lang, can_ask=True))
    assert answer.startswith(OPEN[lang])
    assert ADDED[lang] in answer
    assert "leading" not in lost.sent


@pytest.mark.parametrize("lang", LANGS)
def test_the_dialogues_reach_every_step_of_the_incident(lang: str) -> None:
    enough, short = ENOUGH[lang]
    held = [
        Talk(incident(lang, short, last)).held("incident_root_cause", "?", lang, can_ask=True)
        for last in (enough, short)
    ]
    assert set().union(*map(places, held)) == every_place("incident_root_cause", lang)


# The contract

CLAUSES = {
    "en": ["1. Fees are due in 30 days.", "2. Liability is unlimited.", "3. Renewal is silent."],
    "zh": ["一、三十日内付款。", "二、赔偿没有上限。", "三、到期自动续约。"],
}
PARTY = {"en": "the supplier", "zh": "乙方"}
RISKS = {"en": ("low", "medium", "high"), "zh": ("低", "中", "高")}
KINDS = {
    "en": ("price and payment", "liability and indemnity", "term and termination"),
    "zh": ("价款与支付", "违约责任与赔偿", "期限与解除"),
}
NO_CLAUSE = {"en": "No clause was found", "zh": "没有找到任何条款"}


def contract(lang: str, risks: Sequence[str]) -> dict[str, Any]:
    clauses = CLAUSES[lang]
    return {
        "parts": json.dumps({"clauses": clauses}),
        "kind_of_clause": dict(zip(clauses, KINDS[lang], strict=True)),
        "concern": {clause: f"CONCERN {n}" for n, clause in enumerate(clauses)},
        "risk": dict(zip(clauses, risks, strict=True)),
        "wording": {clause: f"WORDING {n}" for n, clause in enumerate(clauses)},
        "missing": "MISSING",
        "summary": "SUMMARY",
    }


@pytest.mark.parametrize("lang", LANGS)
def test_each_clause_has_kind_risk_and_concern_and_high_risk_new_wording(lang: str) -> None:
    low, medium, high = RISKS[lang]
    talk = Talk(contract(lang, (high, medium, high)))
    question = "\n".join(CLAUSES[lang])
    answer = told(talk.held("contract_review", question, lang, party=PARTY[lang]))
    first, second, third = (
        answer[answer.index(clause) :].partition("\n\n")[0] for clause in CLAUSES[lang]
    )
    assert KINDS[lang][0] in first
    assert "WORDING 0" in first
    assert f"{medium}\n" in second
    assert "CONCERN 1" in second
    assert "WORDING" not in second
    assert "WORDING 2" in third
    assert len(talk.sent["wording"]) == 2
    assert PARTY[lang] in talk.before["risk"]
    assert all(PARTY[lang] in text for text in talk.sent["concern"])
    assert "CONCERN 1" in talk.sent["risk"][1]
    assert talk.sent["summary"][0].count("CONCERN") == 3
    mild = Talk(contract(lang, (low, low, medium)))
    answer = told(mild.held("contract_review", question, lang, party=PARTY[lang]))
    assert "wording" not in mild.sent
    assert mild.sent["summary"][0] != talk.sent["summary"][0]
    assert "SUMMARY" in answer


@pytest.mark.parametrize("lang", LANGS)
def test_a_text_without_clauses_is_no_contract(lang: str) -> None:
    talk = Talk({"parts": '{"clauses": []}'})
    answer = told(talk.held("contract_review", PATIENT[lang], lang, party=PARTY[lang]))
    assert answer.startswith(NO_CLAUSE[lang])
    with pytest.raises(UserMistake, match="needs 'party'"):
        talk.held("contract_review", PATIENT[lang], lang)


@pytest.mark.parametrize("lang", LANGS)
def test_the_dialogues_reach_every_step_of_the_contract(lang: str) -> None:
    low, _, high = RISKS[lang]
    held = [
        Talk(contract(lang, risks)).held("contract_review", "?", lang, party=PARTY[lang])
        for risks in ((low, high, low), (low, low, low))
    ]
    assert set().union(*map(places, held)) == every_place("contract_review", lang)
