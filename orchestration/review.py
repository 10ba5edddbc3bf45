"""python -m orchestration review: hand drawn conversations to reviewers, read back what they say, tell how it stands.

The only road by which a text leaves a home, and it is off until OEI_REVIEW=on.
"""

import getpass
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from economic_index.contracts.review_items import REVIEW_ITEMS
from economic_index.contracts.reviews import REVIEWS
from economic_index.conversations.identify import user_id
from economic_index.lake import Lake
from economic_index.review.checking import PutAside, check
from economic_index.review.desk import ReviewDesk
from economic_index.review.draws import first_draws
from economic_index.review.files import check_free, readings_in, write_export
from economic_index.review.standing import agreements, changed_count, disputes
from economic_index.review.tasks import ReviewFileError
from economic_index.vocabulary import Coder, ReadingKind
from orchestration.settings import Settings, now, pseudonym_key

SHOWN = 20
"""Rows put aside that are told one by one; all are in lake/reviews_rejected."""


class ReviewIsOff(Exception):
    """Nobody has decided that colleagues read colleagues' conversations."""


class Review:
    """Review in the home of the settings."""

    def __init__(self, settings: Settings) -> None:
        if settings.review is None:
            raise ReviewIsOff(
                "That people read other people's conversations is a decision, not a default (docs/reviewing.md). "
                "Once it is taken, set OEI_REVIEW=on."
            )
        self.lake, self.settings = Lake(settings.home), settings.review
        self.desk = ReviewDesk(self.lake)
        self._key = pseudonym_key(settings)

    def export(self, folder: Path, *, settle: bool, draw_id: str | None, with_predictions: bool) -> int:
        """Write the files that reviewers fill in; 1 if there is nothing to read."""
        kind = ReadingKind.THIRD if settle else ReadingKind.FIRST
        reviewers = 1 if settle else self.settings.reviewers
        items = self.desk.to_read(kind, reviewers, draw_id)
        if items.empty:
            print("Nothing to settle." if settle else "Nothing to read: draw first (make index), or all is read.")
            return 1
        check_free(folder, reviewers)
        who = user_id(self._key, "operating system", getpass.getuser())
        handed = self.desk.hand_out(items, kind, who, now(), reviewers=reviewers, with_predictions=with_predictions)
        written = write_export(folder, handed.tasks, reviewers, kind)
        print(f"{len(handed.tasks):,} conversations, for {reviewers} reviewer(s) each: see lake/review_access_log.")
        if handed.gone_count:
            print(f"{handed.gone_count:,} more were drawn, but have changed or gone since: they are not handed out.")
        for path in written:
            print(f"  {path}")
        print("These files hold what people wrote: keep them as you keep the logs, and delete them when they are read.")
        return 0

    def take(self, path: Path) -> int:
        """Read a file back; 1 if a row was put aside."""
        today = now().date()
        known = self.desk.known(lambda name: user_id(self._key, "reviewer", name), today)
        if not known.items:
            raise ReviewFileError(f"{path.name}: nothing was drawn in this home. Is OEI_HOME the one it came from?")
        checked = check(readings_in(path), known)
        replaced = changed_count(self.lake.read(REVIEWS), checked.rows)
        self.desk.take(path.name, checked, today)
        self._materialize()
        print(f"{checked.reading_count:,} readings taken, {checked.blank_count:,} rows not filled in yet.")
        if replaced:
            print(
                f"{replaced:,} of them replace what the same reader had said otherwise. Was it another reader? "
                "Then give each a name (or an account of one Label Studio) of their own, and read both files again."
            )
        _tell(path.name, checked.put_aside)
        self.tell()
        return int(bool(checked.put_aside))

    def tell(self) -> int:
        """How review stands."""
        for name, value in self.numbers().items():
            print(f"  {name}: {value:,}" if isinstance(value, int) else f"  {name}: {value:.2f}")
        return 0

    def numbers(self) -> dict[str, Any]:
        """Items, readings, disputes and agreement; no text."""
        reviews = self.lake.read(REVIEWS)
        numbers: dict[str, Any] = {
            "items": len(first_draws(self.lake.read(REVIEW_ITEMS))),
            "reviews": int(reviews["review_id"].nunique()),
            "conversations_reviewed": int(reviews["conversation_id"].nunique()),
            "labels_settled": _settled(reviews),
            "labels_in_dispute": sum(map(len, disputes(reviews).values())),
        }
        for coder in Coder:
            for each in agreements(reviews, coder):
                if each.count:
                    numbers[f"agreement_{coder}_{each.facet}"] = each.accuracy
                if each.kappa == each.kappa:  # nan where chance agreement is 1
                    numbers[f"kappa_{coder}_{each.facet}"] = each.kappa
        return numbers

    def _materialize(self) -> None:
        """Tell Dagster that lake/reviews is new, with how review stands."""
        key = dg.AssetKey(REVIEWS.key())
        with dg.DagsterInstance.get() as instance:
            instance.report_runless_asset_event(dg.AssetMaterialization(key, metadata=self.numbers()))


def _settled(reviews: pd.DataFrame) -> int:
    settled = reviews[reviews["is_settled"].astype(bool)]
    return len(settled.drop_duplicates(["conversation_id", "coder", "facet"]))


def _tell(name: str, put_aside: list[PutAside]) -> None:
    if not put_aside:
        return
    print(f"{len(put_aside):,} rows put aside, kept with their reason in lake/reviews_rejected:")
    place = "task" if name.lower().endswith(".json") else "line"
    for each in put_aside[:SHOWN]:
        print(f"  {name}, {place} {each.line}: {each.detail}.")
    if len(put_aside) > SHOWN:
        print(f"  and {len(put_aside) - SHOWN:,} more")
    print("Correct them where they were filled in, and read that again: what was taken stays or is replaced.")
