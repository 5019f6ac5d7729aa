"""Sentences that give orders to an assistant: no answer quotes them and no model reads them.

A cookbook has no use for them, so one that stands in a document was planted there.
"""

from __future__ import annotations

import re

from cookbook_search.analyze import normalise

_ORDERS = re.compile(
    r"\b(?:unohda|ohita|sivuuta|glöm|ignorera|strunta i|ignore|disregard|forget|override)\b"
    r"(?:\W+\w+){0,5}?\W+(?:ohje|sääntö|säännö|kehot|instruktion|regler|regel|systemprompt|instruction|rule|prompt)\w*"
    r"|\b(?:järjestelmä|system)\s?-?(?:kehot|prompt)\w*"
    r"|\b(?:ohje|käsky) (?:avustajalle|tekoälylle|kielimallille|botille)\b"
    r"|\b(?:instruktion|order) till (?:assistenten|språkmodellen|boten)\b"
    r"|\b(?:instructions?|order) (?:to|for) the (?:assistant|model|ai|bot)\b"
    r"|(?:^|[\s\[<#>])(?:system|assistant|järjestelmä)\s?[:>\]]"
)


def gives_orders(text: str) -> bool:
    """Whether the text orders an assistant to do something."""
    return bool(_ORDERS.search(normalise(text).lower()))
