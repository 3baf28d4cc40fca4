"""Readers of corpora: one file each, behind `readers.protocol.CorpusReader`."""
