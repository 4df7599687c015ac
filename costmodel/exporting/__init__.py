"""Specs into other formats: networks as ONNX files."""
