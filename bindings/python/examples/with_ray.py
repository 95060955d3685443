"""Decides on a Ray cluster: the policy travels compiled, each worker loads it once."""

import sys

import ray

import placet


def decide(path, policy, on):
    """The decisions on a Parquet file, or a folder of them, as a Ray dataset."""
    shared = ray.put(policy)
    return ray.data.read_parquet(path).map_batches(
        lambda batch: ray.get(shared).decide_batch(batch, on=on, threads=1).to_pyarrow(), batch_format="pyarrow"
    )


if __name__ == "__main__":
    decide(sys.argv[1], placet.Policy.from_file(sys.argv[2]), on=sys.argv[3]).write_parquet(sys.argv[4])
