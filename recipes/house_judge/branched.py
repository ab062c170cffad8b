"""The house model over branched rows: tokens lie flat, so that nothing is padded except inside attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import house  # noqa: F401
import torch
import torch.nn.functional as F  # noqa: N812
from branches import Row
from model import Block, HouseModel, rotary, rotate
from torch import Tensor

HIDDEN = -1e4


@dataclass(frozen=True)
class Batch:
    """The tokens of several rows, one after the other: `ids`, `places`, `weights` and `marks` have shape (tokens,)."""

    ids: Tensor
    places: Tensor
    weights: Tensor
    """Weight with which the token after this one is to be predicted here."""
    targets: Tensor
    """That token."""
    marks: Tensor
    shared: Tensor
    """Where the shared tokens of each row lie: (rows, longest); padded with 0."""
    branches: Tensor
    """Where the tokens of each branch lie: (branches, longest); padded with 0."""
    row_of: Tensor
    """The row of each branch."""
    shared_lengths: Tensor
    back: Tensor
    """Where each token lies when `shared` and `branches` are flattened and joined."""
    asked: Tensor
    """Where the tokens lie from which something is predicted, by branch: (branches, most); padded with -1."""


def collate(rows: Sequence[Row]) -> Batch:
    """One batch of all `rows`."""
    parts, shared, branches, row_of, start = [], [], [], [], 0
    for number, row in enumerate(rows):
        parts.append((row, start))
        for branch in range(max(row.branch) + 1):
            where = [start + index for index, own in enumerate(row.branch) if own == branch]
            (branches if branch else shared).append(where)
            if branch:
                row_of.append(number)
        start += len(row.ids)
    shared_at, branches_at = _padded(shared), _padded(branches)
    back = torch.empty(start, dtype=torch.long)
    for lists, offset, width in (
        (shared, 0, shared_at.shape[1]),
        (branches, shared_at.numel(), branches_at.shape[1]),
    ):
        for number, where in enumerate(lists):
            back[where] = offset + number * width + torch.arange(len(where))
    ids = torch.tensor([token for row in rows for token in row.ids])
    weights = torch.tensor([weight for row in rows for weight in row.weights])
    weights = torch.cat([weights[1:], weights[:1]])
    asked = [[token for token in where if weights[token] > 0] for where in branches]
    return Batch(
        ids,
        torch.tensor([place for row in rows for place in row.places]),
        weights,
        torch.cat([ids[1:], ids[:1]]),
        torch.tensor([mark for row in rows for mark in row.marks]),
        shared_at,
        branches_at,
        torch.tensor(row_of),
        torch.tensor([len(where) for where in shared]),
        back,
        _padded(asked, fill=-1),
    )


def states(model: HouseModel, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Final hidden states where something is predicted; the tokens they belong to; states before the last block."""
    x = model.embedding(batch.ids)
    cos, sin = (table[batch.places][:, None] for table in rotary(int(batch.places.max()) + 1, model.shape))
    *blocks, last = model.blocks
    for block in blocks:
        q, k, v = _queries(block, x, cos, sin)
        x = _after(block, x, _attend(q, k, v, batch))
    q, k, v = _queries(last, x, cos, sin)
    asked = batch.asked[batch.asked >= 0]
    return model.norm(_after(last, x[asked], _attend_asked(q, k, v, batch))), asked, x


def _queries(block: Block, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, each of shape (tokens, heads, head)."""
    heads = (len(x), block.shape.heads, block.shape.head)
    y = block.attn_norm(x)
    q, k, v = (layer(y).view(heads) for layer in (block.q, block.k, block.v))
    return rotate(q, cos, sin) * block.shape.head**-0.5, rotate(k, cos, sin), v


def _after(block: Block, x: Tensor, attended: Tensor) -> Tensor:
    """What follows attention, for each token on its own."""
    x = x + block.o(attended.reshape(len(x), -1))
    y = block.ffn_norm(x)
    return x + block.down(F.silu(block.gate(y)) * block.up(y))


def _attend(q: Tensor, k: Tensor, v: Tensor, batch: Batch) -> Tensor:
    """Shared tokens see those before them, branches also their row's shared ones."""
    shared_q, shared_k, shared_v = (_laid(x, batch.shared) for x in (q, k, v))
    among_shared = (shared_q @ shared_k.transpose(-1, -2) + _future(shared_q)).softmax(-1).to(v.dtype) @ shared_v
    own_q = _laid(q, batch.branches)
    own = _branches(own_q, k, v, _future(own_q), batch)
    flat = [part.transpose(1, 2).reshape(-1, *v.shape[1:]) for part in (among_shared, own)]
    return torch.cat(flat).index_select(0, batch.back)


def _attend_asked(q: Tensor, k: Tensor, v: Tensor, batch: Batch) -> Tensor:
    """The same for the tokens in `asked` alone."""
    later = batch.branches[:, None, :] > batch.asked[:, :, None]  # a branch's tokens lie in their order
    none = torch.arange(batch.branches.shape[1]) >= (batch.branches > 0).sum(1)[:, None]
    hidden = ((later | none[:, None, :]) * HIDDEN).to(q.dtype)[:, None]
    own = _branches(_laid(q, batch.asked.clamp(min=0)), k, v, hidden, batch)
    return own.transpose(1, 2)[batch.asked >= 0]


def _branches(q: Tensor, k: Tensor, v: Tensor, hidden: Tensor, batch: Batch) -> Tensor:
    """Attention of branches' queries, laid out, to their row's shared tokens and to their own."""
    shared_k, shared_v = (_laid(x, batch.shared)[batch.row_of] for x in (k, v))
    own_k, own_v = (_laid(x, batch.branches) for x in (k, v))
    past = torch.arange(batch.shared.shape[1]) >= batch.shared_lengths[batch.row_of][:, None]
    to_shared = q @ shared_k.transpose(-1, -2) + (past * HIDDEN)[:, None, None].to(q.dtype)
    to_own = q @ own_k.transpose(-1, -2) + hidden
    weights = torch.cat([to_shared, to_own], -1).softmax(-1).to(v.dtype)
    seen = batch.shared.shape[1]
    return weights[..., :seen] @ shared_v + weights[..., seen:] @ own_v


def _laid(x: Tensor, where: Tensor) -> Tensor:
    """Flat (tokens, heads, head) as (groups, heads, longest, head)."""
    return x.index_select(0, where.flatten()).view(*where.shape, *x.shape[1:]).transpose(1, 2)


def _future(q: Tensor) -> Tensor:
    return torch.full((q.shape[-2],) * 2, HIDDEN, dtype=q.dtype).triu(1)


def _padded(lists: Sequence[Sequence[int]], fill: int = 0) -> Tensor:
    width = max(len(where) for where in lists)
    return torch.tensor([[*where, *[fill] * (width - len(where))] for where in lists])
