"""For an HTML page of a notebook: code that is folded in JupyterLab does not stand open there.

The cell of a question holds its hints and its explanation, and nbconvert's own pages show the code
of every cell. docs/teaching.md has the command.
"""

from __future__ import annotations

from typing import Any

from nbconvert.preprocessors import Preprocessor


class ClosedAnswers(Preprocessor):
    """Leaves out the source of each cell whose code is folded; what the cell shows stays."""

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """One cell; the notebook itself is not changed."""
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            cell.metadata["transient"] = {"remove_source": True}
        return cell, resources
