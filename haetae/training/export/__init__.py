"""Networks as files: ONNX in f32 and int8, a model card, a Triton model repository."""
