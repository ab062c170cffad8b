"""The contract over all backends: fakes that behave as the software is known to, and the embedded llama.cpp."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest

from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.models.house import house_path
from feinschliff.parameters.dialects import Dialect
from feinschliff.probing import ProbeResult
from tests.contracts.backend_contract import BackendContract, Served
from tests.fakes.sampling import backends
from tests.fakes.sampling.server import SamplingServer

Knobs = Mapping[str, str]

COMMON: Knobs = dict.fromkeys(
    ("temperature", "top_p", "frequency_penalty", "presence_penalty", "seed", "max_tokens", "stop"), "honoured"
)
RARE = ("typical_p", "top_n_sigma", "xtc_probability", "mirostat", "dynatemp_range", "dry_multiplier")
REMOVED = ("extra.tfs_z", "extra.top_a")


@contextmanager
def http(
    make: Callable[[], SamplingServer],
    dialect: Dialect,
    knobs: Knobs,
    *,
    native: bool = False,
    probed_as: Dialect | None = None,
    **options: object,
) -> Iterator[Served]:
    with make() as server, HttpEndpoint(server.url.removesuffix("/v1") if native else server.url) as endpoint:
        yield Served(endpoint, dialect, knobs, probed_as=probed_as, **options)  # type: ignore[arg-type]


class TestOllama(BackendContract):
    @pytest.fixture
    def served(self) -> Iterator[Served]:
        inert = (*RARE, *REMOVED, "top_k", "min_p", "n", "logit_bias", "max_completion_tokens", "repetition_penalty")
        knobs = {**COMMON, **dict.fromkeys(inert, "inert"), "logprobs": "honoured", "response_format": "honoured"}
        with http(backends.ollama, "ollama", knobs) as served:
            yield served


class TestOllamaNative(BackendContract):
    @pytest.fixture
    def served(self) -> Iterator[Served]:
        own = ("top_k", "min_p", "typical_p", "repeat_penalty", "logprobs")
        knobs = {**COMMON, **dict.fromkeys(own, "honoured"), "xtc_probability": "inert", "mirostat": "inert"}
        with http(backends.ollama, "ollama-native", knobs, native=True) as served:
            yield served


class TestLmStudio(BackendContract):
    @pytest.fixture
    def served(self) -> Iterator[Served]:
        knobs = {
            **COMMON,
            **dict.fromkeys(("top_k", "repeat_penalty", "logit_bias", "response_format"), "honoured"),
            **dict.fromkeys((*RARE, *REMOVED, "min_p", "n", "logprobs", "top_logprobs"), "inert"),
        }
        refused = {"temperature": 1.5, "max_tokens": 8}
        with http(backends.lm_studio, "lmstudio", knobs, refused=refused, named="temperature") as served:
            yield served


class TestVllm(BackendContract):
    @pytest.fixture
    def served(self) -> Iterator[Served]:
        own = ("top_k", "min_p", "repetition_penalty", "n", "logit_bias", "logprobs", "max_completion_tokens")
        knobs = {**COMMON, **dict.fromkeys(own, "honoured"), **dict.fromkeys((*RARE, *REMOVED), "inert")}
        refused = {"temperature": 3, "max_tokens": 8}
        with http(backends.vllm, "vllm", knobs, refused=refused, named="temperature") as served:
            yield served


class TestOpenAi(BackendContract):
    @pytest.fixture
    def served(self) -> Iterator[Served]:
        own = ("n", "logit_bias", "logprobs", "top_logprobs", "max_completion_tokens", "response_format")
        never = ("top_k", "min_p", "repeat_penalty", "repetition_penalty", *RARE, *REMOVED)
        knobs = {**COMMON, **dict.fromkeys(own, "honoured"), **dict.fromkeys(never, "rejected")}
        refused = {"top_k": 5, "max_tokens": 8}
        with http(backends.openai_chat, "unknown", knobs, probed_as="openai", refused=refused, named="top_k") as served:
            yield served


class TestOpenAiReasoning(BackendContract):
    @pytest.fixture
    def served(self) -> Iterator[Served]:
        never = ("temperature", "top_p", "top_k", "min_p", "frequency_penalty", "presence_penalty", "stop", "logprobs")
        knobs = {**dict.fromkeys((*never, "logit_bias", "n"), "rejected"), "max_completion_tokens": "honoured"}
        with http(
            backends.openai_reasoning,
            "unknown",
            knobs,
            probed_as="openai-reasoning",
            settings={"max_completion_tokens": 8},
            refused={"temperature": 0.5},
            named="temperature",
            omit=("max_tokens",),
        ) as served:
            yield served


class TestOpenRouter(BackendContract):
    @pytest.fixture
    def served(self) -> Iterator[Served]:
        own = ("top_k", "min_p", "repetition_penalty", "n", "logit_bias", "logprobs")
        knobs = {**COMMON, **dict.fromkeys(own, "honoured")}
        with http(backends.openrouter, "unknown", knobs, probed_as="openrouter") as served:
            yield served


class TestAnthropic(BackendContract):
    @pytest.fixture
    def served(self) -> Iterator[Served]:
        ignored = ("frequency_penalty", "presence_penalty", "top_k", "min_p", "seed", "logprobs", "top_logprobs")
        knobs = {
            **dict.fromkeys(("temperature", "top_p", "max_tokens", "max_completion_tokens", "stop"), "honoured"),
            **dict.fromkeys((*ignored, "response_format", "logit_bias"), "inert"),
            "n": "rejected",
        }  # that it moves temperatures above 1 cannot be seen where no seed repeats a text
        refused = {"stop": " ", "max_tokens": 8}
        with http(backends.anthropic, "anthropic", knobs, refused=refused, named="stop", seeded=False) as served:
            yield served


LLAMA_CPP: Knobs = {
    **COMMON,
    **dict.fromkeys(("top_p", "top_k", "min_p", "mirostat"), "clamped"),
    **dict.fromkeys(("repeat_penalty", "repeat_last_n", "typical_p", "top_n_sigma", "dry_multiplier"), "honoured"),
    **dict.fromkeys(("n", "logit_bias", "logprobs", "top_logprobs", "max_completion_tokens"), "honoured"),
    **dict.fromkeys(("repetition_penalty", *REMOVED), "inert"),
}


class TestFakeLlamaCpp(BackendContract):
    @pytest.fixture
    def served(self) -> Iterator[Served]:
        refused = {"repeat_penalty": 0, "max_tokens": 8}
        with http(backends.llama_cpp, "llama.cpp", LLAMA_CPP, refused=refused, named="repeat_penalty") as served:
            yield served


class TestEmbedded(BackendContract):
    @pytest.fixture
    def served(self) -> Iterator[Served]:
        moved = dict.fromkeys(("xtc_probability", "seed", "adaptive_target"), "clamped")
        knobs = {**LLAMA_CPP, **moved, **dict.fromkeys(("dynatemp_range", "adaptive_decay", "samplers"), "honoured")}
        with EmbeddedEndpoint(house_path()) as endpoint:
            yield Served(endpoint, "llama.cpp", knobs, refused={"repeat_penalty": 0, "max_tokens": 8}, named="penalty")

    def check_conditions(self, served: Served, result: ProbeResult) -> None:
        assert result.determinism["same_seed_same_text"] is True
        assert result.logprobs == {"there": True, "kind": "raw"}
        assert result.context["cut"] is False
        assert result.knobs["seed"].evidence.endswith("seed=1099511627776 became 0.")
        assert "no_such_sampler', 'temperature'] became ['top_k', 'temperature']." in result.knobs["samplers"].evidence
        assert "n=1000 is refused" in result.knobs["n"].evidence
        assert "top_logprobs=500 is taken" in result.knobs["top_logprobs"].evidence
