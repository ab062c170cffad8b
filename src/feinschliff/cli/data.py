"""`fein data`: the group of its verbs."""

from __future__ import annotations

import typer

from feinschliff.cli import data_posts, data_subjects

app = typer.Typer(help="Make data: neighbourhood posts, and subject lines for them.", no_args_is_help=True)
app.command("posts")(data_posts.command)
app.command("subjects")(data_subjects.command)
