"""The page in the browser, as far as it knows no browser: visitors, knobs, previews, renders; it never opens a film."""
