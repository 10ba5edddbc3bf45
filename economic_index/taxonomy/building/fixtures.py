"""Counts that the publishers' files must give before facts are built of them (method, section 2).

Nothing is corrected here: another count stops the build.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from economic_index.taxonomy.codes import normalise
from economic_index.taxonomy.source_files import read


class FactsDiffer(Exception):
    """The files are not those that the method counts on."""


def expect(what: str, found: int, wanted: int) -> None:
    """Stop on another count than the method's.

    Raises FactsDiffer with both counts and the remedy.
    """
    if found != wanted:
        raise FactsDiffer(f"{what}: {found:,}, expected {wanted:,}. Use the files named in docs/reference_data.md.")


def check_join(folder: Path) -> None:
    """Join the published statements to titles by text, as the release does: 4,245 rows, 756 titles.

    Joined here by the text itself and by title, so that the hashes in the facts are checked against it.
    """
    statements = read(folder, "tasks_20.1")
    texts = statements["Task"].map(normalise)
    listings = pd.DataFrame({"text": texts, "title": statements["Title"]}).drop_duplicates()
    published = read(folder, "aei_tasks")["task_name"].map(normalise).to_frame("text")
    joined = published.merge(listings, on="text", how="left")
    expect("rows after the join, with the unmatched none", len(joined), 4_245)
    expect("titles used", joined["title"].nunique(), 756)


def check_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Check built tables against the files and each other: the join by hash, the paper's workforce, known codes."""
    tasks = tables["onet_tasks"].query("onet_version == '20.1'")
    cells = tables["published_cells"].query("facet == 'onet_task' and release == '2025-02-10'")
    listings = tasks[["statement_hash", "onet_soc_code"]].drop_duplicates()
    joined = cells.merge(listings, left_on="node_id", right_on="statement_hash", how="left")
    expect("rows after the join by hash", len(joined), 4_245)
    expect("codes used", joined["onet_soc_code"].nunique(), 756)

    groups = tables["labour_market"].query("year == 2023 and soc_taxonomy == 'soc_group'")["employment"]
    paper = read(folder, "aei_employment")["bls_distribution"].astype("float64")
    expect("group employments that equal the paper's", len(set(groups) & set(paper)), 22)

    titles = tables["occupations"].groupby("soc_taxonomy")["onet_soc_code"].agg(set)
    listed = tables["onet_tasks"].groupby("onet_version")["onet_soc_code"].agg(set)
    for version, taxonomy in (("20.1", "onet_soc_2010"), ("27.0", "onet_soc_2019"), ("30.1", "onet_soc_2019")):
        expect(f"codes of {version} with tasks but without a title", len(listed[version] - titles[taxonomy]), 0)
