"""What says where a listener would answer or take the floor."""
