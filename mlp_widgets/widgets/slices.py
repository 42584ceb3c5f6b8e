"""Work of some seconds in slices, so that the page stays responsive: how every training runs."""

from __future__ import annotations

from collections.abc import Callable

from .host import Host
from .runner import LabRunner

SLICE_SECONDS = 0.06
"""Of work between two frames."""
REST_SECONDS = 0.02


class Slices(LabRunner):
    """Runs ``work(seconds)`` until it says that there is no more to do: after a slice ``show``,
    after the last one ``end``. ``failed`` puts the controls right after an error."""

    def __init__(self, host: Host, work: Callable[[float], bool], show: Callable[[], object],
                 end: Callable[[], object], failed: Callable[[], object] = lambda: None) -> None:
        super().__init__(host, self._slice, "The training", REST_SECONDS, failed)
        self._work, self._show, self._end = work, show, end

    def _slice(self) -> bool:
        """One of them; False ends the run."""
        more = self._work(SLICE_SECONDS)
        if more:
            self._show()
        else:
            self.stop()
            self._end()
        return more
