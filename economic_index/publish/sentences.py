"""The first page in plain words: each sentence is made from a figure, and is silent where its interval says nothing.

Pure functions from marts to sentences; nothing is computed here, and no page is laid out.
"""

from dataclasses import dataclass

import pandas as pd

from economic_index.publish.compared import beside_published, release_title
from economic_index.publish.home import Home
from economic_index.publish.numerals import count, percent, percent_with_interval, points, ratio
from economic_index.publish.selection import rows_of_all, shares
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import MODES, PATTERN_MEANINGS, PATTERNS, baseline_title, cell_title, group_title

MOST_NAMED = 4
ENDS = ("previous_start", "period_start")
BROKEN = {"kinds of work": ("soc_group",), "patterns": ("collaboration", "automation")}
"""What an engine changed in, in words."""


@dataclass(frozen=True)
class Sentence:
    """One statement, and the figure (or mart) that it was read from."""

    text: str
    figure: str


def use(marts: ServedMarts) -> list[Sentence]:
    """How much use, by how many people, how concentrated."""
    home = Home.of(marts)
    if not home.conversations:
        return [Sentence("There is no conversation here yet.", "mart_summary_of_home")]
    said = [Sentence(_volume(home), "mart_summary_of_home")]
    headline = _headline(marts)
    if headline is not None:
        ends = [float(headline[f"occupational_share{end}"]) for end in ("", "_lo", "_hi")]
        if pd.notna(ends[0]):
            text = f"{percent_with_interval(*ends)} of those that could be judged may belong to someone’s work."
            said.append(Sentence(text, "mart_headlines"))
    return [*said, *_concentration(marts)]


def _volume(home: Home) -> str:
    if home.is_user_assigned:
        named = f"{count(home.users)} pseudo-users" if home.users else "users"
        people = f"{named} assigned by rule: how many people wrote them is not known"
    elif home.users:
        people = f"{count(home.users)} {'person' if home.users == 1 else 'people'}"
    else:
        people = "people who are not known: the logs name no user"
    when = f", in {home.weeks}" if home.weeks and not home.is_time_assigned else ""
    assigned = " Their weeks are assigned too: the logs have no dates." if home.is_time_assigned else ""
    return f"{count(home.conversations)} conversations{when}, by {people}.{assigned}"


def _concentration(marts: ServedMarts) -> list[Sentence]:
    rows = rows_of_all(marts, "mart_concentration")
    if rows.empty:
        return []
    of_tasks = (rows["statistic"] == "top_10_tasks") & (rows["footing"] == "of_classified")
    rows = rows[of_tasks & rows["value"].notna()]
    if rows.empty:
        return []
    row = rows.iloc[0]
    share = percent_with_interval(row["value"], row["value_lo"], row["value_hi"])
    return [
        Sentence(
            f"The ten largest tasks that may be shown make {share} of the conversations with a task.",
            "mart_concentration",
        )
    ]


def work(marts: ServedMarts) -> list[Sentence]:
    """Which kinds of work, and where use and employment differ."""
    rows = shares(marts, "mart_soc_groups", "soc_group")
    if rows.empty:
        return [Sentence("Too few conversations show a kind of work for any group to be named.", "figure_employment")]
    said = [Sentence(_largest_groups(marts, rows), "figure_employment")]
    baseline = baseline_title(str(rows["baseline"].iloc[0]))
    above = rows[rows["representation_ratio_lo"] > 1].sort_values("representation_ratio", ascending=False)
    below = rows[rows["representation_ratio_hi"] < 1].sort_values("representation_ratio")
    if len(above):
        text = f"Larger here than in {baseline}: {_with_ratios(above)}."
        said.append(Sentence(text, "figure_employment"))
    if len(below):
        said.append(Sentence(f"Smaller here than there: {_with_ratios(below)}.", "figure_employment"))
    return said


