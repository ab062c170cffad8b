"""The network: proxies, the environment, the endpoint that is wanted, and model servers on this machine."""

from __future__ import annotations

import os
import time
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

from feinschliff.build import Endpoint
from feinschliff.doctor.asking import Counter, short_requests
from feinschliff.doctor.checks import Check, broken
from feinschliff.endpoints.local import USUAL_PORTS, find_servers, ports_to_look_at
from feinschliff.endpoints.protocol import Endpoint as OpenEndpoint
from feinschliff.errors import EndpointError, FeinschliffError, InputError
from feinschliff.generation import choose_model
from feinschliff.i18n import tr, trn

_OURS = ("FEIN_", "OPENAI_", "HF_", "CUDA_", "XDG_DATA_HOME", "OMP_NUM_THREADS", "NO_COLOR", "FORCE_COLOR", "SSL_CERT")
_MOST_NAMES = 8
_PATIENCE_S = 20.0
"""For all questions to an endpoint about itself."""


def checks(endpoint: Endpoint | None, *, ask: bool) -> Iterator[Check]:
    """Nothing that costs money is asked without `ask`."""
    yield _proxies()
    names = sorted(name for name in os.environ if name.startswith(_OURS))
    found = ", ".join(names) or tr("none that matters here is set")
    yield Check("environment", tr("environment"), "ok", found, facts={"names": names})
    if endpoint is not None:
        yield check_endpoint(endpoint, ask=ask)
    yield _local()


def check_endpoint(config: Endpoint, *, ask: bool) -> Check:
    """Can it be reached, what is it, which models has it, how fast does it answer?"""
    title = tr("endpoint")
    try:
        opened = config.open(until=time.monotonic() + _PATIENCE_S)
        try:
            return _asked(config, opened, title, ask=ask)
        finally:
            opened.close()
    except FeinschliffError as error:
        return broken("endpoint", title, error, needed=True)


def _asked(config: Endpoint, endpoint: OpenEndpoint, title: str, *, ask: bool) -> Check:
    endpoint.models()  # connects, and finds out where the list is
    started = time.perf_counter()
    names = [model.name for model in endpoint.models()]
    latency_s = time.perf_counter() - started
    facts = {
        "url": endpoint.identity,
        "backend": endpoint.backend,
        "models": names,
        "latency_s": round(latency_s, 4),
        "concurrency": endpoint.concurrency,
    }
    found = f"{endpoint.identity}, {endpoint.backend}, " + trn("{n} model", "{n} models", len(names))
    found += f" ({_some(names)}), {latency_s * 1000:.0f} ms"
    if config.model is not None and names and config.model not in names:
        choose_model(endpoint, config.model)  # raises, with the nearest name
    if ask:
        model, _ = choose_model(endpoint, config.model)
        count = Counter()
        endpoint.send(short_requests(endpoint, model, 1, 16), gate=count, sink=count.take)
        if not count.answers:
            raise EndpointError(
                tr("{endpoint} lists its models but does not answer", endpoint=endpoint.identity), found=count.failure
            )
        facts |= {"answer_s": round(count.latency_s, 3), "answer_tokens": count.tokens}
        found += ", " + tr("one answer in {seconds:.2f} s", seconds=count.latency_s)
    return Check("endpoint", title, "ok", found, None, True, facts)


def _proxies() -> Check:
    """Hosts only: a proxy's URL may hold a password."""
    proxies = {
        scheme: urlsplit(url if "://" in url else f"//{url}").hostname or "?"
        for scheme, url in urllib.request.getproxies_environment().items()
        if scheme != "no"
    }
    shown = ", ".join(f"{scheme}: {host}" for scheme, host in sorted(proxies.items()))
    found = tr("{proxies}; not used for this machine itself", proxies=shown) if shown else tr("none set")
    return Check("proxies", tr("proxies"), "ok", found, facts=proxies)


def _local() -> Check:
    title = tr("local servers")
    try:
        looked_at = ports_to_look_at()
    except InputError as error:
        return broken("local", title, error, needed=False)
    servers = find_servers(looked_at)
    ports = ", ".join(f"{USUAL_PORTS[port]} {port}" if port in USUAL_PORTS else str(port) for port in looked_at)
    if not servers:
        found = tr("none answers on the usual ports ({ports})", ports=ports)
        return Check("local", title, "missing", found, tr("none is needed: the embedded engine is there"))
    rows = [f"{s.backend} {s.url} ({s.trouble or _some(s.models)})" for s in servers]
    facts = [
        {
            "url": s.url,
            "backend": s.backend,
            "models": [*s.models],
            "trouble": s.trouble,
            "seconds": round(s.seconds, 3),
        }
        for s in servers
    ]
    return Check("local", title, "ok", "; ".join(rows), facts={"servers": facts})


def _some(names: list[str] | tuple[str, ...]) -> str:
    if not names:
        return tr("no model")
    shown = ", ".join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown}, ..."
