"""Text files of other programs and people: transcripts with times, tables; one reader for each."""