def _largest_groups(marts: ServedMarts, rows: pd.DataFrame) -> str:
    """Groups whose range of ranks reaches the first place are named together."""
    first = rows.iloc[0]
    ranks = rows_of_all(marts, "mart_ranks")
    is_first: list[str] = list(ranks.loc[ranks["place_lo"] == 1, "cell"]) if not ranks.empty else []
    tied = rows[rows["soc_group"].isin(is_first) | (rows.index == rows.index[0])]
    share = percent_with_interval(first["usage_share"], first["usage_share_lo"], first["usage_share_hi"])
    if len(tied) == 1 and len(is_first):
        return f"The largest kind of work is {_group(first)}: {share} of the conversations with a task."
    if len(tied) == 1:
        return f"The largest share here is {_group(first)}: {share}; whether it is the largest is not known."
    others = _listed([_group(row) for _, row in tied.iloc[1:].iterrows()])
    return f"No kind of work is surely the largest: {_group(first)}, {share}, is not told apart from {others}."


def _with_ratios(rows: pd.DataFrame) -> str:
    return _listed([f"{_group(row)} ({ratio(row['representation_ratio'])} times)" for _, row in rows.iterrows()])


def _group(row: pd.Series) -> str:
    return group_title(str(row["soc_group"]), str(row["soc_group_title"])).lower()


def _listed(names: list[str]) -> str:
    """A list in prose, cut where it would tire; semicolons where a name has a comma of its own."""
    named, more = names[:MOST_NAMED], len(names) - MOST_NAMED
    separator = "; " if any(", " in name for name in named) else ", "
    if more > 0:
        return f"{separator.join(named)}{separator.rstrip(', ')} and {more} more"
    return " and ".join([separator.join(named[:-1]), named[-1]]) if len(named) > 1 else named[0]


def collaboration(marts: ServedMarts) -> list[Sentence]:
    """Delegating, or working together."""
    modes = shares(marts, "mart_automation", "mode")
    said = []
    for _, row in modes[modes["mode"] == "automation"].iterrows() if not modes.empty else ():
        said.append(Sentence(_delegating(row), "figure_patterns"))
    patterns = shares(marts, "mart_collaboration", "collaboration")
    patterns = patterns[patterns["usage_share_lo"].notna()] if not patterns.empty else patterns
    if len(patterns) > 1 and patterns["usage_share_lo"].iloc[0] > patterns["usage_share_hi"].iloc[1]:
        said.append(Sentence(_most_frequent(patterns.iloc[0]), "figure_patterns"))
    silent = Sentence("Too few conversations show a pattern for this to be said.", "figure_patterns")
    return said or [silent]


def _delegating(row: pd.Series) -> str:
    share = percent_with_interval(row["usage_share"], row["usage_share_lo"], row["usage_share_hi"])
    if pd.isna(row["usage_share_lo"]):
        return f"Automation (delegating) makes {share} of the conversations that show a pattern."
    if row["usage_share_lo"] > 0.5:
        return f"People delegate more than they work together with the assistant: automation {share}."
    if row["usage_share_hi"] < 0.5:
        return f"People work together with the assistant more than they delegate: automation {share}."
    return f"Delegating and working together are not told apart in size: automation {share}."


def _most_frequent(row: pd.Series) -> str:
    names = {str(key): (name, PATTERN_MEANINGS.get(key, "")) for key, name in PATTERNS.items()}
    name, meaning = names.get(str(row["collaboration"]), (str(row["collaboration"]), ""))
    share = percent_with_interval(row["usage_share"], row["usage_share_lo"], row["usage_share_hi"])
    return f"The most frequent pattern is {name.lower()} (the person {meaning}): {share}."


def changes(marts: ServedMarts) -> list[Sentence]:
    """What grew or shrank beyond its interval."""
    home = Home.of(marts)
    if home.is_time_assigned:
        text = "Nothing is claimed: the weeks of these conversations are assigned by rule, not read from the logs."
        return [Sentence(text, "figure_trend")]
    rows = rows_of_all(marts, "mart_changes", period="month")
    rows = rows if not rows.empty else rows_of_all(marts, "mart_changes", period="week")
    said = _breaks(rows[rows["is_break"].fillna(False).astype(bool)]) if not rows.empty else []
    rows = rows[rows["is_claimed"].fillna(False).astype(bool)] if not rows.empty else rows
    if rows.empty:
        text = "Nothing is claimed: that needs at least eight weeks with dates, and users who are known."
        return said or [Sentence(text, "figure_trend")]
    told = rows[rows["verdict"].isin(["grew", "shrank"])]
    told = told.reindex(told["share_difference"].abs().sort_values(ascending=False).index)
    if told.empty:
        text = f"No {'other ' if said else ''}share moved by more than its interval between the last two periods."
        return [*said, Sentence(text, "figure_trend")]
    return [*said, *(Sentence(_change(row), "figure_trend") for _, row in told.head(MOST_NAMED).iterrows())]


