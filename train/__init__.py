"""Fine-tuning full-duplex speech models (Moshi, PersonaPlex) on shards of two-channel dialogues.

This package imports nothing of datagen: the Parquet schema is the contract between the two.
"""
