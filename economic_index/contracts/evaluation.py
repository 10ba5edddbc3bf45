"""The tables of `evaluation/`: which labels there are, and how engines score on them.

Figures about engines, not of a home's index: dbt does not read them.
"""

from economic_index.contracts.columns import flag, label, real, table, text, whole
from economic_index.contracts.reviews import ERRORS_UNIQUE, error_columns
from economic_index.vocabulary import AnswerKind, Measure, Scoring

LABEL_SETS = table(
    "evaluation",
    "label_sets",
    "One row per label set: what it is for, who coded, how it was drawn.",
    {
        "label_set": text("Name of the file.", unique=True),
        "purpose": text("train, aimed (trains, picked for what was lacking) or test."),
        "coder_kind": text("machine (a language model reading) or person."),
        "coder": text("Who read."),
        "read_on": text("Date of reading."),
        "codebook_version": whole("Version of docs/codebook.md.", 32),
        "drawn": text("How the conversations were drawn."),
        "inclusion_probability": real(
            "Of a conversation of the open frame; null where rows were picked.", nullable=True
        ),
        "row_count": whole("Conversations."),
        "sha256": text("SHA-256 of the file."),
    },
    unique=("label_set",),
)
ENGINE_SCORES = table(
    "evaluation",
    "engine_scores",
    "One row per engine (or `coder`), facet, rule, part of the items and measure: an estimate with 95 % limits.",
    {
        "label_set": text("Labels that it is held against."),
        "engine": text("Engine; `coder` is one coder against the other."),
        "version": text("Hash of the engine's model, or the model that was asked."),
        "facet": text("Facet; automation is computed from the pattern; iwa, task and task_soc_group from the mapping."),
        "answer": label(AnswerKind, "As published, or the likeliest label whatever its confidence."),
        "scoring": label(Scoring, "Which label counts as right."),
        "cut_kind": text(
            "What items are cut by: all, language, length, week, source, confidence, surest half, decoy, reading."
        ),
        "cut": text("Which part of it."),
        "is_weighted": flag("Weighted by (8/7)^parts, to speak of the whole corpus."),
        "measure": label(Measure, "What is measured."),
        "value": real("Estimate.", nullable=True),
        "lo": real("Lower 95 % limit.", nullable=True),
        "hi": real("Upper 95 % limit.", nullable=True),
        "n": whole("Items that the measure is over."),
        "coverage": real("Share of the items that were answered."),
    },
    unique=("label_set", "engine", "facet", "answer", "scoring", "cut_kind", "cut", "is_weighted", "measure"),
)

EVALUATED_ERRORS = table(
    "evaluation",
    "engine_errors",
    "One row per engine evaluated in this home, facet, predicted and settled label: counts of the test set.",
    error_columns(),
    unique=ERRORS_UNIQUE,
)

EVALUATION_TABLES = (LABEL_SETS, ENGINE_SCORES, EVALUATED_ERRORS)
