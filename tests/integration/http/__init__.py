"""HTTP on real sockets."""
