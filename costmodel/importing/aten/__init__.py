"""The ops of ATen, PyTorch's own vocabulary, in the vocabulary of ONNX: a handler an op, by what it treats."""
