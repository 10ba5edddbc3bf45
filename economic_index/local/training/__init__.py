"""How the encoder is fine-tuned: development only, with PyTorch (requirements.train.txt), never at run time."""
