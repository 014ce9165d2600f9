"""Pictures: taking them in, showing them, letting them go."""
