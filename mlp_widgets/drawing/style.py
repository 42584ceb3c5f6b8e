"""Colours and type of all pictures and panels, in one place.

The colours are those of Okabe and Ito (jfly.uni-koeln.de/color), which stay apart for colour-blind
eyes; beside a colour there is always a second sign (line style, marker, label).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, to_hex
from matplotlib.typing import ColorType

BLACK = "#1a1a1a"
GREY = "#767676"      # text that may step back: 4.5:1 on white
FAINT = "#d0d0d0"     # what is off, grid lines
NEURON = ("#0072B2", "#C04A00")
"""Two curves beside each other (blue; vermilion, darkened to 4.5:1 on white)."""
LINE = "#007A5A"      # a third curve beside them
QUADRATIC = "#A0427C"  # and a fourth
HIDDEN = ("#C04A00", "#007A5A")
"""Hidden neuron 1 (vermilion, ▲) and 2 (green, ■) of the traffic network: one colour for each
neuron in all of its pictures."""
GRADIENT = "#6a2f9c"  # texts and marks of gradients, as on the page; values are black
VALUE = "#00609c"     # curves and edges of values, as on the page
VALUE_PALE, GRADIENT_PALE = "#4A98D2", "#AE7FD4"  # a second curve of these, under the first: 3:1
MARK = "#FFFFFF"

# Bands instead of a smooth ramp: their edges read as level lines. Cividis is made for
# colour-blind eyes; its light half keeps a dark marker visible.
# 18 bands are 6 for each power of ten of J, and no two of them look alike.
_BANDS = colormaps["cividis"].resampled(18)(range(18))
LANDSCAPE = ListedColormap(_BANDS, name="landscape")

# Pale bands for a landscape on which several paths are to be told apart by their colours.
_PALE = colormaps["Greys"](np.linspace(0.42, 0.0, 10))
PALE_LANDSCAPE = ListedColormap(_PALE, name="pale landscape")

OFF = "#efefef"       # inside of a circle that is off
LIT = "#F5D63D"       # behind what the stepper talks about: texts on it 4.5:1, in the dark too
RING = "#E3B505"      # around it, as a line: 1.9:1 to the page, 2.9:1 in the dark; black on it 4.5

# Sizes of gradients, from vanishing over about 1 to exploding: dark at both ends, so that lightness
# alone says how far from 1; blue and vermilion stay apart for colour-blind eyes.
VANISHING = ("#08306B", "#0A549E", "#2E7EBC", "#6AAED6", "#B0D2E7")
ABOUT_ONE = "#F7F3E8"
EXPLODING = ("#FBCBA8", "#F19A63", "#DD6A2B", "#B04508", "#7A3003")
ZERO, ZERO_LINES = "#B4B4B4", "#8A8A8A"  # exactly 0: hatched grey
OVERFLOW = BLACK  # too large for a float
_SIZES = (*VANISHING, ABOUT_ONE, *EXPLODING, ZERO, ZERO_LINES, OVERFLOW)
GRADIENTS = ListedColormap(_SIZES, name="gradients")

# A neuron's output from 0 to 1, in ten bands of its colour; and an output between two classes, gold
# below ½ and blue above it: the edge in the middle is where the class changes.
FEATURE_BANDS = tuple(tuple(map(to_hex, LinearSegmentedColormap.from_list("", ["white", color])(
    [0, 0.06, 0.13, 0.2, 0.28, 0.36, 0.45, 0.55, 0.66, 0.78]))) for color in HIDDEN)
FEATURES = tuple(ListedColormap(bands, name="feature") for bands in FEATURE_BANDS)
CLASS_BANDS = ("#D9A400", "#E3B93B", "#EBCB6B", "#F2DD9C", "#F8EDCB",
               "#DCEAF5", "#B5D3EA", "#8DBBDE", "#66A3D2", "#4089C2")
CLASSES = ListedColormap(CLASS_BANDS, name="classes")
INKS = tuple(f"#{level:02x}{level:02x}{level:02x}"
             for level in (round(255 - 229 * ink / 16) for ink in range(17)))
"""Ink 0 to 16 of a pixel, from white to black."""
SIZES_OF_A = ("#ffffff", *VANISHING[::-1])
"""Activations: white is exactly 0, then pale to dark."""

COLORS: tuple[ColorType, ...] = (
    "#ffffff", BLACK, GREY, FAINT, *NEURON, LINE, QUADRATIC, GRADIENT, *HIDDEN, OFF,
    LIT, RING, VALUE, VALUE_PALE, GRADIENT_PALE,
    *map(tuple, _BANDS[:, :3]), *map(tuple, _PALE[:, :3]), *_SIZES, *FEATURE_BANDS[0],
    *FEATURE_BANDS[1], *CLASS_BANDS)
"""Every colour that fills areas or lines."""

Look = dict[str, Any]
"""Colour, dash and marker of a line: keywords of matplotlib's ``plot``."""

SMALL, NORMAL, LARGE = 9.0, 10.5, 15.0
"""Points of the three sizes of text: 12, 14 and 20 CSS pixels, as on the page."""

STYLE: dict[Any, Any] = {  # matplotlib types the keys as a list of all their names
    "font.family": "DejaVu Sans",   # ships with matplotlib, so pictures are equal everywhere
    "font.size": SMALL,
    "axes.titlesize": NORMAL,
    "axes.titlelocation": "left",
    "axes.titlepad": 4.0,
    "axes.titley": 1.0,  # else each drawing measures all labels to see whether one meets the title
    "axes.labelsize": SMALL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": BLACK,
    "axes.unicode_minus": True,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 2.5, "xtick.major.pad": 2.5,
    "ytick.major.size": 2.5, "ytick.major.pad": 2.5,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "mathtext.fontset": "dejavusans",
    "figure.facecolor": "white",
    "text.color": BLACK,
    "path.simplify": True,
}
