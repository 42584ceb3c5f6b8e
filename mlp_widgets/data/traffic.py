"""Measured traffic by hour of day: the stand-in for the lecture's data set.

The lecture (CMU 10-315, Virtue, "Neural Networks", traffic example) does not give its data. These
are measured means: traffic volume per hour of day in thousands of vehicles per hour, westbound
I-94 at ATR station 301 (Minneapolis-St Paul), all 48,204 rows from 2012-10 to 2018-09.

Source: J. Hogue, *Metro Interstate Traffic Volume*, UCI Machine Learning Repository, 2019,
DOI 10.24432/C5X60B, licence CC BY 4.0. The means were computed from its raw rows (one row per
weather label, so some hours stand twice; one row per hour moves a mean by at most about 1.5 %).
So the MSEs of this project are not the lecture's.
"""

from __future__ import annotations

import numpy as np

HOURS = np.arange(24.0)

TRAFFIC: dict[str, tuple[float, ...]] = {
    "all days": (
        0.835, 0.516, 0.388, 0.371, 0.703, 2.095, 4.141, 4.740, 4.587, 4.385, 4.185, 4.466,
        4.718, 4.715, 4.932, 5.241, 5.664, 5.310, 4.264, 3.276, 2.835, 2.669, 2.199, 1.469,
    ),
    "weekday": (
        0.652, 0.397, 0.302, 0.362, 0.833, 2.701, 5.366, 6.030, 5.503, 4.895, 4.378, 4.633,
        4.855, 4.859, 5.153, 5.593, 6.189, 5.785, 4.434, 3.298, 2.842, 2.673, 2.126, 1.380,
    ),
    "weekend": (
        1.306, 0.805, 0.611, 0.394, 0.375, 0.639, 1.089, 1.589, 2.339, 3.112, 3.687, 4.044,
        4.372, 4.362, 4.359, 4.342, 4.340, 4.152, 3.812, 3.220, 2.815, 2.658, 2.384, 1.699,
    ),
}
"""Mean volume for hours 0 to 23, thousands of vehicles per hour, by kind of day."""
