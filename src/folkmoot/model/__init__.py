"""The nouns of the program: frozen values, enums and errors. Imports nothing of ours."""
