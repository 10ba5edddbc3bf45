"""Words that stand in every report: what it is not, its floors, and the attributions that the licences ask.

No number and no mart here.
"""

from economic_index.publish.home import Home

WHAT_THIS_IS_NOT = (
    "One set of logs is not a labour market.",
    "It shows tasks done in conversations: not time at work, and not jobs.",
    "The occupation is inferred from the task; it is not known of the person. Wages and use of groups say nothing of "
    "persons.",
    "Use is not usefulness: abandoned and failed conversations count.",
    "Only those who stayed are seen: deletions, opt-outs and retention windows are outside; shared accounts and bots "
    "count as people.",
    "Weeks have holidays, terms and releases: no trend from fewer than 8 dated weeks, no season from fewer than 53.",
    "The screen for work is permissive, so work looks larger than it is.",
    "The taxonomy is American, and how finely it writes an occupation (8 to 40 tasks) sets its depth.",
    "Automation is a style of request, not a job automated.",
    "Floors cut off the tail, and more of it where there is less data.",
)
ATTRIBUTIONS = (
    "This product includes information from the O*NET 30.1 Database by the U.S. Department of Labor, Employment and "
    "Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET® is a trademark of USDOL/ETA. It "
    "also uses the O*NET 18.1, 20.1 and 27.0 Databases under the same licence. The data was modified: links, job "
    "zones and skills were filled from neighbouring versions, and shares of use were added.",
    "Employment and wages: U.S. Bureau of Labor Statistics, Occupational Employment and Wage Statistics, May 2023, "
    "May 2024 and May 2025 (public domain).",
    "Published index: Anthropic Economic Index, releases of 10 February 2025 (Handa et al. 2025, “Which Economic Tasks "
    "are Performed with AI? Evidence from Millions of Claude Conversations”, arXiv 2503.04761), 27 March and 15 "
    "September 2025, 15 January, 24 March and 26 June 2026, CC BY; the counts of conversations behind them were "
    "recovered from their percentages.",
    "Exposure: GPTs are GPTs (Eloundou et al. 2023), MIT licence; Working with AI (Tomlinson et al. 2025), CC BY 4.0; "
    "Labor market impacts (Massenkoff and McCrory 2026), CC BY.",
)
NO_USERS = "It is not known who wrote, so no floor on people is claimed."
OWN_AMONG_OTHERS = "One person’s own logs are among these: the figures can never be released."
HIDDEN = "What is hidden is added up, and stays in every total."


def floors_in_words(home: Home) -> str:
    """Which cells are shown, in one sentence."""
    if home.is_of_one_person:
        return "There is no floor: these are one person’s own logs. They can never be released."
    own = f" {OWN_AMONG_OTHERS}" if home.has_self_source else ""
    if not home.floor_users:
        return f"A cell is shown with at least {home.floor_conversations} conversations. {NO_USERS} {HIDDEN}{own}"
    people = f"{home.floor_conversations} conversations by at least {home.floor_users} users"
    return f"A cell is shown with at least {people}. {HIDDEN}{own}"
