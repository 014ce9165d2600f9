"""All the SQL of the program. Imports only `model`."""
