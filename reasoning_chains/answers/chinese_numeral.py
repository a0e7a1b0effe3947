"""Reads a Chinese number in words (三十五, 两万三, 百分之五十, 三分之二); it knows no digits."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["chinese_integer", "spoken_chinese"]

_DIGITS = {
    **{char: value for value, char in enumerate("零一二三四五六七八九")},
    **{char: value for value, char in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2,
    "貳": 2,
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_SECTIONS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_CHARS = frozenset([*_DIGITS, *_UNITS, *_SECTIONS])
_LONGEST = 40
_ENDS = " \t\n。，,.；;！!）)」”\"'*$"
_MEASURES = (
    "个只元块角分斤克千米公里天年月日岁人次本支张条件辆棵头位名朵颗粒杯瓶箱袋页题种倍度点时小秒周"
    "间层桶盒套双对组排行根艘架台份项件毫厘升吨亩平立方"
)


def spoken_chinese(text: str) -> tuple[Fraction, bool] | None:
    """Read the words that a text begins with; also say whether it is a percentage."""
    sign = -1 if text.startswith("负") else 1
    text = text[1:] if sign < 0 else text
    if text.startswith("百分之"):
        value, _ = _decimal(text[3:])
        return None if value is None else (sign * value, True)
    if text.startswith("一半"):
        return Fraction(sign, 2), False
    value, end = _decimal(text)
    if value is None:
        return None
    if text.startswith("又", end):
        part = _over(text[end + 1 :])
        return None if part is None else (sign * (value + part), False)
    part = _over(text)
    if part is not None:
        return sign * part, False
    rest = text[end:]
    if end == 1 and not _ended(rest) and not (rest[:1] in _MEASURES and _ended(rest[1:])):
        return None  # a lone numeral also begins words such as 一定 and 一共
    return sign * value, False


def _ended(rest: str) -> bool:
    return not rest or rest[0] in _ENDS or (rest[:1] in _MEASURES and len(rest) <= 2)


def _over(text: str) -> Fraction | None:
    """Read 三分之二."""
    bottom, middle, top = text.partition("分之")
    if not middle or len(bottom) > _LONGEST:
        return None
    below, end = _decimal(bottom)
    above, used = _decimal(top)
    return above / below if below and above is not None and end == len(bottom) and used else None


def _decimal(text: str) -> tuple[Fraction | None, int]:
    """Read a number with 点, and say where it ends."""
    end = _run(text, 0)
    whole = chinese_integer(text[:end])
    if whole is None:
        return None, 0
    after = _run(text, end + 1)
    if not text.startswith("点", end) or after == end + 1:
        return Fraction(whole), end
    digits = [_DIGITS.get(char) for char in text[end + 1 : after]]
    if None in digits:
        return Fraction(whole), end
    decimals = "".join(map(str, digits))
    return whole + Fraction(int(decimals), 10 ** len(decimals)), after


def _run(text: str, start: int) -> int:
    end = start
    while end < len(text) and end - start < _LONGEST and text[end] in _CHARS:
        end += 1
    return end


def chinese_integer(text: str) -> int | None:
    """Read a whole number such as 一亿零三十万, 二〇二四 or the colloquial 两万三."""
    if not text:
        return None
    if all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total = section = 0
    digit: int | None = None
    scale = 0  # the latest unit: in 两万三, three stands for three thousand
    for char in text:
        if char in _DIGITS:
            if digit and char not in "零〇":
                return None
            digit, scale = _DIGITS[char], 0 if char in "零〇" else scale
        elif char in _UNITS:
            section, digit, scale = (
                section + _UNITS[char] * (1 if digit is None else digit or 1),
                None,
                _UNITS[char],
            )
        else:
            grown = total + section + (digit or 0) if _SECTIONS[char] > 10_000 else section + (digit or 0)
            total = grown * _SECTIONS[char] + (0 if _SECTIONS[char] > 10_000 else total)
            section, digit, scale = 0, None, _SECTIONS[char]
    return total + section + (digit or 0) * (scale // 10 if scale >= 100 else 1)
