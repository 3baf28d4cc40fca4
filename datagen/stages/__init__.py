"""The four stages. Each is a pure function of its input, its backend and a seed."""
