"""The example for Ray, on a cluster of its own."""

import sys

import polars
import pytest
from conftest import ON, ROOT

import placet

sys.path.insert(0, str(ROOT / "bindings" / "python" / "examples"))


@pytest.fixture
def cluster(monkeypatch):
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", sys.path[0])
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100 * 2**20)
    yield
    ray.shutdown()


def test_ray_says_what_the_local_batch_says(cluster, tmp_path):
    import with_ray

    policy = placet.Policy.from_text('policy p "P"\nfact age: whole number from 0 to 130\nrequire r "R" age is at least 18\n')
    cases = polars.DataFrame({"id": range(5000), "age": [n % 131 if n % 7 else None for n in range(5000)]})
    for part in range(4):
        cases[part::4].write_parquet(tmp_path / f"{part}.parquet")
    decided = with_ray.decide(str(tmp_path), policy, ON).take_all()
    expected = policy.decide_batch(cases, on=ON).to_polars().select("id", "outcome", "needs").to_dicts()
    told = [{"id": row["id"], "outcome": row["outcome"], "needs": row["needs"]} for row in decided]
    assert sorted(told, key=lambda row: row["id"]) == expected
