"""Rows are chosen and ordered by what they say, not by how they were summed."""

import numpy as np
import pandas as pd
import synthetic_marts

from economic_index.publish.selection import shares


def test_shares_that_differ_by_the_order_of_a_sum_stand_in_the_order_of_their_cells() -> None:
    marts = synthetic_marts.rich()
    rows = marts["mart_soc_groups"]
    is_label = (rows["footing"] == "of_classified") & ~rows["soc_group"].str.startswith("_")
    noise = pd.Series(np.arange(len(rows)) % 7 * 1e-16, index=rows.index)
    marts["mart_soc_groups"] = rows.assign(usage_share=rows["usage_share"].mask(is_label, 0.05 + noise))
    found = shares(synthetic_marts.served(marts), "mart_soc_groups", "soc_group")["soc_group"].tolist()
    assert len(found) > 3
    assert found == sorted(found)
