"""What API v3 has no words for, under `/api/folkmoot/`: our own additions, apart, so that nothing within v3 is other than apps expect."""
