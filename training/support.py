"""Fit the test of support on the cookbook's own statements: `python -m training.support`.

Each statement (``corpus/rinnakkain/``) is held against the section of its document that fits best
(support) and against sections of other documents: the three most alike in meaning and three at
random (none). Documents are parted in two halves: one fits, the other tells the figures and the
threshold: the least probability at which no more of the unsupported are let through than
``LET_THROUGH``.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cookbook_search.analyze import open_analyzer
from cookbook_search.answer.outline import SOURCES, outline
from cookbook_search.answer.support import SupportChecker, SupportModel, SupportParameters
from cookbook_search.chunk import chunks
from cookbook_search.embed import open_embedder
from cookbook_search.parse import read_corpus
from cookbook_search.retrieve.calibrate import probability
from cookbook_search.retrieve.parameters import Logistic
from cookbook_search.types import LANGUAGES, Language
from training.logistic import fit_logistic

TARGET = Path("src/cookbook_search/answer/support.json")
LET_THROUGH = {"same": 0.05, "foreign": 0.15}
"""Share of the unsupported let through. Across languages the static model tells them apart less well."""
Rows = npt.NDArray[np.float64]


def main() -> None:
    rows = gather()
    models: dict[str, SupportModel] = {}
    told: list[str] = []
    for name, languages in (("same", {"fi"}), ("foreign", {"sv", "en"})):
        chosen = [row for row in rows if row[0] in languages]
        x = np.array([row[2] for row in chosen])
        y = np.array([row[3] for row in chosen])
        half = np.array([row[1] % 2 == 0 for row in chosen])
        balance = np.where(y, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
        logistic = fit_logistic(x[half], y[half].astype(float), balance[half])
        probability_of = probability(logistic, x[~half])
        threshold = float(np.quantile(probability_of[y[~half] == 0], 1 - LET_THROUGH[name]))
        kept = float((probability_of[y[~half] == 1] >= threshold).mean())
        models[name] = SupportModel(logistic=logistic, threshold=threshold)
        told.append(f"{name}: kept {kept:.3f} of supported, {LET_THROUGH[name]} of unsupported, n={len(y)}")
        for language in sorted(languages):
            mine = np.array([row[0] == language for row in chosen])[~half]
            print(language, f"{(probability_of[mine & (y[~half] == 1)] >= threshold).mean():.3f}")
    fitted = f"{dt.date.today()}; " + "; ".join(told)
    print(fitted)
    parameters = SupportParameters(fitted=fitted, same=models["same"], foreign=models["foreign"])
    TARGET.write_text(json.dumps(parameters.model_dump(), indent=1) + "\n", encoding="utf-8")


def gather() -> list[tuple[Language, int, tuple[float, float], bool]]:
    """(language, number of the document, features, supported)."""
    analyzer = open_analyzer()
    embedder = open_embedder("bundled", analyzer)
    empty = SupportModel(logistic=Logistic(bias=0, weights=(0, 0)), threshold=0)
    checker = SupportChecker(analyzer, embedder, SupportParameters(fitted="", same=empty, foreign=empty))
    corpus, _ = read_corpus([Path("corpus")])
    evidence, owner, whole = [], [], []
    for number, document in enumerate(corpus.documents):
        body = [chunk for chunk in chunks(document) if chunk.kind in {"section", "step"}]
        for part in outline(document, body).parts:
            if part.heading != SOURCES:
                prepared = checker.evidence("\n".join(part.lines), part.heading)
                evidence.append(prepared)
                owner.append(number)
                whole.append(prepared.vectors[-1])
    owners, wholes = np.array(owner), np.array(whole)
    random = np.random.default_rng(1)
    rows: list[tuple[Language, int, tuple[float, float], bool]] = []
    for number, document in enumerate(corpus.documents):
        own, others = np.flatnonzero(owners == number), np.flatnonzero(owners != number)
        for statement in document.statements:
            for language in LANGUAGES:
                text = statement[language]
                vector = embedder.embed([text], [language], "query")[0]
                best = max((checker.features(text, language, evidence[at]) for at in own), key=sum)
                rows.append((language, number, best, True))
                alike = others[np.argsort(-(wholes[others] @ vector))[:3]]
                for at in (*alike, *random.choice(others, 3, replace=False)):
                    rows.append((language, number, checker.features(text, language, evidence[at]), False))
    return rows


if __name__ == "__main__":
    main()
