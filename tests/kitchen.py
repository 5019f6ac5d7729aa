"""A small cookbook on disk, for tests that build, alter and rebuild an index.

`write_cookbook` gives six recipes, a method and three metrics of one city; `write_guest` a second
city's recipe. Both pass every rule that a build demands.
"""

from __future__ import annotations

import json
from pathlib import Path

from cookbook_search.parse import read_corpus
from cookbook_search.types import Corpus

VOCABULARY = """
tags:
  - {id: sitouttaminen, fi: Sitouttaminen, sv: Engagemang, en: Engagement}
  - {id: rahoitus, fi: Rahoitus, sv: Finansiering, en: Funding}
  - {id: verkostot, fi: Verkostot, sv: Nätverk, en: Networks}
terms:
  - {id: tapahtuma, fi: [tapahtuma, tilaisuus], sv: [evenemang], en: [event]}
  - {id: avustus, fi: [avustus, hankeraha], sv: [bidrag], en: [grant]}
words: [klusterivetäjä]
"""

RECIPES = {
    "yritysten-paluu": {
        "title": ("Yritykset palaavat", "Företagen kommer tillbaka", "Firms come back"),
        "summary": (
            "Miten kerran käyneet yritykset saadaan palaamaan tilaisuuksiin.",
            "Hur man får företag som deltagit en gång att komma tillbaka.",
            "How firms that came once are brought back.",
        ),
        "phase": "sitouta",
        "tags": ["sitouttaminen"],
        "problems": (
            ["Yritykset käyvät kerran eivätkä palaa", "Tilaisuuksissa ei näy samoja kasvoja kahdesti"],
            ["Företagen kommer en gång och aldrig mer"],
            ["Companies attend once and never return"],
        ),
        "metrics": ["paluuosuus", "jasenmaara"],
        "methods": ["puhelinkierros"],
        "related": ["ydinjoukko"],
        "body": """## Pulma

Yritys käy aamukahveilla ja jää sitten pois. Syy on useimmiten siinä, ettei yritys saanut mitään.

## Työvaiheet

### 1. Soita kymmenelle poisjääneelle

**Kuka:** klusterivetäjä · **Kesto:** 2 päivää · **Tuotos:** luettelo syistä

Kysy yrityksiltä, mitä ne odottivat. Katso [Puhelinkierros](../menetelmat/puhelinkierros.md).

```kopioi Soittopohja
Hei, kävit syksyllä meillä. Mitä jäit kaipaamaan?
```

### 2. Lupaa jotain seuraavaksi kerraksi

Kerro yrityksille, mitä ne saavat, jos ne palaavat.

## Lähteet

1. Tekijä (2019): [Yritysten sitouttaminen](https://example.org/a). Palaavien yritysten osuus.
""",
    },
    "avustushaku": {
        "title": ("Hankerahan haku", "Söka projektmedel", "Applying for a grant"),
        "summary": (
            "Miten avustusta haetaan niin, että hanke myös tehdään.",
            "Hur man söker bidrag så att projektet också blir av.",
            "How to apply for a grant and still carry out the project.",
        ),
        "phase": "rahoita",
        "tags": ["rahoitus"],
        "problems": (
            ["Mistä saamme rahaa kokeiluun?", "avustuksen hakeminen ja omarahoitus"],
            ["Var hittar vi pengar till försöket?"],
            ["Where do we find money for the experiment?"],
        ),
        "metrics": ["saatu-raha", "jasenmaara"],
        "methods": [],
        "related": [],
        "body": """## Pulma

Raha loppuu ennen kuin kokeilu on valmis. Avustuksen ehdot luetaan vasta päätöksen jälkeen.

## Työvaiheet

### 1. Lue rahoittajan ehdot

Rahoittaja kertoo ehdoissa, mihin avustusta saa käyttää. Laske omarahoitus ennen hakemusta.

### 2. Kirjoita budjetti

Budjetti kertoo eurot, tekijät ja viikot.

## Lähteet

1. Rahasto (2021): [Avustusopas](https://example.org/b). Ehdot.
""",
    },
    "luottamus": {
        "title": ("Luottamus kilpailijoiden kesken", "Förtroende mellan konkurrenter", "Trust among rivals"),
        "summary": (
            "Miten kilpailijat uskaltavat puhua toisilleen.",
            "Hur konkurrenter vågar tala med varandra.",
            "How rivals dare to talk to each other.",
        ),
        "phase": "orkestroi",
        "tags": ["verkostot"],
        "problems": (
            ["Kilpailijat eivät kerro toisilleen mitään", "salaisuudet ja epäluulo verkostossa"],
            ["Konkurrenterna litar inte på varandra"],
            ["Competitors do not trust one another"],
        ),
        "metrics": ["jasenmaara"],
        "methods": ["puhelinkierros"],
        "related": [],
        "body": """## Pulma

Kilpailijat istuvat samassa pöydässä ja vaikenevat. Luottamus syntyy pienistä lupauksista.

## Sudenkuopat

- **Salassapitosopimus tulee liian aikaisin.** Aloita asiasta, joka ei ole salaisuus.
- **Isoin puhuu.** Anna puheenvuoro pienimmälle.

## Lähteet

1. Tutkija (2018): [Luottamus verkostoissa](https://example.org/c). Kilpailijoiden yhteistyö.
""",
    },
    "ydinjoukko": {
        "title": ("Ydinjoukon kokoaminen", "Att samla kärngruppen", "Gathering the core group"),
        "summary": (
            "Ketkä viisi ihmistä aloittavat klusterin.",
            "Vilka fem personer som startar klustret.",
            "Which five people start the cluster.",
        ),
        "phase": "kaynnista",
        "tags": ["verkostot", "sitouttaminen"],
        "problems": (
            ["Kaikki kannattavat mutta kukaan ei tee", "Kuka vetää klusterin käyntiin?"],
            ["Alla är för men ingen gör något"],
            ["Everybody agrees and nobody acts"],
        ),
        "metrics": ["jasenmaara", "paluuosuus"],
        "methods": [],
        "related": ["yritysten-paluu"],
        "body": """## Pulma

Suuri joukko kannattaa ajatusta, mutta tekijöitä puuttuu.

## Työvaiheet

### 1. Nimeä viisi tekijää

Valitse ihmisiä, jotka ovat jo tehneet jotain yhdessä. Ydinjoukko päättää aikataulun.

## Lähteet

1. Kaupunki (2020): [Ydinryhmät](https://example.org/d). Käynnistäminen.
""",
    },
}
METHODS = {
    "puhelinkierros": {
        "title": ("Puhelinkierros", "Telefonrunda", "Phone round"),
        "summary": (
            "Kymmenen puhelua kahdessa päivässä.",
            "Tio samtal på två dagar.",
            "Ten calls in two days.",
        ),
        "tags": ["sitouttaminen"],
        "problems": (
            ["Miten kysytään syitä puhelimessa?"],
            ["Hur frågar man i telefon?"],
            ["How to ask by phone?"],
        ),
        "body": """## Mihin se sopii

Puhelu kertoo syyn, jota lomake ei kerro.

## Vaiheet

### 1. Tee lista

Kirjaa nimet ja numerot taulukkoon.

## Lähteet

1. Tekijä (2017): [Puhelinhaastattelu](https://example.org/e). Kysyminen.
""",
    }
}
METRICS = {
    "paluuosuus": ("Palaavien osuus", "Andelen som återkommer", "Share that returns", "tulos", "%"),
    "jasenmaara": ("Jäsenmäärä", "Antal medlemmar", "Number of members", "tuotos", "kpl"),
    "saatu-raha": (
        "Saatu ulkopuolinen raha",
        "Extern finansiering",
        "External funding won",
        "panos",
        "euroa",
    ),
}
METRIC_BODY = """## Mitä mittari kertoo

{title} kertoo, tuottiko työ sitä, mitä luvattiin.

## Laskentakaava

Luku lasketaan kahdesti vuodessa.

## Lähteet

1. Tilasto (2022): [Mittarit](https://example.org/m). Laskenta.
"""


