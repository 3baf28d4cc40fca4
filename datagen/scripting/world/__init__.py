"""What is so in the world of a call: packs of domains, and one draw of one."""
