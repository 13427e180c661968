"""From files to frames with exact times; it never writes."""
