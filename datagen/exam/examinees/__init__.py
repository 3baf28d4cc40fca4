"""Ways to put an exam's items to a model, each behind one small protocol."""
