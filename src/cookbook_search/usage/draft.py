"""A gap -> the stub of a recipe: problem phrasings filled in, everything else asked for.

What the editor must write is marked ``KIRJOITA:``; ``cookbook check`` names each mark, and
``cookbook index`` builds over none.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence

from cookbook_search.check.form import HEADINGS, UNFINISHED, VARIATIONS
from cookbook_search.parse import slug
from cookbook_search.types import LANGUAGES, AnyDocument, Gap, Recipe
from cookbook_search.usage.gaps import unlabelled

ID_LENGTH = 40
_ASKED: dict[str, str] = {
    "Pulma": "miltä pulma näyttää arjessa, mistä se johtuu ja mitä siitä seuraa; väitteellä on lähde",
    "Milloin käytät": "milloin tämä auttaa",
    "Ainekset": "ihmiset, aika, raha, tilat ja pohjat; tarkista samat luvut tiedoston alusta",
    "Työvaiheet": "mitä tehdään, niin että sen voi aloittaa maanantaina",
    "Näin mittaat": "mistä näkee, että tekeminen auttoi",
    "Sudenkuopat": "mitä tapahtuu ja mitä silloin teet",
    "Kuvitteellinen esimerkki": "keksitty tapaus yhdestä kolmeen kappaletta",
    "Lähteet": "lähteet, jotka olet itse lukenut",
}


def draft_recipe(
    gap: Gap, documents: Sequence[AnyDocument], taken: Collection[str], today: dt.date
) -> tuple[str, str]:
    """(id, Markdown) of a recipe that the schema accepts and that says what is still missing.

    The gap's nearest recipes among ``documents`` that are no guests lend phase, tags, effort, metrics
    and owner to begin with; the id is none of ``taken``.
    """
    documents = [document for document in documents if not document.guest]
    by_id = {document.id: document for document in documents}
    nearest = [one for i in gap.nearest if isinstance(one := by_id.get(i), Recipe)]
    metrics = [by_id[i] for i in (nearest[0].metrics if nearest else ()) if i in by_id]
    owner = nearest[0].owner if nearest else documents[0].owner
    document_id = _free_id(gap, taken)
    front = _front(document_id, gap, nearest[:1], owner, today)
    return document_id, f"---\n{front}---\n\n{_body(nearest, metrics)}"


def _free_id(gap: Gap, taken: Collection[str]) -> str:
    stem = slug(unlabelled(gap.label))[:ID_LENGTH]
    stem = stem.rsplit("-", 1)[0] if len(stem) == ID_LENGTH and "-" in stem else stem.strip("-")
    numbered = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in numbered if candidate not in taken)


def _front(document_id: str, gap: Gap, nearest: Sequence[Recipe], owner: str, today: dt.date) -> str:
    first = nearest[0] if nearest else None
    effort = first.effort if first else None
    lines = [f"id: {document_id}", "kind: recipe"]
    languages = tuple(zip(LANGUAGES, ("suomeksi", "ruotsiksi", "englanniksi"), strict=True))
    for name, asked in (("title", "otsikko"), ("summary", "yksi tai kaksi virkettä selvää yleiskieltä")):
        lines.append(f"{name}:")
        lines += [f"  {code}: {_quoted(f'{UNFINISHED} {asked} {spoken}')}" for code, spoken in languages]
    lines.append(f"phase: {first.phase if first else 'tunnista'}    # lähimmän reseptin; tarkista")
    lines.append("problems:")
    for code in LANGUAGES:
        phrasings = _phrasings(gap, code)
        lines.append(f"  {code}:" if phrasings else f"  {code}: []")
        lines += [f"    - {_quoted(text)}" for text in phrasings]
    lines.append(f"tags: [{', '.join(first.tags if first else ('orkestrointi',))}]    # tarkista")
    people, weeks, euros = (effort.people, effort.weeks, effort.euros) if effort else (2, 6, "0-2000")
    lines.append(f'effort: {{people: {people}, weeks: {weeks}, euros: "{euros}"}}    # tarkista')
    lines.append(f"metrics: [{', '.join(first.metrics if first else ())}]    # lähimmän reseptin; tarkista")
    lines += ["sources: []", f"updated: {today.isoformat()}", f"owner: {_quoted(owner)}"]
    return "\n".join(lines) + "\n"


def _body(nearest: Sequence[Recipe], metrics: Sequence[AnyDocument]) -> str:
    """Every heading with what is to be written under it."""
    asked = {heading: f"{UNFINISHED} {what}" for heading, what in _ASKED.items()}
    others = [f"[{other.title.fi}]({other.id}.md)" for other in nearest]
    step = "**Kuka:** … · **Kesto:** … · **Tuotos:** …"
    texts = asked | {
        "Milloin käytät": "\n".join(
            [
                f"- Käytä, kun {asked['Milloin käytät']}",
                *(f"- Älä käytä, jos {UNFINISHED} milloin auttaa mieluummin {other}." for other in others),
            ]
        ),
        "Työvaiheet": "\n\n".join(
            f"### {number}. {UNFINISHED} käsky\n\n{step}\n\n{asked['Työvaiheet']}" for number in range(1, 5)
        ),
        "Näin mittaat": "\n".join(
            f"- [{one.title.fi}](../mittarit/{one.id}.md): {UNFINISHED} milloin, mistä ja mikä muutos riittää"
            for one in metrics
        )
        or asked["Näin mittaat"],
        "Muunnelmat": "\n\n".join(f"### {name}\n\n{UNFINISHED} mikä silloin muuttuu" for name in VARIATIONS),
    }
    return "\n\n".join(f"## {heading}\n\n{texts[heading]}" for heading in HEADINGS["recipe"]) + "\n"


def _phrasings(gap: Gap, code: str) -> list[str]:
    texts = (unlabelled(text) for language, text in gap.questions if language == code)
    return [text[:600] for text in dict.fromkeys(texts) if text]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
