"""An answer that waits until it is asked for, in every page and after every run.

    with answer():                            # what is printed here stands folded below the cell
        print(lab.gradient["w11"])

A cell's own "hide the output" is undone by each run. What is folded here is HTML, which stays so;
nbval compares the text beside it.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO

from IPython.display import display

SHOW = "Show the answer"


class Folded:
    """A text behind a line that opens it."""

    def __init__(self, text: str, summary: str = SHOW) -> None:
        self.text, self.summary = text, summary

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": folded(self.text, self.summary), "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def folded(text: str, summary: str = SHOW) -> str:
    """Plain text as HTML that stays closed until somebody opens it."""
    return (f"<details><summary>{html.escape(summary)}</summary>"
            f"<pre>{html.escape(text)}</pre></details>")


@contextmanager
def answer(summary: str = SHOW) -> Iterator[None]:
    """What is printed inside stands folded below the cell, behind ``summary``.

    After an error nothing is folded: the error is what there is to see.
    """
    printed = StringIO()
    with redirect_stdout(printed):
        yield
    display(Folded(printed.getvalue().rstrip("\n"), summary))
