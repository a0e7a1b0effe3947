"""The words around a stated number: fillers, ranges, lists, denials; it reads nothing."""

from __future__ import annotations

__all__ = [
    "CHINESE_FILLERS",
    "DENIALS",
    "DENIED_BEFORE",
    "FILLERS",
    "INEQUALITIES",
    "LISTS",
    "OPERATORS",
    "PARTS",
    "RANGES",
    "TURNS",
]

_FILLERS = (
    "approximately about around roughly nearly almost exactly precisely just simply only therefore "
    "thus then now clearly definitely indeed equal to equals that still actually also a an the "
    "total of at least most up is usd rs rs. us rmb cny eur gbp inr minus negative value number "
    "hence so only, approx. ca. \\text \\textbf \\mathrm \\mathbf \\boxed over under"
)
_CHINESE_FILLERS = (
    "一共 总共 大约 大概 正好 恰好 应该 等于 就是 约为 人民币 数字 "
    "约 共 是 为 负 第 有 需要 需 还剩 剩下 花了 即"
)
_OPERATORS = (
    "+ * / × ÷ x · \\times \\cdot \\div \\pm ± ^ ** minus plus times - by over 加 减 乘 除以 乘以"
)
_PARTS = (
    "feet foot ft hours hour hrs hr h minutes minute min pounds pound lbs lb dollars dollar years "
    "year weeks week days day months month km m meters kg 小时 元 分 米 天 年 斤"
)
FILLERS = frozenset(_FILLERS.split())
CHINESE_FILLERS = tuple(_CHINESE_FILLERS.split())
OPERATORS = frozenset((*_OPERATORS.split(), "divided by", "multiplied by"))
_RANGES = "- -- ~ ～ — .. ... : ： ∶ to 至 到"
RANGES = frozenset(_RANGES.split())
_LISTS = ", ， 、 ; & and or 和 或 与 及 或者 以及"
LISTS = frozenset((*_LISTS.split(), ", and", ", or"))
PARTS = frozenset(_PARTS.split())  # units that join the parts of one measure: 5 feet 6 inches
INEQUALITIES = ("<", ">", "≤", "≥", "\\le", "\\ge", "\\lt", "\\gt")
DENIALS = ("not ", "n't ", "不是", "并不是", "并非")
TURNS = ("but rather ", "but ", "it's ", "it is ", "而是", "，是", ",是", "应该是", "应为")
_DENIED = "not isn't 不是 并非 而非 n't"
DENIED_BEFORE = (*_DENIED.split(), "not the", "instead of", "rather than")
