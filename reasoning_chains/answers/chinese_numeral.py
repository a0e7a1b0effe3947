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
    text = text.removeprefix("负")
    percent = text.startswith("百分之")
    if percent:
        value = _decimal(text[3:])[0]
    elif text.startswith("一半"):
        value = Fraction(1, 2)
    else:
        value = _counted(text)
    return None if value is None else (sign * value, percent)


def _counted(text: str) -> Fraction | None:
    """Read a whole or decimal number, a fraction, or both (一又二分之一)."""
    value, end = _decimal(text)
    if value is None:
        return None
    if text.startswith("又", end):
        part = _over(text[end + 1 :])
        return None if part is None else value + part
    part, rest = _over(text), text[end:]
    if part is not None:
        return part
    counted = end > 1 or _ended(rest) or (rest[0] in _MEASURES and _ended(rest[1:]))
    return value if counted else None  # a lone numeral also begins words such as 一定 and 一共


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
            scale = _UNITS[char]
            section, digit = section + scale * (1 if digit is None else digit or 1), None
        else:
            scale = _SECTIONS[char]
            part, rest = section + (digit or 0), total if scale == 10_000 else 0
            total = (part + total - rest) * scale + rest
            section, digit = 0, None
    return total + section + (digit or 0) * (scale // 10 if scale >= 100 else 1)