def write_cookbook(root: Path, owner: str = "Vantaa") -> Path:
    """Write the cookbook of one city and return its folder."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "sanasto.yaml").write_text(VOCABULARY, encoding="utf-8")
    write_imprint(root, owner, "CC-BY-4.0")
    for document_id, fields in RECIPES.items():
        write_document(
            root, "reseptit", document_id, recipe_front(document_id, fields, owner), fields["body"]
        )
    for document_id, fields in METHODS.items():
        front = common_front(document_id, "method", fields, owner)
        write_document(root, "menetelmat", document_id, front, fields["body"])
    for document_id, (fi, sv, en, level, unit) in METRICS.items():
        front = metric_front(document_id, (fi, sv, en), level, unit, owner)
        write_document(root, "mittarit", document_id, front, METRIC_BODY.format(title=fi))
    return root


def write_guest(root: Path, owner: str = "Espoo") -> Path:
    """Write a second city's cookbook: one recipe and the metric that it names."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "sanasto.yaml").write_text(VOCABULARY, encoding="utf-8")
    fields = RECIPES["avustushaku"] | {"metrics": ["saatu-raha"]}
    write_document(
        root, "reseptit", "avustushaku", recipe_front("avustushaku", fields, owner), fields["body"]
    )
    fi, sv, en, level, unit = METRICS["saatu-raha"]
    front = metric_front("saatu-raha", (fi, sv, en), level, unit, owner)
    write_document(root, "mittarit", "saatu-raha", front, METRIC_BODY.format(title=fi))
    return root


