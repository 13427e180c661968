"""Everything of a film beside its picture: sound, subtitles, tags; it never touches a picture."""
