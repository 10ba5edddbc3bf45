"""The tables of money: what asking a model has cost, and what it is going to cost.

Accounts of a home, not figures of its index: dbt does not read them.
"""

from economic_index.contracts.columns import day, label, real, table, text, whole
from economic_index.vocabulary import Purpose, Transport, Way

_TOKENS = {
    "uncached_tokens": whole("Input tokens after the last cache mark."),
    "written_5m_tokens": whole("Input tokens written to the cache for five minutes."),
    "written_1h_tokens": whole("Input tokens written to the cache for an hour."),
    "read_tokens": whole("Input tokens read from the cache."),
    "output_tokens": whole("Output tokens, thinking included."),
    "thinking_tokens": whole("Output tokens of thinking, where the server tells."),
}

LEDGER = table(
    "lake",
    "ledger",
    "One row per week, prompt, purpose, model and transport: tries, tokens and USD of all that was ever asked.",
    {
        "week_start": day("Monday (UTC) of the week that was classified."),
        "prompt": text("What was asked: facets, task or a step of a hierarchy."),
        "purpose": label(Purpose, "For the figures, or to measure how steady answers are."),
        "model": text("Model that was asked."),
        "transport": label(Transport, "How it was asked."),
        "requests": whole("Distinct requests."),
        "tries": whole("Tries, failed ones too."),
        "answers": whole("Tries that gave an answer."),
        **_TOKENS,
        "usd": real("USD, by the price of the day of each try."),
    },
    unique=("week_start", "prompt", "purpose", "model", "transport"),
)

COST_ESTIMATE = table(
    "lake",
    "cost_estimate",
    "One row per prompt and way of asking: what the weeks that are due are going to cost.",
    {
        "prompt": text("What will be asked, of all, of the sample (again), or to build a hierarchy."),
        "way": label(Way, "Live or batch, with or without cache; clouds without batches are live."),
        "model": text("Model that will be asked."),
        "conversations": whole("Conversations of the weeks that are due."),
        "answered_requests": whole("Requests that have an answer already, and are not made again."),
        "requests": whole("Requests still to be made."),
        "prefix_tokens": whole("Input tokens of a request that are the same for many."),
        "input_tokens": whole("Input tokens of a request besides, on average."),
        "output_tokens": whole("Output tokens of an answer, on average."),
        "cache_read_share": real("Share of the prefixes that is assumed to be read from the cache."),
        "usd": real("USD."),
    },
    unique=("prompt", "way"),
)

MONEY_TABLES = (LEDGER, COST_ESTIMATE)
