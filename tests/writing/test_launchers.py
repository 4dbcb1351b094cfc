"""The writer where trainings are started by torchrun or run in actors of Ray."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from repository import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="tried on Linux only")]


def started(folder: Path, script: str, *launcher: str) -> None:
    path = folder / "training.py"
    path.write_text(textwrap.dedent(script))
    command = [sys.executable, *launcher, str(path), str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "RAY_DEDUP_LOGS": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def steps_of(folder: Path, rank: int) -> list[int]:
    return [
        json.loads(line)["step"] for line in (folder / f"rollouts.rank_{rank}.jsonl").read_text().splitlines()
    ]


def test_torchrun(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    script = """
        import sys
        import torch
        import torch.distributed as dist
        from tensorboard_plugin_rlboard import RolloutWriter
        dist.init_process_group("gloo")
        writer = RolloutWriter(sys.argv[1])
        for step in range(30):
            total = torch.ones(4) * dist.get_rank()
            dist.all_reduce(total)
            writer.log(step=step, response="r", reward=float(total[0]), logprobs=-total)
        dist.destroy_process_group()
    """
    started(tmp_path, script, "-m", "torch.distributed.run", "--nproc_per_node", "2")
    assert [steps_of(tmp_path, rank) for rank in (0, 1)] == [list(range(30))] * 2
    assert len(list(tmp_path.glob("*tfevents*"))) == 1


def test_actors_of_ray(tmp_path: Path) -> None:
    """Closed, out of scope, sent there from the driver, and ended with the cluster: nothing is lost."""
    pytest.importorskip("ray", reason="ray is not installed")
    script = """
        import os, sys, time
        import ray
        from tensorboard_plugin_rlboard import RolloutWriter
        folder = sys.argv[1]
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)

        @ray.remote(num_cpus=0.1)
        class Actor:
            def __init__(self, writer=None, rank=0):
                self.writer = writer or RolloutWriter(folder, rank=rank)
            def work(self):
                for step in range(40):
                    self.writer.log(step=step, response="x" * 100)
            def close(self):
                self.writer.close()

        closed = Actor.remote(rank=0)
        ray.get(closed.work.remote())
        ray.get(closed.close.remote())
        forgotten = Actor.remote(rank=1)
        ray.get(forgotten.work.remote())
        del forgotten
        sent = Actor.remote(RolloutWriter(folder, rank=2))
        ray.get(sent.work.remote())
        ray.get(sent.close.remote())
        last = Actor.remote(rank=3)
        ray.get(last.work.remote())
        # Its lines come to the disk by themselves, while the actor still lives.
        path, end = os.path.join(folder, "rollouts.rank_3.jsonl"), time.monotonic() + 60
        while time.monotonic() < end and (not os.path.exists(path) or open(path).read().count("\\n") < 40):
            time.sleep(0.1)
        ray.shutdown()
        time.sleep(1)
    """
    started(tmp_path, script)
    assert [steps_of(tmp_path, rank) for rank in range(4)] == [list(range(40))] * 4
