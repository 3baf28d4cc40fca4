"""Words for a plan, from templates."""
