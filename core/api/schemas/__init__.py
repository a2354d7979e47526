"""What goes into the API and what comes out, as pydantic models: parsed by them, and described by them in OpenAPI."""
