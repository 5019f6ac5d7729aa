"""Text analysis: language, tokens, lemmas and compound parts. Knows nothing of recipes."""

from cookbook_search.analyze.analyzer import Analyzer, open_analyzer
from cookbook_search.analyze.spelling import Speller
from cookbook_search.analyze.tokens import Token, fold, normalise, words

__all__ = ["Analyzer", "Speller", "Token", "fold", "normalise", "open_analyzer", "words"]
