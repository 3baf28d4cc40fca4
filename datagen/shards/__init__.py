"""The Parquet contract with train/ and everybody else."""
