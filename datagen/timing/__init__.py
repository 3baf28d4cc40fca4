"""Turn-taking, in stage 3: offsets, barge-ins, backchannels, pauses, quotas, effects."""
