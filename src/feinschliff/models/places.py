"""Where model files lie on this machine: our own folder, and those of Ollama, LM Studio, llama.cpp and Hugging Face."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import platformdirs


def own_folder() -> Path:
    """Where fetched models go: `FEIN_MODELS`, else `models` in the user's data folder."""
    given = os.environ.get("FEIN_MODELS")
    return Path(given).expanduser() if given else Path(platformdirs.user_data_path("feinschliff")) / "models"


def ollama_folders() -> list[Path]:
    """Ollama's folders of manifests and blobs: `OLLAMA_MODELS`, else the user's and the service's."""
    given = os.environ.get("OLLAMA_MODELS")
    if given:
        return [Path(given).expanduser()]
    return [Path.home() / ".ollama" / "models", Path("/usr/share/ollama/.ollama/models")]


def lm_studio_folders() -> list[Path]:
    """LM Studio's folders of models, the one that its settings name among them."""
    home = Path.home()
    folders = [home / ".lmstudio" / "models", home / ".cache" / "lm-studio" / "models"]
    pointer = home / ".lmstudio-home-pointer"
    with suppress(OSError, UnicodeDecodeError):
        folders.append(Path(pointer.read_text(encoding="utf-8").strip()) / "models")
    with suppress(OSError, ValueError, KeyError, TypeError):
        settings = json.loads((home / ".lmstudio" / "settings.json").read_text(encoding="utf-8"))
        folders.append(Path(settings["downloadsFolder"]))
    return folders


def hugging_face_folder() -> Path:
    """The cache of the Hugging Face hub: `HF_HUB_CACHE`, else `hub` below `HF_HOME` or the user's cache."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(name):
            return Path(os.environ[name]).expanduser()
    home = os.environ.get("HF_HOME")
    return (Path(home).expanduser() if home else _cache() / "huggingface") / "hub"


def llama_cpp_folder() -> Path:
    """Where llama.cpp puts what it fetches by itself: `LLAMA_CACHE`, else below the user's cache."""
    given = os.environ.get("LLAMA_CACHE")
    return Path(given).expanduser() if given else _cache() / "llama.cpp"


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME")
    return Path(given).expanduser() if given else Path.home() / ".cache"
