"""The report: one self-contained page that works offline, prints, and reads on a phone and aloud.

The numbers are the figures', the words sentences.py's; this module only puts them into the template.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from economic_index.publish.figures import FIGURES, Figure, FigureResult
from economic_index.publish.figures.theme import svg_of
from economic_index.publish.first_page import first_page
from economic_index.publish.home import Home
from economic_index.publish.notices import ATTRIBUTIONS, WHAT_THIS_IS_NOT, floors_in_words
from economic_index.publish.numerals import count, percent
from economic_index.publish.served import ServedMarts
from economic_index.publish.sureness import counted_otherwise, how_sure
from economic_index.publish.tables import PrintedTable, printed_table
from economic_index.publish.unknowns import left_out

TEMPLATES = "economic_index.publish"


def build_report(marts: ServedMarts) -> str:
    """The whole page as HTML. It asks the network for nothing, and holds no conversation text."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    built = [(figure, figure.build(marts)) for figure in FIGURES]
    specs = {figure.name: result.chart.to_dict() for figure, result in built if result.chart is not None}
    keys = {name: spec.pop("title", {}).get("text", []) for name, spec in specs.items()}
    home = Home.of(marts)
    html = environment.get_template("report.html").render(
        home=home,
        build_id=marts.build_id,
        conversations=count(home.conversations),
        answers=first_page(marts),
        titles={figure.name: figure.title for figure in FIGURES},
        left_out=[(row["words"], count(row["conversations"]), percent(row["usage_share"])) for row in _rows(marts)],
        floors=floors_in_words(home),
        figures=[
            _figure(figure, result, specs.get(figure.name), keys.get(figure.name, [])) for figure, result in built
        ],
        not_this=WHAT_THIS_IS_NOT,
        how_sure=how_sure(marts),
        counted_otherwise=counted_otherwise(marts),
        attributions=ATTRIBUTIONS,
    )
    return _with_inlined(html, specs)


def _rows(marts: ServedMarts) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in left_out(marts).to_dict("records")]


def _figure(figure: Figure, result: FigureResult, spec: dict[str, Any] | None, key: list[str]) -> dict[str, Any]:
    """What the template shows of one figure; the reading key is text of the page, so that it wraps."""
    table: PrintedTable | None = printed_table(result.table) if len(result.table) else None
    return {
        "name": figure.name,
        "title": figure.title,
        "svg": svg_of(spec) if spec is not None else "",
        "key": " ".join(key),
        "reason": result.reason,
        "caption": result.caption,
        "caveats": result.caveats,
        "table": table,
        "hidden": result.hidden,
    }


def _with_inlined(html: str, specs: dict[str, Any]) -> str:
    """Put style, specs and the one Vega bundle where the template left room; `<` cannot end a script."""
    room = files(TEMPLATES).joinpath("templates")
    style = room.joinpath("report.css").read_text(encoding="utf-8")
    script = room.joinpath("report.js").read_text(encoding="utf-8")
    safe = json.dumps(specs, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    html = html.replace("/*style*/", style, 1)
    if not specs:
        return html
    drawing = (
        f'<script type="module">{_bundle()}</script>\n<script type="module">const specs = {safe};\n{script}</script>'
    )
    head, mark, tail = html.rpartition("<!--drawing-->")
    return f"{head}{drawing}{tail}" if mark else html


@cache
def _bundle() -> str:
    import vl_convert

    bundle = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
    return bundle.replace("</script", "<\\/script")
