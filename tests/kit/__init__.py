"""What tests share: builders of domain objects and fakes of ports."""
