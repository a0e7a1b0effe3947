"""Shards on a Ray cluster of two workers, which is started on this machine."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from reasoning_chains import UserMistake
from reasoning_chains.evals.engines.on_ray import OnRay
from tests.evals.engines.killing import kill_one_worker_half_way


class Watched(OnRay):
    """Looks, when the cluster is there, who reaches it."""

    def _connect(self) -> None:
        super()._connect()
        import ray

        (node,) = ray.nodes()
        port = int(ray.get_runtime_context().gcs_address.rpartition(":")[2])
        for taken in (port, node["NodeManagerPort"]):
            with socket.socket() as beside:  # refused, if the port were taken on all addresses
                beside.bind(("127.0.0.2", taken))
        assert ray.cluster_resources()["CPU"] == 2


def test_a_worker_killed_half_way_loses_nothing_and_buys_nothing_twice(tmp_path: Path) -> None:
    kill_one_worker_half_way(tmp_path, Watched(cores=2), 4)
    import ray

    assert not ray.is_initialized()


def test_cores_are_counted() -> None:
    with pytest.raises(UserMistake, match="cores=0: it must be at least 1"):
        OnRay(cores=0)
