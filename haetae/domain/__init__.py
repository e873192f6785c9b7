"""Facts of the product as frozen types, and pure logic on them: no I/O, no clocks of their own."""
