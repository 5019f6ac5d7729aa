"""The assistant: a conversation in, a short cited answer out, or a friendly no."""

from cookbook_search.answer.answerer import Answerer, open_answerer
from cookbook_search.answer.llm import LanguageModel, Spent, open_language_model
from cookbook_search.answer.memory import Conversations

__all__ = ["Answerer", "Conversations", "LanguageModel", "Spent", "open_answerer", "open_language_model"]
