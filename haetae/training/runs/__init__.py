"""What is kept of a training run: parameters, curves, checkpoint, figures, card; and how runs compare."""
