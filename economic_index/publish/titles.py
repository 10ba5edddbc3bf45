"""What codes are called when shown to people.

No label is spelled here that vocabulary.py does not have; no sentences (sentences.py).
"""

from economic_index.vocabulary import Collaboration, Engine

SHORT_GROUPS = {
    "11": "Management",
    "13": "Business and finance",
    "15": "Computer and mathematics",
    "17": "Architecture and engineering",
    "19": "Science",
    "21": "Community and social service",
    "23": "Legal",
    "25": "Education and libraries",
    "27": "Arts, design and media",
    "29": "Health practitioners",
    "31": "Health support",
    "33": "Protective service",
    "35": "Food preparation",
    "37": "Building and grounds",
    "39": "Personal care",
    "41": "Sales",
    "43": "Office and administration",
    "45": "Farming, fishing and forestry",
    "47": "Construction",
    "49": "Installation and repair",
    "51": "Production",
    "53": "Transport",
    "55": "Military",
}
PATTERNS = {
    Collaboration.DIRECTIVE: "Directive",
    Collaboration.FEEDBACK_LOOP: "Feedback loop",
    Collaboration.TASK_ITERATION: "Task iteration",
    Collaboration.LEARNING: "Learning",
    Collaboration.VALIDATION: "Validation",
    Collaboration.NONE: "None of the five",
}
PATTERN_MEANINGS = {
    Collaboration.DIRECTIVE: "hands the whole task over",
    Collaboration.FEEDBACK_LOOP: "hands the errors back",
    Collaboration.TASK_ITERATION: "refines the result together",
    Collaboration.LEARNING: "wants to understand",
    Collaboration.VALIDATION: "has own work checked",
}
AUTOMATION = (Collaboration.DIRECTIVE, Collaboration.FEEDBACK_LOOP)
MODES = {"automation": "Automation", "augmentation": "Augmentation"}
ENGINES = {
    Engine.CLAUDE: "Claude",
    Engine.LOCAL: "local engine",
    Engine.REHEARSAL: "rehearsal (invented answers)",
    Engine.IMPORTED: "imported",
}
STATES = {
    "answered": "classified",
    "unclassified": "below the engine’s threshold",
    "language_not_measured": "in a language in which its accuracy was not measured",
    "not_occupational": "not about work",
    "none": "about work, but no task found",
    "coarser": "too doubtful for one task, counted at an activity or a SOC group",
    "refused": "refused by the engine",
    "truncated": "answer cut off",
    "unparsable": "answer not readable",
    "over_budget": "over the budget",
    "dead": "given up after errors",
    "not_asked": "not asked",
    "failed": "failed",
    "suppressed": "hidden below the floor",
}


def group_title(code: str, title: str) -> str:
    """Short name of a SOC major group; the title as given if the code is not one of the 23."""
    return SHORT_GROUPS.get(str(code), title)


def engine_title(engine: str) -> str:
    """Name of an engine; the word as given if it is none of ours (`mixed`)."""
    return {str(key): name for key, name in ENGINES.items()}.get(engine, engine)


def state_title(state: str) -> str:
    """What a state of a question means, in words."""
    return STATES.get(state.removeprefix("_"), state.removeprefix("_").replace("_", " "))


def baseline_title(baseline: str) -> str:
    """A baseline in prose: `employment, OEWS May 2023` is printed as `employment (OEWS May 2023)`."""
    name, comma, survey = baseline.partition(", ")
    return f"{name} ({survey})" if comma else name


def cell_title(measure: str, cell: str, label: str) -> str:
    """Name of a cell of a measure: pattern, mode or occupation group."""
    if measure == "soc_group":
        return group_title(cell, label)
    names = {**{str(key): name for key, name in PATTERNS.items()}, **MODES}
    return names.get(cell, label)
