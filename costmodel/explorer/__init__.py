"""The full-screen explorer of `costmodel verify -i`: one layer's sizes, or a network's layers, and what follows."""
