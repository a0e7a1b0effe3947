"""Which language form of a template suits a question, by its script; it knows no grammar."""

from __future__ import annotations

from reasoning_chains.errors import UnknownName

__all__ = ["LANGUAGES", "check_language", "language_of"]

LANGUAGES = ("en", "zh")


def check_language(lang: object) -> None:
    """Refuse a language that no template has; None leaves it to the question.

    Raises:
        UnknownName: It is none of those in `LANGUAGES`.
    """
    if lang is not None and lang not in LANGUAGES:
        raise UnknownName("language", lang, LANGUAGES)


def language_of(question: str) -> str:
    """Give `zh` where Chinese characters carry the question, else `en`.

    One Chinese character weighs as much as five Latin letters; kana speak against Chinese.
    """
    sample = question[:4000]
    if sample.isascii():
        return "en"
    chinese = sum("\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" for char in sample)
    if not chinese or any("\u3040" <= char <= "\u30ff" for char in sample):
        return "en"
    latin = sum(char.isascii() and char.isalpha() for char in sample)
    return "zh" if chinese * 5 >= latin else "en"
