"""Networks that exist elsewhere, as specs: what ONNX files and PyTorch modules say, read into one form and written out."""
