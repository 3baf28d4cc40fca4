"""Where a run's files lie: a folder of this machine or a shared disk, or an object store.

"runs/qa" or "s3://bucket/runs/qa" --open_storage--> Storage: list, load, write, append, delete

Names are relative to the run folder. What is written is there whole or not at all.
"""

from datagen.storage.base import Lines, Storage, StorageFailed, Where
from datagen.storage.lease import Lease, hold
from datagen.storage.local import atomic
from datagen.storage.urls import open_storage

__all__ = ["Lease", "Lines", "Storage", "StorageFailed", "Where", "atomic", "hold", "open_storage"]
