"""What the reader gets: build and render (pure), deliver (I/O)."""
