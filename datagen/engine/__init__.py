"""What runs the stages: `flow` decides, `pools` asks Ray."""
