"""One form a file; `datagen.export.registry` has their names."""
