"""Teacher to student: a strong network labels the frames of one's own cameras, a small one learns them."""
