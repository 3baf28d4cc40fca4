"""What a recipe needs of the machines it runs on, and the environments that hold it."""
