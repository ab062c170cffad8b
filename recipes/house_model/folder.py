"""A folder that transformers reads: the same network for training, with its tokenizer and chat template."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from model import Shape
from prompts import BOS, CHAT_TEMPLATE, EOS, PAD
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor

ANSWER = "<|assistant|>{{ message['content'] }}</s>"
MARKED_ANSWER = "<|assistant|>{% generation %}{{ message['content'] }}</s>{% endgeneration %}"
TEMPLATE = "{{ bos_token }}" + CHAT_TEMPLATE.replace(ANSWER, MARKED_ANSWER)
"""As in the GGUF file, whose reader adds `<s>` itself; trainers find the answers' tokens by the marks."""

PARTS = {
    "attn_norm": "input_layernorm",
    "q": "self_attn.q_proj",
    "k": "self_attn.k_proj",
    "v": "self_attn.v_proj",
    "o": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "gate": "mlp.gate_proj",
    "up": "mlp.up_proj",
    "down": "mlp.down_proj",
}


def write_folder(folder: Path, shape: Shape, weights: dict[str, Tensor], tokenizer: Tokenizer) -> None:
    """Write config, weights in float16 (read as float32, for training) and tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.safetensors"
    save_file(_tensors(shape, weights), file, metadata={"format": "pt"})
    file.chmod(0o644)  # the library leaves it readable by its owner alone
    tokenizer.save(str(folder / "tokenizer.json"))
    ids = {name: tokenizer.token_to_id(token) for name, token in (("bos", BOS), ("eos", EOS), ("pad", PAD))}
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "dtype": "float32",
        "vocab_size": shape.vocab,
        "hidden_size": shape.width,
        "intermediate_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.heads,
        "head_dim": shape.head,
        "hidden_act": "silu",
        "max_position_embeddings": shape.context,
        "rms_norm_eps": shape.norm_eps,
        "rope_parameters": {"rope_type": "default", "rope_theta": shape.rope_base},
        "rope_theta": shape.rope_base,
        "tie_word_embeddings": True,
        **{f"{name}_token_id": index for name, index in ids.items()},
    }
    tokens = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BOS,
        "eos_token": EOS,
        "pad_token": PAD,
        "model_max_length": shape.context,
        "clean_up_tokenization_spaces": False,
        "chat_template": TEMPLATE,
    }
    for name, content in (("config", config), ("tokenizer_config", tokens)):
        (folder / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _tensors(shape: Shape, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    names = {"embedding.weight": "model.embed_tokens.weight", "norm.weight": "model.norm.weight"}
    for index in range(shape.layers):
        names |= {f"blocks.{index}.{a}.weight": f"model.layers.{index}.{b}.weight" for a, b in PARTS.items()}
    return {
        theirs: (_halves(weights[ours], shape) if ours.endswith((".q.weight", ".k.weight")) else weights[ours])
        .to(torch.float16)
        .contiguous()
        for ours, theirs in names.items()
    }


def _halves(weight: Tensor, shape: Shape) -> Tensor:
    """Rotary pairs that lie side by side, put as transformers wants them: first all firsts of a head, then the rest."""
    rows = weight.view(shape.heads, shape.head // 2, 2, shape.width)
    return rows.transpose(1, 2).reshape(shape.heads * shape.head, shape.width)
