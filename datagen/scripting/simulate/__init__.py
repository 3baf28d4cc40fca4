"""Two people with agendas talk; what they do is drawn move by move."""
