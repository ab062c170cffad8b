"""A head start for copying: the two halves of an induction circuit, laid into the weights before training.

A subject line copies words that training never showed. Transformers learn this with a pair of heads: one tells each
position what stood before it, a later one looks for positions whose predecessor is the current token and copies what
stands there (arXiv 2209.11895). From random weights that takes long; here both start roughly right, and training does
the rest.
"""

from __future__ import annotations

import torch
from model import HouseModel
from torch import Tensor

HEADS = 4
CONSTANT = 0.1
"""Value of the first channel of every embedding: what the position-only heads read. Logits ignore it."""
PREVIOUS_STRENGTH = 5.0
MATCH_STRENGTH = 3.0
NOTE_GAIN, COPY_GAIN = 0.05, 0.5


@torch.no_grad()
def lay_copy_circuit(model: HouseModel) -> list[tuple[Tensor, Tensor]]:
    """Set some heads of the first two blocks of a fresh `model`; returns views of what was set, with its values."""
    shape = model.shape
    model.embedding.weight[:, 0] = CONSTANT
    half = shape.head // 2
    channels = torch.linalg.qr(torch.randn(shape.width - 1, shape.width - 1)).Q
    laid = [model.embedding.weight[:, 0]]
    for head in range(HEADS):
        rows = slice(head * shape.head, (head + 1) * shape.head)
        slow = slice(head * shape.head + half, (head + 1) * shape.head)
        read = _with_constant(channels[head * half : (head + 1) * half])
        start = (HEADS + head) * half
        note = _with_constant(channels[start : start + half])
        first, second = model.blocks[0], model.blocks[1]
        _look_one_back(first.q.weight[rows], first.k.weight[rows], shape.rope_base)
        first.v.weight[rows] = 0.0
        first.v.weight[slow] = read
        first.o.weight[:, slow] = NOTE_GAIN * note.T
        second.q.weight[rows] = 0.0
        second.k.weight[rows] = 0.0
        second.q.weight[slow] = MATCH_STRENGTH * read
        second.k.weight[slow] = MATCH_STRENGTH * note
        copied = _with_constant(torch.linalg.qr(torch.randn(shape.width - 1, shape.head)).Q.T)
        second.v.weight[rows] = copied
        second.o.weight[:, rows] = COPY_GAIN * copied.T
        laid += [first.q.weight[rows], first.k.weight[rows], first.v.weight[rows], first.o.weight[:, rows]]
        laid += [second.q.weight[rows], second.k.weight[rows], second.v.weight[rows], second.o.weight[:, rows]]
    return [(view.detach(), view.detach().clone()) for view in laid]


@torch.no_grad()
def restore(laid: list[tuple[Tensor, Tensor]]) -> None:
    """Put the laid values back after a step."""
    for view, value in laid:
        view.copy_(value)


def _look_one_back(query: Tensor, key: Tensor, base: float) -> None:
    """Attention that peaks at the position before: the fast rotary pairs of the query are turned back by one step."""
    head = query.shape[0]
    query.zero_()
    key.zero_()
    norm_of_constant = CONSTANT / (CONSTANT**2 + query.shape[1] * 0.02**2) ** 0.5 * query.shape[1] ** 0.5
    size = PREVIOUS_STRENGTH / norm_of_constant
    for pair in range(6):
        speed = torch.tensor(base ** (-2 * pair / head))
        key[2 * pair, 0] = size
        query[2 * pair, 0] = size * speed.cos()
        query[2 * pair + 1, 0] = -size * speed.sin()


def _with_constant(rows: Tensor) -> Tensor:
    """`rows` over all channels, blind to the constant one."""
    return torch.cat([torch.zeros(rows.shape[0], 1), rows], dim=1)
