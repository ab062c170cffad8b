"""The examples run: the notebook from its first cell to its last, and the task file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Fein, fein  # noqa: F401 - a fixture

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.second
@pytest.mark.filterwarnings("default")
def test_the_notebook_runs(tmp_path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    shutil.copytree(EXAMPLES, tmp_path / "examples")
    notebook = nbformat.read(EXAMPLES / "first_steps.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path / "examples")}}).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    printed = "".join(o.get("text", "") for cell in cells for o in cell.outputs)
    assert any(verdict in printed for verdict in ("better", "no measurable gain", "worse"))
    again = next(cell for cell in cells if cell.source.startswith("again ="))
    assert again.outputs[0].data["text/plain"] == "True"


def test_the_notebook_is_committed_without_outputs() -> None:
    notebook = json.loads((EXAMPLES / "first_steps.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


def test_the_task_file_runs(fein: Fein) -> None:  # noqa: F811
    done = fein("tune", EXAMPLES / "subjects.toml", "--requests", 60, "--json")
    assert done.code == 0, done.err
    assert done.json["held_out"]["unit"] == "examples"
