"""What an exchange adds to its conversation: the end, the beginning, or a second try (log_formats §13).

Which conversation is its own is found in sessions.py.
"""

from datetime import datetime, timedelta

from economic_index.conversations.readers.chains import Chain, Exchange, pairs, replied, timed

RETRY = timedelta(minutes=10)
MAX_OVERLAP = 256


def extend(chain: Chain, exchange: Exchange, prints: list[bytes]) -> None:
    """Put an exchange into its chain: before it, as its earlier part, as a second try of its end, or after it."""
    chain.branch_count += exchange.branch_count
    chain.flags |= exchange.flags | {"is_sessionised"}
    chain.seen_at = exchange.at or chain.seen_at
    chain.is_touched, chain.locator = True, chain.locator or exchange.locator
    session = exchange.keys.session
    chain.sessions += [session] if session and session not in chain.sessions else []
    if exchange.keys.reply is not None and exchange.keys.reply == chain.first.keys.previous:
        _put_before(chain, exchange, prints)
        if exchange.keys.previous is None:
            chain.flags.discard("is_partial")
    elif _is_before(exchange, chain):
        _begin_earlier(chain, exchange, prints)
    else:
        _go_on(chain, exchange, prints)


def _begin_earlier(chain: Chain, exchange: Exchange, prints: list[bytes]) -> None:
    """Logs written newest first: a later request repeats this one, or asked the same again, or comes after it."""
    asked = prints[: len(exchange.prompt)]
    is_repeated = chain.prints[: len(prints)] == prints
    is_retried = asked == chain.prints[: len(chain.prints) - chain.reply_length]
    if not is_repeated and not is_retried:
        _put_before(chain, exchange, prints)
        return
    if is_retried and not chain.reply_length:
        chain.messages += replied(exchange)
        chain.prints = prints
        chain.reply_length, chain.counts = len(exchange.reply), exchange.counts
    chain.first, chain.first_length = exchange, len(exchange.prompt)
    chain.started_at = exchange.begun_at or exchange.at


def _put_before(chain: Chain, exchange: Exchange, prints: list[bytes]) -> None:
    chain.messages[:0] = timed(exchange, exchange.prompt) + replied(exchange)
    chain.prints = prints + chain.prints
    chain.counts = exchange.counts + chain.counts
    chain.first, chain.first_length = exchange, len(exchange.prompt)
    chain.started_at = exchange.begun_at or exchange.at or chain.started_at


def _go_on(chain: Chain, exchange: Exchange, prints: list[bytes]) -> None:
    length, prompt_length = len(chain.prints), len(exchange.prompt)
    previous = exchange.keys.previous
    is_retry = previous is None and _is_near(exchange.at, chain.last_at)
    is_resent = True
    if previous is None and length <= prompt_length and chain.prints == prints[:length]:
        shared = length
    elif is_retry and chain.prints[: length - chain.reply_length] == prints[:prompt_length]:
        if not exchange.reply:
            return
        shared = prompt_length
        del chain.messages[shared:], chain.prints[shared:]
    else:
        is_resent = False
        shared = 0 if previous else _overlap(chain.prints, prints[:prompt_length])
        shared = shared or (0 if previous else _after_last_pair(chain, exchange, prints))
    chain.messages += timed(exchange, exchange.prompt[shared:]) + replied(exchange)
    chain.prints += prints[shared:]
    chain.reply_length = len(exchange.reply)
    chain.counts = exchange.counts if is_resent else chain.counts + exchange.counts
    chain.reply_key = exchange.keys.reply or chain.reply_key
    chain.model = exchange.model or chain.model
    chain.started_at = chain.started_at or exchange.at
    chain.last_at = max((at for at in (chain.last_at, exchange.at) if at is not None), default=None)


def _is_near(one: datetime | None, other: datetime | None) -> bool:
    return one is None or other is None or abs(one - other) <= RETRY


def _is_before(exchange: Exchange, chain: Chain) -> bool:
    """Whether it was sent earlier than all of the chain, or in the same second and the chain repeats it."""
    if exchange.at is None or chain.started_at is None:
        return False
    return exchange.at < chain.started_at or (
        exchange.at == chain.started_at and len(exchange.prompt) < chain.first_length
    )


def _overlap(known: list[bytes], prompt: list[bytes]) -> int:
    """How many messages at the start of a prompt repeat the end of what is known (a history cut in front)."""
    for length in range(min(len(known), len(prompt), MAX_OVERLAP), 0, -1):
        if known[-length:] == prompt[:length]:
            return length
    return 0


def _after_last_pair(chain: Chain, exchange: Exchange, prints: list[bytes]) -> int:
    """Where the prompt goes on after the chain's last words and their answer, whatever stands before them in it."""
    last = next((pair for _, pair in pairs(chain.messages, chain.prints)), None)
    return next((index + 2 for index, pair in pairs(exchange.prompt, prints) if pair == last), 0)
