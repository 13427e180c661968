"""Where finished frames are kept until OUTPUT is complete, one file for each kind of OUTPUT; it never looks at a
dream's state."""
