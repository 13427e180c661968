"""The page itself, of Gradio: its parts, its look, its doors; it never dreams."""
