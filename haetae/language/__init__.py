"""What operators say in Korean or English, as facts of a query: attributes, a window of time, places; text in, facts out."""
