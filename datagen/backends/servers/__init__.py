"""What every backend that asks a server shares: one patient client, and how replies are read."""
