"""The kinds of arrays that replay computes with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Array = NDArray[np.float64]
Numbers = NDArray[np.intp]
Marks = NDArray[np.bool_]
