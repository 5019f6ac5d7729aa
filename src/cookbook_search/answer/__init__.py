"""The assistant: a conversation in, a short cited answer out, or a friendly no."""

from cookbook_search.answer.answerer import Answerer, open_answerer
from cookbook_search.answer.memory import Conversations

__all__ = ["Answerer", "Conversations", "open_answerer"]
