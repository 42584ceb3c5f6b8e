"""Pictures: built once, then updated; matplotlib without pyplot."""
