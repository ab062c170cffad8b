"""The tables of the store."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()

VERSION = 2
"""Raised when older programs could not read what is written. Older stores are brought up to date (`migrate`), newer
ones are refused."""

meta = sa.Table(
    "meta",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

prompts = sa.Table(
    "prompts",
    METADATA,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("messages", sa.Text, nullable=False),
)

answers = sa.Table(
    "answers",
    METADATA,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("prompt", sa.String(64), nullable=False),
    sa.Column("endpoint", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("fields", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("logprobs", sa.LargeBinary, nullable=True),
    sa.Column("created_s", sa.Float, nullable=False),
    sa.Column("first_token_s", sa.Float, nullable=True),
)

ledger = sa.Table(
    "ledger",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("run", sa.String(64), nullable=False, index=True),
    sa.Column("key", sa.String(64), nullable=True),
    sa.Column("requests", sa.Integer, nullable=False),
    sa.Column("prompt_tokens", sa.Integer, nullable=False),
    sa.Column("completion_tokens", sa.Integer, nullable=False),
    sa.Column("usd", sa.Float, nullable=True),
    sa.Column("model", sa.Text, nullable=True),
)
"""What runs were charged. A row with the `key` of an answer, or `vectors` for embeddings, holds tokens as they were
counted; a row without one holds attempts that brought no answer, with the most tokens that they can have cost."""

vectors = sa.Table(
    "vectors",
    METADATA,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)
"""Embeddings as little-endian 32-bit floats, by hash of endpoint, model and text."""

scores = sa.Table(
    "scores",
    METADATA,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("example", sa.String(64), primary_key=True),
    sa.Column("scorer", sa.String(200), primary_key=True),
    sa.Column("score", sa.Text, nullable=False),
)

runs = sa.Table(
    "runs",
    METADATA,
    sa.Column("id", sa.String(12), primary_key=True),
    sa.Column("base", sa.String(12), nullable=False, index=True),
    sa.Column("salt", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=True, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("spec", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_s", sa.Float, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("facts", sa.Text, nullable=True),
    sa.Column("budget", sa.Text, nullable=True),
    sa.Column("result", sa.Text, nullable=True),
    sa.Column("details", sa.Text, nullable=True),
)