def _breaks(rows: pd.DataFrame) -> list[Sentence]:
    """What was not answered alike in both periods: there the engine's doing is not told from the work's."""
    if rows.empty:
        return []
    names = [name for name, measures in BROKEN.items() if rows["measure"].isin(measures).any()]
    first, second = (_period(rows["period_type"].iloc[0], rows[day].iloc[0]) for day in ENDS)
    text = (
        f"From {first} to {second} the engine changed (its model, or the version of its head, prompt or bank): "
        f"no change of {' or '.join(names)} is claimed."
    )
    return [Sentence(text, "figure_trend")]


def _change(row: pd.Series) -> str:
    name = _cell_name(row)
    first, second = (_period(row["period_type"], row[day]) for day in ENDS)
    moved = points(row["share_difference"], row["share_difference_lo"], row["share_difference_hi"])
    before, after = percent(row["share_before"]), percent(row["share_after"])
    return f"{name} {row['verdict']} from {before} in {first} to {after} in {second}: {moved}."


def _period(period_type: str, start: object) -> str:
    day = pd.Timestamp(str(start))
    return f"{day:%B %Y}" if period_type == "month" else f"the {period_type} of {day:%-d %B %Y}"


def _cell_name(row: pd.Series) -> str:
    return cell_title(str(row["measure"]), str(row["cell"]), str(row["cell_label"]))


def published(marts: ServedMarts) -> list[Sentence]:
    """How this compares with one release of the published index."""
    rows = beside_published(marts)
    rows = rows[rows["share_difference_lo"].notna()] if not rows.empty else rows
    if rows.empty:
        return [Sentence("Too few conversations to stand beside the published index.", "figure_published")]
    groups = rows[rows["measure"] == "soc_group"].sort_values("share_difference", ascending=False)
    told_of = f"Beside the {release_title(rows)}"
    if len(groups):  # else these shares seem to contradict those of all tasks
        told_of += "; occupation groups of tasks with at least 15 conversations and 5 users, on both sides"
    said = [Sentence(f"{told_of}.", "figure_published")]
    for _, row in rows[(rows["measure"] == "automation") & (rows["cell"] == "automation")].iterrows():
        said.append(Sentence(_beside(row), "figure_published"))
    for verdict, word in (("above", "Larger"), ("below", "Smaller")):
        told = groups[groups["verdict"] == verdict]
        told = told if verdict == "above" else told.iloc[::-1]
        if len(told):
            names = [f"{_cell_name(row).lower()} ({_both(row)})" for _, row in told.iterrows()]
            said.append(Sentence(f"{word} here than there: {_listed(names)}.", "figure_published"))
    untold = int((rows["verdict"] == "cannot tell").sum())
    if untold:
        text = f"For {untold} of {len(rows)} compared shares the interval does not tell them from the published ones."
        said.append(Sentence(text, "figure_published"))
    return said


def _both(row: pd.Series) -> str:
    return f"{percent(row['usage_share'])} against {percent(row['published_share'])}"


def _beside(row: pd.Series) -> str:
    ours = percent_with_interval(row["usage_share"], row["usage_share_lo"], row["usage_share_hi"])
    name, theirs = MODES["automation"].lower(), percent(row["published_share"])
    if row["verdict"] == "cannot tell":
        return f"The share of {name}, {ours}, is not told apart from the published {theirs}."
    return f"The share of {name}, {ours}, lies {row['verdict']} the published {theirs}."


def _headline(marts: ServedMarts) -> pd.Series | None:
    rows = rows_of_all(marts, "mart_headlines")
    return None if rows.empty else rows.iloc[0]
