"""How many cores the arithmetic may use; it knows not what is computed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

__all__ = ["one_blas_thread"]


@cache
def _pools() -> Any:
    import numpy as np  # noqa: F401  what is loaded later would not be found, and not limited
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


def one_blas_thread() -> AbstractContextManager[Any]:
    """Keep NumPy's products to one thread within a `with`.

    The products are small. Where another process wants the cores, several BLAS threads wait for
    one another by spinning, and the engine was measured to run many times slower.
    """
    limit: AbstractContextManager[Any] = _pools().limit(limits=1, user_api="blas")
    return limit
