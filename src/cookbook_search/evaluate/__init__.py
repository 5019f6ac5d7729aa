"""Quality: judged queries for the retrieval, judged conversations for the assistant; both with intervals."""

from cookbook_search.evaluate.answers import (
    ANSWER_MEASURES,
    AnswerOutcome,
    answers_as_json,
    evaluate_answers,
    failures,
    summarise_answers,
)
from cookbook_search.evaluate.conversations import Conversation, read_conversations
from cookbook_search.evaluate.differences import differences_page
from cookbook_search.evaluate.intervals import Estimate, estimate
from cookbook_search.evaluate.preview import (
    Figure,
    Preview,
    ShiftedQuery,
    preview,
    read_preview,
    write_preview,
)
from cookbook_search.evaluate.retrieval import (
    GRADE_NEEDED,
    MEASURES,
    JudgedQuery,
    Outcome,
    compare,
    evaluate,
    outcomes_as_json,
    read_queries,
    summarise,
)
from cookbook_search.evaluate.sections import Places
from cookbook_search.evaluate.support import Shelf

__all__ = [
    "ANSWER_MEASURES",
    "GRADE_NEEDED",
    "MEASURES",
    "AnswerOutcome",
    "Conversation",
    "Estimate",
    "Figure",
    "JudgedQuery",
    "Outcome",
    "Places",
    "Preview",
    "Shelf",
    "ShiftedQuery",
    "answers_as_json",
    "compare",
    "differences_page",
    "estimate",
    "evaluate",
    "evaluate_answers",
    "failures",
    "outcomes_as_json",
    "preview",
    "read_conversations",
    "read_preview",
    "read_queries",
    "summarise",
    "summarise_answers",
    "write_preview",
]
