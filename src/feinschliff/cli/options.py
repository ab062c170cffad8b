"""Options that several verbs share, declared once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feinschliff.cli import complete
from feinschliff.cli.log import hide
from feinschliff.cli.log import set_up_log as set_up_log
from feinschliff.cli.output import say
from feinschliff.errors import InputError
from feinschliff.i18n import tr

if TYPE_CHECKING:
    from feinschliff.build import Endpoint
    from feinschliff.build.task_file import EndpointTable, PriceField
    from feinschliff.generation import Price

ENDPOINT = "Endpoint"
RUN = "Run"

EndpointUrl = Annotated[
    str | None,
    typer.Option("--endpoint", help=tr("Base URL of an OpenAI-compatible server."), rich_help_panel=ENDPOINT),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        help=tr("Model as the endpoint lists it, or a .gguf file."),
        rich_help_panel=ENDPOINT,
        autocompletion=complete.models,
    ),
]
ApiKeyEnv = Annotated[
    str | None,
    typer.Option(
        "--api-key-env",
        help=tr("Environment variable that holds the key."),
        rich_help_panel=ENDPOINT,
        autocompletion=complete.variables,
    ),
]
Headers = Annotated[
    list[str] | None, typer.Option("--header", help=tr("Further header, 'Name: value'."), rich_help_panel=ENDPOINT)
]
Rpm = Annotated[int | None, typer.Option("--rpm", help=tr("Requests per minute at most."), rich_help_panel=ENDPOINT)]
Tpm = Annotated[int | None, typer.Option("--tpm", help=tr("Tokens per minute at most."), rich_help_panel=ENDPOINT)]
Concurrency = Annotated[
    int | None, typer.Option("--concurrency", help=tr("Requests in flight at most."), rich_help_panel=ENDPOINT)
]
Timeout = Annotated[
    float | None, typer.Option("--timeout", help=tr("Seconds to wait for one answer."), rich_help_panel=ENDPOINT)
]
PriceOption = Annotated[
    str | None,
    typer.Option(
        "--price", help=tr("IN,OUT: USD per million tokens, before the table of fein prices."), rich_help_panel=ENDPOINT
    ),
]
Omit = Annotated[
    list[str] | None,
    typer.Option(
        "--omit",
        help=tr("seed or max_tokens: not sent, for servers that refuse it."),
        rich_help_panel=ENDPOINT,
        autocompletion=complete.words("seed", "max_tokens"),
    ),
]
Stream = Annotated[
    bool,
    typer.Option(
        "--stream",
        help=tr("Read answers as they are made: time to the first token, and an end to those that loop."),
        rich_help_panel=ENDPOINT,
    ),
]
StoreUrl = Annotated[str | None, typer.Option("--store", help=tr("Path or URL of the store."), rich_help_panel=RUN)]
Seed = Annotated[int, typer.Option("--seed", help=tr("Seed of the run."), rich_help_panel=RUN)]
AsJson = Annotated[bool, typer.Option("--json", help=tr("One JSON document on stdout."))]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help=tr("Show each request, answer and score."))]
LogFile = Annotated[Path | None, typer.Option("--log", help=tr("Keep what -v shows in a file."))]
Requests = Annotated[int | None, typer.Option("--requests", help=tr("Most HTTP requests, retries counted."))]
Tokens = Annotated[int | None, typer.Option("--tokens", help=tr("Most prompt and completion tokens."))]
Seconds = Annotated[float | None, typer.Option("--seconds", help=tr("Most wall time, from the start of the program."))]
Usd = Annotated[
    float | None, typer.Option("--usd", help=tr("Most money; needs a price: --price, or an entry of fein prices."))
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help=tr("Start without a question, however large the estimate."))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=tr("Show what it would cost, and send nothing."))]
Name = Annotated[str | None, typer.Option("--name", help=tr("Alias of the run."), rich_help_panel=RUN)]
Fresh = Annotated[bool, typer.Option("--fresh", help=tr("Start a run that shares no answers."), rich_help_panel=RUN)]
ReportFile = Annotated[Path | None, typer.Option("--report", help=tr("Where the HTML page goes."), rich_help_panel=RUN)]
PageFile = Annotated[Path | None, typer.Option("--out", help=tr("Where the page goes."))]
PageLanguage = Annotated[
    str | None, typer.Option("--language", help=tr("Language of the page, de or en; yours if left out."))
]
RunName = Annotated[str, typer.Argument(help=tr("Id or name of the run."), autocompletion=complete.runs)]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        metavar="NAME=VALUE",
        help=tr("LOW:HIGH a range, A,B,C choices, else a fixed value; fein parameters lists the names."),
        autocompletion=complete.parameters,
    ),
]
Prompt = Annotated[str | None, typer.Option("--prompt", help=tr("User prompt; {{ column }} is filled in."))]
System = Annotated[str | None, typer.Option("--system", help=tr("System text; {{ column }} is filled in."))]
SystemColumn = Annotated[
    str | None,
    typer.Option("--system-column", metavar="COLUMN", help=tr("Column of the system texts; instead of --system.")),
]
Score = Annotated[
    str | None,
    typer.Option(
        "--score",
        help=tr(
            "NAME, NAME:OPTION, NAME=WEIGHT,... or module:callable. With a target: similarity, levenshtein, chrf, "
            "bleu, rouge, tfidf, embedding, sentiment, language. Without: json, length:5-10, verbatim, format, "
            "language:de."
        ),
        autocompletion=complete.scorers,
    ),
]
Constraints = Annotated[
    list[str] | None,
    typer.Option(
        "--constraint",
        metavar="QUANTITY<=LIMIT",
        help=tr(
            "What answers have to hold on average: 'tokens <= 300', 'latency <= 200 ms', 'cost <= 0.002', "
            "'json >= 95 %' or any other scorer. Once for each."
        ),
    ),
]
Pick = Annotated[
    str | None,
    typer.Option(
        "--pick",
        help=tr(
            "With n: what chooses among the answers to a request, never by the target: medoid, medoid:chrf, vote, "
            "longest, shortest, a scorer that needs no target, or module:callable."
        ),
        autocompletion=complete.words("medoid", "vote", "longest", "shortest"),
    ),
]


def make_endpoint(
    *,
    url: str | None,
    model: str | None,
    api_key_env: str | None = None,
    headers: Sequence[str] | None = None,
    rpm: int | None = None,
    tpm: int | None = None,
    concurrency: int | None = None,
    timeout: float | None = None,
    price: str | None = None,
    omit: Sequence[str] | None = None,
    stream: bool = False,
    table: EndpointTable | None = None,
    house: str | None = None,
) -> Endpoint:
    """The endpoint that is meant: the flags, else the task file, else OPENAI_BASE_URL, else the house model, `house`
    or the usual one.

    Raises: InputError.
    """
    from feinschliff.build import Endpoint, is_local
    from feinschliff.build.task_file import EndpointTable
    from feinschliff.endpoints.address import url_secrets

    base = table or EndpointTable()
    model = model or base.model
    local_file = model is not None and is_local(model)
    chosen = url or (None if local_file else base.url)
    if chosen is None and not local_file:
        chosen = os.environ.get("OPENAI_BASE_URL") or None
        if chosen is None and model is None:
            say(tr("No endpoint is given: using the embedded house model (--endpoint URL for another)."))
            model = house
        elif chosen is not None:
            say(tr("Using the endpoint of OPENAI_BASE_URL."))
    kept = _secrets_for(chosen, base)
    key_name = api_key_env or kept.api_key_env
    all_headers = {**kept.headers, **_headers(headers or [])}
    keys = [os.environ.get(name) for name in ("OPENAI_API_KEY", "FEIN_SCORER_KEY", key_name) if name]
    hide([*keys, *all_headers.values(), *url_secrets(chosen or "")])
    return Endpoint(
        chosen,
        model=model,
        api_key_env=key_name,
        headers=all_headers,
        concurrency=base.concurrency if concurrency is None else concurrency,
        timeout_s=base.timeout_s if timeout is None else timeout,
        rpm=base.rpm if rpm is None else rpm,
        tpm=base.tpm if tpm is None else tpm,
        price=_price(price, base.price),
        omit=omit or base.omit,
        stream=stream or base.stream,
    )


def _secrets_for(url: str | None, table: EndpointTable) -> EndpointTable:
    """The task file's table, without its key and headers where another server is asked than the one it names."""
    from feinschliff.endpoints.http import redact_url

    own = (table.url or "").rstrip("/")
    if not own or not (table.api_key_env or table.headers) or f"{url or ''}/".startswith(f"{own}/"):
        return table
    say(tr("The task file's key and headers are for {url}: they are not sent elsewhere.", url=redact_url(own)))
    return table.model_copy(update={"api_key_env": None, "headers": {}})


def _headers(texts: Sequence[str]) -> dict[str, str]:
    headers = {}
    for text in texts:
        name, colon, value = text.partition(":")
        if not colon or not name.strip():
            # The text itself is not repeated: a header that was mistyped can still hold a secret.
            raise InputError(
                tr("a --header is no 'Name: value'"), asked="--header", mend=tr("write --header 'Name: value'")
            )
        headers[name.strip()] = value.strip()
    return headers


def _price(flag: str | None, table: PriceField | dict[str, PriceField] | None) -> Price | dict[str, Price] | None:
    from feinschliff.build import parse_price

    def read(field: PriceField) -> Price:
        return parse_price(field if isinstance(field, str) else ",".join(str(p) for p in field))

    if flag is not None:
        return parse_price(flag)
    if isinstance(table, dict):
        return {model: read(field) for model, field in table.items()}
    return None if table is None else read(table)
