"""What the user sees of a run: one self-contained page with its charts, and tables in the terminal."""

from feinschliff.report.landscape import landscape, show_landscape, write_landscape
from feinschliff.report.model_file import ModelFile, keep_files, model_file
from feinschliff.report.page import render_page, write_page
from feinschliff.report.runs import show_runs
from feinschliff.report.sentence import verdict_sentence
from feinschliff.report.steps import next_steps
from feinschliff.report.terminal import show_result

__all__ = [
    "ModelFile",
    "keep_files",
    "landscape",
    "model_file",
    "next_steps",
    "render_page",
    "show_landscape",
    "show_result",
    "show_runs",
    "verdict_sentence",
    "write_landscape",
    "write_page",
]
