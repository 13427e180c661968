"""Recipes that travel with results, made into texts, read from strangers' files, and gone by; it never opens a file."""
