"""`fein data`: posts by grammar, subject lines by rule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from feinschliff.cli import complete, data_posts
from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, say
from feinschliff.errors import DataError, InputError

app = typer.Typer(help="Make data: neighbourhood posts, and subject lines for them.", no_args_is_help=True)

_TEXT_COLUMNS = ("Posts", "Post", "posts", "post", "text", "Text")


app.command("posts")(data_posts.command)


@app.command("subjects")
def subjects_command(
    source: Annotated[str, typer.Argument(metavar="FILE", help="File with posts.", autocompletion=complete.data)],
    out: Annotated[Path, typer.Option("--out", help="CSV or JSONL file to write.")],
    by: Annotated[str, typer.Option("--by", help="rule: the most telling phrase, at most ten words.")] = "rule",
    column: Annotated[str | None, typer.Option("--column", help="Column of the posts; Posts if not given.")] = None,
    as_json: o.AsJson = False,
) -> None:
    """Add a column Subject with a subject line for every post.

    Example: [bold]fein data subjects posts.csv --by rule --out subjects.csv[/]
    """
    from feinschliff.cli.outputs import write_once
    from feinschliff.datasets.load import load_examples
    from feinschliff.datasets.rules import subject_line

    if by != "rule":
        raise InputError(
            f"subject lines cannot be made by '{by}'", asked=f"--by {by}", found="rule", mend="use --by rule"
        )
    data = load_examples(source, target=None)
    chosen = column or next((name for name in _TEXT_COLUMNS if name in data.columns), None)
    if chosen is None or chosen not in data.columns:
        raise DataError(
            f"there is no column '{chosen or 'Posts'}'",
            asked=column or "Posts",
            found="columns: " + ", ".join(data.columns),
            mend="name the column of the posts with --column",
        )
    rows = [{**e.row, "Subject": subject_line(str(e.row[chosen] or ""))} for e in data.examples]
    write_once(out, [*(c for c in data.columns if c != "Subject"), "Subject"], rows)
    _done({"out": str(out), "rows": len(rows)}, as_json=as_json)


def _done(summary: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(summary)
    else:
        say(f"{summary['rows']} rows written to {summary['out']}")
