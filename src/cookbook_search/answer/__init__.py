"""The assistant: a conversation in, a short cited answer out, or a friendly no."""

from cookbook_search.answer.answerer import Answerer, open_answerer

__all__ = ["Answerer", "open_answerer"]
