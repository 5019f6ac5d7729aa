"""What identifies a person by its form alone: addresses, numbers and codes.

Sources of the forms: the Finnish personal identity code with the century marks of 2023 and its
check character (Digital and Population Data Services Agency), the Swedish personal number with its
Luhn digit, IBAN (ISO 13616, remainder 97), Finnish number plates and street names.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

EMAIL, PHONE, CODE, ACCOUNT = "[sähköposti]", "[puhelin]", "[henkilötunnus]", "[tilinumero]"
ADDRESS, PLATE, IP = "[osoite]", "[rekisterinumero]", "[ip-osoite]"

_CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_NOT_PLATES = {"ISO", "SFS", "DIN", "IEC", "TRL", "EUR"}
_STREET = (
    r"(?:katu|kadu|tie|kuja|polku|polu|väylä|raitti|raiti|kaari|kaare|bulevardi|esplanadi|penger|penkere"
    r"|puistikko|puistiko|aukio|rinne|rintee|gata|gatan|väg|vägen|gränd|gränden|stig|stigen|esplanaden|brinken)"
)
_STREET_NUMBER = (
    r"\s+\d{1,4}(?:\s?(?-i:[A-Z]|[a-hj-np-z])\b)?(?:\s?(?:as\.?\s?)?\d{1,3}\b)?"
    r"(?:,?\s+\d{5}(?:\s+[A-ZÅÄÖ][a-zåäö]+)?)?"
)
_NOT_STREETS = r"(?!(?:valta|kanta|maan|seutu|moottori|rauta|kehä|ohitus|yhdys|motor|järn|lands|riks)"


def _is_finnish_code(match: re.Match[str]) -> bool:
    """The date exists; without a century mark also the check character must be right."""
    day, month = int(match["d"]), int(match["m"])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return False
    return bool(match["mark"].strip()) or finnish_check_character(match.group()) == match["check"].upper()


def finnish_check_character(code: str) -> str:
    """The last character that a Finnish personal identity code must have: remainder of 31."""
    digits = "".join(filter(str.isdigit, code[:-1]))
    return _CHECK_CHARACTERS[int(digits) % 31]


def _is_swedish_code(match: re.Match[str]) -> bool:
    digits = "".join(filter(str.isdigit, match.group()))[-10:]
    if not (1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) % 60 <= 31):
        return False
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits)]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _is_account(match: re.Match[str]) -> bool:
    """Any Finnish account, also a mistyped one; another country's where the remainder is right."""
    iban = re.sub(r"\s", "", match.group()).upper()
    if iban.startswith("FI"):
        return len(iban) == 18
    if not 15 <= len(iban) <= 34:
        return False
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1


def _is_phone(match: re.Match[str]) -> bool:
    return 7 <= sum(map(str.isdigit, match.group())) <= 15


def _is_address_of_a_machine(match: re.Match[str]) -> bool:
    try:
        ipaddress.ip_address(match.group())
    except ValueError:
        return False
    return True


def _is_plate(match: re.Match[str]) -> bool:
    return match["letters"].upper() not in _NOT_PLATES


def _always(_match: re.Match[str]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Identifier:
    """One form of personal data and what stands in its place."""

    label: str
    pattern: re.Pattern[str]
    holds: Callable[[re.Match[str]], bool] = _always
    """Whether what the pattern found is one."""


def _pattern(text: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(text, flags)


IDENTIFIERS: tuple[Identifier, ...] = (
    Identifier(EMAIL, _pattern(r"[\w.+'-]+\s?(?:@|\(at\)|\[at\]|\(ät\))\s?[\w-]+(?:\.[\w-]+)+")),
    Identifier(
        CODE,
        _pattern(
            r"(?<![\w-])(?P<d>\d\d)(?P<m>\d\d)\d\d\s?(?P<mark>[-–+ABCDEFUVWXY]|\s?)\s?\d{3}"
            r"(?P<check>[0-9A-FHJ-NPR-Y])(?![\w-])"
        ),
        _is_finnish_code,
    ),
    Identifier(CODE, _pattern(r"(?<![\w-])(?:19|20)?\d{6}[-+]?\d{4}(?![\w-])"), _is_swedish_code),
    Identifier(
        ACCOUNT, _pattern(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b"), _is_account
    ),
    Identifier(
        IP,
        _pattern(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4})(?![\w.:])"),
        _is_address_of_a_machine,
    ),
    Identifier(PHONE, _pattern(r"(?<![\w.,/+-])(?:\+|00)[1-9](?:[ \-()]{0,2}\d){6,13}(?![\w-])"), _is_phone),
    Identifier(PHONE, _pattern(r"(?<![\w.,/+-])\(?0[1-9]\d?\d?\)?(?:[ \-]?\d){5,9}(?![\w-])"), _is_phone),
    Identifier(
        ADDRESS, _pattern(rf"\b{_NOT_STREETS})[^\W\d_]{{2,}}{_STREET}\w{{0,4}}{_STREET_NUMBER}")
    ),
    Identifier(
        ADDRESS,
        _pattern(
            r"\b\d{1,4}[a-z]?\s+(?:[A-Z][a-z]+\s+){1,2}(?:Street|Road|Avenue|Lane|Drive|Square)\b", 0
        ),
    ),
    Identifier(PLATE, _pattern(r"(?<![\w-])(?P<letters>[A-ZÅÄÖ]{3})-\d{3}(?![\w-])", 0), _is_plate),
    Identifier(
        PLATE,
        _pattern(
            r"(?:(?<=rekisterinumero )|(?<=rekkari )|(?<=rekisteri )|(?<=auto )|(?<=auton )"
            r"|(?<=bil )|(?<=bilen )|(?<=plate )|(?<=car ))(?P<letters>[A-ZÅÄÖ]{2,3})[- ]?\d{1,3}(?![\w-])"
        ),
        _is_plate,
    ),
)  # fmt: skip
"""In the order in which they are looked for: a longer form before one that could be a part of it."""


def mask_identifiers(text: str) -> str:
    """The text with a label in place of everything that identifies a person by its form."""
    for identifier in IDENTIFIERS:

        def replace(match: re.Match[str], found: Identifier = identifier) -> str:
            return found.label if found.holds(match) else match.group()

        text = identifier.pattern.sub(replace, text)
    return text