def write_imprint(root: Path, owner: str = "Espoo", licence: str = "CC-BY-SA-4.0") -> Path:
    """Say whose cookbook the folder holds."""
    name = {"fi": f"{owner}: keittokirja", "sv": f"{owner}: kokbok", "en": f"{owner}: cookbook"}
    text = json.dumps({"owner": owner, "name": name, "licence": licence}, ensure_ascii=False)
    (root / "keittokirja.yaml").write_text(text, encoding="utf-8")
    return root


def write_recipe(root: Path, document_id: str, body: str, **changes: object) -> Path:
    """Add a recipe with this body and front matter like the others'."""
    fields = RECIPES["luottamus"] | {"methods": [], "body": body}
    front = recipe_front(document_id, fields, "Vantaa") | changes
    return write_document(root, "reseptit", document_id, front, body)


def write_document(root: Path, folder: str, document_id: str, front: dict[str, object], body: str) -> Path:
    """Write one file; front matter is JSON, which YAML reads."""
    path = root / folder / f"{document_id}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items())
    path.write_text(f"---\n{lines}\n---\n\n{body}", encoding="utf-8")
    return path


def corpus_of(*roots: Path) -> Corpus:
    """Read corpora that must be without faults."""
    corpus, faults = read_corpus(roots)
    assert faults == []
    return corpus


def common_front(document_id, kind, fields, owner):
    fi, sv, en = fields["problems"]
    return {
        "id": document_id,
        "kind": kind,
        "title": localised(fields["title"]),
        "summary": localised(fields["summary"]),
        "problems": {"fi": fi, "sv": sv, "en": en},
        "tags": fields["tags"],
        "sources": [{"title": "Lähde", "author": "Tekijä", "year": 2019, "url": "https://example.org/a"}],
        "updated": "2026-11-24",
        "owner": owner,
    }


def recipe_front(document_id, fields, owner):
    return common_front(document_id, "recipe", fields, owner) | {
        "phase": fields["phase"],
        "effort": {"people": 2, "weeks": 6, "euros": "0-2000"},
        "methods": [method for method in fields["methods"] if owner == "Vantaa"],
        "metrics": fields["metrics"],
        "related": fields["related"],
    }


def metric_front(document_id, title, level, unit, owner):
    fields = {
        "title": title,
        "summary": tuple(f"{text}." for text in title),
        "tags": ["verkostot"],
        "problems": ([f"Miten lasketaan {title[0].lower()}?"], [f"{title[1]}?"], [f"{title[2]}?"]),
    }
    return common_front(document_id, "metric", fields, owner) | {
        "level": level,
        "unit": unit,
        "formula": "osa / kaikki",
        "direction": "up",
        "data_source": localised(("Oma taulukko", "Egen tabell", "Own table")),
        "frequency": localised(("Vuosittain", "Årligen", "Yearly")),
    }


def localised(texts):
    return dict(zip(("fi", "sv", "en"), texts, strict=True))
